/** The keys of the workspace, when each was last used, and the end of those no longer wanted. */
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";

import { keysQuery, useKeyRevocation } from "../../api/people";
import type { Key } from "../../api/types";
import { Button } from "../../ui/Button";
import { DataTable } from "../../ui/DataTable";
import { ConfirmDialog } from "../../ui/Dialog";
import { Empty } from "../../ui/Empty";
import { QueryView } from "../../ui/QueryView";
import { SkeletonRows } from "../../ui/Skeleton";
import { useNow } from "../../ui/Time";
import { toast } from "../../ui/Toast";
import { activeKeys, keyState } from "./active";
import { keyColumns } from "./columns";

/** The use of a key is no change that is announced; while the page is looked at it is asked for. */
const LAST_USED_POLL_MS = 10_000;

export function KeyList({ onCreate }: { onCreate: () => void }) {
  const query = useQuery({ ...keysQuery, refetchInterval: LAST_USED_POLL_MS });
  const [revoked, setRevoked] = useState<Key | null>(null);
  const [showsEnded, setShowsEnded] = useState(false);
  const now = useNow();
  const columns = useMemo(() => keyColumns(setRevoked), []);
  return (
    <>
      <QueryView query={query} what="The keys" skeleton={<SkeletonRows count={4} />}>
        {({ items }) => {
          if (items.length === 0) return <NoKeys onCreate={onCreate} />;
          const active = activeKeys(items, now);
          const shown = (showsEnded ? items : active).map((key) => ({ ...key, state: keyState(key, now) }));
          return (
            <>
              {active.length < items.length && (
                <label className="flex h-(--control-height) cursor-pointer items-center gap-2 px-3 pt-2 sm:px-4">
                  <input
                    type="checkbox"
                    className="size-4 accent-accent"
                    checked={showsEnded}
                    onChange={(event) => setShowsEnded(event.target.checked)}
                  />
                  Show revoked and expired ({items.length - active.length})
                </label>
              )}
              {shown.length > 0 ? (
                <DataTable label="API keys" columns={columns} rows={shown} rowId={(key) => key.id} />
              ) : (
                <NoKeys onCreate={onCreate} />
              )}
            </>
          );
        }}
      </QueryView>
      {revoked && <RevocationDialog apiKey={revoked} onClose={() => setRevoked(null)} />}
    </>
  );
}

function NoKeys({ onCreate }: { onCreate: () => void }) {
  return (
    <Empty
      icon="keys"
      title="No active keys"
      action={
        <Button look="primary" icon="plus" onClick={onCreate}>
          Create a key
        </Button>
      }
    >
      An agent’s key writes and reads the spend of that agent; other keys have the rights of a role.
    </Empty>
  );
}

function RevocationDialog({ apiKey, onClose }: { apiKey: Key; onClose: () => void }) {
  const revocation = useKeyRevocation();
  const confirm = () =>
    revocation.mutate(apiKey.id, {
      onSuccess: () => {
        toast(`${apiKey.name} is revoked.`);
        onClose();
      },
    });
  return (
    <ConfirmDialog
      title={`Revoke ${apiKey.name}?`}
      action="Revoke"
      busy={revocation.isPending}
      error={revocation.error}
      onConfirm={confirm}
      onClose={onClose}
    >
      Software that uses the key <code className="font-mono text-code">{apiKey.hint}</code> is refused from this moment
      on. A revoked key cannot be brought back.
    </ConfirmDialog>
  );
}
