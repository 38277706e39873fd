/** Every chart in every state, with the demo agency's figures: for building, for looking, and for the tests. */
import { useState } from "react";

import { countMeasure, moneyMeasure, StatCard, BudgetBar } from "../charts";
import { changeBetween, type MoneyOptions } from "../format";
import { Button } from "../ui/Button";
import { Page } from "../ui/Page";
import { AreaCards, BandCards, BarCards, LineCards } from "./ChartExamples";
import { CURRENCY, DAILY_TOTALS, LOCALE, PREVIOUS_TOTAL, TOTAL } from "./data";
import { StateCards } from "./StateExamples";

const MONEY: MoneyOptions = { locale: LOCALE, currency: CURRENCY };
const UNIT: MoneyOptions = { ...MONEY, kind: "unit" };
const spend = moneyMeasure(MONEY);
const unitCost = moneyMeasure({ ...UNIT, name: "Cost per task" });
const calls = countMeasure({ locale: LOCALE, name: "Calls", noun: "calls" });

export default function GalleryPage() {
  const [ticks, setTicks] = useState(0);
  return (
    <Page
      title="Charts"
      help="Every chart in every state, with the figures of the demo agency."
      actions={
        <Button icon="refresh" onClick={() => setTicks(ticks + 1)}>
          Live tick
        </Button>
      }
    >
      <section aria-label="Figures" className="grid grid-cols-2 gap-3 sm:gap-4 lg:grid-cols-4 [&>*]:min-w-0">
        <Figures ticks={ticks} />
      </section>
      <section aria-label="Budgets" className="card grid gap-x-8 gap-y-4 p-3 sm:grid-cols-2 sm:p-4 [&>*]:min-w-0">
        <Budgets />
      </section>
      <section aria-label="Charts" className="grid gap-3 sm:gap-4 lg:grid-cols-2 [&>*]:min-w-0">
        <LineCards ticks={ticks} />
        <BandCards />
        <BarCards />
        <AreaCards />
      </section>
      <section aria-label="States" className="grid gap-3 sm:gap-4 lg:grid-cols-2 [&>*]:min-w-0">
        <StateCards />
      </section>
    </Page>
  );
}

const TICK_VALUES = [TOTAL, "52118.42", "52131.07"] as const;

function Figures({ ticks }: { ticks: number }) {
  const total = TICK_VALUES[ticks % TICK_VALUES.length] ?? null;
  return (
    <>
      <StatCard
        label="Spend this month"
        value={total}
        measure={spend}
        money={MONEY}
        locale={LOCALE}
        change={changeBetween(total, PREVIOUS_TOTAL)}
        against="September"
        good="down"
        spark={{ values: DAILY_TOTALS.slice(2) }}
        href="#spend"
      />
      <StatCard
        label="Cost per task"
        value="0.0384"
        measure={unitCost}
        money={UNIT}
        locale={LOCALE}
        change={changeBetween("0.0384", "0.0418")}
        against="September"
        good="down"
        href="#tasks"
      />
      <StatCard
        label="Value delivered"
        value="1230418.55"
        measure={spend}
        money={MONEY}
        locale={LOCALE}
        change={changeBetween("1230418.55", "1011025.9")}
        against="September"
        good="up"
        href="#value"
      />
      <StatCard
        label="Smallest call"
        value="0.000034"
        measure={spend}
        money={MONEY}
        locale={LOCALE}
        note="median of 1.2M calls"
      />
      <StatCard
        label="Calls"
        value="1204181"
        measure={calls}
        locale={LOCALE}
        change={changeBetween("1204181", "88120")}
        against="September"
        href="#calls"
      />
      <StatCard
        label="Sundrel Solar"
        value="912.40"
        measure={spend}
        money={MONEY}
        locale={LOCALE}
        change={changeBetween("912.40", "0")}
        against="September"
        good="down"
        budget={{ spent: "912.40", cap: "1000", forecast: "1090", level: "high" }}
        href="#sundrel"
      />
      <StatCard
        label="Image generation"
        value={null}
        measure={spend}
        money={MONEY}
        locale={LOCALE}
        note="no rate yet"
      />
      <StatCard label="Loading" value={null} measure={spend} locale={LOCALE} isLoading />
    </>
  );
}

function Budgets() {
  return (
    <>
      <BudgetBar name="Quillhaven Books" spent="412.10" cap="1000" forecast="640" level="ok" measure={spend} />
      <BudgetBar name="Tamwick Coffee" spent="834.40" cap="1000" forecast="985" level="warn" measure={spend} />
      <BudgetBar name="Sundrel Solar" spent="912.40" cap="1000" forecast="1090" level="high" measure={spend} />
      <BudgetBar name="Corvale Outdoor" spent="1081.02" cap="1000" forecast="1240" level="crit" measure={spend} />
    </>
  );
}
