/** Lines over time: one per entity, dashed from five on, with the previous period behind. */
import { useId, useMemo } from "react";

import { Hatch, OpenBucket } from "./Axes";
import { EndLabels, endLabelRoom, LABEL_GAP_PX, type EndLabel } from "./EndLabels";
import { extent, floats } from "./floats";
import { makeFrame, spreadLabels, type Frame } from "./frame";
import { Legend } from "./Legend";
import { LineMark } from "./LineMarks";
import { lineDash } from "./palette";
import { Plot } from "./Plot";
import type { Series, TimeChartProps } from "./types";
import { useWidth } from "./useWidth";

export interface LineChartProps extends TimeChartProps {
  series: readonly Series[];
  /** Name of the previous period, for example "September". */
  previousName?: string;
  /** Dashes for fewer than five lines too: the reader's "more distinct charts" setting. */
  isDistinct?: boolean;
}

export function LineChart(props: LineChartProps) {
  const { series, buckets, measure, height = 240, openFrom, previousName = "Previous period", isDistinct } = props;
  const [follow, width] = useWidth();
  const hatch = useId();
  const endRoom = endLabelRoom(
    series.map((one) => one.name),
    width,
    height,
  );
  const count = buckets.keys.length;
  const [low, high] = extent(series.flatMap((one) => [floats(one.values), floats(one.previous ?? [])]));
  const frame = useMemo(
    () => makeFrame({ width, height, count, low, high, measure, endRoom, layout: "points" }),
    [width, height, count, low, high, measure, endRoom],
  );
  const labels = useMemo(
    () => (endRoom > 0 ? endLabels(series, frame, isDistinct) : null),
    [series, frame, endRoom, isDistinct],
  );
  const dashes = series.map((_, position) => lineDash(position, series.length, isDistinct));
  const marks = useMemo(
    () => (
      <>
        <defs>
          <Hatch id={hatch} />
        </defs>
        <OpenBucket frame={frame} openFrom={openFrom} hatch={hatch} />
        {series.map(
          ({ key, previous, ...one }) =>
            previous && <LineMark key={key} {...one} values={previous} frame={frame} measure={measure} isPrevious />,
        )}
        {series.map(({ key, name, slot, values }, position) => (
          <LineMark
            key={key}
            name={name}
            slot={slot}
            values={values}
            frame={frame}
            measure={measure}
            dash={lineDash(position, series.length, isDistinct)}
          />
        ))}
        {labels && <EndLabels labels={labels} x={frame.right} />}
      </>
    ),
    [series, frame, measure, openFrom, hatch, labels, isDistinct],
  );
  const hasPrevious = series.some((one) => one.previous);
  const legend = series.map((one, position) => ({ ...one, dash: dashes[position] }));
  return (
    <Plot
      {...props}
      frame={frame}
      follow={follow}
      marks={marks}
      kind="line"
      legend={<Legend entries={labels ? [] : legend} kind="line" previous={hasPrevious ? previousName : undefined} />}
      reading={(index) =>
        series.map(({ key, name, slot, values, previous }, position) => ({
          key,
          name,
          slot,
          dash: dashes[position],
          value: values[index] ?? null,
          previous: previous ? (previous[index] ?? null) : undefined,
        }))
      }
      dotAt={(row, index) => {
        const value = floats(series.find((one) => one.key === row.key)?.values ?? [])[index] ?? null;
        return value === null ? null : frame.y(value);
      }}
      hit={(index, value) => nearestLine(series, frame, index, value)}
    />
  );
}

/** Labels beside the last known points; null when they do not fit. */
function endLabels(series: readonly Series[], frame: Frame, isDistinct?: boolean): EndLabel[] | null {
  const ends = series.map((one) => floats(one.values).findLast((value) => value !== null) ?? null);
  if (ends.some((end) => end === null)) return null;
  const wanted = ends.map((end) => frame.y(end as number));
  const placed = spreadLabels(wanted, LABEL_GAP_PX, frame.top, frame.bottom);
  if (!placed) return null;
  return series.map(({ key, name, slot }, index) => ({
    key,
    name,
    slot,
    dash: lineDash(index, series.length, isDistinct),
    from: wanted[index] as number,
    at: placed[index] as number,
  }));
}

const HIT_PX = 24;

function nearestLine(series: readonly Series[], frame: Frame, index: number, value: number): string | null {
  let nearest: string | null = null;
  let best = HIT_PX;
  for (const one of series) {
    const at = floats(one.values)[index] ?? null;
    if (at === null) continue;
    const distance = Math.abs(frame.y(at) - frame.y(value));
    if (distance < best) {
      best = distance;
      nearest = one.key;
    }
  }
  return nearest;
}
