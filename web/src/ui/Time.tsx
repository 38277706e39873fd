/** Times on the page: relative where nearness matters, exact on hover, always in the workspace's time zone. */
import { useQuery } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";

import { meQuery } from "../api/session";
import { formatDate, formatDateTime, formatRelative, type TimeOptions } from "../format";

const TICK_MS = 15_000;
let now_ms = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void) {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now_ms = Date.now();
    for (const each of listeners) each();
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The present, renewed every few seconds for all who ask, with one timer. */
export function useNow(): Date {
  return new Date(useSyncExternalStore(subscribe, () => now_ms));
}

/** The reader's language and the workspace's zone; before sign-in, the zone of the device. */
export function useTimeOptions(): TimeOptions {
  const me = useQuery({ ...meQuery, enabled: false });
  const device = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return { locale: navigator.language, timeZone: me.data?.workspace.time_zone ?? device };
}

interface TimeProps {
  at: string;
  /** How far it is from now, such as "3 minutes ago". */
  relative?: boolean;
  /** The day alone. */
  day?: boolean;
}

export function Time({ at, relative, day }: TimeProps) {
  const options = useTimeOptions();
  const now = useNow();
  // An event of this very moment may carry a time a little after the last tick.
  const reference = new Date(Math.max(now.getTime(), Math.min(Date.parse(at), now.getTime() + TICK_MS)));
  const exact = formatDateTime(at, options);
  return (
    <time dateTime={at} title={`${exact} (${options.timeZone})`} className="whitespace-nowrap">
      {day ? formatDate(at, options) : relative ? formatRelative(at, reference, options) : exact}
    </time>
  );
}
