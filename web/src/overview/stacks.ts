/** What a chart by service is made of: the largest services by name, and the rest, which the totals tell. */
import type { Series, Slot, Values } from "../charts";
import { addDecimals, parseDecimal } from "../format";
import { subtract, toText } from "../format/decimal";

/** So many are told apart by colour; everything else is one colour together. */
export const NAMED_MAX = 7;

/** One cell of the answer: what a service cost in a bucket. */
export interface Cell {
  service: string | null;
  bucket: string;
  cost: string;
}

export interface StackInput {
  /** The buckets in order. */
  buckets: readonly string[];
  /** The services that have a colour of their own, the dearest first. */
  named: readonly string[];
  cells: readonly Cell[];
  /** What everything cost in each bucket; where nothing was spent there is none. */
  totals: ReadonlyMap<string, string>;
  /** How many services there are besides the named ones, those without a name among them. */
  restCount: number;
  /** From this bucket on there is nothing to know yet. */
  futureFrom: number;
}

export interface Stack {
  /** From the bottom up; the rest lies on top. */
  layers: readonly (Omit<Series, "slot"> & { slot: Slot | null })[];
  totals: Values;
}

const REST = "rest";

/** A bucket without an amount cost nothing; one that has not begun has no amount at all. */
export function stackOf({ buckets, named, cells, totals, restCount, futureFrom }: StackInput): Stack {
  const costs = new Map(cells.map((cell) => [`${cell.bucket} ${cell.service ?? ""}`, cell.cost]));
  const read = (amount: (bucket: string) => string): Values =>
    buckets.map((bucket, index) => (index >= futureFrom ? null : amount(bucket)));
  const costOf = (bucket: string, service: string) => costs.get(`${bucket} ${service}`) ?? "0";
  const totalOf = (bucket: string) => totals.get(bucket) ?? "0";
  const layers: Stack["layers"] = named.map((service) => ({
    key: service,
    name: service,
    slot: null,
    values: read((bucket) => costOf(bucket, service)),
  }));
  const rest = {
    key: REST,
    name: `Other (${restCount})`,
    slot: "other" as const,
    values: read((bucket) => without(totalOf(bucket), addDecimals(named.map((one) => costOf(bucket, one))) ?? "0")),
  };
  return { layers: restCount > 0 ? [...layers, rest] : layers, totals: read(totalOf) };
}

function without(total: string, part: string): string {
  const [whole, taken] = [parseDecimal(total), parseDecimal(part)];
  return whole && taken ? toText(subtract(whole, taken)) : total;
}
