/** The rows of the table: each group with its place, its way down, and its events. */
import type { Slot } from "../charts";
import { drilled, eventsOf, type Place, type Whole } from "./drill";
import { previousOf, previousTotalOf, valueOf } from "./measures";
import type { Answered } from "./queries";
import { coloursOf, memberOf, type Member } from "./series";
import { shareOf } from "./shares";

export interface Row {
  key: string;
  /** One for each dimension that is grouped by; empty for the total. */
  members: Member[];
  slot: Slot;
  value: string | null;
  share: string | null;
  previous: string | null;
  cost: string;
  events: number;
  unpriced: number;
  /** The address of what it is made of. */
  drill: Whole | null;
  /** The filters of its events. */
  inEvents: Record<string, unknown> | null;
}

/** Colours are those of the chart, which knows the largest groups. */
export function rowsOf(
  pages: readonly Answered[],
  whole: Whole,
  named: readonly Member[],
): { rows: Row[]; total: Row } {
  const [first] = pages as [Answered, ...Answered[]];
  const { grouping, measure } = first.question;
  const groups = pages.flatMap(({ spend }) => spend.groups);
  const colour = coloursOf(named);
  const { range, from, to } = whole;
  const eventsAt = (places: Place[]) => {
    const found = eventsOf(whole, places);
    return found && { range, from, to, ...found };
  };
  const sum = valueOf(first.spend.total, measure);
  const rows = groups.map((group): Row => {
    const members = grouping.map((dimension) => memberOf(group, dimension));
    const places = grouping.map((dimension, index) => ({ dimension, value: members[index]?.value ?? null }));
    const value = valueOf(group, measure);
    return {
      key: JSON.stringify(places.map((place) => place.value)),
      members,
      slot: colour(members[0]?.value ?? null),
      value,
      share: measure === "cost" ? group.share : shareOf(value, sum),
      previous: previousOf(group, measure),
      cost: group.cost,
      events: group.events,
      unpriced: group.unpriced,
      drill: drilled(whole, places),
      inEvents: eventsAt(places),
    };
  });
  const { total } = first.spend;
  const totalRow: Row = {
    key: "total",
    members: [],
    slot: "other",
    value: sum,
    share: null,
    previous: first.spend.compared_with ? previousTotalOf(first.spend, measure) : null,
    cost: total.cost,
    events: total.events,
    unpriced: total.unpriced,
    drill: null,
    inEvents: eventsAt([]),
  };
  return { rows, total: totalRow };
}
