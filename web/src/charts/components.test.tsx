/** What the charts say to people who do not see them, and the marks that the design asks for. */
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";

import {
  AreaChart,
  BandChart,
  BarChart,
  BudgetBar,
  ChartCard,
  dayBuckets,
  LineChart,
  moneyMeasure,
  slotOf,
  StackedBarChart,
  StatCard,
  timeTable,
} from ".";
import { changeBetween } from "../format";

const money = { locale: "en-US", currency: "USD" };
const measure = moneyMeasure(money);
const buckets = dayBuckets(["2026-10-01", "2026-10-02", "2026-10-03"], { locale: "en-US" });
const chart = { label: "Daily spend", buckets, measure };
const line = (key: string, index: number, values: (string | null)[] = ["1", "2", "3"]) => ({
  key,
  name: `Service ${key}`,
  slot: slotOf(index + 1),
  values,
});

describe("a stat card", () => {
  const card = { label: "Spend", value: "1204.18", measure, money, locale: "en-US", against: "October" };

  it("says value, change and what it means in one name", () => {
    const html = renderToStaticMarkup(
      <StatCard {...card} change={changeBetween("112.4", "100")} good="down" href="/x" />,
    );
    expect(html).toContain('aria-label="Spend, 1,204.18 US dollars, up 12.4 percent against October, worse"');
  });

  it("judges by the metric: more value is better, more calls are neither", () => {
    const up = changeBetween("2", "1");
    expect(renderToStaticMarkup(<StatCard {...card} change={up} good="up" />)).toContain("October, better");
    expect(renderToStaticMarkup(<StatCard {...card} change={up} />)).toMatch(/against October"/);
  });

  it("shows an unknown price as a dash with its reason", () => {
    const html = renderToStaticMarkup(<StatCard {...card} value={null} />);
    expect(html).toContain("— unpriced");
    expect(html).not.toContain("$0");
  });
});

describe("a budget bar", () => {
  it("says amounts, forecast and the word of its level", () => {
    const html = renderToStaticMarkup(
      <BudgetBar name="Solar" spent="912.4" cap="1000" forecast="1090" level="high" measure={measure} />,
    );
    expect(html).toContain("Solar: 912.40 US dollars of 1,000.00 US dollars, forecast 1,090.00 US dollars, at risk");
    expect(html).toContain(">Solar</p>");
    expect(html).toContain("$912.40</strong> of $1,000 · forecast $1,090");
  });
});

describe("lines", () => {
  it("have names, colours by slot, and dashes from five on", () => {
    const five = [..."abcde"].map((key, index) => line(key, index));
    const html = renderToStaticMarkup(<LineChart {...chart} series={five} />);
    expect(html).toContain('aria-label="Service a: between 1.00 US dollars and 3.00 US dollars"');
    expect(html).toContain("stroke:var(--series-5)");
    expect(html).toContain('stroke-dasharray="8 3 2 3"');
    expect(renderToStaticMarkup(<LineChart {...chart} series={five.slice(0, 4)} />)).not.toContain("stroke-dasharray");
  });

  it("draw the previous period in the same hue, dashed, at 55 percent", () => {
    const html = renderToStaticMarkup(
      <LineChart {...chart} series={[{ ...line("a", 1), previous: ["2", "2", "2"] }]} />,
    );
    expect(html).toMatch(/stroke:var\(--series-2\)" stroke-width="1.5" stroke-dasharray="4 3" opacity="0.55"/);
    expect(html).toContain("Service a, previous period: between 2.00 US dollars");
  });

  it("announce the bucket at the crosshair, also when it is not over", () => {
    const html = renderToStaticMarkup(<LineChart {...chart} series={[line("a", 0)]} openFrom={2} />);
    expect(html).toContain('role="slider"');
    expect(html).toContain('aria-valuetext="Sat, Oct 3, 2026, so far: Service a 3.00 US dollars"');
    expect(html).toContain("chart-open");
  });

  it("stay empty without buckets", () => {
    const html = renderToStaticMarkup(<LineChart {...chart} buckets={dayBuckets([], money)} series={[]} />);
    expect(html).not.toContain("slider");
    expect(html).not.toContain("NaN");
  });
});

describe("bars and areas", () => {
  it("name each segment and part it from the next by a gap", () => {
    const html = renderToStaticMarkup(
      <StackedBarChart {...chart} series={[line("a", 0), line("b", 1)]} openFrom={2} />,
    );
    expect(html).toContain('aria-label="Service b, Sat, Oct 3, 2026: 3.00 US dollars so far"');
    const boxes = [
      ...html.matchAll(
        /<g role="img" aria-label="Service [ab], Thu[^>]*><rect x="[^"]*" y="([\d.]+)" width="[^"]*" height="([\d.]+)"/g,
      ),
    ];
    const [bottom, top] = boxes.map((box) => ({ y: Number(box[1]), height: Number(box[2]) }));
    expect(bottom && top && bottom.y - (top.y + top.height)).toBeCloseTo(1, 5);
  });

  it("order the legend as the stack", () => {
    const html = renderToStaticMarkup(<AreaChart {...chart} series={[line("z", 0), line("a", 1)]} />);
    const legend = html.slice(html.indexOf("Legend"));
    expect(legend.indexOf("Service z")).toBeLessThan(legend.indexOf("Service a"));
  });

  it("compare entities with their change in words, and can be pressed when they lead somewhere", () => {
    const items = [{ key: "a", name: "Corvale", slot: 1 as const, value: "110", previous: "100" }];
    const bar = { label: "Clients", items, measure, locale: "en-US", previousName: "September" };
    expect(renderToStaticMarkup(<BarChart {...bar} onSelect={() => undefined} />)).toMatch(
      /role="button" tabindex="0" aria-label="Corvale: 110.00 US dollars, up 10.0 percent against September"/i,
    );
    expect(renderToStaticMarkup(<BarChart {...bar} />)).toContain('role="img"');
  });
});

describe("a forecast", () => {
  it("has its band, today, the cap in words, and rings that open", () => {
    const html = renderToStaticMarkup(
      <BandChart
        {...chart}
        name="Spend"
        slot={1}
        actual={["1", "2", null]}
        today={1}
        forecast={{ values: [null, "2", "3"], low: [null, "2", "2.5"], high: [null, "2", "3.5"] }}
        cap={{ name: "Monthly cap", amount: "1000" }}
        anomalies={[{ index: 0, level: "high", change: "+62%", onOpen: () => undefined }]}
      />,
    );
    expect(html).toContain("Forecast: 3.00 US dollars, four times in five between 2.50 US dollars and 3.50 US dollars");
    expect(html).toContain("Monthly cap $1,000");
    expect(html).toContain("Today");
    expect(html).toContain('aria-label="Anomaly on Thu, Oct 1, 2026, +62%, at risk: explain"');
  });
});

describe("a chart card", () => {
  const table = () => timeTable({ caption: "Daily spend", buckets, measure, series: [line("a", 0)] });
  const card = (state: Parameters<typeof ChartCard>[0]["state"], partial?: string) =>
    renderToStaticMarkup(
      <ChartCard title="Daily spend" summary="It rose." table={table} state={state} partial={partial}>
        <p>the chart</p>
      </ChartCard>,
    );

  it("shows title, sentence, chart and what is missing", () => {
    const html = card({ kind: "ready" }, "Data up to 14:02; 3 services late");
    for (const text of [
      "Daily spend",
      "It rose.",
      "the chart",
      "Menu of Daily spend",
      "Data up to 14:02; 3 services late",
    ]) {
      expect(html).toContain(text);
    }
  });

  it("keeps the chart's height in every other state, and says what it is", () => {
    const states = [
      [card({ kind: "loading" }), "Loading Daily spend"],
      [card({ kind: "error", error: new Error("Timed out."), onRetry: () => undefined }), "Retry"],
      [card({ kind: "empty-new", sentence: "Send an event.", snippet: "curl …" }), "Waiting for the first event…"],
      [card({ kind: "empty-filtered", filters: ["Client: Solar"], lastEvent: "3 Oct" }), "Last event: 3 Oct"],
    ] as const;
    for (const [html, text] of states) {
      expect(html).toContain(text);
      expect(html).toContain("min-height:240px");
      expect(html).not.toContain("the chart");
    }
  });
});
