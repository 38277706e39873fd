/** Counts, shares and changes for the eye; percentages keep one decimal and never overstate a small base. */

import { compareSize, isZero, parseDecimal, ratio, roundTo, shift, subtract, toText, type Decimal } from "./decimal";
import { numberFormat } from "./intl";

const TENTH: Decimal = { negative: false, digits: 1n, scale: 1 };
const LARGEST_PERCENT: Decimal = { negative: false, digits: 999n, scale: 0 };

export interface CountOptions {
  locale: string;
  /** Short form from a million up: `1.2M`. */
  compact?: boolean;
}

/** A count: `1,204`, or `1.2M` when compact. A count that is not known is a dash. */
export function formatCount(count: string | number | null | undefined, options: CountOptions): string {
  const value = count === null || count === undefined ? null : parseDecimal(String(count));
  if (value === null) return "—";
  const whole = roundTo(value, 0);
  const isLong = compareSize(whole, { negative: false, digits: 1_000_000n, scale: 0 }) >= 0;
  if (options.compact && isLong) {
    const compact: Intl.NumberFormatOptions = {
      notation: "compact",
      maximumFractionDigits: 1,
      roundingMode: "halfEven",
    };
    return numberFormat(options.locale, compact).format(toText(value));
  }
  return numberFormat(options.locale, { maximumFractionDigits: 0 }).format(toText(whole));
}

/** A percentage given in percent (`"12.4"`): `12.4%`, `<0.1%`, and from above 999 % a multiple such as `12×`. */
export function formatPercent(percent: string | number | null | undefined, locale: string): string {
  const value = percent === null || percent === undefined ? null : parseDecimal(String(percent));
  if (value === null) return "—";
  const rounded = roundTo(value, 1);
  if (compareSize(rounded, LARGEST_PERCENT) > 0) return formatMultiple(shift(value, -2), locale);
  if (!isZero(value) && compareSize(rounded, TENTH) < 0) {
    return `${value.negative ? ">" : "<"}${percentText({ ...TENTH, negative: value.negative }, locale)}`;
  }
  return percentText(rounded, locale);
}

/** What became of a figure since another period. */
export type Change =
  | { kind: "percent"; direction: Direction; percent: string }
  | { kind: "multiple"; direction: Direction; multiple: string }
  | { kind: "new"; direction: Direction }
  | { kind: "unknown"; direction: "flat" };

export type Direction = "up" | "down" | "flat";

/** Compares two exact figures. A base of zero is "new"; a base below zero has no meaningful percentage. */
export function changeBetween(current: string | null | undefined, previous: string | null | undefined): Change {
  const now = typeof current === "string" ? parseDecimal(current) : null;
  const before = typeof previous === "string" ? parseDecimal(previous) : null;
  if (now === null || before === null || before.negative) return { kind: "unknown", direction: "flat" };
  if (isZero(before)) {
    if (isZero(now)) return { kind: "percent", direction: "flat", percent: "0" };
    return { kind: "new", direction: now.negative ? "down" : "up" };
  }
  const difference = subtract(now, before);
  const direction: Direction = isZero(difference) ? "flat" : difference.negative ? "down" : "up";
  const fraction = ratio(difference, before, 12) as Decimal;
  const percent = shift(fraction, 2);
  if (compareSize(roundTo(percent, 1), LARGEST_PERCENT) > 0 && !percent.negative) {
    return { kind: "multiple", direction, multiple: toText(ratio(now, before, 12) as Decimal) };
  }
  return { kind: "percent", direction, percent: toText(percent) };
}

/** The size of a change without its direction, which an arrow shows: `12.4%`, `12×`, `new`. */
export function formatChange(change: Change, locale: string): string {
  switch (change.kind) {
    case "percent": {
      // A difference too small for the ratio's digits is still a difference.
      if (change.direction !== "flat" && Number(change.percent) === 0) return formatPercent("0.01", locale);
      return formatPercent(change.percent.replace("-", ""), locale);
    }
    case "multiple":
      return formatMultiple(parseDecimal(change.multiple) as Decimal, locale);
    case "new":
      return "new";
    case "unknown":
      return "no comparison";
  }
}

/** A change in words, direction included: `up 12.4 percent`, `12 times as much`, `new`, `unchanged`. */
export function spokenChange(change: Change, locale: string): string {
  if (change.kind === "new") return "new";
  if (change.kind === "unknown") return "no comparison";
  if (change.kind === "multiple") return `${formatChange(change, locale).replace("×", "")} times as much`;
  if (change.direction === "flat") return "unchanged";
  const size = formatChange(change, locale).replace("<", "less than ");
  return `${change.direction} ${size.replace(/\s*%/, " percent")}`;
}

function formatMultiple(multiple: Decimal, locale: string): string {
  const whole = roundTo(multiple, 0);
  return `${numberFormat(locale, { maximumFractionDigits: 0 }).format(toText(whole))}×`;
}

function percentText(percent: Decimal, locale: string): string {
  const format = numberFormat(locale, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });
  return format.format(toText(shift(percent, -2)));
}
