/** Which days a range means, counted in the calendar of the workspace's time zone. */
import { DEFAULT_PRESET, type Filters, type Preset } from "./filters";

/** Both days belong to the range. */
export interface DayRange {
  first: string;
  last: string;
}

/** The calendar day that an instant falls on in a time zone. */
export function dayIn(timeZone: string, instant: Date): string {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  }).formatToParts(instant);
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? "";
  return `${part("year")}-${part("month")}-${part("day")}`;
}

function write(year: number, month: number, day: number): string {
  return new Date(Date.UTC(year, month, day)).toISOString().slice(0, 10);
}

/** The days of a preset, seen from today; periods that are still open end today. */
export function presetDays(preset: Preset, today: string): DayRange {
  const [year, monthNumber, day] = today.split("-").map(Number) as [number, number, number];
  const month = monthNumber - 1;
  const daysAgo = (days: number) => write(year, month, day - days);
  switch (preset) {
    case "today":
      return { first: today, last: today };
    case "yesterday":
      return { first: daysAgo(1), last: daysAgo(1) };
    case "last-7-days":
      return { first: daysAgo(6), last: today };
    case "last-30-days":
      return { first: daysAgo(29), last: today };
    case "last-90-days":
      return { first: daysAgo(89), last: today };
    case "this-month":
      return { first: write(year, month, 1), last: today };
    case "last-month":
      return { first: write(year, month - 1, 1), last: write(year, month, 0) };
    case "this-quarter":
      return { first: write(year, month - (month % 3), 1), last: today };
    case "this-year":
      return { first: write(year, 0, 1), last: today };
  }
}

export function rangeDays(filters: Filters, today: string): DayRange {
  if (filters.from && filters.to) return { first: filters.from, last: filters.to };
  return presetDays(filters.range ?? DEFAULT_PRESET, today);
}
