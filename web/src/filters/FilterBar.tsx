/** The filter bar, with those filters that have an effect on the page. What it says stands in the URL, so a link shows the same view. */
import { useQuery } from "@tanstack/react-query";

import { portfolioChoicesQuery } from "../api/portfolio";
import { Button } from "../ui/Button";
import { RemovableChip } from "../ui/Chip";
import { DIMENSION_WORDS, DimensionFilter } from "./DimensionFilter";
import {
  cleared,
  COMPARISON_WORDS,
  COMPARISONS,
  DEFAULT_COMPARISON,
  DIMENSIONS,
  isFiltered,
  type Comparison,
  type Dimension,
  type FilterControl,
} from "./filters";
import { RangeNote, RangePicker } from "./RangePicker";
import { useFilters } from "./useFilters";

export function FilterBar({ controls }: { controls: readonly FilterControl[] }) {
  const { filters, change } = useFilters();
  const dimensions = DIMENSIONS.filter((dimension) => controls.includes(dimension));
  const hasRange = controls.includes("range");
  const chosen = dimensions.filter((dimension) => filters[dimension]);
  const reset = isFiltered(filters, controls) && (
    <Button look="quiet" icon="close" onClick={() => change(cleared(controls))}>
      Reset
    </Button>
  );
  return (
    <section aria-label="Filters" className="flex flex-col gap-2">
      {/* On a phone the controls stand in one line that scrolls, so that they leave room for what they filter.
          It is `relative` because hidden words for screen readers would else widen the page from inside. */}
      <div className="relative -mx-3 -my-1 flex items-center gap-2 overflow-x-auto px-3 py-1 sm:mx-0 sm:flex-wrap sm:overflow-visible sm:px-0">
        {hasRange && (
          <>
            <RangePicker />
            <span className="px-1 max-sm:hidden">
              <RangeNote />
            </span>
          </>
        )}
        {controls.includes("compare") && <ComparisonField />}
        {dimensions.map((dimension) => (
          <DimensionFilter key={dimension} dimension={dimension} />
        ))}
        {chosen.length === 0 && reset}
      </div>
      {hasRange && (
        <span className="sm:hidden">
          <RangeNote />
        </span>
      )}
      {chosen.length > 0 && (
        <div className="flex flex-wrap items-center gap-2">
          {chosen.map((dimension) => (
            <DimensionChips key={dimension} dimension={dimension} />
          ))}
          {reset}
        </div>
      )}
    </section>
  );
}

function ComparisonField() {
  const { filters, change } = useFilters();
  return (
    <select
      aria-label="Compare with"
      value={filters.compare ?? DEFAULT_COMPARISON}
      onChange={(event) => change({ compare: event.target.value as Comparison })}
      className="control-box shrink-0 px-2"
    >
      {COMPARISONS.map((comparison) => (
        <option key={comparison} value={comparison}>
          {comparison === "none" ? "" : "Compare: "}
          {COMPARISON_WORDS[comparison]}
        </option>
      ))}
    </select>
  );
}

/** What is chosen, each with a way to remove it. */
export function DimensionChips({ dimension }: { dimension: Dimension }) {
  const { filters, change } = useFilters();
  const { one, many } = DIMENSION_WORDS[dimension];
  const known = useQuery(portfolioChoicesQuery(many));
  const chosen = filters[dimension] ?? [];
  return chosen.map((key) => (
    <RemovableChip
      key={key}
      label={`${one}: ${known.data?.items.find((item) => item.key === key)?.name ?? key}`}
      onRemove={() => change({ [dimension]: chosen.filter((each) => each !== key) })}
    />
  ));
}
