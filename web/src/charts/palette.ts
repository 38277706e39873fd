/** Colours and dashes by slot: tokens only, so both themes and the printer follow. */
import type { Level, Slot } from "./types";

export function slotColour(slot: Slot): string {
  return slot === "other" ? "var(--muted)" : `var(--series-${slot})`;
}

/** Brings any stored slot number into the palette. */
export function slotOf(stored: number): Slot {
  return (((((Math.trunc(stored) - 1) % 8) + 8) % 8) + 1) as Slot;
}

/** The dashes that tell lines apart beside their colour: solid, 6-3, 2-3, 8-3-2-3. */
export const DASHES = [undefined, "6 3", "2 3", "8 3 2 3"] as const;

/** Lines get dashes from five on, or when the reader asked for more distinct charts. */
export function lineDash(position: number, lines: number, isDistinct = false): string | undefined {
  return lines >= 5 || isDistinct ? DASHES[position % DASHES.length] : undefined;
}

export const PREVIOUS_DASH = "4 3";
export const PREVIOUS_OPACITY = 0.55;

/** Each alert level has a colour, a shape and a word; never the colour alone. */
export const LEVELS: Record<Level, { colour: string; word: string; shape: string }> = {
  ok: { colour: "var(--ok)", word: "On track", shape: "M5 0.5a4.5 4.5 0 1 0 0.001 0Z" },
  warn: { colour: "var(--warn)", word: "Watch", shape: "M5 0 10 5 5 10 0 5Z" },
  high: { colour: "var(--high)", word: "At risk", shape: "M5 0.5 10 9.5H0Z" },
  crit: { colour: "var(--crit)", word: "Over cap", shape: "M0.5 0.5H9.5V9.5H0.5Z" },
};
