/** Percentages, changes and counts. */
import { describe, expect, it } from "vitest";

import { changeBetween, formatChange, formatCount, formatPercent, spokenChange } from "./number";

const change = (now: string | null, before: string | null) => formatChange(changeBetween(now, before), "en-US");

describe("a percentage", () => {
  it.each([
    ["12.4", "12.4%"],
    ["0", "0.0%"],
    ["12.35", "12.4%"],
    ["12.45", "12.4%"],
    ["-8.1", "-8.1%"],
    ["0.04", "<0.1%"],
    ["-0.04", ">-0.1%"],
    ["0.05", "<0.1%"],
    ["0.06", "0.1%"],
    ["999", "999.0%"],
    ["999.04", "999.0%"],
    ["999.06", "10×"],
    ["1200", "12×"],
    ["1250", "12×"],
    ["1350", "14×"],
    ["123456", "1,235×"],
  ])("writes %s percent as %s", (percent, shown) => {
    expect(formatPercent(percent, "en-US")).toBe(shown);
  });

  it("follows the locale and shows a dash when unknown", () => {
    expect(formatPercent("12.4", "de-DE").replaceAll("\u00a0", " ")).toBe("12,4 %");
    expect(formatPercent(null, "en-US")).toBe("—");
  });
});

describe("a change since another period", () => {
  it("is a percentage with its direction apart", () => {
    expect(change("112.4", "100")).toBe("12.4%");
    expect(changeBetween("112.4", "100").direction).toBe("up");
    expect(change("91.9", "100")).toBe("8.1%");
    expect(changeBetween("91.9", "100").direction).toBe("down");
    expect(change("0", "100")).toBe("100.0%");
  });

  it("is a multiple above 999 percent: the figure is so many times the base", () => {
    expect(change("1099", "100")).toBe("999.0%");
    expect(change("1200", "100")).toBe("12×");
    expect(spokenChange(changeBetween("1200", "100"), "en-US")).toBe("12 times as much");
  });

  it('is "new" from a base of zero, and unchanged from zero to zero', () => {
    expect(change("5", "0")).toBe("new");
    expect(change("0", "0.00")).toBe("0.0%");
    expect(spokenChange(changeBetween("0", "0"), "en-US")).toBe("unchanged");
  });

  it("is not made up when a side is unknown or the base is below zero", () => {
    expect(change(null, "5")).toBe("no comparison");
    expect(change("5", null)).toBe("no comparison");
    expect(change("5", "-5")).toBe("no comparison");
  });

  it("never prints a difference as zero", () => {
    expect(change("100.01", "100")).toBe("<0.1%");
    expect(change("1000000000000000.000000000001", "1000000000000000")).toBe("<0.1%");
    expect(spokenChange(changeBetween("100.01", "100"), "en-US")).toBe("up less than 0.1 percent");
  });

  it("is exact where floats are not", () => {
    expect(change("0.3", "0.1")).toBe("200.0%");
    expect(changeBetween("0.3", "0.1")).toMatchObject({ percent: "200.0000000000" });
  });

  it("is said in words with its direction", () => {
    expect(spokenChange(changeBetween("112.4", "100"), "en-US")).toBe("up 12.4 percent");
    expect(spokenChange(changeBetween("91.9", "100"), "en-US")).toBe("down 8.1 percent");
  });
});

describe("a count", () => {
  it.each([
    ["1204", "1,204"],
    [0, "0"],
    ["1200000", "1,200,000"],
    [null, "—"],
  ])("writes %s as %s", (count, shown) => {
    expect(formatCount(count, { locale: "en-US" })).toBe(shown);
  });

  it("shortens from a million up when asked", () => {
    expect(formatCount("1234567", { locale: "en-US", compact: true })).toBe("1.2M");
    expect(formatCount("999999", { locale: "en-US", compact: true })).toBe("999,999");
  });
});
