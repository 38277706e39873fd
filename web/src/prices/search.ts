/** What stands in the address of the price book: which part is open, what narrows it, and what is asked. */
import type { CategoryKind, Question } from "../api/prices";
import { text } from "../app/parameters";
import { isDay } from "../filters/filters";
import { beginningOf } from "./days";
import { KINDS } from "./words";

export const PARTS = ["categories", "overrides", "calculator"] as const;
export type Part = (typeof PARTS)[number];

export interface PriceSearch {
  part?: Part;
  kind?: CategoryKind;
  service?: string;
  /** The category whose history is open, or the one that the calculator asks for. */
  category?: string;
  ended?: boolean;
  model?: string;
  input?: string;
  output?: string;
  cached?: string;
  written?: string;
  unit?: string;
  quantity?: string;
  month?: string;
  batch?: boolean;
  day?: string;
}

export type SearchKey = keyof PriceSearch;

/** Every key is there, since the router lays the answer over the raw parameters, which would shine through. */
export function readPriceSearch(search: Record<string, unknown>): Required<{ [Key in SearchKey]: PriceSearch[Key] }> {
  const isSet = (value: unknown) => (String(value) === "true" ? true : undefined);
  return {
    part: PARTS.find((part) => part === search.part && part !== PARTS[0]),
    kind: KINDS.find((kind) => kind === search.kind),
    service: text(search.service),
    category: text(search.category),
    ended: isSet(search.ended),
    model: text(search.model),
    input: text(search.input),
    output: text(search.output),
    cached: text(search.cached),
    written: text(search.written),
    unit: text(search.unit),
    quantity: text(search.quantity),
    month: text(search.month),
    batch: isSet(search.batch),
    day: isDay(search.day) ? search.day : undefined,
  };
}

/** The calculator's fields for the units that calls of a model count. */
export const TOKEN_FIELDS = [
  { key: "input", unit: "input_tokens", label: "Tokens read", help: "With those of the cache." },
  { key: "output", unit: "output_tokens", label: "Tokens written", help: undefined },
  { key: "cached", unit: "cache_read_tokens", label: "Read from the cache", help: undefined },
  { key: "written", unit: "cache_write_tokens", label: "Written to the cache", help: undefined },
] as const;

/** The question that an address asks; undefined where it asks for nothing in particular. */
export function questionOf(search: PriceSearch, timeZone: string): Question | undefined {
  if (!search.model && !search.category) return undefined;
  const quantities: Record<string, string> = {};
  for (const { key, unit } of TOKEN_FIELDS) {
    const typed = search[key];
    if (typed) quantities[unit] = typed;
  }
  if (search.unit && search.quantity) quantities[search.unit] = search.quantity;
  return {
    service: search.service,
    model: search.model,
    category: search.category,
    quantities,
    ...(search.month ? { used: usedBefore(quantities, search.month) } : {}),
    ...(search.batch ? { context: { processing: "batch" } } : {}),
    ...(search.day ? { at: beginningOf(search.day, timeZone) } : {}),
  };
}

/** One number for the month is asked for, which is meant for whatever is counted here. */
function usedBefore(quantities: Record<string, string>, month: string): Record<string, string> {
  return Object.fromEntries(Object.keys(quantities).map((unit) => [unit, month]));
}
