/** The filters of every spend page as they stand in the URL: read with care, written without defaults. */

export const PRESETS = [
  "today",
  "yesterday",
  "last-7-days",
  "last-30-days",
  "last-90-days",
  "this-month",
  "last-month",
  "this-quarter",
  "this-year",
] as const;
export type Preset = (typeof PRESETS)[number];
export const DEFAULT_PRESET: Preset = "last-30-days";

export const PRESET_WORDS: Record<Preset, string> = {
  today: "Today",
  yesterday: "Yesterday",
  "last-7-days": "Last 7 days",
  "last-30-days": "Last 30 days",
  "last-90-days": "Last 90 days",
  "this-month": "This month",
  "last-month": "Last month",
  "this-quarter": "This quarter",
  "this-year": "This year",
};

export const COMPARISONS = ["previous", "year", "none"] as const;
export type Comparison = (typeof COMPARISONS)[number];
export const DEFAULT_COMPARISON: Comparison = "previous";

export const COMPARISON_WORDS: Record<Comparison, string> = {
  previous: "Previous period",
  year: "Last year",
  none: "No comparison",
};

export const DIMENSIONS = ["client", "campaign", "agent"] as const;
export type Dimension = (typeof DIMENSIONS)[number];

export interface Filters {
  range?: Preset;
  /** The first and last day of a free range, both included; they come only together and win over `range`. */
  from?: string;
  to?: string;
  compare?: Comparison;
  client?: string[];
  campaign?: string[];
  agent?: string[];
}

type FilterKey = keyof Filters;

/** What the filter bar can offer; each page names those that have an effect on it. */
export const FILTER_CONTROLS = ["range", "compare", ...DIMENSIONS] as const;
export type FilterControl = (typeof FILTER_CONTROLS)[number];

const KEY = /^[a-z0-9][a-z0-9_.-]{0,63}$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const CHOICES_MAX = 50;

export function isDay(value: unknown): value is string {
  if (typeof value !== "string" || !DAY.test(value)) return false;
  const date = new Date(`${value}T00:00:00Z`);
  // 30 February would be moved on to March instead of being refused.
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value);
}

function keys(value: unknown): string[] | undefined {
  const listed: unknown[] = Array.isArray(value) ? value : [value];
  const valid = listed.filter((key): key is string => typeof key === "string" && KEY.test(key));
  const distinct = [...new Set(valid)].slice(0, CHOICES_MAX);
  return distinct.length > 0 ? distinct : undefined;
}

function oneOf<Value extends string>(values: readonly Value[], value: unknown, fallback: Value): Value | undefined {
  const known = values.find((each) => each === value);
  return known === fallback ? undefined : known;
}

/**
 * Whatever a URL says, these are filters that can be used: what cannot be understood is undefined. Every key is there,
 * since the router lays the answer over the raw parameters, which would shine through where a key is absent.
 */
export function readFilters(search: Record<string, unknown>): Required<{ [Key in FilterKey]: Filters[Key] }> {
  const isFree = isDay(search.from) && isDay(search.to) && search.from <= search.to;
  return {
    range: isFree ? undefined : oneOf(PRESETS, search.range, DEFAULT_PRESET),
    from: isFree ? (search.from as string) : undefined,
    to: isFree ? (search.to as string) : undefined,
    compare: oneOf(COMPARISONS, search.compare, DEFAULT_COMPARISON),
    client: keys(search.client),
    campaign: keys(search.campaign),
    agent: keys(search.agent),
  };
}

/** Whether any of these controls is set to something else than its default. */
export function isFiltered(filters: Filters, controls: readonly FilterControl[] = FILTER_CONTROLS): boolean {
  const read = readFilters({ ...filters });
  return controls.flatMap(keysOf).some((key) => read[key] !== undefined);
}

/** Nothing chosen in these controls. */
export function cleared(controls: readonly FilterControl[]): Filters {
  return Object.fromEntries(controls.flatMap(keysOf).map((key) => [key, undefined]));
}

/** The parameters that a control of the filter bar writes. */
function keysOf(control: FilterControl): FilterKey[] {
  return control === "range" ? ["range", "from", "to"] : [control];
}

/** The search parameters of a URL, a key given more than once becoming a list. */
export function parseSearch(text: string): Record<string, string | string[]> {
  const found: Record<string, string | string[]> = {};
  const parameters = new URLSearchParams(text);
  for (const key of new Set(parameters.keys())) {
    const values = parameters.getAll(key);
    found[key] = values.length > 1 ? values : (values[0] ?? "");
  }
  return found;
}

export function stringifySearch(search: Record<string, unknown>): string {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(search)) {
    const listed: unknown[] = Array.isArray(value) ? value : [value];
    for (const each of listed) {
      if (typeof each === "string" || typeof each === "number" || typeof each === "boolean") {
        parameters.append(key, String(each));
      }
    }
  }
  const text = parameters.toString();
  return text ? `?${text}` : "";
}
