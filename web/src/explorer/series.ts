/** What a chart is drawn from: the largest groups by name, and the rest, which the totals tell. */
import type { BarItem, Series, Slot, Values } from "../charts";
import { addDecimals, parseDecimal } from "../format";
import { subtract, toText } from "../format/decimal";
import { slotsOf } from "../overview/slots";
import type { SpendGroup } from "../overview/spend";
import { isLabel, isPortfolio, labelName, oneOf, type Dimension } from "./dimensions";
import { previousOf, valueOf, type MeasureName } from "./measures";

/** So many are told apart by colour; everything else is one colour together. */
export const NAMED_MAX = 7;
export const REST = "rest";

export interface Member {
  value: string | null;
  name: string;
}

/** Which value a group has in a dimension, and what it is called. */
export function memberOf(group: SpendGroup, dimension: Dimension): Member {
  const nothing = { value: null, name: `No ${oneOf(dimension)}` };
  if (isPortfolio(dimension)) {
    const reference = group[dimension];
    return reference ? { value: reference.key, name: reference.name } : nothing;
  }
  const value = isLabel(dimension) ? group.labels?.[labelName(dimension)] : group[dimension];
  return value ? { value, name: value } : nothing;
}

/** A key for charts that no name can be mistaken for. */
export const keyOf = (value: string | null) => (value === null ? "none" : `=${value}`);

export function valueOfKey(key: string): string | null | undefined {
  if (key === "none") return null;
  return key.startsWith("=") ? key.slice(1) : undefined;
}

/** The colour of each of the largest groups: by its name, so that it stays the same whatever else is shown. */
export function coloursOf(members: readonly Member[]): (value: string | null) => Slot {
  const slots = slotsOf(members.slice(0, NAMED_MAX).flatMap(({ value }) => value ?? []));
  return (value) => (value === null ? "other" : (slots.get(value) ?? "other"));
}

export interface CourseInput {
  dimension: Dimension;
  measure: MeasureName;
  /** The buckets in order. */
  buckets: readonly string[];
  /** The groups that are drawn by name, the largest first. */
  named: readonly Member[];
  /** One for each of them and each bucket. */
  cells: readonly SpendGroup[];
  /** One for each bucket. */
  totals: readonly SpendGroup[];
  /** How many groups there are beside the named ones. */
  restCount: number;
  /** From this bucket on there is nothing to know yet. */
  futureFrom: number;
}

export interface Course {
  /** From the bottom up; the rest lies on top. */
  series: readonly Series[];
  totals: Values;
  previousTotals: Values;
}

/** A bucket without a figure had none of it; one that has not begun has no figure at all. */
export function courseOf(input: CourseInput): Course {
  const { dimension, measure, buckets, named, cells, restCount, futureFrom } = input;
  const byPlace = new Map(cells.map((cell) => [placeOf(cell.bucket, memberOf(cell, dimension).value), cell]));
  const byBucket = new Map(input.totals.map((total) => [total.bucket, total]));
  const read = (figure: (bucket: string) => string | null): Values =>
    buckets.map((bucket, index) => (index >= futureFrom ? null : figure(bucket)));
  const figureOf = (bucket: string, value: string | null) =>
    valueOf(byPlace.get(placeOf(bucket, value)), measure) ?? "0";
  const totalOf = (bucket: string) => valueOf(byBucket.get(bucket), measure) ?? "0";
  // Where an answer tells of the period before, a bucket that it leaves out had nothing then either.
  const isCompared = input.totals.some((total) => previousOf(total, measure) !== null);
  const colour = coloursOf(named);
  const series: Series[] = named.map(({ value, name }) => ({
    key: keyOf(value),
    name,
    slot: colour(value),
    values: read((bucket) => figureOf(bucket, value)),
  }));
  if (restCount > 0) {
    const known = (bucket: string) => addDecimals(named.map(({ value }) => figureOf(bucket, value))) ?? "0";
    series.push({
      key: REST,
      name: `Other (${restCount})`,
      slot: "other",
      values: read((bucket) => without(totalOf(bucket), known(bucket))),
    });
  }
  return {
    series,
    totals: read(totalOf),
    previousTotals: buckets.map((bucket) => {
      const total = byBucket.get(bucket);
      return total ? previousOf(total, measure) : isCompared ? "0" : null;
    }),
  };
}

const placeOf = (bucket: string | null | undefined, value: string | null) => JSON.stringify([bucket, value]);

/** One bar for each of the largest groups, and one for all others together. */
export function barsOf(input: {
  dimension: Dimension;
  measure: MeasureName;
  groups: readonly SpendGroup[];
  total: string | null;
  restCount: number;
  isCompared: boolean;
}): BarItem[] {
  const { dimension, measure, groups, total, restCount, isCompared } = input;
  const members = groups.map((group) => memberOf(group, dimension));
  const colour = coloursOf(members);
  const bars: BarItem[] = groups.map((group, index) => {
    const { value, name } = members[index] as Member;
    const previous = isCompared ? previousOf(group, measure) : null;
    return {
      key: keyOf(value),
      name,
      slot: colour(value),
      value: valueOf(group, measure),
      ...(previous === null ? {} : { previous }),
    };
  });
  if (restCount === 0 || total === null) return bars;
  const known = addDecimals(bars.map((bar) => bar.value ?? "0")) ?? "0";
  return [...bars, { key: REST, name: `Other (${restCount})`, slot: "other", value: without(total, known) }];
}

function without(total: string, part: string): string {
  const [whole, taken] = [parseDecimal(total), parseDecimal(part)];
  return whole && taken ? toText(subtract(whole, taken)) : total;
}
