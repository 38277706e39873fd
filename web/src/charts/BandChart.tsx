/** What was, what will be and how sure that is: actual line, forecast with its band, today, cap and anomalies. */
import { area } from "d3-shape";
import { useMemo } from "react";

import { BandMarks, type Anomaly, type Cap } from "./BandMarks";
import { extent, floats } from "./floats";
import { makeFrame, type Frame } from "./frame";
import { Legend } from "./Legend";
import { LineMark, linePath } from "./LineMarks";
import { Plot } from "./Plot";
import type { Slot, TimeChartProps, Values } from "./types";
import { useWidth } from "./useWidth";

export interface Forecast {
  values: Values;
  /** The interval that holds the outcome four times in five. */
  low: Values;
  high: Values;
}

export interface BandChartProps extends TimeChartProps {
  name: string;
  slot: Slot;
  /** Known values; null from the first bucket that has none. */
  actual: Values;
  forecast?: Forecast;
  /** The bucket of today; the forecast starts from its actual value. */
  today?: number;
  cap?: Cap;
  anomalies?: readonly Anomaly[];
}

const NONE: Values = [];

export function BandChart(props: BandChartProps) {
  const { name, slot, actual, forecast, today, cap, anomalies = [], buckets, measure, height = 240 } = props;
  const [follow, width] = useWidth();
  const count = buckets.keys.length;
  const capValues = useMemo(() => (cap ? [cap.amount] : NONE), [cap]);
  const drawn = [actual, forecast?.values, forecast?.high, forecast?.low, capValues];
  const [low, highest] = extent(drawn.map((values) => floats(values ?? NONE)));
  // Room above the cap for its words.
  const high = highest * 1.08;
  const frame = useMemo(
    () => makeFrame({ width, height, count, low, high, measure, layout: "points" }),
    [width, height, count, low, high, measure],
  );
  const marks = useMemo(
    () => (
      <>
        {forecast && (
          <g role="img" aria-label={forecastName(forecast, measure.spoken)}>
            <path className="chart-band" d={bandPath(frame, forecast)} />
            <path className="chart-line chart-forecast" d={linePath(frame, floats(forecast.values))} />
          </g>
        )}
        <LineMark name={name} slot={slot} values={actual} frame={frame} measure={measure} />
      </>
    ),
    [name, slot, actual, forecast, frame, measure],
  );
  const isForecast = (index: number) => forecast !== undefined && today !== undefined && index > today;
  return (
    <Plot
      {...props}
      frame={frame}
      follow={follow}
      marks={marks}
      overlay={<BandMarks {...{ frame, actual, today, cap, anomalies, buckets, measure }} />}
      kind="line"
      legend={<Legend entries={[]} kind="line" />}
      reading={(index) => {
        const future = isForecast(index);
        const value = (future ? forecast?.values[index] : actual[index]) ?? null;
        const row = { key: "value", name: future ? "Forecast" : name, slot, value };
        const bounds = [
          { key: "low", name: "Low (80 %)", slot, value: forecast?.low[index] ?? null },
          { key: "high", name: "High (80 %)", slot, value: forecast?.high[index] ?? null },
        ];
        return future ? [bounds[1] ?? row, row, bounds[0] ?? row] : [row];
      }}
      dotAt={(row, index) => {
        const at = row.value === null || isForecast(index) ? null : (floats(actual)[index] ?? null);
        return at === null ? null : frame.y(at);
      }}
    />
  );
}

function bandPath(frame: Frame, forecast: Forecast): string {
  const [low, high] = [floats(forecast.low), floats(forecast.high)];
  const indexes = Array.from({ length: frame.count }, (_, index) => index);
  const shape = area<number>()
    .defined((index) => (low[index] ?? null) !== null && (high[index] ?? null) !== null)
    .x((index) => frame.x(index))
    .y0((index) => frame.y(low[index] ?? 0))
    .y1((index) => frame.y(high[index] ?? 0))
    .digits(1);
  return shape(indexes) ?? "";
}

function forecastName(forecast: Forecast, spoken: (value: string | null) => string): string {
  const last = (values: Values) => spoken(values.findLast((value) => value !== null) ?? null);
  return `Forecast: ${last(forecast.values)}, four times in five between ${last(forecast.low)} and ${last(forecast.high)}`;
}
