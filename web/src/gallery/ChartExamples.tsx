/** Each chart with believable data. */
import { memo, useMemo, useState, type ComponentProps } from "react";

import {
  AreaChart,
  BandChart,
  bandTable,
  BarChart,
  ChartCard,
  dayBuckets,
  hourBuckets,
  itemsTable,
  LineChart,
  moneyMeasure,
  StackedBarChart,
  timeTable,
  type Selection,
  type Series,
} from "../charts";
import * as sample from "./data";

const spend = moneyMeasure({ locale: sample.LOCALE, currency: sample.CURRENCY });
const days = dayBuckets(sample.DAYS, { locale: sample.LOCALE });
const laterDays = dayBuckets(sample.DAYS.slice(1), { locale: sample.LOCALE });
const hours = hourBuckets(sample.HOURS, { locale: sample.LOCALE, timeZone: "America/New_York" });

/** What a page does on a click: here it only says what was chosen. */
function useChosen(): [string, (selection: Selection) => void] {
  const [text, setText] = useState("");
  return [text, ({ bucket, series }) => setText(` Chosen: ${bucket}${series ? `, ${series}` : ""}.`)];
}

export function LineCards({ ticks }: { ticks: number }) {
  const [chosen, choose] = useChosen();
  const live = useMemo(() => sample.AI_SERVICES.map((one, index) => (index === 0 ? nudged(one, ticks) : one)), [ticks]);
  const eight = { series: sample.SERVICES, buckets: days, measure: spend };
  const three = { series: live, buckets: laterDays, measure: spend };
  return (
    <>
      <ChartCard
        title="Daily spend by service"
        summary={`Human labour and the two ad platforms carry nine tenths of October.${chosen}`}
        table={() => timeTable({ caption: "Daily spend by service", ...eight })}
        height={280}
      >
        <LineChart label="Daily spend by service" {...eight} height={280} onSelect={choose} />
      </ChartCard>
      <ChartCard
        title="AI providers"
        summary="Anthropic passed OpenAI on weekdays; both rest at the weekend."
        partial="Data up to 14:02; 3 services late"
        table={() => timeTable({ caption: "AI providers", ...three, openFrom: 28 })}
        height={280}
      >
        <LineChart
          label="AI providers"
          {...three}
          height={280}
          openFrom={28}
          annotations={[{ index: 12, text: "New model since Tuesday" }]}
          onSelect={choose}
        />
      </ChartCard>
    </>
  );
}

/** The last value after some more events. */
function nudged(series: Series, ticks: number): Series {
  const last = Number(series.values.at(-1) ?? 0) + (ticks % 8) * 2.5;
  return { ...series, values: [...series.values.slice(0, -1), last.toFixed(2)] };
}

export const BandCards = memo(function BandCards() {
  const [opened, setOpened] = useState("");
  const cap = useMemo(() => ({ name: "Monthly cap", amount: "40000" }), []);
  const band: Omit<ComponentProps<typeof BandChart>, "label"> = {
    name: "Spend",
    slot: 1,
    ...sample.MONTH,
    cap,
    buckets: days,
    measure: spend,
    anomalies: [{ index: 13, level: "high", change: "+62%", onOpen: () => setOpened(" The explanation opens here.") }],
  };
  const hourly = { series: sample.HOURLY, buckets: hours, measure: spend };
  return (
    <>
      <ChartCard
        title="Spend this month"
        summary={`The forecast ends just above the cap: $40.2K of $40K.${opened}`}
        table={() => bandTable({ caption: "Spend this month", ...band })}
      >
        <BandChart label="Spend this month" {...band} />
      </ChartCard>
      <ChartCard
        title="Hourly spend, six weeks"
        summary="1,008 points drawn as about 400; the peak stays, and so does the gap of the outage."
        table={() => timeTable({ caption: "Hourly spend, six weeks", ...hourly })}
      >
        <AreaChart label="Hourly spend, six weeks" {...hourly} />
      </ChartCard>
    </>
  );
});

export const BarCards = memo(function BarCards() {
  const [chosen, choose] = useChosen();
  const [client, setClient] = useState("");
  const stacked = { series: sample.SERVICES, totals: sample.DAILY_TOTALS, buckets: days, measure: spend };
  return (
    <>
      <ChartCard
        title="Spend by day and service"
        summary={`Labour stops at the weekend, ads do not.${chosen}`}
        table={() => timeTable({ caption: "Spend by day and service", ...stacked, openFrom: sample.OPEN_FROM })}
        height={300}
      >
        <StackedBarChart
          label="Spend by day and service"
          {...stacked}
          height={300}
          openFrom={sample.OPEN_FROM}
          previousTotals={sample.PREVIOUS_TOTALS}
          previousName="September"
          onSelect={choose}
        />
      </ChartCard>
      <ChartCard
        title="Spend by client"
        summary={`Sundrel Solar leads and grew most.${client}`}
        table={() =>
          itemsTable({
            caption: "Spend by client",
            entity: "Client",
            items: sample.CLIENTS,
            measure: spend,
            previousName: "September",
          })
        }
      >
        <BarChart
          label="Spend by client"
          items={sample.CLIENTS}
          measure={spend}
          locale={sample.LOCALE}
          previousName="September"
          onSelect={(key) => setClient(` Chosen: ${key}.`)}
        />
      </ChartCard>
    </>
  );
});

const TOTAL_SERIES: readonly Series[] = [
  { key: "total", name: "Spend", slot: 1, values: sample.DAILY_TOTALS, previous: sample.PREVIOUS_TOTALS },
];

export const AreaCards = memo(function AreaCards() {
  const stacked = { series: sample.SERVICES, totals: sample.DAILY_TOTALS, buckets: days, measure: spend };
  const total = { series: TOTAL_SERIES, buckets: days, measure: spend, previousName: "September" };
  return (
    <>
      <ChartCard
        title="Spend by service, stacked"
        summary="The same month as areas, largest services named and the rest folded."
        table={() => timeTable({ caption: "Spend by service, stacked", ...stacked })}
      >
        <AreaChart label="Spend by service, stacked" {...stacked} />
      </ChartCard>
      <ChartCard
        title="Spend against September"
        summary="October runs level with September, two weekdays apart."
        table={() => timeTable({ caption: "Spend against September", ...total })}
      >
        <AreaChart label="Spend against September" {...total} />
      </ChartCard>
    </>
  );
});
