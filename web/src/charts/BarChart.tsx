/** Entities compared by length: one horizontal bar each, with a tick where the previous period was. */
import { scaleLinear } from "d3-scale";
import { useState, type KeyboardEvent } from "react";

import { changeBetween, spokenChange } from "../format";
import "./charts.css";
import { extent, floats } from "./floats";
import { slotColour } from "./palette";
import type { Measure, Slot } from "./types";
import { useWidth } from "./useWidth";

export interface BarItem {
  key: string;
  name: string;
  slot: Slot;
  value: string | null;
  previous?: string | null;
}

export interface BarChartProps {
  label: string;
  /** In the order to be drawn; the server sorts. */
  items: readonly BarItem[];
  measure: Measure;
  locale: string;
  previousName?: string;
  onSelect?: (key: string) => void;
}

const ROW_PX = 38;
const CHARACTER_PX = 7;

export function BarChart({ label, items, measure, locale, previousName, onSelect }: BarChartProps) {
  const [follow, width] = useWidth();
  const [reached, setReached] = useState(0);
  const values = floatsOf(items.map((item) => item.value));
  const [low, high] = extent([values, floatsOf(items.map((item) => item.previous ?? null))]);
  const texts = items.map((item) => measure.format(item.value));
  const valueRoom = Math.max(0, ...texts.map((text) => text.length)) * CHARACTER_PX + 10;
  const scale = scaleLinear()
    .domain([Math.min(0, low), Math.max(high, 0) || 1])
    .range([0, Math.max(40, width - valueRoom)]);
  const zero = scale(0);
  const row = Math.min(reached, items.length - 1);

  const onKeyDown = (event: KeyboardEvent<SVGGElement>, index: number) => {
    const to = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: items.length - 1 }[event.key];
    if (event.key === "Enter" || event.key === " ") onSelect?.(items[index]?.key ?? "");
    else if (event.key === "Escape") event.currentTarget.blur();
    else if (to !== undefined) {
      const rows = event.currentTarget.parentElement?.querySelectorAll<SVGGElement>("[data-row]");
      rows?.[Math.min(items.length - 1, Math.max(0, to))]?.focus();
    } else return;
    event.preventDefault();
  };

  return (
    <div className="chart" ref={follow}>
      <svg width={width} height={items.length * ROW_PX} role="group" aria-label={label} data-chart>
        {items.map((item, index) => {
          const value = values[index] ?? null;
          const end = scale(value ?? 0);
          const before = floatsOf([item.previous ?? null])[0] ?? null;
          return (
            <g
              key={item.key}
              data-row
              data-opens={onSelect ? true : undefined}
              className="chart-row"
              transform={`translate(0 ${index * ROW_PX})`}
              role={onSelect ? "button" : "img"}
              tabIndex={index === row ? 0 : -1}
              aria-label={rowName(item, measure, locale, previousName)}
              onFocus={() => setReached(index)}
              onKeyDown={(event) => onKeyDown(event, index)}
              onClick={() => onSelect?.(item.key)}
            >
              <rect className="chart-row-back" width={width} height={ROW_PX} rx={6} data-png-skip />
              <text className="chart-row-name" x={0} y={13}>
                {item.name}
              </text>
              <rect
                x={Math.min(zero, end)}
                y={20}
                width={value === null ? 0 : Math.max(1, Math.abs(end - zero))}
                height={11}
                rx={2}
                style={{ fill: slotColour(item.slot) }}
              />
              {before !== null && (
                <line className="chart-before" x1={scale(before)} x2={scale(before)} y1={17} y2={34} />
              )}
              <text
                className="chart-row-value"
                x={Math.max(end, before === null ? 0 : scale(before)) + 8}
                y={26}
                dy="0.32em"
              >
                {texts[index]}
              </text>
            </g>
          );
        })}
      </svg>
      {previousName && (
        <ul className="chart-legend">
          <li>
            <svg width={10} height={14} aria-hidden="true" className="chart-swatch">
              <line className="chart-before" x1={5} x2={5} y1={0} y2={14} />
            </svg>
            <span data-png>{previousName}</span>
          </li>
        </ul>
      )}
    </div>
  );
}

function floatsOf(values: readonly (string | null)[]): readonly (number | null)[] {
  return floats(values);
}

function rowName(item: BarItem, measure: Measure, locale: string, previousName?: string): string {
  const told = `${item.name}: ${measure.spoken(item.value)}`;
  if (item.previous === undefined) return told;
  const change = spokenChange(changeBetween(item.value, item.previous), locale);
  return `${told}, ${change}${previousName ? ` against ${previousName}` : ""}`;
}
