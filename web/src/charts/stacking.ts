/** Stacks: floats to draw only. Totals shown to people come from the server. */
import { stack, stackOffsetDiverging } from "d3-shape";

import { floats } from "./floats";
import type { Series } from "./types";

/** From and to of a segment, in value units. */
export type Segment = readonly [number, number];

/** For each series, bottom first, the segment of each bucket; a gap takes no room. */
export function stackSeries(series: readonly Series[], count: number): readonly (readonly Segment[])[] {
  const columns = series.map((one) => floats(one.values));
  const rows = Array.from({ length: count }, (_, index) => index);
  const layers = stack<number, number>()
    .keys(series.map((_, position) => position))
    .value((index, position) => columns[position]?.[index] ?? 0)
    .offset(stackOffsetDiverging)(rows);
  return layers.map((layer) => layer.map((segment) => [segment[0], segment[1]] as const));
}

export function stackExtent(layers: readonly (readonly Segment[])[]): [number, number] {
  let low = 0;
  let high = 0;
  for (const layer of layers) {
    for (const [from, to] of layer) {
      low = Math.min(low, from, to);
      high = Math.max(high, from, to);
    }
  }
  return [low, high];
}

/** The series whose segment holds a value at a bucket. */
export function segmentAt(
  series: readonly Series[],
  layers: readonly (readonly Segment[])[],
  index: number,
  value: number,
): string | null {
  const position = layers.findIndex((layer) => {
    const segment = layer[index];
    return segment !== undefined && value >= segment[0] && value < segment[1];
  });
  return series[position]?.key ?? null;
}
