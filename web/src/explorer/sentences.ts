/** What the figures say, in a sentence, and what narrows them, in a few words. */
import { changeBetween, formatCount, formatMoney, spokenChange, type MoneyOptions } from "../format";
import { readFilters } from "../filters/filters";
import { percentOf } from "../overview/sentences";
import { oneOf, titleOf } from "./dimensions";
import type { Whole } from "./drill";
import { MEASURES, previousTotalOf, valueOf, type MeasureName } from "./measures";
import type { ChartData } from "./queries";
import { chosenOf, isNone } from "./search";
import { memberOf } from "./series";
import { shareOf } from "./shares";

export function written(value: string | null, measure: MeasureName, money: MoneyOptions): string {
  if (measure === "cost") return formatMoney(value, money);
  return `${formatCount(value, { locale: money.locale })} ${MEASURES[measure].noun}`;
}

/** `$1,204.18, up 12.4 percent against the period before; openai has 71.0% of it.` */
export function sentenceOf({ question, spend, dimension }: ChartData, money: MoneyOptions): string {
  const { measure } = question;
  const { locale } = money;
  const total = valueOf(spend.total, measure);
  const before = spend.compared_with ? previousTotalOf(spend, measure) : null;
  const change = before === null ? "" : changed(total, before, locale);
  const [largest] = spend.groups;
  const share = largest && shareOf(valueOf(largest, measure), total);
  const most = largest && share ? `; ${nameIn(largest, dimension)} has ${percentOf(share, locale)} of it` : "";
  return `${written(total, measure, money)}${change}${most}.`;
}

function changed(total: string | null, before: string, locale: string): string {
  const change = changeBetween(total, before);
  if (change.kind === "unknown" || change.kind === "new") return "";
  if (change.direction === "flat") return ", as much as in the period before";
  const spoken = spokenChange(change, locale);
  return change.kind === "multiple" ? `, ${spoken} as in the period before` : `, ${spoken} against the period before`;
}

function nameIn(group: ChartData["spend"]["groups"][number], dimension: ChartData["dimension"]): string {
  const { value, name } = memberOf(group, dimension);
  return value === null ? `what has no ${oneOf(dimension)}` : name;
}

/** The filters in force, for saying why nothing is left. */
export function filtersInForce(whole: Whole): string[] {
  const chosen = chosenOf(whole, readFilters({ ...whole }));
  const words = [...chosen].map(
    ([dimension, values]) =>
      `${titleOf(dimension)}: ${values.map((each) => (isNone(each) ? "none" : each)).join(", ")}`,
  );
  return words.length > 0 ? words : ["Nothing was spent in this period"];
}
