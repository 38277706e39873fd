/** Times for the eye, always in the workspace's time zone; "now" is an argument. */

import { dateFormat } from "./intl";

export interface TimeOptions {
  locale: string;
  timeZone: string;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** `3 Oct 2026, 14:02` in the order of the locale. */
export function formatDateTime(instant: string | Date, options: TimeOptions): string {
  return write(instant, options, { day: "numeric", month: "short", year: "numeric", ...CLOCK });
}

/** The calendar day that an instant falls on in a zone, with its year: `3 Oct 2026`. */
export function formatDate(instant: string | Date, options: TimeOptions): string {
  return write(instant, options, { day: "numeric", month: "short", year: "numeric" });
}

/** `14:02`, or `14:02:11` with seconds. */
export function formatClock(instant: string | Date, options: TimeOptions & { seconds?: boolean }): string {
  return write(instant, options, options.seconds ? { ...CLOCK, second: "2-digit" } : CLOCK);
}

/** A calendar day (`2026-10-03`), which belongs to no zone, as `3 Oct`, with the year when asked. */
export function formatDay(day: string, options: { locale: string; year?: boolean; weekday?: boolean }): string {
  const date = new Date(`${day.slice(0, 10)}T00:00:00Z`);
  if (Number.isNaN(date.getTime())) return "—";
  return dateFormat(options.locale, {
    timeZone: "UTC",
    day: "numeric",
    month: "short",
    ...(options.year ? { year: "numeric" } : {}),
    ...(options.weekday ? { weekday: "short" } : {}),
  }).format(date);
}

/** The calendar day that an instant falls on in a zone, as `3 Oct`. */
export function formatDayOf(instant: string | Date, options: TimeOptions): string {
  return write(instant, options, { day: "numeric", month: "short" });
}

/** A calendar month (`2026-10` or any day of it) as `October 2026`. */
export function formatMonth(day: string, options: { locale: string; year?: boolean }): string {
  const date = new Date(`${day.slice(0, 7)}-01T00:00:00Z`);
  if (Number.isNaN(date.getTime())) return "—";
  const year: Intl.DateTimeFormatOptions = options.year === false ? {} : { year: "numeric" };
  return dateFormat(options.locale, { timeZone: "UTC", month: "long", ...year }).format(date);
}

/** Two calendar days, both included, as `1 – 31 Oct 2026`. */
export function formatDayRange(first: string, last: string, locale: string): string {
  const format = dateFormat(locale, { timeZone: "UTC", day: "numeric", month: "short", year: "numeric" });
  const [start, end] = [first, last].map((day) => new Date(`${day.slice(0, 10)}T00:00:00Z`)) as [Date, Date];
  if (Number.isNaN(start.getTime()) || Number.isNaN(end.getTime())) return "—";
  return format.formatRange(start, end);
}

/** How long ago or how far ahead: minutes and hours by the clock, days by the workspace's calendar. */
export function formatRelative(instant: string | Date, now: Date, options: TimeOptions): string {
  const then = new Date(instant);
  if (Number.isNaN(then.getTime())) return "—";
  const distance_ms = then.getTime() - now.getTime();
  const size_ms = Math.abs(distance_ms);
  const words = new Intl.RelativeTimeFormat(options.locale, { numeric: "auto" });
  const counted = new Intl.RelativeTimeFormat(options.locale, { numeric: "always" });
  if (size_ms < 45_000) return words.format(0, "second");
  if (Math.round(size_ms / MINUTE_MS) < 60) return counted.format(nearest(distance_ms / MINUTE_MS), "minute");
  if (Math.round(size_ms / HOUR_MS) < 24) return counted.format(nearest(distance_ms / HOUR_MS), "hour");
  const days = (dayNumber(then, options.timeZone) - dayNumber(now, options.timeZone)) / DAY_MS;
  if (Math.abs(days) < 30) return words.format(days, "day");
  const months = nearest(days / 30.44);
  if (Math.abs(months) < 12) return words.format(months, "month");
  return words.format(nearest(days / 365.25), "year");
}

/** The zone as people write it next to a range: `New York, GMT-4`. */
export function formatZone(timeZone: string, at: Date, locale: string): string {
  const parts = dateFormat(locale, { timeZone, timeZoneName: "shortOffset" }).formatToParts(at);
  const offset = parts.find((part) => part.type === "timeZoneName")?.value ?? "";
  const city = timeZone.split("/").pop()?.replaceAll("_", " ") ?? timeZone;
  return city === "UTC" ? "UTC" : `${city}, ${offset}`;
}

const CLOCK: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };

function write(instant: string | Date, options: TimeOptions, shape: Intl.DateTimeFormatOptions): string {
  const date = new Date(instant);
  if (Number.isNaN(date.getTime())) return "—";
  return dateFormat(options.locale, { timeZone: options.timeZone, ...shape }).format(date);
}

/** The start, as if in UTC, of the calendar day that an instant falls on in a zone. */
function dayNumber(instant: Date, timeZone: string): number {
  const parts = dateFormat("en-US", { timeZone, year: "numeric", month: "numeric", day: "numeric" }).formatToParts(
    instant,
  );
  const read = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  return Date.UTC(read("year"), read("month") - 1, read("day"));
}

/** Rounds half away from zero, so that the past and the future read alike; never minus zero. */
function nearest(value: number): number {
  return Math.sign(value) * Math.round(Math.abs(value)) + 0;
}
