/** A preset is a matter of the workspace's calendar, not of the reader's clock. */
import { describe, expect, it } from "vitest";

import { dayIn, presetDays, rangeDays } from "./range";

describe("today", () => {
  it("depends on the time zone", () => {
    const instant = new Date("2026-11-20T23:30:00Z");
    expect(dayIn("America/New_York", instant)).toBe("2026-11-20");
    expect(dayIn("Europe/Berlin", instant)).toBe("2026-11-21");
    expect(dayIn("Asia/Kathmandu", instant)).toBe("2026-11-21");
  });
});

describe("presets", () => {
  it.each([
    ["today", "2026-11-20", "2026-11-20"],
    ["yesterday", "2026-11-19", "2026-11-19"],
    ["last-7-days", "2026-11-14", "2026-11-20"],
    ["last-30-days", "2026-10-22", "2026-11-20"],
    ["last-90-days", "2026-08-23", "2026-11-20"],
    ["this-month", "2026-11-01", "2026-11-20"],
    ["last-month", "2026-10-01", "2026-10-31"],
    ["this-quarter", "2026-10-01", "2026-11-20"],
    ["this-year", "2026-01-01", "2026-11-20"],
  ] as const)("%s runs from %s to %s", (preset, first, last) => {
    expect(presetDays(preset, "2026-11-20")).toEqual({ first, last });
  });

  it("cross the turn of the year", () => {
    expect(presetDays("last-month", "2027-01-05")).toEqual({ first: "2026-12-01", last: "2026-12-31" });
    expect(presetDays("yesterday", "2027-01-01")).toEqual({ first: "2026-12-31", last: "2026-12-31" });
  });

  it("end February where it ends", () => {
    expect(presetDays("last-month", "2028-03-31").last).toBe("2028-02-29");
  });
});

describe("a free range", () => {
  it("is taken as it stands", () => {
    expect(rangeDays({ from: "2026-01-02", to: "2026-01-03" }, "2026-11-20")).toEqual({
      first: "2026-01-02",
      last: "2026-01-03",
    });
  });
});
