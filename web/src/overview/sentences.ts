/** What the figures say, in a sentence. */
import { formatMoney, formatPercent, parseDecimal, type MoneyOptions } from "../format";
import { shift, toText } from "../format/decimal";

/** `0.3125` as `31.3%`. */
export function percentOf(fraction: string, locale: string): string {
  const value = parseDecimal(fraction);
  return formatPercent(value && toText(shift(value, 2)), locale);
}

interface Spent {
  total: string;
  largest: { service: string | null; share: string | null } | null;
}

/** `$1,204.18 in this period; openai has 71.0% of it.` */
export function chartSentence({ total, largest }: Spent, when: string, money: MoneyOptions, locale: string): string {
  const spent = `${formatMoney(total, money)} ${when}`;
  if (!largest?.share) return `${spent}.`;
  return `${spent}; ${largest.service ?? "what has no service"} has ${percentOf(largest.share, locale)} of it.`;
}
