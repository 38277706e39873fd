/** The filters in force, and the way to change them: both are the URL. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";

import { readFilters, type Filters } from "./filters";

const NONE: Record<keyof Filters, undefined> = {
  range: undefined,
  from: undefined,
  to: undefined,
  compare: undefined,
  client: undefined,
  campaign: undefined,
  agent: undefined,
};

export function useFilters() {
  const filters = useSearch({ from: "/app" });
  const navigate = useNavigate();
  const change = useCallback(
    (next: Filters) =>
      void navigate({
        to: ".",
        search: (current: Record<string, unknown>) => ({
          ...current,
          ...NONE,
          ...readFilters({ ...current, ...next }),
        }),
        resetScroll: false,
      }),
    [navigate],
  );
  const reset = useCallback(
    () => void navigate({ to: ".", search: (current: Record<string, unknown>) => ({ ...current, ...NONE }) }),
    [navigate],
  );
  return { filters, change, reset };
}
