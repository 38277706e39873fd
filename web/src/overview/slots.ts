/** Which colour a service has. Services are names without a place to keep a colour, so the name itself decides. */
import type { Slot } from "../charts";

const SLOTS = 8;

/** A number that depends on every letter, and on nothing else (FNV-1a). */
function numberOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const character of name.toLowerCase()) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return hash >>> 0;
}

/** A colour for each name; where two would have the same, the one that comes later by the alphabet takes the next free. */
export function slotsOf(names: Iterable<string>): ReadonlyMap<string, Slot> {
  const taken = new Set<number>();
  const slots = new Map<string, Slot>();
  for (const name of [...new Set(names)].sort()) {
    let slot = numberOf(name) % SLOTS;
    for (let step = 0; taken.has(slot) && step < SLOTS; step += 1) slot = (slot + 1) % SLOTS;
    taken.add(slot);
    slots.set(name, (slot + 1) as Slot);
  }
  return slots;
}
