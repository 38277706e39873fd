/** Costs over time, stacked by service: of a period, and of today hour by hour. */
import type { UseQueryResult } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useMemo } from "react";

import {
  ChartCard,
  dayBuckets,
  hourBuckets,
  monthBuckets,
  moneyMeasure,
  StackedBarChart,
  timeTable,
  type ChartState,
  type Selection,
  type Series,
  type Slot,
} from "../charts";
import { cleared } from "../filters/filters";
import { useFilters } from "../filters/useFilters";
import { classes } from "../ui/classes";
import { explorerHref } from "./links";
import type { ChartData } from "./queries";
import { chartSentence } from "./sentences";
import { useScene } from "./useScene";

interface CostChartProps {
  title: string;
  query: UseQueryResult<ChartData>;
  slots: ReadonlyMap<string, Slot>;
  height: number;
  /** What the sentence calls the time: "in this period", "today". */
  when: string;
  /** The link to the same in the explorer. */
  link: string;
  className?: string;
}

export function CostChart({ title, query, slots, height, when, link, className }: CostChartProps) {
  const { money, locale } = useScene();
  const { data } = query;
  const state = useChartState(query);
  const drawn = useDrawn(data, slots);
  const select = useSelection(data);
  return (
    <ChartCard
      title={title}
      summary={data && chartSentence(data, when, money, locale)}
      state={state}
      partial={data && query.isError ? "These are the last known values: refreshing failed." : undefined}
      isRefetching={query.isPlaceholderData}
      table={drawn && (() => timeTable({ caption: title, ...drawn }))}
      height={height}
      link={link}
      className={classes("wrap-anywhere", className)}
    >
      {drawn && <StackedBarChart label={title} {...drawn} height={height} onSelect={select} />}
    </ChartCard>
  );
}

function useChartState({ data, error, isError, refetch }: UseQueryResult<ChartData>): ChartState {
  const { filters, change } = useFilters();
  if (!data) return isError ? { kind: "error", error, onRetry: () => void refetch() } : { kind: "loading" };
  if (data.events > 0) return { kind: "ready" };
  const chosen = filters.client;
  return {
    kind: "empty-filtered",
    filters: ["Nothing was spent then", ...(chosen ? [`Client: ${chosen.join(", ")}`] : [])],
    onClear: chosen && (() => change(cleared(["client"]))),
  };
}

/** The same object until there is other data, so that a pointer over the chart does not draw it anew. */
function useDrawn(data: ChartData | undefined, slots: ReadonlyMap<string, Slot>) {
  const { locale, timeZone, money } = useScene();
  return useMemo(() => {
    if (!data) return undefined;
    const series = data.layers.map((layer): Series => ({
      ...layer,
      slot: layer.slot ?? slots.get(layer.key) ?? "other",
    }));
    const buckets = {
      hour: () => hourBuckets(data.buckets, { locale, timeZone }),
      day: () => dayBuckets(data.buckets, { locale }),
      month: () => monthBuckets(data.buckets, { locale }),
    }[data.grain]();
    const measure = moneyMeasure({ ...money, reason: "still to come" });
    return { series, buckets, measure, totals: data.totals, openFrom: data.openFrom };
  }, [data, slots, locale, timeZone, money]);
}

/** A day leads to what it is made of; longer and shorter bars have no page of their own. */
function useSelection(data: ChartData | undefined) {
  const router = useRouter();
  const { client } = useScene();
  return useMemo(() => {
    if (!data || data.grain !== "day") return undefined;
    return ({ bucket, series }: Selection) => {
      const service = series !== null && data.named.includes(series) ? series : undefined;
      const day = { from: bucket, to: bucket };
      void router.navigate({
        href: explorerHref({
          ...day,
          client,
          service,
          ...(service ? { group_by: "model", trail: "service" } : { group_by: "service" }),
        }),
      });
    };
  }, [data, router, client]);
}
