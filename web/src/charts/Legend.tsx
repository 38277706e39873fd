/** The legend, in stacking order, with the same dashes as the lines; wraps on narrow screens. */
import { memo } from "react";

import { PREVIOUS_DASH, PREVIOUS_OPACITY, slotColour } from "./palette";
import type { Slot } from "./types";

export interface LegendEntry {
  key: string;
  name: string;
  slot: Slot;
  dash?: string;
}

interface SwatchProps {
  slot: Slot;
  kind: "line" | "block";
  dash?: string;
  opacity?: number;
}

export function Swatch({ slot, kind, dash, opacity }: SwatchProps) {
  const colour = slotColour(slot);
  if (kind === "block") {
    return (
      <svg width={10} height={10} aria-hidden="true" className="chart-swatch">
        <rect width={10} height={10} rx={2} style={{ fill: colour }} />
      </svg>
    );
  }
  return (
    <svg width={22} height={10} aria-hidden="true" className="chart-swatch">
      <line
        x1={1}
        x2={21}
        y1={5}
        y2={5}
        style={{ stroke: colour }}
        strokeWidth={2}
        strokeDasharray={dash}
        opacity={opacity}
      />
    </svg>
  );
}

interface LegendProps {
  entries: readonly LegendEntry[];
  kind: "line" | "block";
  /** Name of the dashed lines of the previous period, when they are drawn. */
  previous?: string;
}

export const Legend = memo(function Legend({ entries, kind, previous }: LegendProps) {
  if (entries.length < 2 && !previous) return null;
  return (
    <ul className="chart-legend" aria-label="Legend">
      {entries.map((entry) => (
        <li key={entry.key}>
          <Swatch slot={entry.slot} kind={kind} dash={entry.dash} />
          <span data-png>{entry.name}</span>
        </li>
      ))}
      {previous && (
        <li>
          <Swatch
            slot={entries.length === 1 && entries[0] ? entries[0].slot : "other"}
            kind="line"
            dash={PREVIOUS_DASH}
            opacity={PREVIOUS_OPACITY}
          />
          <span data-png>{previous}</span>
        </li>
      )}
    </ul>
  );
});
