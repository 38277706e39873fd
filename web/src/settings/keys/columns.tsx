/** The columns of the table of keys. */
import type { Key } from "../../api/types";
import { roleName } from "../../api/words";
import { Button } from "../../ui/Button";
import { Badge } from "../../ui/Chip";
import type { Column } from "../../ui/DataTable";
import { Time } from "../../ui/Time";
import type { KeyState } from "./active";

export type ListedKey = Key & { state: KeyState };

const STATE_WORDS: Record<KeyState, string | null> = { active: null, expired: "Expired", revoked: "Revoked" };

export function keyColumns(onRevoke: (key: Key) => void): Column<ListedKey>[] {
  return [
    {
      id: "name",
      header: "Name",
      sortBy: (key) => key.name,
      cell: (key) => (
        <span className="block min-w-0">
          <span className="flex min-w-0 flex-wrap items-center gap-2 font-semibold wrap-anywhere">
            {key.name}
            {STATE_WORDS[key.state] && <Badge>{STATE_WORDS[key.state]}</Badge>}
          </span>
          <code className="block font-mono text-small break-all text-muted">{key.hint}</code>
        </span>
      ),
    },
    {
      id: "role",
      header: "Role",
      sortBy: (key) => roleName(key.role),
      phone: true,
      cell: (key) => {
        const bound = key.agent ?? key.client;
        return (
          <>
            {roleName(key.role)}
            {bound && <span className="text-muted"> · {bound.name}</span>}
          </>
        );
      },
    },
    {
      id: "created",
      header: "Created",
      sortBy: (key) => Date.parse(key.created_at),
      cell: (key) => <Time at={key.created_at} relative />,
    },
    {
      id: "expires",
      header: "Expires",
      sortBy: (key) => (key.expires_at ? Date.parse(key.expires_at) : Number.MAX_SAFE_INTEGER),
      phone: true,
      cell: (key) => (key.expires_at ? <Time at={key.expires_at} day /> : <span className="text-muted">never</span>),
    },
    {
      id: "used",
      header: "Last used",
      sortBy: (key) => (key.last_used_at ? Date.parse(key.last_used_at) : 0),
      phone: true,
      cell: (key) =>
        key.last_used_at ? <Time at={key.last_used_at} relative /> : <span className="text-muted">never</span>,
    },
    {
      id: "actions",
      header: "Actions",
      quietHeader: true,
      align: "right",
      cell: (key) =>
        key.state === "active" && (
          <Button look="quiet" aria-label={`Revoke ${key.name}`} onClick={() => onRevoke(key)}>
            Revoke
          </Button>
        ),
    },
  ];
}
