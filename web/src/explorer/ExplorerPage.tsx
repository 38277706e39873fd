/** The explorer: spend by anything, over any time, down to what it is made of. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";

import { latestEventQuery } from "../api/events";
import { ErrorBoundary } from "../ui/ErrorBoundary";
import { Requires } from "../ui/NoAccess";
import { Page } from "../ui/Page";
import { Crumbs } from "./Crumbs";
import { ExportMenu } from "./ExportMenu";
import { GroupsTable } from "./GroupsTable";
import { groupsQuery } from "./queries";
import { SpendChart } from "./SpendChart";
import { Toolbar } from "./Toolbar";
import { Totals } from "./Totals";
import { useExplorer, useQuietRefresh } from "./useExplorer";
import { ValueFilters } from "./ValueFilters";

export default function ExplorerPage() {
  return (
    <Requires permission="spend.read" title="Explorer">
      <Page title="Explorer" help="What was spent, by anything, down to its events." actions={<ExportMenu />}>
        <Explorer />
      </Page>
    </Requires>
  );
}

function Explorer() {
  useQuietRefresh();
  const { question, workspaceId } = useExplorer();
  const groups = useInfiniteQuery(groupsQuery(workspaceId, question));
  const latest = useQuery(latestEventQuery);
  const first = groups.data?.pages[0];
  // The table says why there is nothing, and once is enough.
  const isEmpty = first?.spend.group_count === 0;
  return (
    <>
      <ErrorBoundary what="The controls of the view">
        <Toolbar />
        <ValueFilters />
        <Crumbs />
      </ErrorBoundary>
      <ErrorBoundary what="The totals">
        <Totals answered={first} />
      </ErrorBoundary>
      {!isEmpty && <SpendChart total={first} />}
      <ErrorBoundary what="The table">
        <GroupsTable query={groups} hasEvents={latest.data !== null} />
      </ErrorBoundary>
    </>
  );
}
