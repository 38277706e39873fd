/** Tables on TanStack Table: real headers, sorting where the whole list is here, and cards on a phone. */
import {
  createSortedRowModel,
  rowSortingFeature,
  tableFeatures,
  useTable,
  type ColumnDef,
  type SortDirection,
} from "@tanstack/react-table";
import { memo, useMemo, type ReactNode } from "react";

import { classes } from "./classes";
import { Icon } from "./icons";
import { PHONE, useMedia } from "./media";
import { PhoneCards } from "./PhoneCards";

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel() });

export interface Column<Row> {
  id: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** What the column is sorted by; without it the column cannot be sorted. */
  sortBy?: (row: Row) => string | number;
  /** On a phone the first column is the card's title; of the others only those marked appear. */
  phone?: boolean;
  /** The header is for screen readers only, as over a column of buttons. */
  quietHeader?: boolean;
  align?: "right";
}

interface DataTableProps<Row> {
  label: string;
  columns: Column<Row>[];
  rows: Row[];
  rowId: (row: Row) => string;
  /** Only a complete list may be sorted in the browser: sorting a part of it would mislead. */
  sortable?: boolean;
}

type Definition<Row> = ColumnDef<typeof features, Row & object>;

function definitions<Row>(columns: Column<Row>[], sortable: boolean): Definition<Row>[] {
  return columns.map((column) => ({
    id: column.id,
    header: column.header,
    accessorFn: (row: Row) => column.sortBy?.(row) ?? "",
    enableSorting: sortable && column.sortBy !== undefined,
    sortDescFirst: false,
    sortFn: (a, b, id) => compare(a.getValue(id), b.getValue(id)),
  }));
}

function compare(a: string | number, b: string | number): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), undefined, { numeric: true });
}

export function DataTable<Row extends object>({ label, columns, rows, rowId, sortable = true }: DataTableProps<Row>) {
  const isPhone = useMedia(PHONE);
  const tableColumns = useMemo(() => definitions(columns, sortable), [columns, sortable]);
  const table = useTable({ features, columns: tableColumns, data: rows, getRowId: rowId });
  const byId = new Map(columns.map((column) => [column.id, column]));
  const sorted = table.getRowModel().rows.map((row) => row.original);
  if (isPhone) return <PhoneCards label={label} columns={columns} rows={sorted} rowId={rowId} />;
  return (
    <div className="relative min-w-0 overflow-x-auto">
      <table aria-label={label} className="w-full border-collapse text-body">
        <thead>
          <tr>
            {table.getFlatHeaders().map((header) => (
              <HeaderCell
                key={header.id}
                column={byId.get(header.column.id) as Column<Row>}
                direction={header.column.getIsSorted()}
                onSort={header.column.getCanSort() ? header.column.getToggleSortingHandler() : undefined}
              />
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted.map((row) => (
            <BodyRow key={rowId(row)} row={row} columns={columns as Column<object>[]} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** In a long list only those rows are written anew that are others, as long as the columns stay the same. */
const BodyRow = memo(function BodyRow({ row, columns }: { row: object; columns: Column<object>[] }) {
  return (
    <tr className="border-t border-line hover:bg-surface-2">
      {columns.map((column) => (
        <td
          key={column.id}
          className={classes(
            "h-[53px] px-3 py-2 wrap-anywhere first:min-w-48 first:pl-3 sm:first:pl-4 last:pr-3 sm:last:pr-4",
            column.align === "right" && "text-right",
          )}
        >
          {column.cell(row)}
        </td>
      ))}
    </tr>
  );
});

interface HeaderCellProps<Row> {
  column: Column<Row>;
  direction: false | SortDirection;
  onSort?: (event: unknown) => void;
}

function HeaderCell<Row>({ column, direction, onSort }: HeaderCellProps<Row>) {
  const order = direction === "asc" ? "ascending" : direction === "desc" ? "descending" : "none";
  return (
    <th
      scope="col"
      aria-sort={onSort ? order : undefined}
      className={classes(
        "h-10 px-3 text-left text-small font-semibold whitespace-nowrap text-muted sm:first:pl-4 sm:last:pr-4",
        column.align === "right" && "text-right",
      )}
    >
      {onSort ? (
        <button
          type="button"
          onClick={onSort}
          className="inline-flex h-8 items-center gap-1 hover:text-text coarse:h-11"
        >
          {column.header}
          <Icon
            name="chevronDown"
            size={14}
            className={classes(!direction && "opacity-0", direction === "asc" && "rotate-180")}
          />
        </button>
      ) : (
        <span className={column.quietHeader ? "sr-only" : undefined}>{column.header}</span>
      )}
    </th>
  );
}
