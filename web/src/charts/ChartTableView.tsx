/** A chart's values as a real table, for reading, for keyboards and for screen readers. */
import type { ChartTable } from "./table";

export function ChartTableView({ table, height }: { table: ChartTable; height: number }) {
  return (
    <div
      className="chart-table"
      role="region"
      aria-label={`${table.caption}, as a table`}
      // The box scrolls, so the keyboard must be able to reach it.
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      style={{ maxHeight: Math.max(height, 200) }}
    >
      <table>
        <caption className="sr-only">{table.caption}</caption>
        <thead>
          <tr>
            {table.columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row) => (
            <tr key={row.header}>
              <th scope="row">{row.header}</th>
              {row.cells.map((cell, index) => (
                <td key={index} data-number={cell.isNumber || undefined} title={cell.exact || undefined}>
                  {cell.text}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
