/** Money for the eye: decimal strings in, the rows of the money table out; the exact value is never lost on the way. */

import { compareSize, isZero, parseDecimal, roundTo, roundToSignificant, toText, type Decimal } from "./decimal";
import { numberFormat } from "./intl";

export interface MoneyOptions {
  locale: string;
  currency: string;
  /**
   * `unit` is for unit prices and per-task costs, which show 2–4 decimals; `limit` for caps and forecasts,
   * which leave out cents that are zero; `total` for everything else.
   */
  kind?: "total" | "unit" | "limit";
  /** False writes a million and more in full, as in the cells of a table. */
  compact?: boolean;
  /** Why there is no amount, shown after the dash. */
  reason?: string;
}

/** The smallest amount that is written out; what is nearer to zero shows as "less than" it. */
export const FLOOR = parsed("0.000001");
const THOUSAND = parsed("1000");
const MILLION = parsed("1000000");

/** One amount as text, for example `$1,204.18`, `$0.000034`, `$1.23M` or `— unpriced`. */
export function formatMoney(amount: string | null | undefined, options: MoneyOptions): string {
  return moneyParts(amount, options)
    .map((part) => part.value)
    .join("");
}

export interface SplitMoney {
  main: string;
  /** The decimal point and the cents of an amount of a hundred or more, which may be set smaller. */
  cents: string;
  rest: string;
}

/** The same text as `formatMoney`, in pieces, so that a large figure can set its cents smaller. */
export function splitMoney(amount: string | null | undefined, options: MoneyOptions): SplitMoney {
  const parts = moneyParts(amount, options);
  const text = (from: number, to?: number) =>
    parts
      .slice(from, to)
      .map((part) => part.value)
      .join("");
  const point = parts.findIndex((part) => part.type === "decimal");
  const digits = parts.filter((part) => part.type === "integer").reduce((count, part) => count + part.value.length, 0);
  const isCompact = parts.some((part) => part.type === "compact");
  if (point < 0 || digits < 3 || isCompact) return { main: text(0), cents: "", rest: "" };
  return { main: text(0, point), cents: text(point, point + 2), rest: text(point + 2) };
}

/** An amount in words, for accessible names: `1,204.18 US dollars`. */
export function spokenMoney(amount: string | null | undefined, options: MoneyOptions): string {
  const value = typeof amount === "string" ? parseDecimal(amount) : null;
  if (value === null) return options.reason ?? "unpriced";
  const shown = choose(value, { ...options, compact: false });
  const words = numberFormat(options.locale, { ...shown.format, currencyDisplay: "name" }).format(toText(shown.value));
  return shown.belowFloor ? `${value.negative ? "between zero and" : "less than"} ${words}` : words;
}

/** A formatter for one table column: every cell gets the precision that the finest cell needs. */
export function columnMoney(
  amounts: readonly (string | null)[],
  options: MoneyOptions,
): (amount: string | null) => string {
  const base = { ...options, compact: false };
  const cents = currencyDigits(options);
  const places = amounts.reduce((most, amount) => Math.max(most, placesShown(amount, base, cents)), cents);
  return (amount) => {
    const value = amount === null ? null : parseDecimal(amount);
    if (value === null || choose(value, base).belowFloor) return formatMoney(amount, base);
    return numberFormat(options.locale, currencyFormat(options, places, places)).format(toText(roundTo(value, places)));
  };
}

/** How many decimals the currency has: 2 for the dollar, 0 for the yen, 3 for the Kuwaiti dinar. */
export function currencyDigits(options: Pick<MoneyOptions, "locale" | "currency">): number {
  const format = numberFormat(options.locale, { style: "currency", currency: options.currency });
  return format.resolvedOptions().maximumFractionDigits ?? 2;
}

interface Shown {
  value: Decimal;
  format: Intl.NumberFormatOptions;
  belowFloor: boolean;
}

/** Picks the row of the table by the rounded value, so that 999,999.999 is a million and not `$1,000,000.00`. */
function choose(value: Decimal, options: MoneyOptions): Shown {
  const cents = currencyDigits(options);
  const inCents = roundTo(value, cents);
  const exact = (shown: Decimal, fewest: number, most: number): Shown => ({
    value: shown,
    format: currencyFormat(options, fewest, most),
    belowFloor: false,
  });
  if (isZero(value)) return exact(inCents, cents, cents);

  const smallestCoin: Decimal = { negative: false, digits: 1n, scale: cents };
  const significant = roundToSignificant(value, 3);
  if (compareSize(significant, FLOOR) < 0) {
    return { ...exact({ ...FLOOR, negative: value.negative }, 6, 6), belowFloor: true };
  }
  if (compareSize(significant, smallestCoin) < 0) return { ...exact(significant, 0, 0), format: tinyFormat(options) };

  const asUnit = roundTo(value, cents + 2);
  if (options.kind === "unit" && compareSize(asUnit, THOUSAND) < 0) return exact(asUnit, cents, cents + 2);
  if (options.compact !== false && compareSize(inCents, MILLION) >= 0) {
    return { value, format: compactFormat(options), belowFloor: false };
  }
  return exact(inCents, cents, cents);
}

function moneyParts(amount: string | null | undefined, options: MoneyOptions): Intl.NumberFormatPart[] {
  const value = typeof amount === "string" ? parseDecimal(amount) : null;
  if (value === null) {
    const reason = options.reason ?? (typeof amount === "string" ? "unreadable" : "unpriced");
    return [{ type: "literal", value: `— ${reason}` }];
  }
  const shown = choose(value, options);
  const parts = numberFormat(options.locale, shown.format).formatToParts(toText(shown.value));
  if (!shown.belowFloor) return parts;
  return [{ type: "literal", value: value.negative ? ">" : "<" }, ...parts];
}

function placesShown(amount: string | null, options: MoneyOptions, cents: number): number {
  const value = amount === null ? null : parseDecimal(amount);
  if (value === null || isZero(value)) return cents;
  const shown = choose(value, options);
  const written = numberFormat(options.locale, shown.format).formatToParts(toText(shown.value));
  const fraction = written.find((part) => part.type === "fraction")?.value ?? "";
  return Math.min(Math.max(fraction.length, cents), 9);
}

function currencyFormat(options: MoneyOptions, fewest: number, most: number): Intl.NumberFormatOptions {
  return {
    style: "currency",
    currency: options.currency,
    minimumFractionDigits: fewest,
    maximumFractionDigits: most,
    trailingZeroDisplay: options.kind === "limit" ? "stripIfInteger" : "auto",
  };
}

function tinyFormat(options: MoneyOptions): Intl.NumberFormatOptions {
  return {
    style: "currency",
    currency: options.currency,
    minimumSignificantDigits: 2,
    maximumSignificantDigits: 3,
  };
}

function compactFormat(options: MoneyOptions): Intl.NumberFormatOptions {
  return {
    ...currencyFormat(options, 0, 2),
    notation: "compact",
    roundingMode: "halfEven",
    useGrouping: "always",
  };
}

function parsed(text: string): Decimal {
  const value = parseDecimal(text);
  if (value === null) throw new Error(`not a decimal: ${text}`);
  return value;
}
