/** Labels of a value axis: one unit and one precision for the whole axis. */

import { currencyDigits, type MoneyOptions } from "./money";
import { numberFormat } from "./intl";

type AxisFormat = (tick: number) => string;

/** Candidates for the unit; a locale uses those that it has a short word for (K and M, lakh and crore, 万 and 億). */
const UNITS = [1e15, 1e12, 1e9, 1e8, 1e7, 1e6, 1e5, 1e4, 1e3];

/** Money ticks: `$0`, `$500` on one axis, `$0`, `$1K`, `$2K` on another, and never cents above ten. */
export function axisMoney(ticks: readonly number[], options: Pick<MoneyOptions, "locale" | "currency">): AxisFormat {
  const style: Intl.NumberFormatOptions = { style: "currency", currency: options.currency };
  return axisFormat(ticks, options.locale, style, currencyDigits(options));
}

export function axisCount(ticks: readonly number[], locale: string): AxisFormat {
  return axisFormat(ticks, locale, {}, 0);
}

/** Ticks given in percent. */
export function axisPercent(ticks: readonly number[], locale: string): AxisFormat {
  const places = decimalsOf(ticks);
  const format = numberFormat(locale, {
    style: "percent",
    minimumFractionDigits: places,
    maximumFractionDigits: places,
  });
  return (tick) => format.format(tick / 100);
}

function axisFormat(
  ticks: readonly number[],
  locale: string,
  style: Intl.NumberFormatOptions,
  cents: number,
): AxisFormat {
  const sizes = ticks.map(Math.abs).filter((size) => size > 0);
  const largest = Math.max(0, ...sizes);
  // Fractions of a unit below a half read worse than the next smaller unit.
  const smallest = Math.min(...sizes);
  const unit = UNITS.find((size) => size <= largest && smallest >= size / 2 && hasWord(locale, size)) ?? 1;
  const whole = numberFormat(locale, { ...style, minimumFractionDigits: 0, maximumFractionDigits: 0 });
  if (unit === 1) {
    const needed = decimalsOf(ticks);
    const places = needed === 0 || largest > 10 ? 0 : Math.max(needed, cents);
    const plain = numberFormat(locale, { ...style, minimumFractionDigits: places, maximumFractionDigits: places });
    return (tick) => (tick === 0 ? whole : plain).format(tick);
  }
  const scaledFormat = numberFormat(locale, {
    ...style,
    minimumFractionDigits: 0,
    maximumFractionDigits: Math.min(decimalsOf(ticks.map((tick) => tick / unit)), 3),
  });
  const worded = numberFormat(locale, {
    ...style,
    notation: "compact",
    minimumFractionDigits: 0,
    maximumFractionDigits: 0,
  });
  return (tick) => {
    if (tick === 0) return whole.format(0);
    const figure = scaledFormat
      .formatToParts(Math.abs(tick) / unit)
      .filter(
        (part) =>
          part.type === "integer" || part.type === "decimal" || part.type === "fraction" || part.type === "group",
      )
      .map((part) => part.value)
      .join("");
    return worded
      .formatToParts(Math.sign(tick) * unit)
      .map((part) => (part.type === "integer" ? figure : part.value))
      .join("");
  };
}

/** True when the locale writes this size as one of a word, so that any figure can stand before the word. */
function hasWord(locale: string, size: number): boolean {
  const parts = numberFormat(locale, { notation: "compact", maximumFractionDigits: 0 }).formatToParts(size);
  return (
    parts.some((part) => part.type === "compact") && parts.some((part) => part.type === "integer" && part.value === "1")
  );
}

/** The decimals that the ticks need to differ as they do; float dust beyond nine significant digits is ignored. */
function decimalsOf(ticks: readonly number[]): number {
  const needed = ticks.map((tick) => {
    const text = String(Number(tick.toPrecision(9)));
    const exponent = /e-(\d+)$/.exec(text);
    const mantissa = text.replace(/e.*$/, "").split(".")[1]?.length ?? 0;
    return mantissa + (exponent ? Number(exponent[1]) : 0);
  });
  return Math.min(12, Math.max(0, ...needed));
}
