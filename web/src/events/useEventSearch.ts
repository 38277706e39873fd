/** What stands in the address of the events page, what it asks for, and the way to change it. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo } from "react";

import { cleared } from "../filters/filters";
import { dayIn, rangeDays } from "../filters/range";
import { useFilters } from "../filters/useFilters";
import { useNow, useTimeOptions } from "../ui/Time";
import { EVENT_SEARCH_KEYS, eventQueryOf, isNarrowed, rememberSearch, type EventSearch } from "./search";

const NOTHING = Object.fromEntries(EVENT_SEARCH_KEYS.map((key) => [key, undefined]));

export function useEventSearch() {
  const whole = useSearch({ from: "/app/events" });
  const search = useMemo<EventSearch>(
    () => Object.fromEntries(EVENT_SEARCH_KEYS.map((key) => [key, whole[key]])),
    [whole],
  );
  const navigate = useNavigate();
  const { filters } = useFilters();
  const { timeZone } = useTimeOptions();
  const today = dayIn(timeZone, useNow());
  const query = useMemo(() => eventQueryOf(search, filters, rangeDays(filters, today)), [search, filters, today]);
  useEffect(() => rememberSearch(search), [search]);
  const change = useCallback(
    (next: Partial<EventSearch>) =>
      void navigate({
        to: "/events",
        search: (current) => ({ ...current, ...next }),
        replace: true,
        resetScroll: false,
      }),
    [navigate],
  );
  /** Nothing narrows the list any more, and the period is the usual one again. */
  const clear = useCallback(
    () =>
      void navigate({
        to: "/events",
        search: (current) => ({ ...current, ...NOTHING, ...cleared(["range", "client", "campaign", "agent"]) }),
        resetScroll: false,
      }),
    [navigate],
  );
  return { search, query, filters, change, clear, isNarrowed: isNarrowed(search, filters) };
}
