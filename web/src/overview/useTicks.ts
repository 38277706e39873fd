/** Keeps the overview up to date: quietly, and not more often than it can be read. */
import { useQueryClient, type QueryKey } from "@tanstack/react-query";
import { useEffect, useRef } from "react";

import { useLive } from "../live/connection";
import { coalesced, type Coalesced } from "./coalesce";
import { NOW, PERIOD } from "./queries";

const NOW_PAUSE_MS = 2000;
const PERIOD_PAUSE_MS = 10_000;
/** Where no live connection can be had, as behind some proxies, the page looks for itself. */
const ALONE_MS = 30_000;

export function useTicks() {
  const queries = useQueryClient();
  const { state, updatedAt, changed } = useLive();
  const ticks = useRef<Coalesced[]>([]);
  useEffect(() => {
    const refresh = (queryKey: QueryKey) => () =>
      // What nobody looks at is only marked as old; it is asked for again when somebody comes back to it.
      queries.invalidateQueries({ queryKey, refetchType: document.hidden ? "none" : "active" });
    const both = [coalesced(refresh(NOW), NOW_PAUSE_MS), coalesced(refresh(PERIOD), PERIOD_PAUSE_MS)];
    ticks.current = both;
    return () => both.forEach((one) => one.stop());
  }, [queries]);
  useEffect(() => {
    if (updatedAt && changed.includes("usage")) ticks.current.forEach((one) => one.call());
  }, [updatedAt, changed]);
  useEffect(() => {
    if (state === "live" || state === "paused") return;
    const timer = setInterval(() => ticks.current.forEach((one) => one.call()), ALONE_MS);
    return () => clearInterval(timer);
  }, [state]);
}
