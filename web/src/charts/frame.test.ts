/** Geometry: where things stand, and the keys that move the crosshair. */
import { describe, expect, it } from "vitest";

import { bucketTicks, makeFrame, spreadLabels } from "./frame";
import { dayBuckets, hourBuckets, moneyMeasure } from "./measures";
import { segmentAt, stackExtent, stackSeries } from "./stacking";
import { move } from "./useCrosshair";

const measure = moneyMeasure({ locale: "en-US", currency: "USD" });
const base = { width: 640, height: 240, count: 30, low: 0, high: 870, measure, layout: "points" as const };
const october = Array.from({ length: 30 }, (_, day) => `2026-10-${String(day + 1).padStart(2, "0")}`);

describe("a frame", () => {
  it("starts at zero, ends above the largest value, and labels with one unit", () => {
    const frame = makeFrame(base);
    expect(frame.y(0)).toBe(frame.bottom);
    expect(frame.y(870)).toBeGreaterThanOrEqual(frame.top);
    expect(frame.valueTicks.map((tick) => tick.label)).toEqual(["$0", "$200", "$400", "$600", "$800", "$1,000"]);
  });

  it("finds the bucket under the pointer again, for points and for bands", () => {
    for (const layout of ["points", "bands"] as const) {
      const frame = makeFrame({ ...base, layout });
      for (const index of [0, 13, 29]) expect(frame.indexAt(frame.x(index))).toBe(index);
      expect(frame.indexAt(-500)).toBe(0);
      expect(frame.indexAt(5000)).toBe(29);
    }
  });

  it("stays whole without data, with one bucket, with zeros and below zero", () => {
    expect(makeFrame({ ...base, high: 0 }).valueTicks.map((tick) => tick.label)).toEqual(["$0"]);
    expect(Number.isFinite(makeFrame({ ...base, count: 1 }).x(0))).toBe(true);
    expect(makeFrame({ ...base, count: 0 }).step).toBeGreaterThan(0);
    const negative = makeFrame({ ...base, low: -50, high: 10 });
    expect(negative.y(-50)).toBeLessThanOrEqual(negative.bottom);
    expect(negative.y(0)).toBeLessThan(negative.bottom);
  });
});

describe("labels", () => {
  it("of buckets never touch, at any width", () => {
    for (const width of [200, 340, 640, 1400]) {
      const ticks = bucketTicks(makeFrame({ ...base, width }), dayBuckets(october, { locale: "en-US" }));
      expect(ticks.length).toBeGreaterThan(1);
      const gaps = ticks.slice(1).map((tick, index) => tick.at - (ticks[index]?.at ?? 0));
      expect(Math.min(...gaps)).toBeGreaterThan(6 * 6);
    }
  });

  it("of many hours name the days of the workspace zone", () => {
    const hours = Array.from({ length: 240 }, (_, hour) => new Date(Date.UTC(2026, 9, 1, hour)).toISOString());
    const buckets = hourBuckets(hours, { locale: "en-US", timeZone: "America/New_York" });
    const ticks = bucketTicks(makeFrame({ ...base, count: 240 }), buckets);
    expect(ticks[0]?.label).toBe("Oct 1");
    expect(ticks[0]?.at).toBe(makeFrame({ ...base, count: 240 }).x(4));
  });

  it("at line ends move apart, keep their order and stay inside", () => {
    expect(spreadLabels([50, 52, 51], 15, 0, 200)).toEqual([50, 80, 65]);
    const low = spreadLabels([198, 199, 200], 15, 0, 200) as number[];
    expect(low).toEqual([170, 185, 200]);
    expect(spreadLabels([1, 2, 3], 15, 0, 20)).toBeNull();
  });
});

describe("stacks", () => {
  const series = [
    { key: "a", name: "A", slot: 1 as const, values: ["1", null, "-2"] },
    { key: "b", name: "B", slot: 2 as const, values: ["2", "3", "4"] },
  ];
  const layers = stackSeries(series, 3);

  it("pile up in the order given; a gap takes no room; what is negative hangs down", () => {
    expect(layers[0]?.[0]).toEqual([0, 1]);
    expect(layers[1]?.[0]).toEqual([1, 3]);
    expect(layers[1]?.[1]).toEqual([0, 3]);
    expect(layers[1]?.[2]).toEqual([0, 4]);
    expect(stackExtent(layers)).toEqual([-2, 4]);
  });

  it("know whose segment is under the pointer", () => {
    expect(segmentAt(series, layers, 0, 0.5)).toBe("a");
    expect(segmentAt(series, layers, 0, 2.5)).toBe("b");
    expect(segmentAt(series, layers, 0, 99)).toBeNull();
  });
});

describe("the keys of the crosshair", () => {
  const keys = ["a", "b"];
  const at = (index: number, series: string | null = null) => ({ index, series });

  it("move through the buckets and stop at the ends", () => {
    expect(move("ArrowLeft", at(5), 29, keys)).toEqual(at(4));
    expect(move("ArrowRight", at(29), 29, keys)).toEqual(at(29));
    expect(move("Home", at(5), 29, keys)).toEqual(at(0));
    expect(move("PageUp", at(5), 29, keys)).toEqual(at(8));
  });

  it("move through the series and back to all of them", () => {
    expect(move("ArrowUp", at(5), 29, keys)).toEqual(at(5, "a"));
    expect(move("ArrowUp", at(5, "b"), 29, keys)).toEqual(at(5, null));
    expect(move("ArrowDown", at(5), 29, keys)).toEqual(at(5, "b"));
  });

  it("leave other keys to the page", () => {
    expect(move("k", at(5), 29, keys)).toBeNull();
    expect(move("Tab", at(5), 29, keys)).toBeNull();
  });
});
