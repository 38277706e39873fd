/** At most eight colours on one chart: the seven largest entities, and "Other" for the rest. */
import { addDecimals, compare, parseDecimal } from "../format";
import type { Series, Values } from "./types";

const NAMED_MAX = 7;

interface Entity {
  key: string;
  /** The entity's exact total over the range, from the server; it decides who is named. */
  total: string | null;
}

/** Splits entities into the named ones, in their given order, and the folded rest. */
export function topEntities<E extends Entity>(entities: readonly E[]): { named: readonly E[]; rest: readonly E[] } {
  if (entities.length <= NAMED_MAX) return { named: entities, rest: [] };
  const largestFirst = [...entities].sort(byTotal);
  const chosen = new Set(largestFirst.slice(0, NAMED_MAX).map((entity) => entity.key));
  return {
    named: entities.filter((entity) => chosen.has(entity.key)),
    rest: entities.filter((entity) => !chosen.has(entity.key)),
  };
}

/**
 * Folds series beyond the seventh into "Other". The server's own values for the rest are used when given;
 * else they are added up on the decimal strings, exactly. Named series keep their order and their slot.
 */
export function foldSeries<S extends Series & Entity>(series: readonly S[], other?: Values): readonly Series[] {
  const { named, rest } = topEntities(series);
  if (rest.length === 0) return named;
  const sum = (read: (one: S) => Values | undefined): Values => {
    const length = Math.max(...rest.map((one) => read(one)?.length ?? 0));
    return Array.from({ length }, (_, index) => addKnown(rest.map((one) => read(one)?.[index] ?? null)));
  };
  const folded: Series = {
    key: "other",
    name: `Other (${rest.length})`,
    slot: "other",
    values: other ?? sum((one) => one.values),
  };
  if (rest.some((one) => one.previous)) folded.previous = sum((one) => one.previous);
  return [...named, folded];
}

/** What is unknown adds nothing; when all is unknown, so is the sum. */
function addKnown(values: Values): string | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : addDecimals(known);
}

function byTotal(left: Entity, right: Entity): number {
  const [one, two] = [left, right].map((entity) => (entity.total === null ? null : parseDecimal(entity.total)));
  if (!one || !two) return one ? -1 : two ? 1 : 0;
  return compare(two, one);
}
