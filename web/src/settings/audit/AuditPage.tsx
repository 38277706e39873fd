/** The audit log: who did what, when and from where, with what it was before and after. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";

import { auditQuery, auditVerificationQuery } from "../../api/people";
import { formatCount } from "../../format";
import { Button } from "../../ui/Button";
import { Card } from "../../ui/Card";
import { AlertChip } from "../../ui/Chip";
import { Empty } from "../../ui/Empty";
import { ErrorBoundary } from "../../ui/ErrorBoundary";
import { SearchField } from "../../ui/Field";
import { Requires } from "../../ui/NoAccess";
import { Page } from "../../ui/Page";
import { QueryView } from "../../ui/QueryView";
import { SkeletonRows } from "../../ui/Skeleton";
import { AuditTable } from "./AuditTable";
import { ACTION_GROUPS } from "./words";

export default function AuditPage() {
  return (
    <Requires permission="audit.read" title="Audit log">
      <Page
        title="Audit log"
        help="Every act of management. Entries are chained by their hashes: none can be changed or removed unseen."
        actions={<VerificationChip />}
      >
        <Card className="!p-0">
          <ErrorBoundary what="The audit log">
            <AuditList />
          </ErrorBoundary>
        </Card>
      </Page>
    </Requires>
  );
}

function VerificationChip() {
  const { data, isError } = useQuery(auditVerificationQuery);
  if (isError) return <AlertChip level="warn" word="Chain not verified" detail="the check failed" />;
  if (!data) return null;
  if (!data.ok) return <AlertChip level="crit" word="Chain broken" detail={`at entry ${data.broken_at ?? "?"}`} />;
  const count = formatCount(data.entries, { locale: navigator.language });
  return <AlertChip level="ok" word={`Chain verified, ${count} ${data.entries === 1 ? "entry" : "entries"}`} />;
}

function AuditList() {
  const { action, q } = useSearch({ from: "/app/settings/audit" });
  const navigate = useNavigate({ from: "/settings/audit" });
  const query = useInfiniteQuery(auditQuery({ action, q }));
  const narrow = (change: { action?: string; q?: string }) =>
    void navigate({ search: (current) => ({ ...current, ...change }), replace: true });
  return (
    <>
      <div className="flex flex-wrap gap-2 p-3 sm:p-4">
        <SearchField label="Search the log" value={q ?? ""} onChange={(words) => narrow({ q: words || undefined })} />
        <select
          aria-label="Kind of action"
          value={action ?? ""}
          onChange={(event) => narrow({ action: event.target.value || undefined })}
          className="control-box max-w-full px-2"
        >
          <option value="">All actions</option>
          {ACTION_GROUPS.map(({ prefix, name }) => (
            <option key={prefix} value={prefix}>
              {name}
            </option>
          ))}
        </select>
      </div>
      <QueryView query={query} what="The audit log" skeleton={<SkeletonRows count={8} />}>
        {({ pages }) => {
          const entries = pages.flatMap((page) => page.items);
          if (entries.length === 0) {
            return (
              <Empty
                icon="audit"
                title={action || q ? "No entry fits the filter" : "Nothing has been recorded yet"}
                action={
                  (action || q) && (
                    <Button onClick={() => narrow({ action: undefined, q: undefined })}>Clear filters</Button>
                  )
                }
              />
            );
          }
          return <AuditTable entries={entries} />;
        }}
      </QueryView>
      {query.hasNextPage && (
        <div className="flex justify-center border-t border-line p-3">
          <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Load more
          </Button>
        </div>
      )}
    </>
  );
}
