/** One line, thinned to what a screen can show; redrawn only when its own values or the scales change. */
import { line } from "d3-shape";
import { memo } from "react";

import { extent, floats } from "./floats";
import type { Frame } from "./frame";
import { thinnedRuns, type Point } from "./lttb";
import { PREVIOUS_DASH, PREVIOUS_OPACITY, slotColour } from "./palette";
import type { Measure, Slot, Values } from "./types";

interface LineMarkProps {
  frame: Frame;
  values: Values;
  slot: Slot;
  name: string;
  measure: Measure;
  dash?: string;
  isPrevious?: boolean;
  width?: number;
  /** A rim in the surface colour, for a line that runs over bars. */
  hasRim?: boolean;
}

export const LineMark = memo(function LineMark(props: LineMarkProps) {
  const { frame, values, slot, dash, isPrevious = false, width = 2, hasRim } = props;
  const path = linePath(frame, floats(values));
  const mark = (
    <path
      role="img"
      aria-label={lineName(props)}
      className="chart-line"
      d={path}
      style={{ stroke: hasRim && slot === "other" ? "var(--text)" : slotColour(slot) }}
      strokeWidth={isPrevious ? 1.5 : width}
      strokeDasharray={isPrevious ? PREVIOUS_DASH : dash}
      opacity={isPrevious ? PREVIOUS_OPACITY : undefined}
    />
  );
  if (!hasRim) return mark;
  return (
    <g>
      <path className="chart-rim" d={path} aria-hidden="true" />
      {mark}
    </g>
  );
});

/** The path of a line; gaps stay gaps, and a lonely point is a dot. */
export function linePath(frame: Frame, values: readonly (number | null)[]): string {
  const draw = line<Point>(
    (point) => frame.x(point.x),
    (point) => frame.y(point.y),
  ).digits(1);
  return thinnedRuns(values)
    .map((run) => draw(run as Point[]) ?? "")
    .join("");
}

function lineName({ name, values, measure, isPrevious }: LineMarkProps): string {
  const [low, high] = extent([floats(values)]);
  const known = floats(values);
  const lowest = values[known.indexOf(low)] ?? null;
  const highest = values[known.indexOf(high)] ?? null;
  const period = isPrevious ? ", previous period" : "";
  return `${name}${period}: between ${measure.spoken(lowest)} and ${measure.spoken(highest)}`;
}
