/** Narrowing the view to values that occur: services, models, and everything else that spend is told apart by. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { FilterPopover } from "../filters/FilterPopover";
import { Button } from "../ui/Button";
import { RemovableChip } from "../ui/Chip";
import { SearchField } from "../ui/Field";
import { QueryView } from "../ui/QueryView";
import { SkeletonRows } from "../ui/Skeleton";
import { isNone, chosenOf } from "./search";
import { isPortfolio, manyOf, oneOf, titleOf, type Dimension } from "./dimensions";
import { valuesQuery } from "./queries";
import { useDimensions } from "./Toolbar";
import { useExplorer } from "./useExplorer";

/** Those that are asked for most have a button of their own. */
const DIRECT: Dimension[] = ["service", "model"];

export function ValueFilters() {
  const others = useDimensions().filter((each) => !isPortfolio(each) && !DIRECT.includes(each));
  return (
    <section aria-label="More filters" className="flex flex-wrap items-center gap-2">
      {DIRECT.map((dimension) => (
        <ValueFilter key={dimension} label={titleOf(dimension)} dimensions={[dimension]} />
      ))}
      <ValueFilter label="More" dimensions={others} />
      <Chips />
    </section>
  );
}

function useChosen() {
  const { whole, change } = useExplorer();
  const chosen = new Map([...chosenOf(whole, {})].filter(([dimension]) => !isPortfolio(dimension)));
  const choose = (dimension: Dimension, values: string[]) =>
    change({ [dimension]: values.length > 0 ? values : undefined });
  return { chosen, choose };
}

function ValueFilter({ label, dimensions }: { label: string; dimensions: Dimension[] }) {
  const { chosen } = useChosen();
  const count = dimensions.reduce((sum, each) => sum + (chosen.get(each)?.length ?? 0), 0);
  return (
    <FilterPopover label={label} chosen={count}>
      <Choices dimensions={dimensions} />
    </FilterPopover>
  );
}

function Choices({ dimensions }: { dimensions: Dimension[] }) {
  const [wanted, setDimension] = useState(dimensions[0] as Dimension);
  const [typed, setTyped] = useState("");
  const { chosen, choose } = useChosen();
  const query = useQuery(valuesQuery(wanted, typed.trim()));
  const values = chosen.get(wanted) ?? [];
  const toggle = (value: string) =>
    choose(wanted, values.includes(value) ? values.filter((each) => each !== value) : [...values, value]);
  return (
    <div className="flex flex-col gap-2">
      {dimensions.length > 1 && (
        <select
          aria-label="Filter by"
          value={wanted}
          onChange={(event) => setDimension(event.target.value as Dimension)}
          className="control-box px-2"
        >
          {dimensions.map((each) => (
            <option key={each} value={each}>
              {titleOf(each)}
            </option>
          ))}
        </select>
      )}
      <SearchField label={`Search ${manyOf(wanted)}`} value={typed} onChange={setTyped} />
      <QueryView query={query} what={`The ${manyOf(wanted)}`} skeleton={<SkeletonRows count={3} />}>
        {({ items }) => (
          <div className="max-h-64 overflow-y-auto">
            {items.length === 0 && <p className="py-3 text-center text-muted">No {manyOf(wanted)} found.</p>}
            {items.map(({ value, name }) => (
              <label
                key={value}
                className="flex min-h-9 cursor-pointer items-center gap-2 rounded-control px-2 hover:bg-surface-2 coarse:min-h-11"
              >
                <input
                  type="checkbox"
                  className="size-4 shrink-0 accent-accent"
                  checked={values.includes(value)}
                  onChange={() => toggle(value)}
                />
                <span className="min-w-0 wrap-anywhere">{name ?? `No ${oneOf(wanted)}`}</span>
              </label>
            ))}
          </div>
        )}
      </QueryView>
    </div>
  );
}

/** What is chosen, each with a way to remove it; clients, campaigns and agents stand in the bar above. */
function Chips() {
  const { clear } = useExplorer();
  const { chosen, choose } = useChosen();
  if (chosen.size === 0) return null;
  return (
    <>
      {[...chosen].flatMap(([dimension, values]) =>
        values.map((value) => (
          <RemovableChip
            key={`${dimension} ${value}`}
            label={`${titleOf(dimension)}: ${isNone(value) ? "none" : value}`}
            onRemove={() =>
              choose(
                dimension,
                values.filter((each) => each !== value),
              )
            }
          />
        )),
      )}
      <Button look="quiet" icon="close" onClick={clear}>
        Clear filters
      </Button>
    </>
  );
}
