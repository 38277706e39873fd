/** The groups as rows, sorted and paged by the server; a row leads to what it is made of. */
import { useQuery, type InfiniteData, type UseInfiniteQueryResult } from "@tanstack/react-query";
import { useMemo } from "react";

import { Button } from "../ui/Button";
import { Widget } from "../ui/Card";
import { PHONE, useMedia } from "../ui/media";
import { PhoneCards } from "../ui/PhoneCards";
import { QueryView } from "../ui/QueryView";
import { SkeletonRows } from "../ui/Skeleton";
import { formatCount } from "../format";
import { groupColumns, type GroupColumn } from "./columns";
import { manyOf } from "./dimensions";
import { NothingSpent } from "./NothingSpent";
import { chartQuery, type Answered } from "./queries";
import { rowsOf, type Row } from "./rows";
import { SortHeader } from "./SortHeader";
import { useExplorer, useSettled } from "./useExplorer";

type Groups = UseInfiniteQueryResult<InfiniteData<Answered>>;

export function GroupsTable({ query, hasEvents }: { query: Groups; hasEvents: boolean }) {
  const { locale, question } = useExplorer();
  const first = query.data?.pages[0];
  const grouping = first?.question.grouping ?? question.grouping;
  const count = first?.spend.group_count;
  const title = grouping.map((each) => manyOf(each)).join(" and ");
  return (
    <Widget
      title={title.charAt(0).toUpperCase() + title.slice(1)}
      help={count === undefined ? "\u00a0" : `${formatCount(count, { locale })} ${count === 1 ? "row" : "rows"}`}
      flush
    >
      <QueryView
        query={{ ...query, isFetching: query.isPlaceholderData }}
        what="The table"
        skeleton={<SkeletonRows count={8} />}
      >
        {({ pages }) =>
          count === 0 ? (
            <NothingSpent hasEvents={hasEvents} />
          ) : (
            <Rows pages={pages} isOnItsWay={query.isPlaceholderData} />
          )
        }
      </QueryView>
      {query.hasNextPage && (
        <div className="flex justify-center border-t border-line p-3">
          <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Load more
          </Button>
        </div>
      )}
    </Widget>
  );
}

function Rows({ pages, isOnItsWay }: { pages: Answered[]; isOnItsWay: boolean }) {
  const isPhone = useMedia(PHONE);
  const { whole: current, money, workspaceId, question: asked } = useExplorer();
  const whole = useSettled(current, isOnItsWay);
  const chart = useQuery(chartQuery(workspaceId, asked)).data;
  const { question } = pages[0] as Answered;
  const { rows, total } = useMemo(
    () => rowsOf(pages, whole, chart?.dimension === question.grouping[0] ? (chart?.named ?? []) : []),
    [pages, whole, chart, question],
  );
  const columns = useMemo(
    () => groupColumns(question, [...rows, total], money, pages[0]?.spend.compared_with ?? null),
    [question, rows, total, money, pages],
  );
  if (isPhone) return <PhoneCards label="Groups" columns={columns} rows={[...rows, total]} rowId={(row) => row.key} />;
  return (
    <div className="relative min-w-0 overflow-x-auto">
      <table aria-label="Groups" aria-busy={isOnItsWay} className="w-full border-collapse text-body">
        <thead>
          <tr>
            {columns.map((column) => (
              <SortHeader key={column.id} column={column} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key} className="relative border-t border-line hover:bg-surface-2">
              <Cells row={row} columns={columns} />
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr className="border-t border-control font-semibold">
            <Cells row={total} columns={columns} />
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

function Cells({ row, columns }: { row: Row; columns: GroupColumn[] }) {
  return columns.map((column, index) => {
    const shared = "h-11 px-3 py-1.5 first:sm:pl-4 last:sm:pr-4";
    if (index === 0) {
      return (
        <th key={column.id} scope="row" className={`${shared} min-w-44 text-left font-medium wrap-anywhere`}>
          {column.cell(row)}
        </th>
      );
    }
    return (
      <td key={column.id} className={`${shared} ${column.align === "right" ? "text-right whitespace-nowrap" : ""}`}>
        {column.cell(row)}
      </td>
    );
  });
}
