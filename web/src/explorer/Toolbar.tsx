/** What is looked at, by what it is grouped, and how it is drawn. */
import { useQuery } from "@tanstack/react-query";
import { useId, type ReactNode } from "react";

import { classes } from "../ui/classes";
import { capital, isLabel, PORTFOLIO, SERIES, titleOf, type Dimension } from "./dimensions";
import { fits, GRAIN_WORDS, GRAINS, type GrainChoice } from "./grains";
import { MEASURE_NAMES, MEASURES, readMeasure } from "./measures";
import { labelsQuery } from "./queries";
import { useExplorer } from "./useExplorer";

export function useDimensions(): Dimension[] {
  const labels = useQuery(labelsQuery).data ?? ["team"];
  return [...PORTFOLIO, ...SERIES, ...labels.map((name): Dimension => `label.${name}`)];
}

export function Toolbar() {
  const { question, days, change } = useExplorer();
  const { grouping, measure, grain } = question;
  const [first, second] = grouping as [Dimension, Dimension?];
  const regroup = (next: (Dimension | undefined)[]) =>
    change({ group_by: next.filter((each) => each !== undefined), sort: undefined });
  return (
    <section
      aria-label="View"
      className="relative -mx-3 -my-1 flex items-end gap-3 overflow-x-auto px-3 py-1 sm:mx-0 sm:flex-wrap sm:overflow-visible sm:px-0"
    >
      <Choice
        label="Measure"
        value={measure}
        onChange={(value) => change({ measure: readMeasure(value), sort: undefined })}
      >
        {MEASURE_NAMES.map((name) => (
          <option key={name} value={name}>
            {MEASURES[name].name}
          </option>
        ))}
      </Choice>
      <Choice label="Group by" value={first} onChange={(value) => regroup([value as Dimension, other(second, value)])}>
        <DimensionOptions />
      </Choice>
      <Choice
        label="and by"
        value={second ?? ""}
        onChange={(value) => regroup([first, value === "" ? undefined : (value as Dimension)])}
      >
        <option value="">Nothing else</option>
        <DimensionOptions without={first} />
      </Choice>
      <Choice label="Over time" value={grain} onChange={(value) => change({ grain: value as GrainChoice })}>
        {GRAINS.map((each) => (
          <option key={each} value={each} disabled={each !== "none" && !fits(each, days)}>
            {GRAIN_WORDS[each]}
          </option>
        ))}
      </Choice>
      {grain !== "none" && <Shape />}
    </section>
  );
}

const other = (second: Dimension | undefined, first: string) => (second === first ? undefined : second);

function Shape() {
  const { whole, change } = useExplorer();
  return (
    <div role="group" aria-label="Draw as" className="control-box flex shrink-0 overflow-hidden p-0.5">
      {(["Bars", "Lines"] as const).map((shape) => {
        const isLines = shape === "Lines";
        const isChosen = (whole.lines ?? false) === isLines;
        return (
          <button
            key={shape}
            type="button"
            aria-pressed={isChosen}
            onClick={() => change({ lines: isLines ? true : undefined })}
            className={classes(
              "rounded-[6px] px-3 text-muted hover:text-text",
              isChosen && "bg-surface-2 font-semibold text-accent",
            )}
          >
            {shape}
          </button>
        );
      })}
    </div>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  children: ReactNode;
}

function Choice({ label, value, onChange, children }: ChoiceProps) {
  const id = useId();
  return (
    <div className="flex shrink-0 flex-col gap-1">
      <label htmlFor={id} className="text-small text-muted">
        {label}
      </label>
      <select id={id} value={value} onChange={(event) => onChange(event.target.value)} className="control-box px-2">
        {children}
      </select>
    </div>
  );
}

export function DimensionOptions({ without }: { without?: Dimension }) {
  const dimensions = useDimensions().filter((each) => each !== without);
  const labels = dimensions.filter(isLabel);
  return (
    <>
      {dimensions
        .filter((each) => !isLabel(each))
        .map((each) => (
          <option key={each} value={each}>
            {titleOf(each)}
          </option>
        ))}
      {labels.map((each) => (
        <option key={each} value={each}>
          Label: {capital(titleOf(each))}
        </option>
      ))}
    </>
  );
}
