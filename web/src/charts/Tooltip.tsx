/** What the crosshair reads, beside it. Screen readers get the same from the crosshair itself. */
import type { Frame } from "./frame";
import { Swatch } from "./Legend";
import type { Measure, Slot } from "./types";

/** One line of a reading: an entity's value in a bucket. */
export interface ReadingRow {
  key: string;
  name: string;
  slot: Slot;
  value: string | null;
  dash?: string;
  previous?: string | null;
}

interface TooltipProps {
  frame: Frame;
  index: number;
  title: string;
  notes: readonly string[];
  rows: readonly ReadingRow[];
  active: string | null;
  measure: Measure;
  kind: "line" | "block";
  /** The server's total of the bucket. */
  total?: string | null;
}

export function Tooltip({ frame, index, title, notes, rows, active, measure, kind, total }: TooltipProps) {
  const x = frame.x(index);
  const isRight = x > frame.width / 2;
  const focus = rows.find((row) => row.key === active) ?? (rows.length === 1 ? rows[0] : undefined);
  const exact = focus ? measure.exact(focus.value) : null;
  const hasPrevious = rows.some((row) => row.previous !== undefined);
  return (
    <div
      className="chart-tooltip"
      aria-hidden="true"
      style={isRight ? { right: frame.width - x + 12 } : { left: x + 12 }}
    >
      <div className="chart-tooltip-title">{title}</div>
      <table role="presentation">
        <tbody>
          {rows.map((row) => (
            <tr key={row.key} data-active={row.key === active || undefined}>
              <td>
                <Swatch slot={row.slot} kind={kind} dash={row.dash} />
              </td>
              <td className="chart-tooltip-name">{row.name}</td>
              <td className="chart-tooltip-value">{measure.format(row.value)}</td>
              {hasPrevious && (
                <td className="chart-tooltip-previous">
                  {row.previous === undefined ? "" : `was ${measure.format(row.previous)}`}
                </td>
              )}
            </tr>
          ))}
          {total !== undefined && (
            <tr className="chart-tooltip-total">
              <td />
              <td className="chart-tooltip-name">Total</td>
              <td className="chart-tooltip-value">{measure.format(total)}</td>
            </tr>
          )}
        </tbody>
      </table>
      {exact && <div className="chart-tooltip-note">{exact}</div>}
      {notes.map((note) => (
        <div key={note} className="chart-tooltip-note">
          {note}
        </div>
      ))}
    </div>
  );
}
