/** The last entries of the audit log, newest first. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { latestAuditQuery } from "../api/people";
import { actWords, partyName } from "../settings/audit/words";
import { Widget } from "../ui/Card";
import { QueryView } from "../ui/QueryView";
import { SkeletonRows } from "../ui/Skeleton";
import { Time } from "../ui/Time";

export function LatestChanges({ className }: { className?: string }) {
  const query = useQuery(latestAuditQuery);
  return (
    <Widget
      title="Latest changes"
      className={className}
      flush
      actions={
        <Link to="/settings/audit" className="link-alone">
          Whole audit log
        </Link>
      }
    >
      <QueryView query={query} what="The latest changes" skeleton={<SkeletonRows count={6} />}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="px-3 py-4 text-muted sm:px-4">Nothing has been changed yet.</p>
          ) : (
            <ul>
              {items.map((entry) => (
                <li
                  key={entry.seq}
                  className="flex flex-wrap items-baseline justify-between gap-x-4 border-t border-line px-3 py-2.5 sm:px-4"
                >
                  <span className="min-w-0 wrap-anywhere">
                    <strong className="font-semibold">{partyName(entry.actor)}</strong> {actWords(entry)}
                  </span>
                  <span className="text-small text-muted">
                    <Time at={entry.at} relative />
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </QueryView>
    </Widget>
  );
}
