/** A table's rows as cards, for screens too narrow for columns. */
import type { Column } from "./DataTable";

interface PhoneCardsProps<Row> {
  label: string;
  columns: Column<Row>[];
  rows: Row[];
  rowId: (row: Row) => string;
}

export function PhoneCards<Row>({ label, columns, rows, rowId }: PhoneCardsProps<Row>) {
  const [title, ...rest] = columns;
  const facts = rest.filter((column) => column.phone && !column.quietHeader);
  const actions = rest.filter((column) => column.quietHeader);
  return (
    <ul aria-label={label} className="flex flex-col divide-y divide-line">
      {rows.map((row) => (
        <li key={rowId(row)} className="flex flex-col gap-1 p-3">
          <div className="flex items-start justify-between gap-2">
            <div className="min-w-0 wrap-anywhere">{title?.cell(row)}</div>
            {actions.map((column) => (
              <div key={column.id} className="-my-2 -mr-2 shrink-0 coarse:-my-3">
                {column.cell(row)}
              </div>
            ))}
          </div>
          <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1">
            {facts.map((column) => (
              <div key={column.id} className="contents">
                <dt className="text-small leading-5 text-muted">{column.header}</dt>
                <dd className="min-w-0 wrap-anywhere">{column.cell(row)}</dd>
              </div>
            ))}
          </dl>
        </li>
      ))}
    </ul>
  );
}
