/** What a correction made of an event: each thing it says with what it said before. */
import type { EventContents } from "../api/events";
import type { Difference } from "../settings/audit/difference";
import { unitName } from "../prices/words";
import { NAMES } from "./names";

type Named = [name: string, value: string | null];

const REFERENCES = ["client", "campaign", "agent"] as const;
const TEXTS = ["kind", "service", "category", "operation", "model", "platform", "content_type", "lead"] as const;

function said(contents: EventContents): Named[] {
  return [
    ...REFERENCES.map((name): Named => [NAMES[name], contents[name]?.name ?? null]),
    ...TEXTS.map((name): Named => [NAMES[name], contents[name]]),
    ...Object.entries(contents.labels).map(([label, value]): Named => [`Label ${label}`, value]),
    ...Object.entries(contents.quantities).map(([unit, number]): Named => [unitName(unit), number]),
    [NAMES.success, contents.success ? "succeeded" : "failed"],
    [NAMES.cost, contents.cost],
  ];
}

/** In the order of the event's own fields; what stayed the same is left out. */
export function contentDifferences(before: EventContents, after: EventContents): Difference[] {
  const [old, fresh] = [new Map(said(before)), new Map(said(after))];
  const names = [...new Set([...old.keys(), ...fresh.keys()])];
  return names
    .map((field) => ({ field, before: old.get(field) ?? null, after: fresh.get(field) ?? null }))
    .filter((each) => each.before !== each.after);
}
