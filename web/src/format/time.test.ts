/** Times in the workspace's time zone. */
import { describe, expect, it } from "vitest";

import {
  formatClock,
  formatDate,
  formatDateTime,
  formatDay,
  formatDayOf,
  formatDayRange,
  formatMonth,
  formatRelative,
  formatZone,
} from "./time";

const newYork = { locale: "en-GB", timeZone: "America/New_York" };
const kathmandu = { locale: "en-GB", timeZone: "Asia/Kathmandu" };

describe("an instant", () => {
  it("is written in the workspace zone, not in the browser zone", () => {
    expect(formatDateTime("2026-10-03T02:30:00Z", newYork)).toBe("2 Oct 2026, 22:30");
    expect(formatDateTime("2026-10-03T02:30:00Z", kathmandu)).toBe("3 Oct 2026, 08:15");
  });

  it("falls on the day of the workspace zone", () => {
    expect(formatDayOf("2026-10-03T02:30:00Z", newYork)).toBe("2 Oct");
    expect(formatDayOf("2026-10-03T02:30:00Z", kathmandu)).toBe("3 Oct");
    expect(formatDate("2027-01-01T02:30:00Z", newYork)).toBe("31 Dec 2026");
  });

  it("has a clock of 24 hours that starts at 00", () => {
    expect(formatClock("2026-10-03T04:02:11Z", { ...newYork, seconds: true })).toBe("00:02:11");
    expect(formatClock("2026-10-03T18:02:11Z", newYork)).toBe("14:02");
  });

  it("follows the change to winter time", () => {
    expect(formatClock("2026-11-01T05:30:00Z", newYork)).toBe("01:30");
    expect(formatClock("2026-11-01T06:30:00Z", newYork)).toBe("01:30");
    expect(formatZone("America/New_York", new Date("2026-10-31T12:00:00Z"), "en-US")).toBe("New York, GMT-4");
    expect(formatZone("America/New_York", new Date("2026-11-02T12:00:00Z"), "en-US")).toBe("New York, GMT-5");
    expect(formatZone("UTC", new Date(0), "en-US")).toBe("UTC");
  });

  it("is a dash when it cannot be read", () => {
    expect(formatDateTime("soon", newYork)).toBe("—");
    expect(formatRelative("soon", new Date(0), newYork)).toBe("—");
    expect(formatDay("", { locale: "en-GB" })).toBe("—");
  });
});

describe("a calendar day", () => {
  it("is the same day for every reader", () => {
    expect(formatDay("2026-10-03", { locale: "en-GB" })).toBe("3 Oct");
    expect(formatDay("2026-10-03", { locale: "en-US", year: true, weekday: true })).toBe("Sat, Oct 3, 2026");
    expect(formatMonth("2026-10-03", { locale: "en-GB" })).toBe("October 2026");
    expect(formatMonth("2026-10", { locale: "en-GB", year: false })).toBe("October");
  });

  it("makes a range with its neighbour", () => {
    const range = formatDayRange("2026-10-01", "2026-10-31", "en-GB");
    // Versions of the locale data differ in the spaces around the dash.
    expect(range.replace(/\s*–\s*/, "–")).toBe("1–31 Oct 2026");
  });
});

describe("how long ago", () => {
  const now = new Date("2026-10-03T18:00:00Z");
  it.each([
    ["2026-10-03T17:59:30Z", "now"],
    ["2026-10-03T17:59:00Z", "1 minute ago"],
    ["2026-10-03T17:30:00Z", "30 minutes ago"],
    ["2026-10-03T18:05:00Z", "in 5 minutes"],
    ["2026-10-03T17:00:20Z", "1 hour ago"],
    ["2026-10-03T06:00:00Z", "12 hours ago"],
    ["2026-10-02T12:00:00Z", "yesterday"],
    ["2026-10-04T20:00:00Z", "tomorrow"],
    ["2026-09-28T18:00:00Z", "5 days ago"],
    ["2026-08-03T18:00:00Z", "2 months ago"],
    ["2024-10-03T18:00:00Z", "2 years ago"],
  ])("says of %s: %s", (instant, shown) => {
    expect(formatRelative(instant, now, newYork)).toBe(shown);
  });

  it("counts days by the calendar of the workspace", () => {
    const instant = "2026-10-02T02:00:00Z";
    expect(formatRelative(instant, now, newYork)).toBe("2 days ago");
    expect(formatRelative(instant, now, { locale: "en-GB", timeZone: "UTC" })).toBe("yesterday");
  });
});
