/** What is new since a list was loaded, without touching the list. */
import type { SpendEvent } from "../api/events";
import type { Page } from "../api/types";

export interface Fresh {
  count: number;
  /** The first page holds new events only, so there may be more behind it. */
  more: boolean;
}

const nameOf = ({ id, source }: SpendEvent) => JSON.stringify([source, id]);

export function freshIn(rows: SpendEvent[], head: Page<SpendEvent> | undefined): Fresh {
  if (!head) return { count: 0, more: false };
  const known = new Set(rows.map(nameOf));
  const count = head.items.filter((one) => !known.has(nameOf(one))).length;
  return { count, more: count === head.items.length && Boolean(head.next) };
}

/** The same rows in the same order, those that were voided or corrected meanwhile as they are now. */
export function renewed(rows: SpendEvent[], head: Page<SpendEvent> | undefined): SpendEvent[] {
  const changed = new Map(head?.items.filter((one) => one.changes.length > 0).map((one) => [nameOf(one), one]));
  if (changed.size === 0) return rows;
  return rows.map((row) => {
    const now = changed.get(nameOf(row));
    return now && now.changes.length > row.changes.length ? now : row;
  });
}
