/** Axis labels: one unit for the whole axis, no cents above ten. */
import { describe, expect, it } from "vitest";

import { axisCount, axisMoney, axisPercent } from "./axis";

const money = (ticks: number[], locale = "en-US", currency = "USD") =>
  ticks.map(axisMoney(ticks, { locale, currency })).map((label) => label.replaceAll("\u00a0", " "));

describe("a money axis", () => {
  it.each([
    [
      [0, 250, 500],
      ["$0", "$250", "$500"],
    ],
    [
      [0, 1000, 2000],
      ["$0", "$1K", "$2K"],
    ],
    [
      [0, 200, 400, 1000],
      ["$0", "$200", "$400", "$1,000"],
    ],
    [
      [0, 2e5, 1e6],
      ["$0", "$200K", "$1,000K"],
    ],
    [
      [0, 500, 1000],
      ["$0", "$0.5K", "$1K"],
    ],
    [
      [0, 5e5, 1e6, 1.5e6],
      ["$0", "$0.5M", "$1M", "$1.5M"],
    ],
    [
      [0, 2.5, 5],
      ["$0", "$2.50", "$5.00"],
    ],
    [
      [0, 10, 20],
      ["$0", "$10", "$20"],
    ],
    [
      [0, 5, 10, 15],
      ["$0", "$5", "$10", "$15"],
    ],
    [
      [0, 0.0002, 0.0004],
      ["$0", "$0.0002", "$0.0004"],
    ],
    [
      [0, 2e-7, 4e-7],
      ["$0", "$0.0000002", "$0.0000004"],
    ],
    [
      [-1000, 0, 1000],
      ["-$1K", "$0", "$1K"],
    ],
    [
      [0, 0.1, 0.2, 0.30000000000000004],
      ["$0", "$0.10", "$0.20", "$0.30"],
    ],
  ])("labels %j as %j", (ticks, labels) => {
    expect(money(ticks)).toEqual(labels);
  });

  it("shows no cents above ten", () => {
    expect(money([0, 2.5, 5, 7.5, 10, 12.5]).join(" ")).not.toContain(".");
  });

  it("uses the units that the locale has words for", () => {
    expect(money([0, 1e6, 2e6], "de-DE", "EUR")).toEqual(["0 €", "1 Mio. €", "2 Mio. €"]);
    expect(money([0, 2000, 4000], "de-DE", "EUR")).toEqual(["0 €", "2.000 €", "4.000 €"]);
    expect(money([0, 1e5, 2e5], "en-IN", "INR")).toEqual(["₹0", "₹1L", "₹2L"]);
    expect(money([0, 50000], "ja-JP", "JPY")).toEqual(["￥0", "￥5万"]);
  });
});

describe("other axes", () => {
  it("labels counts and percentages with one unit too", () => {
    const counts = [0, 500_000, 1_000_000];
    expect(counts.map(axisCount(counts, "en-US"))).toEqual(["0", "0.5M", "1M"]);
    const percents = [0, 50, 100];
    expect(percents.map(axisPercent(percents, "en-US"))).toEqual(["0%", "50%", "100%"]);
  });

  it("labels an axis without ticks", () => {
    expect([].map(axisCount([], "en-US"))).toEqual([]);
  });
});
