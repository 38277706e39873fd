/** What the charts write, say, and keep exact. */
import { describe, expect, it } from "vitest";

import { countMeasure, moneyMeasure, percentMeasure } from "./measures";

const money = moneyMeasure({ locale: "en-US", currency: "USD" });

describe("the exact value", () => {
  it.each([
    ["1204.18", null],
    ["12.5", null],
    ["100.00", null],
    ["0", null],
    ["0.000034", null],
    ["3.4E-5", null],
    ["1204.1849", "1204.1849 USD"],
    ["1234567.89", "1234567.89 USD"],
    ["1234000", "1234000 USD"],
    ["0.0000001", "0.0000001 USD"],
    ["1E-7", "0.0000001 USD"],
    ["9.999", "9.999 USD"],
  ])("of %s is added as %s when the text shows less", (value, exact) => {
    expect(money.exact(value)).toBe(exact);
  });

  it("is added to shortened counts, and never made up for what is unknown", () => {
    const calls = countMeasure({ locale: "en-US", name: "Calls", noun: "calls" });
    expect(calls.exact("1204181")).toBe("1204181");
    expect(calls.exact("1204")).toBeNull();
    expect(money.exact(null)).toBeNull();
  });
});

describe("a measure", () => {
  it("carries the unit of a rate, written and said", () => {
    const rate = moneyMeasure({ locale: "en-US", currency: "USD", kind: "unit", suffix: "/task" });
    expect(rate.format("0.0384")).toBe("$0.0384/task");
    expect(rate.spoken("0.0384")).toBe("0.0384 US dollars per task");
    expect(rate.format(null)).toBe("— unpriced");
  });

  it("is one object for the same options, so that charts need not repaint", () => {
    expect(moneyMeasure({ locale: "en-US", currency: "USD" })).toBe(money);
  });

  it("says percentages in words", () => {
    expect(percentMeasure({ locale: "en-US", name: "Share" }).spoken("12.4")).toBe("12.4 percent");
  });
});
