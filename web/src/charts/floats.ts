/** Floats to place marks with, computed once per array of exact values. */
import { toFloat } from "../format";
import type { Values } from "./types";

const known = new WeakMap<Values, readonly (number | null)[]>();

export function floats(values: Values): readonly (number | null)[] {
  let result = known.get(values);
  if (!result) {
    result = values.map(toFloat);
    known.set(values, result);
  }
  return result;
}

/** The smallest and largest of several lists; [0, 0] when there is nothing. */
export function extent(lists: readonly (readonly (number | null)[])[]): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const list of lists) {
    for (const value of list) {
      if (value === null) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low === Infinity ? [0, 0] : [low, high];
}
