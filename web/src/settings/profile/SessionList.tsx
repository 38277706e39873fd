/** The sessions of the person, this one marked; the others can be ended. */
import { useQuery } from "@tanstack/react-query";

import { asProblem } from "../../api/problem";
import { sessionsQuery, useSessionRevocation } from "../../api/session";
import type { Session } from "../../api/types";
import { Button } from "../../ui/Button";
import { Badge } from "../../ui/Chip";
import { DataTable, type Column } from "../../ui/DataTable";
import { QueryView } from "../../ui/QueryView";
import { SkeletonRows } from "../../ui/Skeleton";
import { Time } from "../../ui/Time";
import { toast } from "../../ui/Toast";
import { deviceName } from "./device";

export function SessionList() {
  const query = useQuery(sessionsQuery);
  const revocation = useSessionRevocation();
  const end = (session: Session) =>
    revocation.mutate(session.id, {
      onSuccess: () => toast("The session is ended."),
      onError: (error) => toast(asProblem(error).message),
    });
  const columns: Column<Session>[] = [
    {
      id: "device",
      header: "Device",
      cell: (session) => (
        <span className="flex flex-wrap items-center gap-2" title={session.user_agent ?? undefined}>
          <span className="font-semibold">{deviceName(session.user_agent)}</span>
          {session.is_current && <Badge>This one</Badge>}
        </span>
      ),
    },
    { id: "from", header: "From", phone: true, cell: (session) => session.ip ?? "—" },
    { id: "began", header: "Began", cell: (session) => <Time at={session.created_at} relative /> },
    {
      id: "seen",
      header: "Last active",
      phone: true,
      cell: (session) => <Time at={session.last_seen_at ?? session.created_at} relative />,
    },
    {
      id: "actions",
      header: "Actions",
      quietHeader: true,
      align: "right",
      cell: (session) =>
        !session.is_current && (
          <Button
            look="quiet"
            aria-label={`End the session on ${deviceName(session.user_agent)}`}
            busy={revocation.isPending && revocation.variables === session.id}
            onClick={() => end(session)}
          >
            End
          </Button>
        ),
    },
  ];
  return (
    <QueryView query={query} what="Your sessions" skeleton={<SkeletonRows count={2} />}>
      {({ items }) => <DataTable label="Your sessions" columns={columns} rows={items} rowId={(each) => each.id} />}
    </QueryView>
  );
}
