/** How much of a budget is used: fill in the alert colour, a tick at the cap, a hollow tick at the forecast. */
import "./charts.css";
import { extent, floats } from "./floats";
import { LEVELS } from "./palette";
import type { Level, Measure } from "./types";

export interface BudgetBarProps {
  spent: string;
  cap: string;
  forecast?: string | null;
  level: Level;
  measure: Measure;
  /** What the budget is for: written above the bar, and a part of its accessible name. */
  name: string;
  /** Leaves out the text around the bar, where a card already says it. */
  isBare?: boolean;
}

export function BudgetBar({ spent, cap, forecast = null, level, measure, name, isBare }: BudgetBarProps) {
  const [spentAt, capAt, forecastAt] = floats([spent, cap, forecast]);
  const [, longest] = extent([[spentAt ?? 0, capAt ?? 0, forecastAt ?? 0]]);
  const percent = (value: number | null | undefined) =>
    `${longest > 0 ? (Math.max(0, value ?? 0) / longest) * 100 : 0}%`;
  const { colour, word } = LEVELS[level];
  const expected = forecast === null ? "" : `, forecast ${measure.spoken(forecast)}`;
  const told = `${name}: ${measure.spoken(spent)} of ${measure.spoken(cap)}${expected}, ${word.toLowerCase()}`;
  return (
    <div className="budget" role="img" aria-label={told}>
      {!isBare && <p className="budget-name">{name}</p>}
      <div className="budget-track">
        <div className="budget-fill" style={{ width: percent(spentAt), background: colour }} />
        <span className="budget-cap" style={{ left: percent(capAt) }} />
        {forecast !== null && (
          <span className="budget-forecast" style={{ left: percent(forecastAt), borderColor: colour }} />
        )}
      </div>
      {!isBare && (
        <p className="budget-text">
          <span>
            <strong>{measure.format(spent)}</strong> of {measure.limit(cap)}
            {forecast !== null && ` · forecast ${measure.limit(forecast)}`}
          </span>
          <LevelMark level={level} />
        </p>
      )}
    </div>
  );
}

/** The level's shape and word, in its colour. */
export function LevelMark({ level }: { level: Level }) {
  const { colour, word, shape } = LEVELS[level];
  return (
    <span className="level-mark" style={{ color: colour }}>
      <svg viewBox="0 0 10 10" width={9} height={9} aria-hidden="true">
        <path d={shape} fill="currentColor" />
      </svg>
      {word}
    </span>
  );
}
