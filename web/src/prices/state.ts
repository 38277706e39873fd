/** Where a rate or an override stands at a given moment. */

interface Stretch {
  effective_from: string;
  effective_until: string | null;
}

export type OverrideState = "upcoming" | "in force" | "ended";

/** Half open: it counts from its first moment on and no longer at its last; one that ends as it begins never counts. */
export function overrideState({ effective_from, effective_until }: Stretch, now: Date): OverrideState {
  if (effective_until && Date.parse(effective_until) <= now.getTime()) return "ended";
  return Date.parse(effective_from) > now.getTime() ? "upcoming" : "in force";
}

interface Dated {
  effective_from: string;
}

export type RateState = "past" | "in force" | "upcoming";

/** The newest first, each with what it is now. */
export function rateHistory<Rate extends Dated>(rates: Rate[], now: Date): (Rate & { state: RateState })[] {
  const begun = rates.filter((rate) => Date.parse(rate.effective_from) <= now.getTime());
  const current = begun.at(-1);
  return rates
    .map(
      (rate) =>
        ({ ...rate, state: rate === current ? "in force" : begun.includes(rate) ? "past" : "upcoming" }) as const,
    )
    .reverse();
}

/** The next rate that is yet to begin. */
export function nextRate<Rate extends Dated>(rates: Rate[], now: Date): Rate | undefined {
  return rates.find((rate) => Date.parse(rate.effective_from) > now.getTime());
}

const BEGINNING_MS = Date.UTC(2000, 0, 1);

/** What was there from the beginning carries a moment before all others. */
export function isFromTheBeginning(moment: string): boolean {
  return Date.parse(moment) <= BEGINNING_MS;
}
