/** The list of events. It holds still while it is read: what comes meanwhile is counted, and shown when asked for. */
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";

import { adoptHead, eventListQuery, type SpendEvent } from "../api/events";
import { useMe } from "../api/session";
import { formatCount } from "../format";
import { Button } from "../ui/Button";
import { DataTable } from "../ui/DataTable";
import { PHONE, useMedia } from "../ui/media";
import { QueryView } from "../ui/QueryView";
import { SkeletonRows } from "../ui/Skeleton";
import { useTimeOptions } from "../ui/Time";
import { eventColumns, finestCost, type Reading } from "./columns";
import { EventCards } from "./EventCards";
import { freshIn, renewed, type Fresh } from "./fresh";
import { NoEvents } from "./NoEvents";
import { useEventSearch } from "./useEventSearch";
import { useHead } from "./useFreshEvents";

export function EventList() {
  const { workspace } = useMe();
  const { query } = useEventSearch();
  const queries = useQueryClient();
  const list = useInfiniteQuery(eventListQuery(workspace.id, query));
  const pages = list.isPlaceholderData ? undefined : list.data?.pages;
  const head = useHead(workspace.id, query, pages?.[0], list.dataUpdatedAt);
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  const shown = useMemo(() => renewed(rows, head), [rows, head]);
  const fresh = useMemo(() => freshIn(rows, head), [rows, head]);
  // Where nothing is listed, nothing can shift under anybody's eyes.
  const adoptsAtOnce = pages !== undefined && rows.length === 0 && fresh.count > 0;
  useEffect(() => {
    if (adoptsAtOnce && head) adoptHead(queries, workspace.id, query, head);
  }, [adoptsAtOnce, head, queries, workspace.id, query]);
  return (
    <>
      <QueryView query={list} what="The events" skeleton={<SkeletonRows count={10} />}>
        {() =>
          shown.length === 0 ? (
            <NoEvents />
          ) : (
            <>
              <Summary
                shown={shown.length}
                hasMore={list.hasNextPage}
                fresh={pages ? fresh : { count: 0, more: false }}
                onShow={() => head && adoptHead(queries, workspace.id, query, head)}
              />
              <EventTable rows={shown} />
            </>
          )
        }
      </QueryView>
      {list.hasNextPage && (
        <div className="flex justify-center border-t border-line p-3">
          <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            Load more
          </Button>
        </div>
      )}
    </>
  );
}

interface SummaryProps {
  shown: number;
  hasMore: boolean;
  fresh: Fresh;
  onShow: () => void;
}

/** The line is always there, so that the button's coming and going moves no row. */
function Summary({ shown, hasMore, fresh, onShow }: SummaryProps) {
  const { locale } = useTimeOptions();
  const count = (number: number) => formatCount(number, { locale });
  return (
    <div className="flex h-(--control-height) items-center justify-between gap-2 px-3 text-small text-muted sm:px-4">
      <span className="min-w-0 truncate">
        {hasMore ? `The latest ${count(shown)} events` : shown === 1 ? "1 event" : `${count(shown)} events`}
      </span>
      {fresh.count > 0 && (
        <button type="button" onClick={onShow} className="link-alone font-semibold text-link underline">
          {count(fresh.count)}
          {fresh.more && "+"} new {fresh.count === 1 && !fresh.more ? "event" : "events"}
        </button>
      )}
    </div>
  );
}

function EventTable({ rows }: { rows: SpendEvent[] }) {
  const isPhone = useMedia(PHONE);
  const { currency } = useMe().workspace;
  const { locale, timeZone } = useTimeOptions();
  const reading = useMemo<Reading>(() => ({ locale, timeZone, currency }), [locale, timeZone, currency]);
  const finest = useMemo(() => finestCost(rows, reading), [rows, reading]);
  // The columns stay the same while the list grows, so that no row has to be written twice.
  const columns = useMemo(() => eventColumns(finest, reading), [finest, reading]);
  return useMemo(
    () =>
      isPhone ? (
        <EventCards rows={rows} reading={reading} />
      ) : (
        <DataTable
          label="Events"
          columns={columns}
          rows={rows}
          rowId={({ source, id }) => JSON.stringify([source, id])}
          sortable={false}
        />
      ),
    [rows, columns, isPhone, reading],
  );
}
