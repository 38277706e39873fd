/** Thinning lines: fewer points, the same look. */
import { describe, expect, it } from "vitest";

import { lttb, POINTS_MAX, thinnedRuns, type Point } from "./lttb";

const wave = (count: number): Point[] => Array.from({ length: count }, (_, x) => ({ x, y: Math.sin(x / 50) * 10 }));

describe("downsampling", () => {
  it("leaves short lines alone", () => {
    const points = wave(POINTS_MAX);
    expect(lttb(points)).toBe(points);
  });

  it("keeps exactly as many points as asked for, the first and the last among them, in order", () => {
    const points = wave(10_000);
    const kept = lttb(points);
    expect(kept).toHaveLength(POINTS_MAX);
    expect(kept[0]).toBe(points[0]);
    expect(kept.at(-1)).toBe(points.at(-1));
    expect(kept.every((point, index) => index === 0 || point.x > (kept[index - 1] as Point).x)).toBe(true);
  });

  it("takes only points that exist", () => {
    const points = wave(5000);
    const known = new Set(points);
    expect(lttb(points, 100).every((point) => known.has(point))).toBe(true);
  });

  it.each([1, 57, 2500, 4998])("never loses a lone peak, here at %i", (at) => {
    const points = wave(5000);
    points[at] = { x: at, y: 1000 };
    expect(lttb(points, 100)).toContain(points[at]);
  });

  it("copes with the smallest sizes", () => {
    expect(lttb([], 100)).toEqual([]);
    expect(lttb(wave(10), 3)).toHaveLength(3);
    expect(lttb(wave(10), 2)).toHaveLength(10);
  });
});

describe("gaps", () => {
  it("cut a line into pieces and stay gaps", () => {
    expect(thinnedRuns([1, 2, null, null, 3, null])).toEqual([
      [
        { x: 0, y: 1 },
        { x: 1, y: 2 },
      ],
      [{ x: 4, y: 3 }],
    ]);
    expect(thinnedRuns([null, null])).toEqual([]);
  });

  it("leave each piece its share of the points", () => {
    const values = Array.from({ length: 4000 }, (_, x) => (x >= 1000 && x < 1100 ? null : x % 17));
    const runs = thinnedRuns(values);
    expect(runs).toHaveLength(2);
    expect(runs.flat().length).toBeLessThanOrEqual(POINTS_MAX);
    expect(runs[0]?.at(-1)?.x).toBe(999);
    expect(runs[1]?.[0]?.x).toBe(1100);
  });
});
