/** What all of it comes to, at a glance. */
import { useRouter } from "@tanstack/react-router";
import type { MouseEvent } from "react";

import { StatCard } from "../charts";
import { changeBetween, formatDayRange } from "../format";
import { stringifySearch } from "../filters/filters";
import { eventsOf } from "./drill";
import { chartMeasure, goodOf, MEASURES, previousTotalOf, valueOf, type MeasureName } from "./measures";
import type { Answered } from "./queries";
import { useExplorer } from "./useExplorer";

const USUAL: MeasureName[] = ["cost", "events", "failed", "unpriced"];

export function Totals({ answered }: { answered?: Answered }) {
  const { question } = useExplorer();
  const { measure } = answered?.question ?? question;
  const shown = USUAL.includes(measure) ? USUAL : [measure, ...USUAL.filter((each) => each !== "failed")];
  return (
    <section aria-label="Totals" className="grid grid-cols-2 gap-3 sm:gap-4 lg:grid-cols-4 [&>*]:min-w-0">
      {shown.map((name) => (
        <Total key={name} name={name} answered={answered} />
      ))}
    </section>
  );
}

function Total({ name, answered }: { name: MeasureName; answered?: Answered }) {
  const { whole, money } = useExplorer();
  const router = useRouter();
  const spend = answered?.spend;
  const value = spend ? valueOf(spend.total, name) : null;
  const before = spend?.compared_with ? previousTotalOf(spend, name) : null;
  const events = name === "unpriced" && value !== "0" ? eventsOf(whole, []) : null;
  const { range, from, to } = whole;
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    void router.navigate({ href: event.currentTarget.getAttribute("href") ?? "/events" });
  };
  return (
    <StatCard
      label={MEASURES[name].name}
      value={value}
      measure={chartMeasure(name, money)}
      money={name === "cost" ? money : undefined}
      locale={money.locale}
      change={before === null ? undefined : changeBetween(value, before)}
      against={spend?.compared_with ? periodName(spend.compared_with, money.locale) : undefined}
      good={goodOf(name)}
      href={events ? `/events${stringifySearch({ range, from, to, ...events, unpriced: true })}` : undefined}
      onOpen={follow}
      isLoading={!spend}
    />
  );
}

export function periodName({ start, end }: { start: string; end: string }, locale: string): string {
  return formatDayRange(start, end, locale);
}
