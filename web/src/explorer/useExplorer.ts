/** The view that the address asks for, and the ways to another one: everything the page shows stands in its address. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useQueryClient } from "@tanstack/react-query";

import { useMe } from "../api/session";
import { cleared, FILTER_CONTROLS, readFilters } from "../filters/filters";
import { dayIn, rangeDays } from "../filters/range";
import { useLive } from "../live/connection";
import { coalesced, type Coalesced } from "../overview/coalesce";
import { useNow, useTimeOptions } from "../ui/Time";
import type { Whole } from "./drill";
import { grainOf } from "./grains";
import { EXPLORER, type Question } from "./queries";
import { clearedOf, groupingOf, measureOf, sortOf, withinOf } from "./search";

export function useExplorer() {
  const whole: Whole = useSearch({ from: "/app/explorer" });
  const navigate = useNavigate();
  const { workspace } = useMe();
  const { locale, timeZone } = useTimeOptions();
  const today = dayIn(timeZone, useNow());
  const days = useMemo(() => rangeDays(readFilters({ ...whole }), today), [whole, today]);
  const question = useMemo((): Question => {
    const filters = readFilters({ ...whole });
    return {
      within: withinOf(whole, filters, days),
      grouping: groupingOf(whole),
      measure: measureOf(whole),
      sort: sortOf(whole, filters),
      grain: grainOf(whole.grain, days),
    };
  }, [whole, days]);
  const change = useCallback(
    (next: Whole) =>
      void navigate({ to: "/explorer", search: (current) => ({ ...(current as Whole), ...next }), resetScroll: false }),
    [navigate],
  );
  const clear = useCallback(
    () => change({ ...clearedOf(whole), ...cleared(FILTER_CONTROLS.filter((each) => each !== "compare")) }),
    [change, whole],
  );
  const money = useMemo(() => ({ locale, currency: workspace.currency }), [locale, workspace.currency]);
  return { whole, question, days, change, clear, money, locale, timeZone, workspaceId: workspace.id };
}

/** The address whose answer is on the page: while another is on its way, what is shown still leads on from there. */
export function useSettled(whole: Whole, isOnItsWay: boolean): Whole {
  const [settled, settle] = useState(whole);
  if (!isOnItsWay && settled !== whole) settle(whole);
  return isOnItsWay ? settled : whole;
}

/** Often enough to see money being spent, and seldom enough to read. */
const PAUSE_MS = 5000;

/** Asks again when usage came in; what is shown stays until the answer is there. */
export function useQuietRefresh() {
  const queries = useQueryClient();
  const { updatedAt, changed } = useLive();
  const refresh = useRef<Coalesced>(undefined);
  useEffect(() => {
    const again = coalesced(
      () => queries.invalidateQueries({ queryKey: EXPLORER, refetchType: document.hidden ? "none" : "active" }),
      PAUSE_MS,
    );
    refresh.current = again;
    return () => again.stop();
  }, [queries]);
  useEffect(() => {
    if (updatedAt && changed.includes("usage")) refresh.current?.call();
  }, [updatedAt, changed]);
}
