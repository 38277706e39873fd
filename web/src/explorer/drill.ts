/** The way down into what something is made of, and back up again: pure, by what stands in the address. */
import { readFilters, type Filters } from "../filters/filters";
import { isPortfolio, NONE, type Dimension } from "./dimensions";
import { chosenOf, groupingOf, type ExplorerSearch } from "./search";

export type Whole = ExplorerSearch & Filters;

/** What is asked next of something: a client's campaigns, a campaign's agents, what an agent uses. */
const NEXT: Record<string, Dimension> = {
  client: "campaign",
  campaign: "agent",
  agent: "service",
  service: "model",
  model: "operation",
  kind: "service",
  category: "service",
  operation: "model",
  platform: "content_type",
  content_type: "service",
};
const NEXT_OF_LABEL: Dimension = "client";

/** The next dimension that has not been settled yet; null at the bottom. */
export function nextOf(dimension: Dimension, settled: ReadonlySet<Dimension>): Dimension | null {
  const seen = new Set<Dimension>([dimension]);
  let next = NEXT[dimension] ?? NEXT_OF_LABEL;
  while (settled.has(next) && !seen.has(next)) {
    seen.add(next);
    next = NEXT[next] ?? NEXT_OF_LABEL;
  }
  return settled.has(next) || seen.has(next) ? null : next;
}

/** A value of a dimension that something is narrowed to; null is having none. */
export interface Place {
  dimension: Dimension;
  value: string | null;
}

/** The address that shows what a group is made of; null where there is nothing further to ask. */
export function drilled(whole: Whole, places: readonly Place[]): Whole | null {
  const last = places.at(-1);
  if (!last) return null;
  const settled = new Set(settledIn(whole));
  for (const { dimension } of places) settled.add(dimension);
  const next = nextOf(last.dimension, settled);
  if (!next) return null;
  const added = places.map(({ dimension }) => dimension).filter((each) => !trailOf(whole).includes(each));
  return {
    ...whole,
    ...Object.fromEntries(places.map(({ dimension, value }) => [dimension, [value ?? NONE]])),
    group_by: [next],
    sort: undefined,
    trail: [...trailOf(whole), ...added],
  };
}

/** The dimensions of which one value is left. */
function settledIn(whole: Whole): Dimension[] {
  const chosen = chosenOf(whole, readFilters({ ...whole }));
  return [...chosen].filter(([, values]) => values.length === 1).map(([dimension]) => dimension);
}

/** The part of the trail that still leads here: somebody may have changed the filters by hand. */
export function trailOf(whole: Whole): Dimension[] {
  const settled = settledIn(whole);
  const trail = whole.trail ?? [];
  const broken = trail.findIndex((each) => !settled.includes(each));
  return broken < 0 ? trail : trail.slice(0, broken);
}

export interface Crumb {
  /** The dimension that was chosen from here; null for where one is. */
  grouping: Dimension[];
  /** What it is narrowed to; null at the top. */
  place: Place | null;
  to: Whole;
}

/** From the top to here; going back to a crumb takes off what was chosen after it. */
export function crumbsOf(whole: Whole): Crumb[] {
  const trail = trailOf(whole);
  if (trail.length === 0) return [];
  const chosen = chosenOf(whole, readFilters({ ...whole }));
  const valueOf = (dimension: Dimension) => chosen.get(dimension)?.[0] ?? NONE;
  return [null, ...trail].map((dimension, index) => {
    const later = trail.slice(index);
    const grouping = later[0] ? [later[0]] : groupingOf(whole);
    const to: Whole = {
      ...whole,
      ...Object.fromEntries(later.map((each) => [each, undefined])),
      group_by: grouping,
      sort: later.length > 0 ? undefined : whole.sort,
      trail: trail.slice(0, index),
    };
    const value = dimension && valueOf(dimension);
    return { grouping, place: dimension && { dimension, value: value === NONE ? null : value }, to };
  });
}

/** The filters of the events page for a group; null where it could not show exactly these events. */
export function eventsOf(whole: Whole, places: readonly Place[]): Record<string, string[]> | null {
  const wanted = new Map(chosenOf(whole, readFilters({ ...whole })));
  for (const { dimension, value } of places) wanted.set(dimension, [value ?? NONE]);
  const found: Record<string, string[]> = {};
  for (const [dimension, values] of wanted) {
    const name = isPortfolio(dimension) ? dimension : { service: "services", model: "models" }[dimension as string];
    if (!name || values.includes(NONE)) return null;
    found[name] = values;
  }
  return found;
}
