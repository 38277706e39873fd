/** Largest-triangle-three-buckets: fewer points that keep the look of a line, its peaks above all. */

export interface Point {
  x: number;
  y: number;
}

/** Past this many points a line on a screen gains nothing. */
export const POINTS_MAX = 400;

/** Keeps the first and the last point and, of each bucket between, the one that spans the largest triangle. */
export function lttb<P extends Point>(points: readonly P[], most: number = POINTS_MAX): readonly P[] {
  if (points.length <= most || most < 3) return points;
  const every = (points.length - 2) / (most - 2);
  const first = points[0] as P;
  const kept: P[] = [first];
  let anchor = first;
  for (let bucket = 0; bucket < most - 2; bucket += 1) {
    const start = Math.floor(bucket * every) + 1;
    const end = Math.floor((bucket + 1) * every) + 1;
    const next = mean(points, end, Math.min(Math.floor((bucket + 2) * every) + 1, points.length));
    anchor = largest(points, start, end, anchor, next);
    kept.push(anchor);
  }
  kept.push(points[points.length - 1] as P);
  return kept;
}

/** Cuts a series at its gaps and thins each piece by its share of the points. */
export function thinnedRuns(values: readonly (number | null)[], most: number = POINTS_MAX): (readonly Point[])[] {
  const runs: Point[][] = [];
  let run: Point[] = [];
  values.forEach((value, index) => {
    if (value !== null) {
      if (run.length === 0) runs.push(run);
      run.push({ x: index, y: value });
    } else {
      run = [];
    }
  });
  if (values.length <= most) return runs;
  return runs.map((piece) => lttb(piece, Math.max(3, Math.round((most * piece.length) / values.length))));
}

function mean(points: readonly Point[], start: number, end: number): Point {
  let x = 0;
  let y = 0;
  for (let index = start; index < end; index += 1) {
    const point = points[index] as Point;
    x += point.x;
    y += point.y;
  }
  return { x: x / (end - start), y: y / (end - start) };
}

function largest<P extends Point>(points: readonly P[], start: number, end: number, from: Point, to: Point): P {
  let best = points[start] as P;
  let bestArea = -1;
  for (let index = start; index < end; index += 1) {
    const point = points[index] as P;
    const area = Math.abs((from.x - to.x) * (point.y - from.y) - (from.x - point.x) * (to.y - from.y));
    if (area > bestArea) {
      bestArea = area;
      best = point;
    }
  }
  return best;
}
