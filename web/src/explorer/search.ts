/** What stands in the address of the explorer beside the filters of every spend page: read with care, asked of the API. */
import { text } from "../app/parameters";
import type { Filters } from "../filters/filters";
import type { DayRange } from "../filters/range";
import type { SpendQuery } from "../overview/spend";
import { isLabel, NONE, PORTFOLIO, readDimension, SERIES, type Dimension, type LabelDimension } from "./dimensions";
import { MEASURES, readMeasure, type MeasureName } from "./measures";
import { GRAINS, type GrainChoice } from "./grains";

export type SeriesFilters = Partial<Record<(typeof SERIES)[number] | LabelDimension, string[]>>;

export interface ExplorerSearch extends SeriesFilters {
  /** One dimension or two; clients where nothing is said. */
  group_by?: Dimension[];
  /** Chosen by the length of the period where nothing is said. */
  grain?: GrainChoice;
  measure?: MeasureName;
  lines?: true;
  /** A measure, a dimension or `previous`; with a minus downwards. */
  sort?: string;
  /** The dimensions that were drilled through, in order: each has a filter that the way back takes off. */
  trail?: Dimension[];
}

export const DEFAULT_GROUPING: Dimension[] = ["client"];
export const DEFAULT_MEASURE: MeasureName = "cost";
const GROUPING_MAX = 2;
const TRAIL_MAX = 8;
const VALUES_MAX = 50;
const TEXT_MAX = 200;

const listed = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);

function dimensions(value: unknown, most: number): Dimension[] | undefined {
  const known = listed(value)
    .flatMap((each) => (typeof each === "string" ? each.split(",") : []))
    .flatMap((each) => readDimension(each) ?? []);
  const distinct = [...new Set(known)].slice(0, most);
  return distinct.length > 0 ? distinct : undefined;
}

function names(value: unknown): string[] | undefined {
  const valid = listed(value).filter(
    (each): each is string => text(each) !== undefined && String(each).length <= TEXT_MAX,
  );
  const distinct = [...new Set(valid)].slice(0, VALUES_MAX);
  return distinct.length > 0 ? distinct : undefined;
}

/** Every key of the raw address is there, since the router lays the answer over it, and would let it shine through. */
export function readExplorerSearch(search: Record<string, unknown>): ExplorerSearch {
  const labels = Object.keys(search).filter((key) => key.startsWith("label."));
  const grouping = dimensions(search.group_by, GROUPING_MAX);
  const measure = readMeasure(search.measure);
  return {
    ...Object.fromEntries(SERIES.map((name) => [name, names(search[name])])),
    ...Object.fromEntries(labels.map((name) => [name, readDimension(name) === name ? names(search[name]) : undefined])),
    group_by: grouping?.join() === DEFAULT_GROUPING.join() ? undefined : grouping,
    grain: GRAINS.find((each) => each === search.grain),
    measure: measure === DEFAULT_MEASURE ? undefined : measure,
    lines: String(search.lines) === "true" ? true : undefined,
    sort: text(search.sort)?.match(/^-?[a-z_]{1,40}(\.[\w.-]{1,64})?$/)?.[0],
    trail: dimensions(search.trail, TRAIL_MAX),
  };
}

export const groupingOf = (search: ExplorerSearch): Dimension[] => search.group_by ?? DEFAULT_GROUPING;
export const measureOf = (search: ExplorerSearch): MeasureName => search.measure ?? DEFAULT_MEASURE;

/** The filters in force, wherever in the address they stand. */
export function chosenOf(search: ExplorerSearch, filters: Filters): Map<Dimension, string[]> {
  const chosen = new Map<Dimension, string[]>();
  for (const name of PORTFOLIO) if (filters[name]) chosen.set(name, filters[name]);
  for (const [name, values] of Object.entries(search)) {
    const dimension = readDimension(name);
    if (dimension && Array.isArray(values) && values.length > 0) chosen.set(dimension, values as string[]);
  }
  return chosen;
}

/** Everything but how the groups are made: the period, what it is held against, and the filters. */
export function withinOf(search: ExplorerSearch, filters: Filters, days: DayRange): SpendQuery {
  const compare = filters.compare ?? "previous";
  return {
    start: days.first,
    end: days.last,
    ...(compare === "none" ? {} : { compare }),
    ...Object.fromEntries(chosenOf(search, filters)),
  };
}

/** What the groups are sorted by; what cannot be sorted by any more gives way to the measure, the largest first. */
export function sortOf(search: ExplorerSearch, filters: Filters): string {
  const wanted = search.sort ?? "";
  const name = wanted.replace(/^-/, "");
  const known: string[] = [...Object.keys(MEASURES), ...groupingOf(search)];
  if (filters.compare !== "none") known.push("previous");
  return known.includes(name) ? wanted : `-${measureOf(search)}`;
}

export const isNone = (value: string) => value === NONE;

/** The parameters that only this page has and that say what is shown of what: what "Clear filters" takes away. */
export function clearedOf(search: ExplorerSearch): ExplorerSearch {
  const own = Object.keys(search).filter((key) => SERIES.some((each) => each === key) || isLabel(key as Dimension));
  return { ...Object.fromEntries(own.map((key) => [key, undefined])), trail: undefined };
}
