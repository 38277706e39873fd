/** Areas over time, stacked in the given order from the bottom up; a single one fades towards the axis. */
import { area, line } from "d3-shape";
import { useId, useMemo } from "react";

import { Hatch, OpenBucket } from "./Axes";
import { extent, floats } from "./floats";
import { makeFrame, type Frame } from "./frame";
import { Legend } from "./Legend";
import { LineMark } from "./LineMarks";
import { lttb } from "./lttb";
import { slotColour } from "./palette";
import { Plot } from "./Plot";
import { segmentAt, stackExtent, stackSeries, type Segment } from "./stacking";
import type { Measure, Series, TimeChartProps, Values } from "./types";
import { useWidth } from "./useWidth";

export interface AreaChartProps extends TimeChartProps {
  series: readonly Series[];
  /** The server's total of each bucket, told in the tooltip. */
  totals?: Values;
  previousName?: string;
}

export function AreaChart(props: AreaChartProps) {
  const { series, buckets, measure, height = 240, openFrom, totals, previousName = "Previous period" } = props;
  const [follow, width] = useWidth();
  const id = useId();
  const count = buckets.keys.length;
  const layers = useMemo(() => stackSeries(series, count), [series, count]);
  const only = series.length === 1 ? series[0] : undefined;
  const [low, top] = stackExtent(layers);
  const high = Math.max(top, extent([floats(only?.previous ?? [])])[1]);
  const frame = useMemo(
    () => makeFrame({ width, height, count, low, high, measure, layout: "points" }),
    [width, height, count, low, high, measure],
  );
  const marks = useMemo(
    () => (
      <>
        <defs>
          <Hatch id={id} />
          {only && <Fade id={`${id}fade`} colour={slotColour(only.slot)} />}
        </defs>
        <OpenBucket frame={frame} openFrom={openFrom} hatch={id} />
        {only ? drawSingle(only, layers, frame, measure, `${id}fade`) : drawStack(series, layers, frame, measure)}
      </>
    ),
    [series, only, layers, frame, measure, openFrom, id],
  );
  return (
    <Plot
      {...props}
      frame={frame}
      follow={follow}
      marks={marks}
      kind={only ? "line" : "block"}
      legend={<Legend entries={series} kind={only ? "line" : "block"} previous={only?.previous && previousName} />}
      reading={(index) =>
        series.toReversed().map(({ key, name, slot, values, previous }) => ({
          key,
          name,
          slot,
          value: values[index] ?? null,
          previous: only && previous ? (previous[index] ?? null) : undefined,
        }))
      }
      total={totals && ((index) => totals[index] ?? null)}
      hit={(index, value) => segmentAt(series, layers, index, value)}
      dotAt={(row, index) => {
        const segment = layers[series.findIndex((one) => one.key === row.key)]?.[index];
        return segment && row.value !== null ? frame.y(segment[1]) : null;
      }}
    />
  );
}

/** All layers keep the same buckets, chosen on the outline, or they would not lie on each other. */
function keptBuckets(outline: readonly Segment[]): number[] {
  return lttb(outline.map((segment, x) => ({ x, y: segment[1] }))).map((point) => point.x);
}

function drawStack(series: readonly Series[], layers: readonly (readonly Segment[])[], frame: Frame, measure: Measure) {
  const kept = keptBuckets(layers[layers.length - 1] ?? []);
  return series.map((one, position) => {
    const layer = layers[position] as readonly Segment[];
    const shape = area<number>()
      .x((index) => frame.x(index))
      .y0((index) => frame.y(layer[index]?.[0] ?? 0))
      .y1((index) => frame.y(layer[index]?.[1] ?? 0))
      .digits(1)(kept);
    const edge = line<number>(
      (index) => frame.x(index),
      (index) => frame.y(layer[index]?.[1] ?? 0),
    ).digits(1)(kept);
    const last = one.values.findLast((value) => value !== null) ?? null;
    return (
      <g key={one.key} role="img" aria-label={`${one.name}, last ${measure.spoken(last)}`}>
        <path d={shape ?? ""} style={{ fill: slotColour(one.slot) }} />
        <path d={edge ?? ""} className="chart-gap" />
      </g>
    );
  });
}

function drawSingle(
  one: Series,
  layers: readonly (readonly Segment[])[],
  frame: Frame,
  measure: Measure,
  fade: string,
) {
  const values = floats(one.values);
  const layer = layers[0] as readonly Segment[];
  const shape = area<number>()
    .defined((index) => values[index] !== null)
    .x((index) => frame.x(index))
    .y0(frame.y(0))
    .y1((index) => frame.y(values[index] ?? 0))
    .digits(1)(keptBuckets(layer));
  const { key, name, slot, previous } = one;
  return (
    <g key={key}>
      <path d={shape ?? ""} fill={`url(#${fade})`} />
      {previous && <LineMark name={name} slot={slot} values={previous} frame={frame} measure={measure} isPrevious />}
      <LineMark name={name} slot={slot} values={one.values} frame={frame} measure={measure} />
    </g>
  );
}

function Fade({ id, colour }: { id: string; colour: string }) {
  return (
    <linearGradient id={id} x1="0" x2="0" y1="0" y2="1">
      <stop offset="0%" style={{ stopColor: colour, stopOpacity: 0.38 }} />
      <stop offset="100%" style={{ stopColor: colour, stopOpacity: 0.03 }} />
    </linearGradient>
  );
}
