/** What stands in the address of the events page beside the filters of every spend page, and what is asked for it. */
import type { EventQuery } from "../api/events";
import { text } from "../app/parameters";
import type { Filters } from "../filters/filters";
import type { DayRange } from "../filters/range";

export interface EventSearch {
  services?: string[];
  models?: string[];
  /** An id, an operation's id or a lead, whole. */
  q?: string;
  unpriced?: true;
  failed?: true;
  /** Decimal strings in the workspace's currency. */
  cost_min?: string;
  cost_max?: string;
}

export const EVENT_SEARCH_KEYS = ["services", "models", "q", "unpriced", "failed", "cost_min", "cost_max"] as const;
type SearchKey = (typeof EVENT_SEARCH_KEYS)[number];

const CHOICES_MAX = 50;
const TEXT_MAX = 200;
const AMOUNT = /^\d{1,15}(\.\d{1,12})?$/;

/** An amount as the API takes it; people also type spaces, and a comma before the decimals. */
export function readAmount(typed: unknown): string | undefined {
  if (typeof typed !== "string") return undefined;
  const plain = typed.replace(/[\s_]/g, "").replace(/^(\d+),(\d+)$/, "$1.$2");
  return AMOUNT.test(plain) ? plain : undefined;
}

function names(value: unknown): string[] | undefined {
  const listed: unknown[] = Array.isArray(value) ? value : [value];
  const valid = listed.filter((each): each is string => text(each) !== undefined && String(each).length <= TEXT_MAX);
  const distinct = [...new Set(valid)].slice(0, CHOICES_MAX);
  return distinct.length > 0 ? distinct : undefined;
}

const isSet = (value: unknown) => (String(value) === "true" ? true : undefined);

/** Every key is there, since the router lays the answer over the raw parameters, which would shine through. */
export function readEventSearch(search: Record<string, unknown>): { [Key in SearchKey]: EventSearch[Key] } {
  return {
    services: names(search.services),
    models: names(search.models),
    q: text(search.q)?.trim().slice(0, TEXT_MAX) || undefined,
    unpriced: isSet(search.unpriced),
    failed: isSet(search.failed),
    cost_min: readAmount(search.cost_min),
    cost_max: readAmount(search.cost_max),
  };
}

/** The question that the address and the filter bar ask together. */
export function eventQueryOf(search: EventSearch, filters: Filters, days: DayRange): EventQuery {
  const { client, campaign, agent } = filters;
  const { services: service, models: model, q, unpriced, failed, cost_min, cost_max } = search;
  const asked = { client, campaign, agent, service, model, q, unpriced, failed, cost_min, cost_max };
  const set = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
  return { start: days.first, end: days.last, ...set };
}

/** Whether anything narrows the list, other than the period. */
export function isNarrowed(search: EventSearch, filters: Filters): boolean {
  const inBar = [filters.client, filters.campaign, filters.agent].some((each) => each !== undefined);
  return inBar || EVENT_SEARCH_KEYS.some((key) => search[key] !== undefined);
}

/** The address whose list is what somebody last looked at, to go back to from one of its events. */
let lastSearch: EventSearch = {};
export const rememberSearch = (search: EventSearch) => void (lastSearch = search);
export const rememberedSearch = () => lastSearch;
