/** Names at the ends of lines, moved apart so that they do not overlap. */
import { slotColour } from "./palette";
import type { Slot } from "./types";

const LABEL_GAP_PX = 15;
const CHARACTER_PX = 6.7;
const SWATCH_PX = 18;
/** Narrower than this, names at the ends would take too much from the lines. */
const CHART_MIN_PX = 520;

/** The room that the labels take at the right; 0 when a legend does better. */
export function endLabelRoom(names: readonly string[], width: number, height: number): number {
  if (names.length < 2 || width < CHART_MIN_PX || names.length * LABEL_GAP_PX > height - 36) return 0;
  const room = Math.max(...names.map((name) => name.length)) * CHARACTER_PX + SWATCH_PX + 14;
  return room > width * 0.24 ? 0 : Math.ceil(room);
}

export interface EndLabel {
  key: string;
  name: string;
  slot: Slot;
  dash?: string;
  /** Where the line ends. */
  from: number;
  /** Where the label stands. */
  at: number;
}

export function EndLabels({ labels, x }: { labels: readonly EndLabel[]; x: number }) {
  return (
    <g aria-hidden="true">
      {labels.map((label) => (
        <g key={label.key}>
          <path
            className="chart-leader"
            d={`M${x + 2} ${label.from}L${x + 8} ${label.at}`}
            style={{ stroke: slotColour(label.slot) }}
          />
          <path
            className="chart-line"
            d={`M${x + 8} ${label.at}h${SWATCH_PX}`}
            style={{ stroke: slotColour(label.slot) }}
            strokeDasharray={label.dash}
          />
          <text className="chart-end-label" x={x + SWATCH_PX + 13} y={label.at} dy="0.32em">
            {label.name}
          </text>
        </g>
      ))}
    </g>
  );
}

export { LABEL_GAP_PX };
