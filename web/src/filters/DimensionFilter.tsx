/** Choosing the clients, campaigns or agents that a page is narrowed to. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { portfolioChoicesQuery } from "../api/portfolio";
import { SearchField } from "../ui/Field";
import { QueryView } from "../ui/QueryView";
import { SkeletonRows } from "../ui/Skeleton";
import { FilterPopover } from "./FilterPopover";
import type { Dimension } from "./filters";
import { useFilters } from "./useFilters";

export const DIMENSION_WORDS: Record<Dimension, { one: string; many: "clients" | "campaigns" | "agents" }> = {
  client: { one: "Client", many: "clients" },
  campaign: { one: "Campaign", many: "campaigns" },
  agent: { one: "Agent", many: "agents" },
};

export function DimensionFilter({ dimension }: { dimension: Dimension }) {
  const { filters } = useFilters();
  const chosen = filters[dimension]?.length ?? 0;
  const { one } = DIMENSION_WORDS[dimension];
  return (
    <FilterPopover label={one} chosen={chosen}>
      <Choices dimension={dimension} />
    </FilterPopover>
  );
}

function Choices({ dimension }: { dimension: Dimension }) {
  const [typed, setTyped] = useState("");
  const { filters, change } = useFilters();
  const { many } = DIMENSION_WORDS[dimension];
  const query = useQuery(portfolioChoicesQuery(many, { q: typed || undefined }));
  const chosen = filters[dimension] ?? [];
  const toggle = (key: string) => {
    const next = chosen.includes(key) ? chosen.filter((each) => each !== key) : [...chosen, key];
    change({ [dimension]: next });
  };
  return (
    <div className="flex flex-col gap-2">
      <SearchField label={`Search ${many}`} value={typed} onChange={setTyped} />
      <QueryView query={query} what={`The ${many}`} skeleton={<SkeletonRows count={3} />}>
        {({ items, next }) => (
          <div className="max-h-64 overflow-y-auto">
            {items.length === 0 && <p className="py-3 text-center text-muted">No {many} found.</p>}
            {items.map((item) => (
              <label
                key={item.id}
                className="flex min-h-9 cursor-pointer items-center gap-2 rounded-control px-2 hover:bg-surface-2 coarse:min-h-11"
              >
                <input
                  type="checkbox"
                  className="size-4 shrink-0 accent-accent"
                  checked={chosen.includes(item.key)}
                  onChange={() => toggle(item.key)}
                />
                <span className="min-w-0 truncate">{item.name}</span>
              </label>
            ))}
            {next && <p className="px-2 py-2 text-small text-muted">Type to find more.</p>}
          </div>
        )}
      </QueryView>
    </div>
  );
}
