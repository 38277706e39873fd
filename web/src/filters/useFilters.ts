/** The filters in force, and the way to change them: both are the URL. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";

import { readFilters, type Filters } from "./filters";

export function useFilters() {
  const filters = useSearch({ from: "/app" });
  const navigate = useNavigate();
  const change = useCallback(
    (next: Filters) =>
      void navigate({
        to: ".",
        search: (current: Record<string, unknown>) => ({ ...current, ...readFilters({ ...current, ...next }) }),
        resetScroll: false,
      }),
    [navigate],
  );
  return { filters, change };
}
