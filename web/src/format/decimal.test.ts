/** Exact decimals: what floats cannot do. */
import { describe, expect, it } from "vitest";

import {
  addDecimals,
  compare,
  parseDecimal,
  ratio,
  roundTo,
  roundToSignificant,
  shift,
  toFloat,
  toText,
} from "./decimal";

const decimal = (text: string) => {
  const value = parseDecimal(text);
  if (!value) throw new Error(text);
  return value;
};

describe("reading a decimal", () => {
  it.each([
    ["1204.18", "1204.18"],
    ["-0.50", "-0.50"],
    ["1E-8", "0.00000001"],
    ["1.5e3", "1500"],
    [".5", "0.5"],
    ["7.", "7"],
    ["-0", "0"],
  ])("reads %s as %s", (text, plain) => {
    expect(toText(decimal(text))).toBe(plain);
  });

  it.each(["", "-", ".", "abc", "1,2", "0x1", "NaN", "1e9999"])("refuses %j", (text) => {
    expect(parseDecimal(text)).toBeNull();
  });
});

describe("arithmetic for display", () => {
  it("rounds ties to the even neighbour", () => {
    expect(["0.5", "1.5", "2.5", "-0.5", "-1.5", "2.51"].map((text) => toText(roundTo(decimal(text), 0)))).toEqual([
      "0",
      "2",
      "2",
      "0",
      "-2",
      "3",
    ]);
  });

  it("keeps significant digits before and after the point", () => {
    expect(toText(roundToSignificant(decimal("0.0034567"), 3))).toBe("0.00346");
    expect(toText(roundToSignificant(decimal("123456.7"), 3))).toBe("123000");
    expect(toText(roundToSignificant(decimal("0"), 3))).toBe("0");
  });

  it("adds what floats cannot", () => {
    expect(addDecimals(["0.1", "0.2"])).toBe("0.3");
    expect(addDecimals(["9007199254740993", "0.000000000001", "-1"])).toBe("9007199254740992.000000000001");
    expect(addDecimals(["1", "-3"])).toBe("-2");
    expect(addDecimals([])).toBe("0");
    expect(addDecimals(["1", "x"])).toBeNull();
  });

  it("divides to the places asked for, and not by zero", () => {
    expect(toText(ratio(decimal("1"), decimal("3"), 4)!)).toBe("0.3333");
    expect(toText(ratio(decimal("-1"), decimal("8"), 2)!)).toBe("-0.12");
    expect(ratio(decimal("1"), decimal("0"), 4)).toBeNull();
  });

  it("moves the point and compares across scales", () => {
    expect(toText(shift(decimal("12.4"), -2))).toBe("0.124");
    expect(toText(shift(decimal("12.4"), 3))).toBe("12400");
    expect(compare(decimal("1.10"), decimal("1.1"))).toBe(0);
    expect(compare(decimal("-2"), decimal("1"))).toBe(-1);
    expect(compare(decimal("-2"), decimal("-3"))).toBe(1);
  });

  it("gives a float only to draw with", () => {
    expect(toFloat("12.5")).toBe(12.5);
    expect(toFloat(null)).toBeNull();
    expect(toFloat("")).toBeNull();
    expect(toFloat("x")).toBeNull();
  });
});
