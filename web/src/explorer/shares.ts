/** Which part of a whole something is, to the digits that are shown. */
import { parseDecimal } from "../format";
import { ratio, toText } from "../format/decimal";

const PLACES = 8;

/** A fraction as text; null where there is no whole. */
export function shareOf(part: string | null, whole: string | null): string | null {
  const [one, all] = [part, whole].map((text) => (text === null ? null : parseDecimal(text)));
  if (!one || !all) return null;
  const share = ratio(one, all, PLACES);
  return share && toText(share);
}
