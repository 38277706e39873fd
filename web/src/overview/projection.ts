/** What the month will have cost if it goes on as the last week did. */
import { addDecimals, parseDecimal } from "../format";
import { compareSize, ratio, roundTo, toText } from "../format/decimal";
import { DAY_MS } from "./spans";

const WEEK_MS = 7 * DAY_MS;
const PLACES = 6;
/** From here on cents would claim to know what nobody can. */
const WHOLE_FROM = { negative: false, digits: 100n, scale: 0 };

interface Known {
  /** What the month has cost until now. */
  soFar: string;
  /** What the seven whole days before today have cost. */
  week: string;
  restOfMonth_ms: number;
}

/** So far, and for each hour to come what an hour of the last seven whole days has cost on average. */
export function projected({ soFar, week, restOfMonth_ms }: Known): string | null {
  const spent = parseDecimal(week);
  if (spent === null) return null;
  const rest = { ...spent, digits: spent.digits * BigInt(Math.max(0, Math.round(restOfMonth_ms))) };
  const toCome = ratio(rest, { negative: false, digits: BigInt(WEEK_MS), scale: 0 }, PLACES);
  const sum = toCome && addDecimals([soFar, toText(toCome)]);
  const value = sum === null ? null : parseDecimal(sum);
  return value && toText(compareSize(value, WHOLE_FROM) < 0 ? value : roundTo(value, 0));
}
