/** Four figures to glance at: today, the month, where the month is heading, and how many events there were. */
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { moneyMeasure, StatCard, type StatCardProps } from "../charts";
import { changeBetween, formatCount, formatMonth, type MoneyOptions } from "../format";
import { ErrorState } from "../ui/ErrorState";
import { EventsToday } from "./EventsToday";
import { Freshness } from "./Freshness";
import { explorerHref, useFollow } from "./links";
import { projected } from "./projection";
import { lastMonthQuery, monthQuery, todayQuery, weekQuery, yesterdayQuery } from "./queries";
import type { Spend } from "./spend";
import { restOfMonth_ms } from "./spans";
import { useScene } from "./useScene";

export function Figures() {
  const { client, today } = useScene();
  const spent = useQuery(todayQuery(client, today));
  return (
    <section aria-label="Figures" className="flex flex-col gap-2">
      <div className="grid grid-cols-2 gap-3 sm:gap-4 xl:grid-cols-4 [&_.stat-delta]:min-h-9 [&>*]:min-h-29 [&>*]:min-w-0">
        <TodaySoFar spent={spent} />
        <MonthToDate />
        <Heading />
        <Answered what="Events today" query={spent}>
          <EventsToday total={spent.data?.total} />
        </Answered>
      </div>
      <Freshness updatedAt={spent.dataUpdatedAt} />
    </section>
  );
}

type SpendResult = UseQueryResult<Spend>;

interface AnsweredProps {
  what: string;
  query: SpendResult;
  children: ReactNode;
}

/** The card, or what went wrong where there is nothing to show. */
function Answered({ what, query, children }: AnsweredProps) {
  if (query.data || !query.isError) return children;
  return (
    <div className="card p-3 sm:p-4">
      <ErrorState what={what} error={query.error} onRetry={() => void query.refetch()} />
    </div>
  );
}

type Shown = "label" | "value" | "change" | "against" | "note" | "isLoading" | "href";

interface FigureProps extends Pick<StatCardProps, Shown> {
  /** Why there is no amount. */
  reason?: string;
  kind?: MoneyOptions["kind"];
}

function Figure({ reason, kind, ...props }: FigureProps) {
  const { locale, money } = useScene();
  const follow = useFollow();
  const written = { ...money, reason, kind };
  const rest = { measure: moneyMeasure(written), money: written, locale };
  return <StatCard {...props} {...rest} good="down" onOpen={follow} />;
}

/** An amount that leaves something out says so. */
function unpricedNote(spend: Spend | undefined, locale: string): string | undefined {
  const count = spend?.total.unpriced ?? 0;
  return count > 0 ? `without ${formatCount(count, { locale })} unpriced` : undefined;
}

function TodaySoFar({ spent }: { spent: SpendResult }) {
  const { client, today, timeZone, locale } = useScene();
  const before = useQuery(yesterdayQuery(client, today, timeZone));
  return (
    <Answered what="Today so far" query={spent}>
      <Figure
        label="Today so far"
        value={spent.data?.total.cost ?? null}
        change={before.data && changeBetween(spent.data?.total.cost, before.data.total.cost)}
        against="yesterday by now"
        note={unpricedNote(spent.data, locale)}
        href={explorerHref({ range: "today", client })}
        isLoading={!spent.data}
      />
    </Answered>
  );
}

function MonthToDate() {
  const { client, today, timeZone, locale } = useScene();
  const spent = useQuery(monthQuery(client, today));
  const before = useQuery(lastMonthQuery(client, today, timeZone));
  const lastMonth = before.data && formatMonth(before.data.start, { locale, year: false });
  return (
    <Answered what="Month to date" query={spent}>
      <Figure
        label="Month to date"
        value={spent.data?.total.cost ?? null}
        change={before.data && changeBetween(spent.data?.total.cost, before.data.total.cost)}
        against={`the same days of ${lastMonth}`}
        note={unpricedNote(spent.data, locale)}
        href={explorerHref({ range: "this-month", client })}
        isLoading={!spent.data}
      />
    </Answered>
  );
}

/** Said only where a whole week can be gone by, and said how. */
function Heading() {
  const { client, today, now, timeZone, locale } = useScene();
  const month = useQuery(monthQuery(client, today));
  const week = useQuery(weekQuery(client, today));
  const isKnown = (week.data?.previous_total?.events ?? 0) > 0;
  const name = formatMonth(today, { locale, year: false });
  const outlook =
    month.data && week.data && isKnown
      ? projected({
          soFar: month.data.total.cost,
          week: week.data.total.cost,
          restOfMonth_ms: restOfMonth_ms(today, now, timeZone),
        })
      : null;
  return (
    <Answered what="The projection" query={month.isError ? month : week}>
      <Figure
        label="Projected"
        value={outlook}
        reason="too early"
        kind="limit"
        note={isKnown ? `for ${name}, if it goes on like the last 7 days` : `${name}: needs costs of more than a week`}
        isLoading={!week.data || !month.data}
      />
    </Answered>
  );
}
