/** A line of a card: 28 points, one colour, no axis, hidden from screen readers. */
import { area, line } from "d3-shape";
import { memo } from "react";

import "./charts.css";
import { extent, floats } from "./floats";
import { lttb } from "./lttb";
import { slotColour } from "./palette";
import type { Slot, Values } from "./types";

const WIDTH_PX = 96;
const HEIGHT_PX = 28;
const POINTS_MAX = 28;

interface SparklineProps {
  values: Values;
  slot?: Slot;
}

export const Sparkline = memo(function Sparkline({ values, slot = 1 }: SparklineProps) {
  const known = floats(values).flatMap((y, x) => (y === null ? [] : [{ x, y }]));
  const points = lttb(known, POINTS_MAX);
  const last = points[points.length - 1];
  if (!last) return <svg className="sparkline" width={WIDTH_PX} height={HEIGHT_PX} aria-hidden="true" />;
  const [low, high] = extent([points.map((point) => point.y)]);
  const x = (at: number) => 2 + (at / Math.max(1, values.length - 1)) * (WIDTH_PX - 6);
  const y = (value: number) =>
    high === low ? HEIGHT_PX / 2 : HEIGHT_PX - 3 - ((value - low) / (high - low)) * (HEIGHT_PX - 6);
  const [left, right] = [(point: { x: number }) => x(point.x), (point: { y: number }) => y(point.y)];
  const colour = slotColour(slot);
  return (
    <svg className="sparkline" width={WIDTH_PX} height={HEIGHT_PX} aria-hidden="true">
      <path
        d={area<(typeof known)[number]>(left, HEIGHT_PX, right).digits(1)([...points]) ?? ""}
        style={{ fill: colour }}
        opacity={0.14}
      />
      <path
        className="chart-line"
        d={line<(typeof known)[number]>(left, right).digits(1)([...points]) ?? ""}
        style={{ stroke: colour }}
        strokeWidth={1.5}
      />
      <circle cx={x(last.x)} cy={y(last.y)} r={2.25} style={{ fill: colour }} />
    </svg>
  );
});
