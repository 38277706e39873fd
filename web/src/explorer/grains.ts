/** How a period is cut into buckets: as chosen where that can be drawn, and by its length where nothing was chosen. */
import { dayBuckets, hourBuckets, monthBuckets, type Buckets } from "../charts";
import type { TimeOptions } from "../format";
import { formatDay } from "../format";
import type { DayRange } from "../filters/range";
import { lengthInDays } from "../overview/periods";

export const LENGTHS = ["hour", "day", "week", "month", "quarter", "year"] as const;
export type Grain = (typeof LENGTHS)[number];
export const GRAINS = ["none", ...LENGTHS] as const;
/** `none` is one figure for each group, without a course of time. */
export type GrainChoice = (typeof GRAINS)[number];

export const GRAIN_WORDS: Record<GrainChoice, string> = {
  none: "Whole period",
  hour: "By hour",
  day: "By day",
  week: "By week",
  month: "By month",
  quarter: "By quarter",
  year: "By year",
};

const DAYS_IN: Record<Grain, number> = { hour: 1 / 24, day: 1, week: 7, month: 30, quarter: 91, year: 365 };
/** Seven groups with as many buckets each are what one answer holds; more could not be told apart either. */
export const BUCKETS_MAX = 700;
const HOURS_UP_TO_DAYS = 2;
const DAYS_UP_TO_DAYS = 100;
const WEEKS_UP_TO_DAYS = 200;

export function fits(grain: Grain, days: DayRange): boolean {
  return lengthInDays(days) / DAYS_IN[grain] <= BUCKETS_MAX;
}

/** The grain that is drawn: the chosen one, or the next longer one that can be drawn. */
export function grainOf(chosen: GrainChoice | undefined, days: DayRange): GrainChoice {
  if (chosen === "none") return chosen;
  const wanted = chosen ?? usualGrain(days);
  return LENGTHS.slice(LENGTHS.indexOf(wanted)).find((each) => fits(each, days)) ?? "year";
}

function usualGrain(days: DayRange): Grain {
  const length = lengthInDays(days);
  if (length <= HOURS_UP_TO_DAYS) return "hour";
  if (length <= DAYS_UP_TO_DAYS) return "day";
  return length <= WEEKS_UP_TO_DAYS ? "week" : "month";
}

/** The axis of a chart. */
export function bucketsOf(grain: Grain, keys: readonly string[], options: TimeOptions): Buckets {
  const { locale } = options;
  if (grain === "hour") return hourBuckets(keys, options);
  if (grain === "day") return dayBuckets(keys, { locale });
  if (grain === "month") return monthBuckets(keys, { locale });
  if (grain === "year") return { name: "Year", keys, tick: (key) => key.slice(0, 4), full: (key) => key.slice(0, 4) };
  if (grain === "quarter") return { name: "Quarter", keys, tick: quarter, full: quarter };
  const day = (key: string) => formatDay(key, { locale });
  const full = (key: string) => `Week from ${formatDay(key, { locale, weekday: true, year: true })}`;
  return { name: "Week", keys, tick: day, full };
}

/** `Q4 2026` */
function quarter(key: string): string {
  return `Q${Math.floor((Number(key.slice(5, 7)) - 1) / 3) + 1} ${key.slice(0, 4)}`;
}

interface Bucket {
  start: string;
  end: string;
}

/** The days of a bucket, as far as they lie in the period: what a click on it narrows the page to. */
export function daysOf(bucket: Bucket, grain: Grain, days: DayRange): DayRange {
  const first = bucket.start.slice(0, 10);
  const last = grain === "hour" ? first : dayBefore(bucket.end.slice(0, 10));
  return { first: first < days.first ? days.first : first, last: last > days.last ? days.last : last };
}

function dayBefore(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() - 1);
  return date.toISOString().slice(0, 10);
}
