/** What can be looked at: amounts, counts and tokens, and where an answer holds each of it. */
import { countMeasure, moneyMeasure, type Measure } from "../charts";
import { addDecimals, type MoneyOptions } from "../format";
import type { Spend, SpendGroup } from "../overview/spend";

export const MEASURES = {
  cost: { name: "Cost", noun: "" },
  events: { name: "Events", noun: "events" },
  failed: { name: "Failed events", noun: "failed events" },
  unpriced: { name: "Unpriced events", noun: "unpriced events" },
  tokens: { name: "Tokens, in and out", noun: "tokens" },
  input_tokens: { name: "Input tokens", noun: "input tokens" },
  output_tokens: { name: "Output tokens", noun: "output tokens" },
  cache_read_tokens: { name: "Cached tokens", noun: "cached tokens" },
} as const;

export type MeasureName = keyof typeof MEASURES;
export const MEASURE_NAMES = Object.keys(MEASURES) as MeasureName[];

/** All that the page shows of a group; amounts by other units would cost more to count. */
export const COUNTED = ["events", "failed", "unpriced", "tokens"];

export function readMeasure(value: unknown): MeasureName | undefined {
  return MEASURE_NAMES.find((each) => each === value);
}

type Sums = Pick<SpendGroup, "cost" | "events" | "failed" | "unpriced"> & Partial<Pick<SpendGroup, "quantities">>;

/** The exact figure; null where an answer does not tell it, as with the tokens of an earlier period. */
export function valueOf(sums: Sums | null | undefined, measure: MeasureName): string | null {
  if (!sums) return null;
  if (measure === "cost") return sums.cost;
  if (measure === "events" || measure === "failed" || measure === "unpriced") return String(sums[measure]);
  const units = sums.quantities;
  if (!units) return null;
  if (measure === "tokens") return addDecimals([units.input_tokens ?? "0", units.output_tokens ?? "0"]);
  return units[measure] ?? "0";
}

export function previousOf({ previous }: Pick<SpendGroup, "previous">, measure: MeasureName): string | null {
  return valueOf(previous, measure);
}

export function previousTotalOf({ previous_total }: Pick<Spend, "previous_total">, measure: MeasureName) {
  return valueOf(previous_total, measure);
}

/** More money or more failures is worse; more events is neither. */
export function goodOf(measure: MeasureName): "down" | "neither" {
  return ["cost", "failed", "unpriced"].includes(measure) ? "down" : "neither";
}

/** How the measure is written on charts. */
export function chartMeasure(measure: MeasureName, money: MoneyOptions): Measure {
  const { name, noun } = MEASURES[measure];
  if (measure === "cost") return moneyMeasure({ ...money, name, reason: "still to come" });
  return countMeasure({ locale: money.locale, name, noun });
}
