/** The states beside "ready": each in the place and at the size of its chart. */
import { memo, useState } from "react";

import { ApiProblem } from "../api/problem";
import { ChartCard, dayBuckets, LineChart, moneyMeasure, StackedBarChart, timeTable, type ChartState } from "../charts";
import * as sample from "./data";

const spend = moneyMeasure({ locale: sample.LOCALE, currency: sample.CURRENCY });
const perCall = moneyMeasure({ locale: sample.LOCALE, currency: sample.CURRENCY, kind: "unit", name: "Cost per call" });
const days = dayBuckets(sample.DAYS, { locale: sample.LOCALE });
const SERIES = [{ key: "total", name: "Spend", slot: 2 as const, values: sample.DAILY_TOTALS }];

const PROBLEM = new ApiProblem(503, {
  code: "database_unavailable",
  title: "The database cannot be reached",
  detail: "The database cannot be reached.",
  request_id: "req_01k8z3v7",
});

const SNIPPET = `curl -X POST http://127.0.0.1:5002/api/v1/events \\
  -H "Authorization: Bearer ok_demo_…" \\
  -d '{"client": "sundrel", "service": "openai", "cost": "0.0384"}'`;

const WEEK_HEIGHT = 220;

export const StateCards = memo(function StateCards() {
  const [errors, setErrors] = useState(0);
  const [isCleared, setCleared] = useState(false);
  const chart = { series: SERIES, buckets: days, measure: spend };
  const tiny = { series: sample.CALL_COSTS, buckets: days, measure: perCall };
  const states: { title: string; state: ChartState }[] = [
    { title: "Spend by agent", state: { kind: "loading" } },
    {
      title: `Spend by campaign${errors > 0 ? ` (tried again ${errors}×)` : ""}`,
      state: { kind: "error", error: PROBLEM, onRetry: () => setErrors(errors + 1) },
    },
    {
      title: "Spend by model",
      state: {
        kind: "empty-new",
        sentence: "Send a first event and this chart fills itself.",
        snippet: SNIPPET,
        onSample: noop,
      },
    },
    {
      title: "Spend by platform",
      state: isCleared
        ? { kind: "ready" }
        : {
            kind: "empty-filtered",
            filters: ["Client: Quillhaven Books", "Service: ScrapingBee", "1–7 Oct 2026"],
            lastEvent: "3 Oct",
            onClear: () => setCleared(true),
          },
    },
  ];
  return (
    <>
      {states.map(({ title, state }) => (
        <ChartCard key={title} title={title} state={state} height={WEEK_HEIGHT}>
          <StackedBarChart label={title} {...chart} height={WEEK_HEIGHT} />
        </ChartCard>
      ))}
      <ChartCard
        title="Refreshing"
        summary="On a refetch the old data stays, with a thin bar on top."
        isRefetching
        table={() => timeTable({ caption: "Refreshing", ...chart })}
        height={WEEK_HEIGHT}
      >
        <StackedBarChart label="Refreshing" {...chart} height={WEEK_HEIGHT} />
      </ChartCard>
      <ChartCard
        title="Cost per call"
        summary="Tiny money keeps its digits, on the axis too."
        table={() => timeTable({ caption: "Cost per call", ...tiny })}
        height={WEEK_HEIGHT}
      >
        <LineChart label="Cost per call" {...tiny} height={WEEK_HEIGHT} />
      </ChartCard>
    </>
  );
});

function noop(): void {
  // The gallery has no sample data to load.
}
