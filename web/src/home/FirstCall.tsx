/** The first call of the API: a command with the real address, and a line that notices by itself when it worked. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { keysQuery } from "../api/people";
import { AlertChip } from "../ui/Chip";
import { Widget } from "../ui/Card";
import { Snippet } from "../ui/Copy";
import { Time } from "../ui/Time";

const WAITING_POLL_MS = 5000;

export function FirstCall({ className }: { className?: string }) {
  const keys = useQuery({
    ...keysQuery,
    // The use of a key is no change that is announced, so while we wait for the first one we ask.
    refetchInterval: ({ state }) => (lastUse(state.data?.items ?? []) ? false : WAITING_POLL_MS),
  });
  const used = lastUse(keys.data?.items ?? []);
  const hasKey = (keys.data?.items.length ?? 0) > 0;
  const command = [
    "export OUTLAY_KEY='ok_…'",
    `curl ${window.location.origin}/api/v1/me \\`,
    '  --header "Authorization: Bearer $OUTLAY_KEY"',
  ].join("\n");
  return (
    <Widget
      title="Say hello to the API"
      help="Paste this into a terminal; it answers who the key is and what it may do."
      className={className}
    >
      <div className="flex flex-col gap-3">
        <Snippet label="Command to call the API" code={command} />
        <div role="status" className="flex flex-wrap items-center gap-2">
          {used ? (
            <>
              <AlertChip level="ok" word="It works" />
              <span>
                <strong>{used.name}</strong> called <Time at={used.last_used_at ?? ""} relative />.
              </span>
            </>
          ) : (
            <>
              <span aria-hidden="true" className="skeleton size-2 rounded-full !bg-accent" />
              <span className="text-muted">Waiting for the first call…</span>
              {!hasKey && keys.data && (
                <Link to="/settings/keys" className="link-alone">
                  Create a key for it
                </Link>
              )}
            </>
          )}
        </div>
      </div>
    </Widget>
  );
}

function lastUse<Key extends { last_used_at: string | null }>(keys: Key[]): Key | undefined {
  return keys
    .filter((key) => key.last_used_at !== null)
    .sort((a, b) => Date.parse(b.last_used_at ?? "") - Date.parse(a.last_used_at ?? ""))[0];
}
