/** The people of the workspace, with their roles and when they were last here. */
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";

import { usersQuery, useUserRemoval } from "../../api/people";
import { useMe } from "../../api/session";
import type { User } from "../../api/types";
import { roleName } from "../../api/words";
import { IconButton } from "../../ui/Button";
import { Badge } from "../../ui/Chip";
import { DataTable, type Column } from "../../ui/DataTable";
import { ConfirmDialog } from "../../ui/Dialog";
import { Menu, MenuItem } from "../../ui/Menu";
import { QueryView } from "../../ui/QueryView";
import { SkeletonRows } from "../../ui/Skeleton";
import { Time } from "../../ui/Time";
import { toast } from "../../ui/Toast";
import { RoleDialog } from "./RoleDialog";

type Opened = { dialog: "role" | "removal"; user: User } | null;

function columnsFor(ownId: string | undefined, open: ((opened: Opened) => void) | undefined): Column<User>[] {
  const columns: Column<User>[] = [
    {
      id: "name",
      header: "Name",
      sortBy: (user) => user.name || user.email,
      cell: (user) => (
        <span className="block min-w-0">
          <span className="flex flex-wrap items-center gap-2 font-semibold">
            {user.name || user.email}
            {user.id === ownId && <Badge>You</Badge>}
          </span>
          <span className="block text-small break-all text-muted">{user.email}</span>
        </span>
      ),
    },
    {
      id: "role",
      header: "Role",
      sortBy: (user) => roleName(user.role),
      phone: true,
      cell: (user) => (
        <>
          {roleName(user.role)}
          {user.client && <span className="text-muted"> · {user.client.name}</span>}
        </>
      ),
    },
    {
      id: "joined",
      header: "Joined",
      sortBy: (user) => Date.parse(user.joined_at),
      cell: (user) => <Time at={user.joined_at} relative />,
    },
    {
      id: "seen",
      header: "Last here",
      sortBy: (user) => Date.parse(user.last_seen_at ?? "") || 0,
      phone: true,
      cell: (user) =>
        user.last_seen_at ? <Time at={user.last_seen_at} relative /> : <span className="text-muted">never</span>,
    },
  ];
  if (!open) return columns;
  const actions: Column<User> = {
    id: "actions",
    header: "Actions",
    quietHeader: true,
    align: "right",
    cell: (user) => (
      <Menu trigger={<IconButton icon="more" label={`Actions for ${user.name || user.email}`} />}>
        <MenuItem icon="edit" onSelect={() => open({ dialog: "role", user })}>
          Change role…
        </MenuItem>
        <MenuItem icon="trash" danger onSelect={() => open({ dialog: "removal", user })}>
          Remove…
        </MenuItem>
      </Menu>
    ),
  };
  return [...columns, actions];
}

export function UserList({ mayManage }: { mayManage: boolean }) {
  const [opened, setOpened] = useState<Opened>(null);
  const { user: own } = useMe();
  const query = useQuery(usersQuery);
  const columns = useMemo(() => columnsFor(own?.id, mayManage ? setOpened : undefined), [own?.id, mayManage]);
  const close = () => setOpened(null);
  return (
    <>
      <QueryView query={query} what="The people" skeleton={<SkeletonRows count={3} />}>
        {({ items }) => <DataTable label="People" columns={columns} rows={items} rowId={(user) => user.id} />}
      </QueryView>
      {opened?.dialog === "role" && <RoleDialog user={opened.user} onClose={close} />}
      {opened?.dialog === "removal" && <RemovalDialog user={opened.user} onClose={close} />}
    </>
  );
}

function RemovalDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const removal = useUserRemoval();
  const name = user.name || user.email;
  const confirm = () =>
    removal.mutate(user.id, {
      onSuccess: () => {
        toast(`${name} is removed.`);
        onClose();
      },
    });
  return (
    <ConfirmDialog
      title={`Remove ${name}?`}
      action="Remove"
      busy={removal.isPending}
      error={removal.error}
      onConfirm={confirm}
      onClose={onClose}
    >
      {name} loses access to this workspace at once and is signed out. Keys that {name} made go on working.
    </ConfirmDialog>
  );
}
