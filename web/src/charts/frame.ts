/** The geometry of a plot: where buckets and values lie. Pure, so that it is memoised and tested. */
import { scaleLinear } from "d3-scale";

import type { Buckets, Measure } from "./types";

/** Mean width of a tabular 11-px axis character; labels are short, so an estimate places them well. */
const CHARACTER_PX = 6.4;
const TICK_GAP_PX = 14;

export interface FrameOptions {
  width: number;
  height: number;
  count: number;
  low: number;
  high: number;
  measure: Measure;
  /** Points run from edge to edge; bands leave half a step on both sides. */
  layout: "points" | "bands";
  /** Room on the right for labels at the ends of lines. */
  endRoom?: number;
}

export interface Tick {
  at: number;
  label: string;
}

export interface Frame {
  width: number;
  height: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
  count: number;
  step: number;
  x: (index: number) => number;
  y: (value: number) => number;
  indexAt: (px: number) => number;
  valueAt: (px: number) => number;
  valueTicks: readonly Tick[];
}

export function makeFrame(options: FrameOptions): Frame {
  const { width, height, count, measure, layout } = options;
  const top = 12;
  const bottom = height - 24;
  const wanted = Math.max(2, Math.round((bottom - top) / 52));
  const isFlat = options.low === 0 && options.high === 0;
  const scale = scaleLinear()
    .domain([Math.min(0, options.low), isFlat ? 1 : Math.max(0, options.high)])
    .nice(wanted)
    .range([bottom, top]);
  const ticks = isFlat ? [0] : scale.ticks(wanted);
  const label = measure.axis(ticks);
  const labels = ticks.map((tick) => label(tick));
  const left = Math.ceil(Math.max(...labels.map((text) => text.length), 2) * CHARACTER_PX) + 12;
  const right = Math.max(left + 40, width - (options.endRoom ?? 0) - 10);
  const isBands = layout === "bands";
  const step = isBands ? (right - left) / Math.max(1, count) : (right - left) / Math.max(1, count - 1);
  const offset = isBands ? step / 2 : count === 1 ? (right - left) / 2 : 0;
  const x = (index: number) => left + offset + index * step;
  return {
    width,
    height,
    left,
    right,
    top,
    bottom,
    count,
    step,
    x,
    y: (value) => scale(value),
    indexAt: (px) => Math.min(count - 1, Math.max(0, Math.round((px - left - offset) / (step || 1)))),
    valueAt: (px) => scale.invert(px),
    valueTicks: ticks.map((tick, index) => ({ at: scale(tick), label: labels[index] as string })),
  };
}

/** Steps at which people expect labels: days, weeks, months, and the like. */
const STRIDES = [1, 2, 3, 4, 5, 7, 10, 14, 21, 28, 30, 60, 90, 120, 180, 365];

/** As many bucket labels as fit without touching, at an even stride from the first one. */
export function bucketTicks(frame: Frame, buckets: Buckets): readonly Tick[] {
  const indexes = [...buckets.keys.keys()].filter(
    (index) => buckets.isLabelled?.(buckets.keys[index] as string) ?? true,
  );
  const first = indexes[0];
  if (first === undefined) return [];
  const text = (index: number) => buckets.tick(buckets.keys[index] as string);
  const label_px = Math.max(text(first).length, text(indexes[indexes.length - 1] as number).length) * CHARACTER_PX;
  const apart_px = indexes.length > 1 ? frame.x(indexes[1] as number) - frame.x(first) : Infinity;
  const fewest = (label_px + TICK_GAP_PX) / Math.max(apart_px, 0.001);
  const stride = STRIDES.find((candidate) => candidate >= fewest) ?? Math.ceil(fewest);
  return indexes
    .filter((_, position) => position % stride === 0)
    .map((index) => ({ at: frame.x(index), label: text(index) }))
    .filter(({ at }) => at - label_px / 2 >= 0 && at + label_px / 2 <= frame.width);
}

/** Moves labels apart to at least `gap`, keeping their order, within `low` to `high`; null when they do not fit. */
export function spreadLabels(wanted: readonly number[], gap: number, low: number, high: number): number[] | null {
  if ((wanted.length - 1) * gap > high - low) return null;
  const order = wanted.map((at, index) => ({ at, index })).sort((one, two) => one.at - two.at);
  let floor = low;
  for (const label of order) {
    label.at = Math.max(label.at, floor);
    floor = label.at + gap;
  }
  let ceiling = high;
  for (const label of order.reverse()) {
    label.at = Math.min(label.at, ceiling);
    ceiling = label.at - gap;
  }
  const placed = new Array<number>(wanted.length);
  for (const label of order) placed[label.index] = label.at;
  return placed;
}
