/** What spend can be grouped and filtered by, and what each of it is called. */

export const PORTFOLIO = ["client", "campaign", "agent"] as const;
export const SERIES = ["kind", "service", "category", "operation", "model", "platform", "content_type"] as const;

export type PortfolioDimension = (typeof PORTFOLIO)[number];
export type SeriesDimension = (typeof SERIES)[number];
/** A label that the workspace tracks. */
export type LabelDimension = `label.${string}`;
export type Dimension = PortfolioDimension | SeriesDimension | LabelDimension;

/** Stands for having no value at all, in addresses as in the API. */
export const NONE = "none";

const WORDS: Record<PortfolioDimension | SeriesDimension, [one: string, many: string]> = {
  client: ["client", "clients"],
  campaign: ["campaign", "campaigns"],
  agent: ["agent", "agents"],
  kind: ["kind", "kinds"],
  service: ["service", "services"],
  category: ["category", "categories"],
  operation: ["operation", "operations"],
  model: ["model", "models"],
  platform: ["platform", "platforms"],
  content_type: ["content type", "content types"],
};

const LABEL = /^label[.:]([\w.-]{1,64})$/;

/** A dimension as an address spells it, `label:team` and `label.team` alike. */
export function readDimension(value: unknown): Dimension | undefined {
  if (typeof value !== "string") return undefined;
  const label = LABEL.exec(value);
  if (label) return `label.${label[1]}`;
  return value in WORDS ? (value as Dimension) : undefined;
}

export const isPortfolio = (dimension: Dimension): dimension is PortfolioDimension =>
  PORTFOLIO.some((each) => each === dimension);

export const isLabel = (dimension: Dimension): dimension is LabelDimension => dimension.startsWith("label.");

/** `service`, `content type`, `team`. */
export function oneOf(dimension: Dimension): string {
  return isLabel(dimension) ? labelName(dimension) : WORDS[dimension][0];
}

export function manyOf(dimension: Dimension): string {
  return isLabel(dimension) ? labelName(dimension) : WORDS[dimension][1];
}

export function titleOf(dimension: Dimension): string {
  return capital(oneOf(dimension));
}

export const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

export const labelName = (dimension: LabelDimension) => dimension.slice("label.".length);
