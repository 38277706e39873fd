/** The largest groups over time, or side by side; a click on one shows what it is made of. */
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { useMemo } from "react";

import {
  BarChart,
  ChartCard,
  itemsTable,
  LineChart,
  StackedBarChart,
  timeTable,
  type ChartState,
  type Selection,
} from "../charts";
import { manyOf, oneOf, titleOf } from "./dimensions";
import { drilled } from "./drill";
import { bucketsOf, daysOf, GRAIN_WORDS } from "./grains";
import { chartMeasure, MEASURES, valueOf } from "./measures";
import { barsOfChart, chartQuery, type Answered, type ChartData } from "./queries";
import { sentenceOf } from "./sentences";
import { valueOfKey } from "./series";
import { periodName } from "./Totals";
import { useExplorer, useSettled } from "./useExplorer";

const HEIGHT = 300;

export function SpendChart({ total }: { total?: Answered }) {
  const { question, workspaceId, money } = useExplorer();
  const query = useQuery(chartQuery(workspaceId, question));
  const { data } = query;
  const asked = data?.question ?? question;
  const title = titleOfChart(asked);
  const sum = total ? valueOf(total.spend.total, asked.measure) : null;
  const state = stateOf(query);
  const drawn = useDrawn(data, sum);
  return (
    <ChartCard
      title={title}
      summary={data && <span className="wrap-anywhere">{sentenceOf(data, money)}</span>}
      state={state}
      partial={data && query.isError ? "These are the last known values: refreshing failed." : undefined}
      isRefetching={query.isPlaceholderData}
      height={HEIGHT}
      table={drawn && (() => drawn.table(title))}
    >
      {drawn && <Drawing title={title} drawn={drawn} isOnItsWay={query.isPlaceholderData} />}
    </ChartCard>
  );
}

function titleOfChart({ measure, grouping, grain }: Answered["question"]): string {
  const by = grain === "none" ? "" : `${GRAIN_WORDS[grain].toLowerCase()} and `;
  const [first] = grouping;
  return `${MEASURES[measure].name} ${by === "" ? "by " : by}${first ? oneOf(first) : ""}`;
}

function stateOf({ data, error, isError, refetch }: UseQueryResult<ChartData>): ChartState {
  if (data) return { kind: "ready" };
  return isError ? { kind: "error", error, onRetry: () => void refetch() } : { kind: "loading" };
}

/** The same object until there is other data, so that a pointer over the chart does not draw it anew. */
function useDrawn(data: ChartData | undefined, sum: string | null) {
  const { money, locale, timeZone } = useExplorer();
  return useMemo(() => {
    if (!data) return undefined;
    const measure = chartMeasure(data.question.measure, money);
    const compared = data.spend.compared_with;
    const previousName = compared ? periodName(compared, locale) : undefined;
    const { course } = data;
    if (!course) {
      const items = barsOfChart(data, sum);
      const entity = titleOf(data.dimension);
      const table = (caption: string) => itemsTable({ caption, entity, items, measure, previousName });
      return { kind: "bars" as const, data, items, measure, previousName, table };
    }
    const buckets = bucketsOf(
      course.grain,
      course.buckets.map(({ start }) => start),
      { locale, timeZone },
    );
    const { series, totals, openFrom } = course;
    const hasPrevious = compared !== null && course.previousTotals.some((value) => value !== null);
    const previousTotals = hasPrevious ? course.previousTotals : undefined;
    const shared = { series, totals, measure, buckets, openFrom };
    const table = (caption: string) => timeTable({ caption, ...shared });
    return { kind: "course" as const, data, shared, previousTotals, previousName, table };
  }, [data, sum, money, locale, timeZone]);
}

type Drawn = NonNullable<ReturnType<typeof useDrawn>>;

interface DrawingProps {
  title: string;
  drawn: Drawn;
  isOnItsWay: boolean;
}

function Drawing({ title, drawn, isOnItsWay }: DrawingProps) {
  const { whole, locale } = useExplorer();
  const open = useOpening(drawn.data, isOnItsWay);
  if (drawn.kind === "bars") {
    const { items, measure, previousName } = drawn;
    const hasPrevious = items.some((item) => item.previous !== undefined);
    return (
      <BarChart
        label={title}
        items={items}
        measure={measure}
        locale={locale}
        previousName={hasPrevious ? previousName : undefined}
        onSelect={open.group}
      />
    );
  }
  const { shared, previousTotals, previousName } = drawn;
  const label = `${title}, by ${manyOf(drawn.data.dimension)}`;
  if (whole.lines) return <LineChart label={label} {...shared} height={HEIGHT} onSelect={open.bucket} />;
  return (
    <StackedBarChart
      label={label}
      {...shared}
      height={HEIGHT}
      previousTotals={previousTotals}
      previousName={previousName}
      onSelect={open.bucket}
    />
  );
}

/** A group leads to what it is made of; a bucket as a whole leads to its days. */
function useOpening(data: ChartData, isOnItsWay: boolean) {
  const { whole: current, days, change } = useExplorer();
  const whole = useSettled(current, isOnItsWay);
  return useMemo(() => {
    const group = (key: string) => {
      const value = valueOfKey(key);
      const next = value === undefined ? null : drilled(whole, [{ dimension: data.dimension, value }]);
      if (next) change(next);
    };
    const bucket = ({ index, series }: Selection) => {
      const at = data.course?.buckets[index];
      if (series !== null) group(series);
      else if (at && data.course) {
        const { first, last } = daysOf(at, data.course.grain, days);
        change({ from: first, to: last, range: undefined, grain: undefined });
      }
    };
    return { group, bucket };
  }, [data, whole, days, change]);
}
