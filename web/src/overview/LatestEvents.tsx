/** The latest events, each new one put on top as it comes. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import type { SpendEvent } from "../api/events";
import { idToPart } from "../events/address";
import { shownContents, statesOf } from "../events/words";
import { formatClock, formatDateTime, formatDayOf, formatMoney } from "../format";
import { stringifySearch } from "../filters/filters";
import { Widget } from "../ui/Card";
import { classes } from "../ui/classes";
import { QueryView } from "../ui/QueryView";
import { SkeletonRows } from "../ui/Skeleton";
import { Follow } from "./links";
import { EVENTS_SHOWN, latestEventsQuery } from "./queries";
import { useScene } from "./useScene";

export function LatestEvents({ className }: { className?: string }) {
  const { client } = useScene();
  const query = useQuery(latestEventsQuery(client));
  return (
    <Widget
      title="Latest events"
      className={className}
      flush
      actions={
        <Follow href={`/events${stringifySearch({ client })}`} className="link-alone">
          All events
        </Follow>
      }
    >
      <QueryView
        query={{ ...query, isFetching: query.isPlaceholderData }}
        what="The latest events"
        skeleton={<SkeletonRows count={EVENTS_SHOWN} />}
      >
        {({ items }) =>
          items.length > 0 ? (
            <Rows key={client?.join(" ")} events={items} />
          ) : (
            <p className="border-t border-line px-3 py-4 text-muted sm:px-4">
              No events {client ? "of the chosen clients" : ""} yet; what comes appears here by itself.
            </p>
          )
        }
      </QueryView>
    </Widget>
  );
}

const nameOf = ({ source, id }: SpendEvent) => JSON.stringify([source, id]);

function Rows({ events }: { events: SpendEvent[] }) {
  // What was there when the list was first shown has not just arrived.
  const [first] = useState(() => new Set(events.map(nameOf)));
  return (
    <ol className="pb-1">
      {events.map((event) => (
        <li key={nameOf(event)} className="border-t border-line">
          <Row event={event} isNew={!first.has(nameOf(event))} />
        </li>
      ))}
    </ol>
  );
}

const STATE_WORDS = { void: "void", unpriced: "unpriced", failed: "failed", corrected: "corrected" } as const;

function Row({ event, isNew }: { event: SpendEvent; isNew: boolean }) {
  const { locale, timeZone, today, money } = useScene();
  const { client, agent, service, model, category, cost } = shownContents(event);
  const at = { locale, timeZone };
  const isToday = formatDayOf(event.time, at) === formatDayOf(`${today}T12:00:00Z`, { locale, timeZone: "UTC" });
  const who = [client?.name, agent?.name].filter(Boolean).join(" · ") || "Nobody named";
  const what = [service, model ?? category].filter(Boolean).join(" ");
  const states = statesOf(event).filter((state) => cost !== null || state !== "unpriced");
  return (
    <Link
      to="/events/$id"
      params={{ id: idToPart(event.id) }}
      search={{ source: event.source }}
      className={classes(
        "flex items-center gap-3 px-3 py-1.5 text-text no-underline hover:bg-surface-2 sm:px-4",
        isNew && "value-changed",
      )}
    >
      <time
        dateTime={event.time}
        title={`${formatDateTime(event.time, at)} (${timeZone})`}
        className="w-16 shrink-0 text-small text-muted"
      >
        {isToday ? formatClock(event.time, { ...at, seconds: true }) : formatDayOf(event.time, at)}
      </time>
      <span className="min-w-0 grow">
        <span className="block truncate font-medium">{who}</span>
        <span className="block truncate text-small text-muted">
          {[what, ...states.map((state) => STATE_WORDS[state])].filter(Boolean).join(" · ")}
        </span>
      </span>
      <span
        className="shrink-0 font-semibold whitespace-nowrap"
        title={cost === null ? undefined : `${cost} ${money.currency}`}
      >
        {formatMoney(cost, { ...money, kind: "unit" })}
      </span>
    </Link>
  );
}
