/** Choosing services or models by their exact names: those seen lately are offered, any other can be typed. */
import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";

import { eventNamesQuery } from "../api/events";
import { FilterPopover } from "../filters/FilterPopover";
import { Button } from "../ui/Button";
import { SearchField } from "../ui/Field";
import { match } from "../ui/match";
import { QueryView } from "../ui/QueryView";
import { SkeletonRows } from "../ui/Skeleton";
import { useEventSearch } from "./useEventSearch";

interface ValueFilterProps {
  name: "services" | "models";
  one: "service" | "model";
  label: string;
}

export function ValueFilter({ name, one, label }: ValueFilterProps) {
  const { search } = useEventSearch();
  const chosen = search[name]?.length ?? 0;
  return (
    <FilterPopover label={label} chosen={chosen}>
      <Choices name={name} one={one} />
    </FilterPopover>
  );
}

function Choices({ name, one }: Omit<ValueFilterProps, "label">) {
  const [typed, setTyped] = useState("");
  const { search, query, change } = useEventSearch();
  const known = useQuery(eventNamesQuery({ start: query.start, end: query.end }));
  const chosen = search[name] ?? [];
  const toggle = (value: string) => {
    const next = chosen.includes(value) ? chosen.filter((each) => each !== value) : [...chosen, value];
    change({ [name]: next.length > 0 ? next : undefined });
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const value = typed.trim();
    if (value && !chosen.includes(value)) toggle(value);
    setTyped("");
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-2">
      <SearchField label={`Name of the ${one}`} value={typed} onChange={setTyped} />
      <QueryView query={known} what={`The ${name}`} skeleton={<SkeletonRows count={3} />}>
        {(names) => {
          const all = [...new Set([...chosen, ...names[one]])];
          const fitting = all.filter((value) => match(value, typed) > 0);
          return (
            <div className="max-h-64 overflow-y-auto">
              {fitting.map((value) => (
                <label
                  key={value}
                  className="flex min-h-9 cursor-pointer items-center gap-2 rounded-control px-2 hover:bg-surface-2 coarse:min-h-11"
                >
                  <input
                    type="checkbox"
                    className="size-4 shrink-0 accent-accent"
                    checked={chosen.includes(value)}
                    onChange={() => toggle(value)}
                  />
                  <span className="min-w-0 wrap-anywhere">{value}</span>
                </label>
              ))}
              {typed.trim() && !all.includes(typed.trim()) && (
                <Button type="submit" look="quiet" icon="plus" className="max-w-full">
                  <span className="truncate">Use “{typed.trim()}”</span>
                </Button>
              )}
              {all.length === 0 && !typed && <p className="py-3 text-center text-muted">None seen in this period.</p>}
            </div>
          );
        }}
      </QueryView>
    </form>
  );
}
