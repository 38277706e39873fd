/** The filter bar above every page about spend. What it says stands in the URL, so a link shows the same view. */
import { useQuery } from "@tanstack/react-query";

import { portfolioChoicesQuery } from "../api/portfolio";
import { Button } from "../ui/Button";
import { RemovableChip } from "../ui/Chip";
import { DIMENSION_WORDS, DimensionFilter } from "./DimensionFilter";
import {
  COMPARISON_WORDS,
  COMPARISONS,
  DEFAULT_COMPARISON,
  DIMENSIONS,
  isFiltered,
  type Comparison,
  type Dimension,
} from "./filters";
import { RangeNote, RangePicker } from "./RangePicker";
import { useFilters } from "./useFilters";

export function FilterBar() {
  const { filters, change, reset } = useFilters();
  return (
    <section aria-label="Filters" className="flex flex-col gap-2">
      {/* On a phone the controls stand in one line that scrolls, so that they leave room for what they filter.
          It is `relative` because hidden words for screen readers would else widen the page from inside. */}
      <div className="relative -mx-3 -my-1 flex items-center gap-2 overflow-x-auto px-3 py-1 sm:mx-0 sm:flex-wrap sm:overflow-visible sm:px-0">
        <RangePicker />
        <span className="px-1 max-sm:hidden">
          <RangeNote />
        </span>
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
        {DIMENSIONS.map((dimension) => (
          <DimensionFilter key={dimension} dimension={dimension} />
        ))}
        {isFiltered(filters) && (
          <Button look="quiet" icon="close" onClick={reset}>
            Reset
          </Button>
        )}
      </div>
      <span className="sm:hidden">
        <RangeNote />
      </span>
      <div className="flex flex-wrap gap-2 empty:hidden">
        {DIMENSIONS.map((dimension) => filters[dimension] && <DimensionChips key={dimension} dimension={dimension} />)}
      </div>
    </section>
  );
}

function DimensionChips({ dimension }: { dimension: Dimension }) {
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
