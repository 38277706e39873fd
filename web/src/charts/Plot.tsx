/** What every chart over time is drawn in: axes, marks, crosshair, tooltip and keyboard. */
import type { ReactNode } from "react";

import { Axes } from "./Axes";
import "./charts.css";
import type { Frame } from "./frame";
import { slotColour } from "./palette";
import { Tooltip, type ReadingRow } from "./Tooltip";
import type { Annotation, Measure, TimeChartProps } from "./types";
import { useCrosshair } from "./useCrosshair";

interface PlotProps extends TimeChartProps {
  frame: Frame;
  /** The element whose width the frame follows. */
  follow: (node: HTMLElement | null) => (() => void) | undefined;
  /** The drawn series, memoised by the chart so that the moving crosshair does not redraw them. */
  marks: ReactNode;
  /** Drawn above the pointer's layer: what can be pressed itself. */
  overlay?: ReactNode;
  legend?: ReactNode;
  kind: "line" | "block";
  /** The values at a bucket, from the top down. */
  reading: (index: number) => readonly ReadingRow[];
  /** The server's total of a bucket. */
  total?: (index: number) => string | null;
  hit?: (index: number, value: number) => string | null;
  /** Where the crosshair puts a dot for a row; none for bars. */
  dotAt?: (row: ReadingRow, index: number) => number | null;
}

const NO_NOTES: readonly Annotation[] = [];

export function Plot(props: PlotProps) {
  const { frame, follow, buckets, measure, label, marks, overlay, legend, kind, reading, hit, dotAt } = props;
  const { annotations = NO_NOTES, onSelect } = props;
  const keys = frame.count > 0 ? reading(0).map((row) => row.key) : [];
  const cross = useCrosshair({ frame, buckets, seriesKeys: keys, hit: hit, onSelect });
  const index = cross.at?.index ?? frame.count - 1;
  const rows = frame.count > 0 ? reading(index) : [];
  const title = frame.count > 0 ? titleOf(props, index) : "";
  const notes = annotations.filter((note) => note.index === index).map((note) => note.text);
  const total = props.total?.(index);
  return (
    <div className="chart" ref={follow}>
      <div className="chart-stage" style={{ height: frame.height }}>
        <svg width={frame.width} height={frame.height} role="group" aria-label={label} data-chart>
          <Axes frame={frame} buckets={buckets} annotations={annotations} />
          {marks}
          {cross.at && (
            <g aria-hidden="true" className="chart-crosshair" data-png-skip>
              {kind === "line" ? (
                <line x1={frame.x(index)} x2={frame.x(index)} y1={frame.top} y2={frame.bottom} />
              ) : (
                <rect
                  x={frame.x(index) - frame.step / 2}
                  width={frame.step}
                  y={frame.top}
                  height={frame.bottom - frame.top}
                />
              )}
              {rows.map((row) => {
                const y = dotAt?.(row, index) ?? null;
                return y === null ? null : (
                  <circle key={row.key} cx={frame.x(index)} cy={y} r={4} style={{ fill: slotColour(row.slot) }} />
                );
              })}
            </g>
          )}
          {frame.count > 0 && (
            <rect
              className="chart-pointer"
              data-png-skip
              data-opens={onSelect ? true : undefined}
              x={frame.left}
              y={frame.top - 8}
              width={frame.right - frame.left}
              height={frame.bottom - frame.top + 8}
              role="slider"
              tabIndex={0}
              aria-label={`${label}: ${buckets.name.toLowerCase()} by ${buckets.name.toLowerCase()}`}
              aria-orientation="horizontal"
              aria-valuemin={1}
              aria-valuemax={frame.count}
              aria-valuenow={index + 1}
              aria-valuetext={spoken(title, rows, cross.at?.series ?? null, measure, total, notes)}
              {...cross.handlers}
            />
          )}
          {overlay}
        </svg>
        {cross.at && (
          <Tooltip
            frame={frame}
            index={index}
            title={title}
            notes={notes}
            rows={rows}
            active={cross.at.series}
            measure={measure}
            kind={kind}
            total={total}
          />
        )}
      </div>
      {legend}
    </div>
  );
}

function titleOf({ buckets, openFrom }: PlotProps, index: number): string {
  const isOpen = openFrom !== undefined && index >= openFrom;
  return buckets.full(buckets.keys[index] as string) + (isOpen ? ", so far" : "");
}

function spoken(
  title: string,
  rows: readonly ReadingRow[],
  active: string | null,
  measure: Measure,
  total: string | null | undefined,
  notes: readonly string[],
): string {
  const told = active === null ? rows : rows.filter((row) => row.key === active);
  const values = told.map((row) => {
    const before = row.previous === undefined ? "" : `, before ${measure.spoken(row.previous)}`;
    return `${row.name} ${measure.spoken(row.value)}${before}`;
  });
  const sum = total !== undefined && active === null ? [`total ${measure.spoken(total)}`] : [];
  return [`${title}: ${[...sum, ...values].join("; ")}`, ...notes].join(". ");
}
