/** A chart's values as a real table, for reading, for keyboards and for screen readers. */
import { useCallback, useState } from "react";

import type { ChartTable } from "./table";

/** A short table is shown as a whole, even where it is a little higher than its chart. */
const ROWS_WITHOUT_SCROLLING = 12;

interface Hidden {
  right: boolean;
  below: boolean;
}

/** On which sides of a scrolling box there is more to see. */
function useHidden(): [(box: HTMLElement | null) => (() => void) | undefined, Hidden] {
  const [hidden, setHidden] = useState<Hidden>({ right: false, below: false });
  const follow = useCallback((box: HTMLElement | null) => {
    if (!box) return undefined;
    const measure = () => {
      // Positions are fractions on many screens, so the end may be reached a pixel early.
      const right = box.scrollLeft + box.clientWidth < box.scrollWidth - 1;
      const below = box.scrollTop + box.clientHeight < box.scrollHeight - 1;
      setHidden((known) => (known.right === right && known.below === below ? known : { right, below }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(box);
    box.addEventListener("scroll", measure, { passive: true });
    return () => {
      observer.disconnect();
      box.removeEventListener("scroll", measure);
    };
  }, []);
  return [follow, hidden];
}

export function ChartTableView({ table, height }: { table: ChartTable; height: number }) {
  const [follow, hidden] = useHidden();
  return (
    <>
      <div
        className="chart-table-frame"
        data-hidden-right={hidden.right || undefined}
        data-hidden-below={hidden.below || undefined}
      >
        <div
          ref={follow}
          className="chart-table"
          role="region"
          aria-label={`${table.caption}, as a table`}
          // The box scrolls, so the keyboard must be able to reach it.
          // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          tabIndex={0}
          style={table.rows.length > ROWS_WITHOUT_SCROLLING ? { maxHeight: Math.max(height, 200) } : undefined}
        >
          <Cells table={table} />
        </div>
      </div>
      <p className="chart-table-note">
        {table.rows.length} {table.rows.length === 1 ? "row" : "rows"}
        {(hidden.right || hidden.below) && " · scroll for the rest"}
      </p>
    </>
  );
}

function Cells({ table }: { table: ChartTable }) {
  return (
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
  );
}
