/** What stands in the address of the price book, and the way to change it. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";

import type { PriceSearch } from "./search";

export function usePriceSearch() {
  const search: PriceSearch = useSearch({ from: "/app/prices" });
  const navigate = useNavigate({ from: "/prices" });
  const change = useCallback(
    (next: PriceSearch, { replace = true } = {}) =>
      void navigate({ search: (current) => ({ ...current, ...next }), replace, resetScroll: false }),
    [navigate],
  );
  return { search, change };
}
