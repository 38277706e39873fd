/** What the overview asks for, by how often it is asked again: with each tick, less often, or by the minute. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { answer, api } from "../api/client";
import { presetDays, type DayRange } from "../filters/range";
import { reachOf, type ChartGrain } from "./periods";
import { readSpend, type SpendQuery } from "./spend";
import { lastMonthSoFar, lastWholeWeek, yesterdaySoFar } from "./spans";
import { NAMED_MAX, stackOf } from "./stacks";

/** What changes with every event. */
export const NOW = ["overview", "now"] as const;
/** What an event changes by little. */
export const PERIOD = ["overview", "period"] as const;
/** What lies behind: it changes only as far as the clock moves on. */
const EARLIER = ["overview", "earlier"] as const;

const MINUTE_MS = 60_000;
export const TOP_COUNT = 6;
/** Seven services in a hundred days, with room. */
const CELLS_MAX = 1000;
/** What a figure is made of; to count everything by unit as well would cost more. */
const COUNTS = ["events", "failed", "unpriced"];
export const EVENTS_SHOWN = 8;
/** No event is older, which makes it the way to say "ever". */
const EARLIEST = "2000-01-01";

export type Clients = string[] | undefined;

export const todayQuery = (client: Clients, today: string) =>
  queryOptions({
    queryKey: [...NOW, "today", today, client],
    queryFn: () => readSpend({ start: today, end: today, client, measures: COUNTS }),
    placeholderData: keepPreviousData,
  });

export const monthQuery = (client: Clients, today: string) =>
  queryOptions({
    queryKey: [...NOW, "month", today, client],
    queryFn: () => readSpend({ start: presetDays("this-month", today).first, end: today, client, measures: COUNTS }),
    placeholderData: keepPreviousData,
  });

const byTheMinute = { staleTime: MINUTE_MS, refetchInterval: MINUTE_MS, placeholderData: keepPreviousData } as const;

export const yesterdayQuery = (client: Clients, today: string, timeZone: string) =>
  queryOptions({
    queryKey: [...EARLIER, "yesterday", today, timeZone, client],
    queryFn: () => readSpend({ ...yesterdaySoFar(today, new Date(), timeZone), client, measures: COUNTS }),
    ...byTheMinute,
  });

export const lastMonthQuery = (client: Clients, today: string, timeZone: string) =>
  queryOptions({
    queryKey: [...EARLIER, "last month", today, timeZone, client],
    queryFn: () => readSpend({ ...lastMonthSoFar(today, new Date(), timeZone), client, measures: COUNTS }),
    ...byTheMinute,
  });

/** The last whole week, and the one before it, which tells whether there was anything yet. */
export const weekQuery = (client: Clients, today: string) =>
  queryOptions({
    queryKey: [...EARLIER, "week", today, client],
    queryFn: () => readSpend({ ...lastWholeWeek(today), client, compare: "previous", measures: COUNTS }),
    ...byTheMinute,
  });

export type TopDimension = "client" | "agent" | "service";

export const topQuery = (dimension: TopDimension, client: Clients, { first, last }: DayRange) =>
  queryOptions({
    queryKey: [...PERIOD, "top", dimension, first, last, client],
    queryFn: () =>
      readSpend({
        start: first,
        end: last,
        client,
        group_by: [dimension],
        compare: "previous",
        sort: ["-cost"],
        limit: TOP_COUNT,
        measures: COUNTS,
      }),
    placeholderData: keepPreviousData,
  });

export const chartQuery = (kind: typeof NOW | typeof PERIOD, client: Clients, days: DayRange, grain: ChartGrain) =>
  queryOptions({
    queryKey: [...kind, "chart", days.first, days.last, grain, client],
    queryFn: () => readChart({ start: days.first, end: days.last, client }, grain),
    placeholderData: keepPreviousData,
  });

async function readChart(within: SpendQuery, grain: ChartGrain) {
  const services = await readSpend({
    ...within,
    group_by: ["service"],
    sort: ["-cost"],
    limit: NAMED_MAX + 1,
    measures: ["events"],
  });
  const named = services.groups.flatMap(({ service }) => service ?? []).slice(0, NAMED_MAX);
  const inBuckets = { ...within, grain, limit: CELLS_MAX, measures: ["cost"] };
  const [cells, totals] = await Promise.all([
    named.length > 0 ? readSpend({ ...inBuckets, group_by: ["service"], service: named }) : null,
    readSpend(inBuckets),
  ]);
  const reach = reachOf(totals.buckets, grain, new Date(), totals.time_zone);
  const buckets = totals.buckets.map(({ start }) => start);
  const stack = stackOf({
    buckets,
    named,
    cells: cells?.groups.map(({ service = null, bucket, cost }) => ({ service, bucket: bucket ?? "", cost })) ?? [],
    totals: new Map(totals.groups.map(({ bucket, cost }) => [bucket ?? "", cost])),
    restCount: services.group_count - named.length,
    futureFrom: reach.futureFrom,
  });
  const [first] = services.groups;
  return {
    grain,
    buckets,
    named,
    ...stack,
    events: services.total.events,
    total: services.total.cost,
    largest: first ? { service: first.service ?? null, share: first.share } : null,
    openFrom: reach.openFrom,
  };
}

export type ChartData = Awaited<ReturnType<typeof readChart>>;

export const latestEventsQuery = (client: Clients) =>
  queryOptions({
    queryKey: [...NOW, "events", client],
    queryFn: () =>
      answer(api.GET("/api/v1/events", { params: { query: { start: EARLIEST, limit: EVENTS_SHOWN, client } } })),
    placeholderData: keepPreviousData,
  });
