/** What is said of an event in few words: what it counts, why it has no price, what became of it. */
import type { EventContents, EventPrice, SpendEvent } from "../api/events";
import type { Explanation, PricedLine } from "../api/prices";
import { numberFormat } from "../format/intl";
import { reasonSentence, SOURCE_WORDS, unitName } from "../prices/words";

const SHORT_UNITS: Record<string, string> = {
  input_tokens: "in",
  output_tokens: "out",
  cache_read_tokens: "cached",
  cache_write_tokens: "to cache",
};
const UNITS_SHOWN_MAX = 3;

/** `1.5K`, `600`, `0.0012`: enough digits to tell events apart in a list. */
export function shortNumber(number: string, locale: string): string {
  const format = numberFormat(locale, { notation: "compact", maximumSignificantDigits: 3 });
  return format.format(number as `${number}`);
}

/** What is known best comes first: tokens in the order of a call, then the others by name. */
function inOrder(quantities: Record<string, string>): [string, string][] {
  const known = Object.keys(SHORT_UNITS);
  const rank = (unit: string) => (known.includes(unit) ? known.indexOf(unit) : known.length);
  return Object.entries(quantities).sort(([a], [b]) => rank(a) - rank(b) || a.localeCompare(b));
}

/** `1.5K in · 600 out`, to be broken between the units only. */
export function quantitiesShort(quantities: Record<string, string>, locale: string): string {
  const all = inOrder(quantities);
  const shown = all
    .slice(0, UNITS_SHOWN_MAX)
    .map(([unit, number]) => `${shortNumber(number, locale)}\u00a0${SHORT_UNITS[unit] ?? unitName(unit)}`);
  const more = all.length - shown.length;
  return [...shown, ...(more > 0 ? [`+${more} more`] : [])].join(" · ");
}

/** `1,500 input tokens`, with all digits, each on a line of its own. */
export function quantitiesLong(quantities: Record<string, string>, locale: string): string[] {
  const format = numberFormat(locale, { maximumFractionDigits: 12 });
  return inOrder(quantities).map(([unit, number]) => `${format.format(number as `${number}`)} ${unitName(unit)}`);
}

type Reason = NonNullable<Explanation["unpriced"]>["reason"];

const REASONS_SHORT: Record<Reason, string> = {
  unknown_model: "unknown model",
  unit_not_priced: "no price for",
  tier_not_priced: "no price for",
  no_rate: "no rate for",
  no_quantity: "nothing counted",
};

type MaybePriced = Pick<EventPrice, "unpriced" | "about">;

/** `unknown model gpt-9`: why a line of the list has no cost. */
export function unpricedShort({ unpriced, about }: MaybePriced): string | null {
  if (!unpriced) return null;
  const words = REASONS_SHORT[unpriced as Reason] ?? unpriced.replaceAll("_", " ");
  return about && unpriced !== "no_quantity" ? `${words} ${about.replaceAll("_", " ")}` : words;
}

export function unpricedSentence({ unpriced, about }: MaybePriced): string | null {
  if (!unpriced) return null;
  if (!(unpriced in REASONS_SHORT)) return `It has no price: ${unpriced.replaceAll("_", " ")}.`;
  return reasonSentence({ reason: unpriced as Reason, about: about ?? null });
}

/** Who said what it costs; a source that this page does not know yet keeps its own name. */
export function sourceWords(source: string): string {
  return source in SOURCE_WORDS ? SOURCE_WORDS[source as PricedLine["source"]] : source;
}

/** The contents that an event is listed with: what counts now, or what counted before it was voided. */
export function shownContents(event: SpendEvent): EventContents {
  return event.contents ?? event.changes.findLast((change) => change.contents)?.contents ?? event.first;
}

export type EventState = "void" | "corrected" | "unpriced" | "failed";

/** Everything about an event that is out of the ordinary, the most important first. */
export function statesOf(event: SpendEvent): EventState[] {
  if (!event.contents) return ["void"];
  const states: EventState[] = [];
  if (event.contents.cost === null) states.push("unpriced");
  if (!event.contents.success) states.push("failed");
  if (event.changes.length > 0) states.push("corrected");
  return states;
}
