/** The rules and rings of a band chart: today, the cap in words, and anomalies that open their explanation. */
import type { KeyboardEvent } from "react";

import { floats } from "./floats";
import type { Frame } from "./frame";
import { LEVELS } from "./palette";
import type { Buckets, Level, Measure, Values } from "./types";

export interface Cap {
  /** For example "Monthly cap". */
  name: string;
  amount: string;
}

export interface Anomaly {
  index: number;
  level: Level;
  /** How far off, written: "+62%". */
  change: string;
  /** Opens the explanation. */
  onOpen?: () => void;
}

interface BandMarksProps {
  frame: Frame;
  actual: Values;
  today?: number;
  cap?: Cap;
  anomalies: readonly Anomaly[];
  buckets: Buckets;
  measure: Measure;
}

export function BandMarks({ frame, actual, today, cap, anomalies, buckets, measure }: BandMarksProps) {
  const capValue = cap ? floats([cap.amount])[0] : null;
  return (
    <>
      {cap && typeof capValue === "number" && (
        <g className="chart-cap">
          <line x1={frame.left} x2={frame.right} y1={frame.y(capValue)} y2={frame.y(capValue)} />
          <text x={frame.left + 4} y={frame.y(capValue) - 6}>
            {cap.name} {measure.limit(cap.amount)}
          </text>
        </g>
      )}
      {today !== undefined && today < frame.count && (
        <TodayRule frame={frame} today={today} avoid={typeof capValue === "number" ? frame.y(capValue) : null} />
      )}
      {anomalies.map((anomaly) => {
        const value = floats(actual)[anomaly.index] ?? null;
        if (value === null) return null;
        const day = buckets.full(buckets.keys[anomaly.index] as string);
        return <Ring key={anomaly.index} frame={frame} anomaly={anomaly} value={value} day={day} />;
      })}
    </>
  );
}

/** The rule of today; its word makes way for the cap's rule and words. */
function TodayRule({ frame, today, avoid }: { frame: Frame; today: number; avoid: number | null }) {
  const x = frame.x(today);
  const top = frame.top + 14;
  const y = avoid !== null && Math.abs(avoid - 4 - top) < 16 ? avoid + 16 : top;
  const isNearEdge = x > frame.right - 48;
  return (
    <g className="chart-today">
      <line x1={x} x2={x} y1={frame.top} y2={frame.bottom} />
      <text x={isNearEdge ? x - 6 : x + 6} y={y} textAnchor={isNearEdge ? "end" : "start"}>
        Today
      </text>
    </g>
  );
}

interface RingProps {
  frame: Frame;
  anomaly: Anomaly;
  value: number;
  day: string;
}

function Ring({ frame, anomaly, value, day }: RingProps) {
  const { colour, shape, word } = LEVELS[anomaly.level];
  const [x, y] = [frame.x(anomaly.index), frame.y(value)];
  const isNearEdge = x > frame.right - 110;
  const text = `anomaly ${anomaly.change}`;
  const open = anomaly.onOpen;
  const pressed = (event: KeyboardEvent) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    open?.();
  };
  const handlers = open ? { onClick: open, onKeyDown: pressed, tabIndex: 0, role: "button" } : { role: "img" };
  return (
    <g
      className="chart-anomaly"
      style={{ color: colour }}
      aria-label={`Anomaly on ${day}, ${anomaly.change}, ${word.toLowerCase()}${open ? ": explain" : ""}`}
      {...handlers}
    >
      <circle className="chart-target" cx={x} cy={y} r={13} data-png-skip />
      <circle className="chart-ring" cx={x} cy={y} r={5.5} />
      <g transform={`translate(${isNearEdge ? x - 16 - text.length * 6 - 14 : x + 12} ${y + 8})`} aria-hidden="true">
        <path d={shape} transform="scale(0.9)" style={{ fill: colour }} />
        <text x={14} y={8.5}>
          {text}
        </text>
      </g>
    </g>
  );
}
