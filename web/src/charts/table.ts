/** A chart as a table, and the table as a file. Cells show rounded values; files carry the exact ones. */
import { plainDecimal } from "../format";
import type { BandChartProps } from "./BandChart";
import type { BarItem } from "./BarChart";
import type { Annotation, Buckets, Measure, Series, Values } from "./types";

export interface ChartTable {
  caption: string;
  columns: readonly string[];
  rows: readonly TableRow[];
}

export interface TableRow {
  header: string;
  cells: readonly TableCell[];
}

export interface TableCell {
  text: string;
  /** What a file and the tooltip of the cell say. */
  exact: string;
  isNumber: boolean;
}

interface TimeTableOptions {
  caption: string;
  buckets: Buckets;
  measure: Measure;
  series: readonly Series[];
  totals?: Values;
  previousName?: string;
  annotations?: readonly Annotation[];
  openFrom?: number;
}

interface Column {
  name: string;
  values: Values;
}

/** One row per bucket, one column per entity (and its previous period), then the server's total. */
export function timeTable(options: TimeTableOptions): ChartTable {
  const { series, totals, previousName = "previous period" } = options;
  const columns = series.flatMap((one): Column[] => [
    { name: one.name, values: one.values },
    ...(one.previous ? [{ name: `${one.name}, ${previousName}`, values: one.previous }] : []),
  ]);
  if (totals) columns.push({ name: "Total", values: totals });
  return columnsTable(options, columns);
}

/** The table of a band chart: what was, what is forecast, and between which bounds. */
export function bandTable(options: { caption: string } & Omit<BandChartProps, "label">): ChartTable {
  const { name, actual, forecast } = options;
  const columns: Column[] = [{ name, values: actual }];
  if (forecast) {
    columns.push(
      { name: "Forecast", values: forecast.values },
      { name: "Low (80 %)", values: forecast.low },
      { name: "High (80 %)", values: forecast.high },
    );
  }
  const noted = (options.anomalies ?? []).map(({ index, change }) => ({ index, text: `Anomaly ${change}` }));
  return columnsTable({ ...options, annotations: [...(options.annotations ?? []), ...noted] }, columns);
}

/** One row per entity, with the previous period when it is known. */
export function itemsTable(options: {
  caption: string;
  entity: string;
  items: readonly BarItem[];
  measure: Measure;
  previousName?: string;
}): ChartTable {
  const { caption, entity, items, measure, previousName = "Previous period" } = options;
  const values = items.map((item) => item.value);
  const before = items.map((item) => item.previous ?? null);
  const hasPrevious = items.some((item) => item.previous !== undefined);
  const written = measure.column(hasPrevious ? [...values, ...before] : values);
  return {
    caption,
    columns: [entity, measure.name, ...(hasPrevious ? [previousName] : [])],
    rows: items.map((item, index) => ({
      header: item.name,
      cells: [values[index] ?? null, ...(hasPrevious ? [before[index] ?? null] : [])].map((value) =>
        cell(value, written),
      ),
    })),
  };
}

function columnsTable(
  { caption, buckets, measure, annotations = [], openFrom }: Omit<TimeTableOptions, "series">,
  columns: readonly Column[],
): ChartTable {
  const written = columns.map((column) => measure.column(column.values));
  const notes = new Map<number, string[]>();
  for (const { index, text } of annotations) notes.set(index, [...(notes.get(index) ?? []), text]);
  if (openFrom !== undefined) {
    for (let index = openFrom; index < buckets.keys.length; index += 1) {
      notes.set(index, [...(notes.get(index) ?? []), "So far"]);
    }
  }
  return {
    caption,
    columns: [buckets.name, ...columns.map((column) => column.name), ...(notes.size > 0 ? ["Note"] : [])],
    rows: buckets.keys.map((key, index) => {
      const note = (notes.get(index) ?? []).join("; ");
      const cells = columns.map((column, position) =>
        cell(column.values[index] ?? null, written[position] as (value: string | null) => string),
      );
      return {
        header: buckets.full(key),
        cells: notes.size > 0 ? [...cells, { text: note, exact: note, isNumber: false }] : cells,
      };
    }),
  };
}

function cell(value: string | null, written: (value: string | null) => string): TableCell {
  return { text: written(value), exact: value === null ? "" : plainDecimal(value), isNumber: true };
}

/** The table as RFC 4180 text with exact values. Text that a spreadsheet would run as a formula is quoted first. */
export function toCsv(table: ChartTable): string {
  const lines = [
    table.columns.map(csvText),
    ...table.rows.map((row) => [
      csvText(row.header),
      ...row.cells.map((one) => (one.isNumber ? one.exact : csvText(one.text))),
    ]),
  ];
  return lines.map((line) => line.join(",")).join("\r\n") + "\r\n";
}

function csvText(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
