/** The other events of the same operation, such as what was read and what was written in one call. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { isSame, operationQuery, type SpendEvent } from "../api/events";
import { useMe } from "../api/session";
import { Widget } from "../ui/Card";
import { DataTable } from "../ui/DataTable";
import { QueryView } from "../ui/QueryView";
import { SkeletonRows } from "../ui/Skeleton";
import { useTimeOptions } from "../ui/Time";
import { costColumn, finestCost, None, quantityColumn, timeColumn } from "./columns";
import { StateChips } from "./StateChips";
import { shownContents } from "./words";

export function OperationEvents({ event, operation }: { event: SpendEvent; operation: string }) {
  const query = useQuery(operationQuery(operation, event.time));
  return (
    <Widget
      title="Other events of the same operation"
      help={<span className="wrap-anywhere">Operation id {operation}</span>}
      flush
    >
      <QueryView query={query} what="The operation" skeleton={<SkeletonRows count={2} />}>
        {({ items, next }) => {
          const others = items.filter((one) => !isSame(one, event));
          if (others.length === 0) return <p className="px-3 pb-4 text-muted sm:px-4">It has no other events.</p>;
          return (
            <>
              <Others rows={others} />
              {next && <p className="px-3 py-3 text-muted sm:px-4">There are more; these are the latest.</p>}
            </>
          );
        }}
      </QueryView>
    </Widget>
  );
}

function Others({ rows }: { rows: SpendEvent[] }) {
  const { currency } = useMe().workspace;
  const { locale, timeZone } = useTimeOptions();
  const columns = useMemo(() => {
    const reading = { locale, timeZone, currency };
    return [
      timeColumn({ locale, timeZone }),
      {
        id: "operation",
        header: "Operation",
        phone: true,
        cell: (one: SpendEvent) => shownContents(one).operation ?? <None />,
      },
      { ...quantityColumn({ locale, timeZone }), phone: true },
      costColumn(finestCost(rows, reading), reading),
      { id: "state", header: "State", cell: (one: SpendEvent) => <StateChips event={one} withReason /> },
    ];
  }, [rows, locale, timeZone, currency]);
  return (
    <DataTable
      label="Other events of the same operation"
      columns={columns}
      rows={rows}
      rowId={({ source, id }) => JSON.stringify([source, id])}
      sortable={false}
    />
  );
}
