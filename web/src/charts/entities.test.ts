/** Seven names and "Other". */
import { describe, expect, it } from "vitest";

import { foldSeries, topEntities } from "./entities";
import { lineDash, slotColour, slotOf } from "./palette";
import type { Slot } from "./types";

const entity = (key: string, total: string | null, values: (string | null)[] = [total], slot: Slot = 1) => ({
  key,
  name: key.toUpperCase(),
  slot,
  total,
  values,
});
const keys = (list: readonly { key: string }[]) => list.map((one) => one.key).join("");

describe("more entities than colours", () => {
  it("names all of seven", () => {
    const seven = [..."abcdefg"].map((key) => entity(key, "1"));
    expect(foldSeries(seven)).toBe(seven);
  });

  it("names the seven largest, in the order given, and folds the rest into one muted series", () => {
    const nine = [..."abcdefghi"].map((key, index) => entity(key, String((index * 5) % 9), ["0.1", null]));
    const folded = foldSeries(nine);
    expect(folded).toHaveLength(8);
    expect(keys(folded.slice(0, 7))).toBe("bdefghi");
    expect(folded[7]).toEqual({ key: "other", name: "Other (2)", slot: "other", values: ["0.2", null] });
  });

  it("compares totals as exact decimals, not as text or floats", () => {
    const list = ["9", "10", "1E2", "8", "7", "6", "5", "9007199254740993", "9007199254740992"].map((total, index) =>
      entity("abcdefghi"[index] as string, total),
    );
    expect(keys(topEntities(list).rest)).toBe("fg");
  });

  it("puts what is unpriced last, and never adds it as zero", () => {
    const list = [..."abcdefg"].map((key) => entity(key, "1")).concat(entity("x", null, [null, null]));
    expect(keys(topEntities(list).rest)).toBe("x");
    expect(foldSeries(list).at(-1)?.values).toEqual([null, null]);
  });

  it("prefers the server's own values for the rest", () => {
    const list = [..."abcdefghi"].map((key) => entity(key, "1", ["5"]));
    expect(foldSeries(list, ["9.99"]).at(-1)?.values).toEqual(["9.99"]);
  });

  it("never changes the slot of an entity", () => {
    const list = [..."abcdefghi"].map((key, index) => entity(key, String(index), ["1"], slotOf(index + 1)));
    const slots = new Map(list.map((one) => [one.key, one.slot]));
    for (const one of foldSeries(list).slice(0, 7)) expect(one.slot).toBe(slots.get(one.key));
  });
});

describe("colours and dashes", () => {
  it("come from tokens by slot", () => {
    expect(slotColour(3)).toBe("var(--series-3)");
    expect(slotColour("other")).toBe("var(--muted)");
    expect([1, 8, 9, 16, 0].map(slotOf)).toEqual([1, 8, 1, 8, 8]);
  });

  it("add dashes from five lines on, in the fixed order, or when asked for", () => {
    expect(lineDash(1, 4)).toBeUndefined();
    expect([0, 1, 2, 3, 4].map((line) => lineDash(line, 5))).toEqual([undefined, "6 3", "2 3", "8 3 2 3", undefined]);
    expect(lineDash(1, 2, true)).toBe("6 3");
  });
});
