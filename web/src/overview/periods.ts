/** How a period is cut for a chart, and which of its buckets the present has reached. */
import { dayIn, type DayRange } from "../filters/range";
import { DAY_MS } from "./spans";

export type ChartGrain = "hour" | "day" | "month";

const HOURS_UP_TO_DAYS = 2;
/** More bars than this would be thinner than the gaps between them. */
const DAYS_UP_TO_DAYS = 100;

export function lengthInDays({ first, last }: DayRange): number {
  return Math.round((Date.parse(last) - Date.parse(first)) / DAY_MS) + 1;
}

export function grainOf(days: DayRange): ChartGrain {
  const length = lengthInDays(days);
  if (length <= HOURS_UP_TO_DAYS) return "hour";
  return length <= DAYS_UP_TO_DAYS ? "day" : "month";
}

interface Bucket {
  start: string;
  end: string;
}

export interface Reach {
  /** The bucket that the present lies in, which is still being filled. */
  openFrom: number | undefined;
  /** The first bucket that has not begun. */
  futureFrom: number;
}

/** Hours are moments; longer buckets are local days, which compare as texts. */
export function reachOf(buckets: readonly Bucket[], grain: ChartGrain, now: Date, timeZone: string): Reach {
  const isHour = grain === "hour";
  const present = isHour ? now.getTime() : dayIn(timeZone, now);
  const at = (bound: string) => (isHour ? Date.parse(bound) : bound);
  const futureFrom = buckets.findIndex(({ start }) => at(start) > present);
  const openFrom = buckets.findIndex(({ start, end }) => at(start) <= present && present < at(end));
  return { openFrom: openFrom < 0 ? undefined : openFrom, futureFrom: futureFrom < 0 ? buckets.length : futureFrom };
}
