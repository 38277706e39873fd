/** Charts as tables and files. */
import { describe, expect, it } from "vitest";

import { fileName } from "./download";
import { dayBuckets, moneyMeasure } from "./measures";
import { bandTable, itemsTable, timeTable, toCsv } from "./table";

const measure = moneyMeasure({ locale: "en-US", currency: "USD" });
const buckets = dayBuckets(["2026-10-01", "2026-10-02"], { locale: "en-US" });

describe("a chart over time as a table", () => {
  const table = timeTable({
    caption: "Daily spend",
    buckets,
    measure,
    series: [{ key: "a", name: "OpenAI", slot: 1, values: ["1204.1849", null], previous: ["1", "2"] }],
    totals: ["1204.1849", "0"],
    previousName: "September",
    annotations: [{ index: 0, text: "New model" }],
    openFrom: 1,
  });

  it("has a column for each series, its previous period, the total, and notes", () => {
    expect(table.columns).toEqual(["Day", "OpenAI", "OpenAI, September", "Total", "Note"]);
    expect(table.rows.map((row) => [row.header, ...row.cells.map((cell) => cell.text)])).toEqual([
      ["Thu, Oct 1, 2026", "$1,204.18", "$1.00", "$1,204.18", "New model"],
      ["Fri, Oct 2, 2026", "— unpriced", "$2.00", "$0.00", "So far"],
    ]);
  });

  it("writes exact values to the file, and nothing for what is unknown", () => {
    expect(toCsv(table)).toBe(
      'Day,OpenAI,"OpenAI, September",Total,Note\r\n' +
        '"Thu, Oct 1, 2026",1204.1849,1,1204.1849,New model\r\n' +
        '"Fri, Oct 2, 2026",,2,0,So far\r\n',
    );
  });
});

describe("other charts as tables", () => {
  it("lists entities with one precision for both columns", () => {
    const items = [{ key: "a", name: "Corvale", slot: 1 as const, value: "0.0034", previous: "12" }];
    const table = itemsTable({ caption: "Spend", entity: "Client", items, measure });
    expect(table.columns).toEqual(["Client", "Spend", "Previous period"]);
    expect(table.rows[0]?.cells.map((cell) => cell.text)).toEqual(["$0.0034", "$12.0000"]);
  });

  it("tells forecasts, bounds and anomalies", () => {
    const table = bandTable({
      caption: "Month",
      name: "Spend",
      slot: 1,
      actual: ["5", null],
      forecast: { values: ["5", "9"], low: ["5", "8"], high: ["5", "10"] },
      anomalies: [{ index: 0, level: "high", change: "+62%" }],
      buckets,
      measure,
    });
    expect(table.columns).toEqual(["Day", "Spend", "Forecast", "Low (80 %)", "High (80 %)", "Note"]);
    expect(table.rows[0]?.cells.at(-1)?.text).toBe("Anomaly +62%");
  });
});

describe("files", () => {
  it("never hand a spreadsheet a formula, but leave negative numbers alone", () => {
    const items = [{ key: "a", name: '=HYPERLINK("x")', slot: 1 as const, value: "-12.5" }];
    const csv = toCsv(itemsTable({ caption: "Spend", entity: "Client", items, measure }));
    expect(csv).toContain(`"'=HYPERLINK(""x"")",-12.5`);
  });

  it("are named after the chart", () => {
    expect(fileName("Spend by client, Zürich", "csv")).toBe("spend-by-client-zurich.csv");
    expect(fileName("…", "png")).toBe("chart.png");
  });
});
