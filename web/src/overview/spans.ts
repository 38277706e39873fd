/** The stretches of time that the figures are about, by the clock on the wall of the workspace. */
import { presetDays } from "../filters/range";
import { dateFormat } from "../format/intl";

/** As the API takes them: a day, which is meant as a whole, or a moment. */
export interface Span {
  start: string;
  end: string;
}

export const DAY_MS = 86_400_000;

/** What a clock on the wall shows at an instant, read as if it hung in Greenwich. */
function wall_ms(instant: Date, timeZone: string): number {
  const parts = dateFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(instant);
  const read = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  return Date.UTC(read("year"), read("month") - 1, read("day"), read("hour"), read("minute"), read("second"));
}

/** How long the day has lasted by the clock. */
function clock_ms(now: Date, timeZone: string): number {
  return wall_ms(now, timeZone) % DAY_MS;
}

/** The instant of another day at which the clock shows what it shows now. */
export function sameClockOn(day: string, now: Date, timeZone: string): Date {
  const wanted_ms = Date.parse(`${day}T00:00:00Z`) + clock_ms(now, timeZone);
  const ahead_ms = (at_ms: number) => wall_ms(new Date(at_ms), timeZone) - at_ms;
  const guess_ms = wanted_ms - ahead_ms(wanted_ms);
  // Where clocks were changed between the guess and the instant, the second look is the right one.
  return new Date(wanted_ms - ahead_ms(guess_ms));
}

/** Yesterday, as far as today has come. */
export function yesterdaySoFar(today: string, now: Date, timeZone: string): Span {
  const { first } = presetDays("yesterday", today);
  return { start: first, end: sameClockOn(first, now, timeZone).toISOString() };
}

/** The month before, as far as this one has come; the whole of it where it has fewer days. */
export function lastMonthSoFar(today: string, now: Date, timeZone: string): Span {
  const { first, last } = presetDays("last-month", today);
  const sameDay = `${first.slice(0, 8)}${today.slice(8)}`;
  if (sameDay > last) return { start: first, end: last };
  return { start: first, end: sameClockOn(sameDay, now, timeZone).toISOString() };
}

/** The seven whole days before today. */
export function lastWholeWeek(today: string): Span {
  const { first, last } = presetDays("last-7-days", presetDays("yesterday", today).first);
  return { start: first, end: last };
}

/** How much of the month is still to come, today's rest included. */
export function restOfMonth_ms(today: string, now: Date, timeZone: string): number {
  const [year, month, day] = today.split("-").map(Number) as [number, number, number];
  const daysInMonth = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return (daysInMonth - day + 1) * DAY_MS - clock_ms(now, timeZone);
}
