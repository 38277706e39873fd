/** Ready measures (money, counts, percentages) and buckets (hours, days, months). */
import {
  axisCount,
  axisMoney,
  axisPercent,
  columnMoney,
  formatClock,
  formatCount,
  formatDateTime,
  formatDay,
  formatDayOf,
  formatMoney,
  formatMonth,
  formatPercent,
  plainDecimal,
  spokenMoney,
  type MoneyOptions,
} from "../format";
import type { Buckets, Measure } from "./types";

const made = new Map<string, Measure>();

/** Money in the workspace's currency; `suffix` is the unit of a rate, such as `/task`. */
export function moneyMeasure(options: MoneyOptions & { name?: string; suffix?: string }): Measure {
  const { name = "Spend", suffix = "", ...money } = options;
  return once(`money ${JSON.stringify(options)}`, () => ({
    name,
    format: (value) => formatMoney(value, money) + (value === null ? "" : suffix),
    limit: (value) => formatMoney(value, { ...money, kind: "limit" }) + (value === null ? "" : suffix),
    spoken: (value) => spokenMoney(value, money) + (value === null ? "" : suffix.replace("/", " per ")),
    exact: (value) =>
      value !== null && isShortened(value, formatMoney(value, money))
        ? `${plainDecimal(value)} ${money.currency}`
        : null,
    axis: (ticks) => axisMoney(ticks, money),
    column: (values) => columnMoney(values, money),
  }));
}

export function countMeasure(options: { locale: string; name: string; noun: string }): Measure {
  const { locale, name, noun } = options;
  return once(`count ${JSON.stringify(options)}`, () => ({
    name,
    format: (value) => formatCount(value, { locale, compact: true }),
    limit: (value) => formatCount(value, { locale, compact: true }),
    spoken: (value) => (value === null ? "unknown" : `${formatCount(value, { locale })} ${noun}`),
    exact: (value) =>
      value !== null && isShortened(value, formatCount(value, { locale, compact: true })) ? value : null,
    axis: (ticks) => axisCount(ticks, locale),
    column: () => (value) => formatCount(value, { locale }),
  }));
}

/** Values given in percent: `"12.4"`. */
export function percentMeasure(options: { locale: string; name: string }): Measure {
  const { locale, name } = options;
  return once(`percent ${JSON.stringify(options)}`, () => ({
    name,
    format: (value) => formatPercent(value, locale),
    limit: (value) => formatPercent(value, locale),
    spoken: (value) => (value === null ? "unknown" : formatPercent(value, locale).replace("%", " percent")),
    exact: () => null,
    axis: (ticks) => axisPercent(ticks, locale),
    column: () => (value) => formatPercent(value, locale),
  }));
}

/** Calendar days of the workspace (`2026-10-03`). */
export function dayBuckets(days: readonly string[], options: { locale: string }): Buckets {
  return {
    name: "Day",
    keys: days,
    tick: (day) => formatDay(day, options),
    full: (day) => formatDay(day, { ...options, weekday: true, year: true }),
  };
}

/** Past this many hours the axis names days. */
const HOURS_NAMED_MAX = 48;

/** Hours as instants (`2026-10-03T14:00:00Z`), written in the workspace's zone. */
export function hourBuckets(instants: readonly string[], options: { locale: string; timeZone: string }): Buckets {
  const isLong = instants.length > HOURS_NAMED_MAX;
  return {
    name: "Hour",
    keys: instants,
    isLabelled: isLong ? (instant) => formatClock(instant, options) === "00:00" : undefined,
    tick: (instant) => (isLong ? formatDayOf(instant, options) : formatClock(instant, options)),
    full: (instant) => formatDateTime(instant, options),
  };
}

/** Calendar months (`2026-10`). */
export function monthBuckets(months: readonly string[], options: { locale: string }): Buckets {
  return {
    name: "Month",
    keys: months,
    tick: (month) => formatMonth(month, { ...options, year: false }).slice(0, 3),
    full: (month) => formatMonth(month, options),
  };
}

/** The same options give the same object, so that charts repaint only what changed. */
function once(key: string, make: () => Measure): Measure {
  const known = made.get(key);
  if (known) return known;
  const measure = make();
  made.set(key, measure);
  return measure;
}

/** True when the text shows fewer digits than the exact value has. */
function isShortened(exact: string, shown: string): boolean {
  const plain = plainDecimal(exact);
  const digits = (text: string) => text.replace(/\D/g, "").replace(/^0+/, "");
  const needed = digits(plain.includes(".") ? plain.replace(/\.?0+$/, "") : plain);
  return /[<>]/.test(shown) || !digits(shown).startsWith(needed) || (needed === "" && digits(shown) !== "");
}
