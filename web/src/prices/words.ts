/** What kinds, units, sources and reasons are called on the page. */
import type { CategoryKind, Explanation, PricedLine } from "../api/prices";
import { formatMoney } from "../format";

export const KIND_WORDS: Record<CategoryKind, string> = {
  ai: "AI",
  messaging: "Messaging",
  api: "API",
  tool: "Tool",
  ad_spend: "Ad spend",
  labor: "Labor",
};

export const KINDS = Object.keys(KIND_WORDS) as CategoryKind[];

/** The units that an override usually names; any other can be typed. */
export const COMMON_UNITS = [
  "input_tokens",
  "output_tokens",
  "cache_read_tokens",
  "cache_write_tokens",
  "input_audio_tokens",
  "output_audio_tokens",
  "cache_audio_read_tokens",
  "audio_seconds",
  "requests",
  "messages",
  "images",
  "web_searches",
];

export function unitName(unit: string): string {
  return unit.replaceAll("_", " ");
}

type Source = PricedLine["source"];

export const SOURCE_WORDS: Record<Source, string> = {
  reported: "Reported by the event",
  override: "Your override",
  "genai-prices": "List price",
  category: "Category rate",
};

type Reason = NonNullable<Explanation["unpriced"]>["reason"];

const REASON_WORDS: Record<Reason, (about: string) => string> = {
  unknown_model: (about) => `No price book and no override knows the model ${about} at this service.`,
  unit_not_priced: (about) => `The price does not say what ${unitName(about)} cost.`,
  tier_not_priced: (about) => `The model has no known price for calls with ${about}.`,
  no_rate: (about) => `${about} had no rate at that time.`,
  no_quantity: () => "Nothing is counted, so nothing can be priced.",
};

export function reasonSentence(unpriced: NonNullable<Explanation["unpriced"]>): string {
  return REASON_WORDS[unpriced.reason](unpriced.about ?? "it");
}

/** `$0.0055 each`, `$0.04 per 1,000`. */
export function rateText(amount: string, per: number, currency: string, locale: string): string {
  return `${formatMoney(amount, { locale, currency, kind: "unit" })} ${perText(per, locale)}`;
}

export function perText(per: number, locale: string): string {
  return per === 1 ? "each" : `per ${per.toLocaleString(locale)}`;
}

/** A quantity with all its digits, in groups. */
export function quantityText(quantity: string, locale: string): string {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: 12 }).format(quantity as `${number}`);
}

/** `batch`, or `service tier priority`: which calls an override counts for. */
export function contextText(context: Record<string, string>): string {
  return Object.entries(context)
    .map(([key, value]) => (key === "processing" ? value : `${unitName(key)} ${value}`))
    .join(", ");
}
