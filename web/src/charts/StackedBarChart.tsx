/** Bars over time, stacked in the given order from the bottom up; with one series, plain bars. */
import { memo, useId, useMemo } from "react";

import { Hatch } from "./Axes";
import { extent, floats } from "./floats";
import { makeFrame, type Frame } from "./frame";
import { Legend } from "./Legend";
import { LineMark } from "./LineMarks";
import { slotColour } from "./palette";
import { Plot } from "./Plot";
import { segmentAt, stackExtent, stackSeries, type Segment } from "./stacking";
import type { Buckets, Measure, Series, TimeChartProps, Values } from "./types";
import { useWidth } from "./useWidth";

export interface StackedBarChartProps extends TimeChartProps {
  series: readonly Series[];
  /** The server's total of each bucket, told in the tooltip. */
  totals?: Values;
  /** The total of each bucket one period earlier, drawn as a dashed line. */
  previousTotals?: Values;
  previousName?: string;
}

const NO_VALUES: Values = [];

export function StackedBarChart(props: StackedBarChartProps) {
  const { series, buckets, measure, height = 240, openFrom, totals, previousTotals = NO_VALUES } = props;
  const previousName = props.previousName ?? "Previous period";
  const [follow, width] = useWidth();
  const hatch = useId();
  const count = buckets.keys.length;
  const layers = useMemo(() => stackSeries(series, count), [series, count]);
  const [low, top] = stackExtent(layers);
  const high = Math.max(top, extent([floats(previousTotals)])[1]);
  const frame = useMemo(
    () => makeFrame({ width, height, count, low, high, measure, layout: "bands" }),
    [width, height, count, low, high, measure],
  );
  const only = series.length === 1 ? series[0] : undefined;
  const marks = useMemo(
    () => (
      <>
        <defs>
          <Hatch id={hatch} colour="var(--surface)" />
        </defs>
        {series.map((one, position) => (
          <BarLayer
            key={one.key}
            series={one}
            layer={layers[position] as readonly Segment[]}
            {...{ frame, buckets, measure, openFrom, hatch }}
          />
        ))}
        {previousTotals.length > 0 && (
          <LineMark
            name="Total"
            slot={only?.slot ?? "other"}
            values={previousTotals}
            frame={frame}
            measure={measure}
            isPrevious
            hasRim
          />
        )}
      </>
    ),
    [series, layers, frame, buckets, measure, openFrom, hatch, previousTotals, only],
  );
  const hasPrevious = previousTotals.length > 0;
  return (
    <Plot
      {...props}
      frame={frame}
      follow={follow}
      marks={marks}
      kind="block"
      legend={<Legend entries={series} kind="block" previous={hasPrevious ? previousName : undefined} />}
      reading={(index) =>
        series.toReversed().map(({ key, name, slot, values }) => ({
          key,
          name,
          slot,
          value: values[index] ?? null,
          previous: only && hasPrevious ? (previousTotals[index] ?? null) : undefined,
        }))
      }
      total={totals && ((index) => totals[index] ?? null)}
      hit={(index, value) => segmentAt(series, layers, index, value)}
    />
  );
}

interface BarLayerProps {
  series: Series;
  layer: readonly Segment[];
  frame: Frame;
  buckets: Buckets;
  measure: Measure;
  openFrom: number | undefined;
  hatch: string;
}

const BAR_MAX_PX = 44;

/** One series' bars. A segment gives up its top pixel, so that a gap in the surface colour parts it from the next. */
const BarLayer = memo(function BarLayer(props: BarLayerProps) {
  const { series, layer, frame, buckets, measure, openFrom, hatch } = props;
  const width = Math.max(1, Math.min(frame.step * 0.78, BAR_MAX_PX));
  return layer.map(([from, to], index) => {
    const bucket = buckets.keys[index] as string;
    const y = frame.y(Math.max(from, to));
    const full = frame.y(Math.min(from, to)) - y;
    if (full <= 0) return null;
    const height = full > 2 ? full - 1 : full;
    const box = { x: frame.x(index) - width / 2, y: y + (full - height), width, height };
    const isOpen = openFrom !== undefined && index >= openFrom;
    const said = measure.spoken(series.values[index] ?? null);
    return (
      <g
        key={bucket}
        role="img"
        aria-label={`${series.name}, ${buckets.full(bucket)}: ${said}${isOpen ? " so far" : ""}`}
      >
        <rect {...box} rx={1} style={{ fill: slotColour(series.slot) }} />
        {isOpen && <rect {...box} fill={`url(#${hatch})`} className="chart-open-bar" />}
      </g>
    );
  });
});
