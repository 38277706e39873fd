/** Exact decimal strings: parsing, comparing and half-even rounding, without a float anywhere. */

/** The value is `(negative ? -1 : 1) × digits × 10^-scale`. */
export interface Decimal {
  negative: boolean;
  digits: bigint;
  scale: number;
}

const PATTERN = /^\s*([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?\s*$/;

/** Reads a decimal string as servers write it, exponents included; null when it is none. */
export function parseDecimal(text: string): Decimal | null {
  const match = PATTERN.exec(text);
  if (!match) return null;
  const [, sign, whole = "", fraction = "", exponent = "0"] = match;
  if (whole + fraction === "") return null;
  const scale = fraction.length - Number(exponent);
  let digits = BigInt(whole + fraction);
  if (scale < 0) digits *= 10n ** BigInt(-scale);
  return { negative: sign === "-" && digits !== 0n, digits, scale: Math.max(scale, 0) };
}

export function isZero(value: Decimal): boolean {
  return value.digits === 0n;
}

/** Rounds to a number of decimal places, ties to the even neighbour. */
export function roundTo(value: Decimal, places: number): Decimal {
  if (value.scale <= places) return value;
  const step = 10n ** BigInt(value.scale - places);
  let digits = value.digits / step;
  const twiceRest = (value.digits % step) * 2n;
  if (twiceRest > step || (twiceRest === step && digits % 2n === 1n)) digits += 1n;
  return { negative: value.negative && digits !== 0n, digits, scale: places };
}

/** Rounds to a number of significant digits, ties to the even neighbour. */
export function roundToSignificant(value: Decimal, significant: number): Decimal {
  if (isZero(value)) return value;
  const excess = value.digits.toString().length - significant;
  if (excess <= 0) return value;
  const places = value.scale - excess;
  if (places >= 0) return roundTo(value, places);
  const step = 10n ** BigInt(-places);
  const whole = roundTo({ ...value, scale: value.scale - places }, 0);
  return { negative: whole.negative, digits: whole.digits * step, scale: 0 };
}

/** Compares sizes, the signs left aside: negative, zero or positive as `left` is smaller, equal or larger. */
export function compareSize(left: Decimal, right: Decimal): number {
  const scale = Math.max(left.scale, right.scale);
  const difference = scaled(left, scale) - scaled(right, scale);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

export function compare(left: Decimal, right: Decimal): number {
  if (left.negative !== right.negative) return left.negative ? -1 : 1;
  return left.negative ? -compareSize(left, right) : compareSize(left, right);
}

/** Moves the decimal point: positive to the right (× 10^places), negative to the left. */
export function shift(value: Decimal, places: number): Decimal {
  const scale = value.scale - places;
  if (scale >= 0) return { ...value, scale };
  return { ...value, digits: value.digits * 10n ** BigInt(-scale), scale: 0 };
}

/** Adds decimal strings exactly; null when one of them is no decimal. */
export function addDecimals(texts: readonly string[]): string | null {
  const values = texts.map(parseDecimal);
  if (values.some((value) => value === null)) return null;
  const known = values as Decimal[];
  const scale = Math.max(0, ...known.map((value) => value.scale));
  const sum = known.reduce((total, value) => total + signed(value, scale), 0n);
  return toText({ negative: sum < 0n, digits: sum < 0n ? -sum : sum, scale });
}

/** `numerator / denominator`, exact to `places` decimals and rounded half-even; null for a zero denominator. */
export function ratio(numerator: Decimal, denominator: Decimal, places: number): Decimal | null {
  if (isZero(denominator)) return null;
  const scale = Math.max(numerator.scale, denominator.scale);
  const divisor = scaled(denominator, scale);
  const dividend = scaled(numerator, scale) * 10n ** BigInt(places);
  let digits = dividend / divisor;
  const twiceRest = (dividend % divisor) * 2n;
  if (twiceRest > divisor || (twiceRest === divisor && digits % 2n === 1n)) digits += 1n;
  return { negative: numerator.negative !== denominator.negative && digits !== 0n, digits, scale: places };
}

export function subtract(left: Decimal, right: Decimal): Decimal {
  const scale = Math.max(left.scale, right.scale);
  const difference = signed(left, scale) - signed(right, scale);
  return { negative: difference < 0n, digits: difference < 0n ? -difference : difference, scale };
}

/** The plain notation, never an exponent: what `Intl` accepts without losing a digit. */
export function toText(value: Decimal): `${number}` {
  const padded = value.digits.toString().padStart(value.scale + 1, "0");
  const whole = padded.slice(0, padded.length - value.scale);
  const fraction = value.scale > 0 ? `.${padded.slice(-value.scale)}` : "";
  return `${value.negative ? "-" : ""}${whole}${fraction}` as `${number}`;
}

/** A decimal string without an exponent (`3.4E-5` is `0.000034`); what is no decimal stays as it is. */
export function plainDecimal(text: string): string {
  const value = parseDecimal(text);
  return value === null ? text : toText(value);
}

/** The float nearest to a decimal string: to place a mark on a chart, and for nothing else. */
export function toFloat(text: string | null | undefined): number | null {
  if (text === null || text === undefined) return null;
  const value = Number(text);
  return text.trim() !== "" && Number.isFinite(value) ? value : null;
}

function scaled(value: Decimal, scale: number): bigint {
  return value.digits * 10n ** BigInt(scale - value.scale);
}

function signed(value: Decimal, scale: number): bigint {
  return value.negative ? -scaled(value, scale) : scaled(value, scale);
}
