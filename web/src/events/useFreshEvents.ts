/** How many events have come since the list was loaded; the list itself waits for the reader's word. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";

import { eventHeadQuery, type EventQuery, type SpendEvent } from "../api/events";
import type { Page } from "../api/types";
import { useLive } from "../live/connection";

/** Where much is spent, events come many times in a second: one question a second is enough to count them. */
const PAUSE_MS = 1000;

export function useHead(workspace: string, query: EventQuery, list: Page<SpendEvent> | undefined, loadedAt: number) {
  const head = useQuery({
    ...eventHeadQuery(workspace, query),
    enabled: list !== undefined,
    // What was just loaded is the first page as it is now.
    initialData: list,
    initialDataUpdatedAt: loadedAt,
  });
  const { updatedAt, changed } = useLive();
  const { refetch } = head;
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    if (!updatedAt || timer.current || !(changed.includes("usage") || changed.includes("*"))) return;
    timer.current = setTimeout(() => {
      timer.current = undefined;
      void refetch();
    }, PAUSE_MS);
  }, [updatedAt, changed, refetch]);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    },
    [refetch],
  );
  return head.data;
}
