/** The first event: lines to paste, and a panel that notices by itself when they worked. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";

import { latestEventQuery, type SpendEvent } from "../api/events";
import { useMe } from "../api/session";
import { idToPart } from "../events/address";
import { quantitiesShort, shownContents, unpricedSentence } from "../events/words";
import { formatMoney } from "../format";
import { useLive } from "../live/connection";
import { Widget } from "../ui/Card";
import { AlertChip } from "../ui/Chip";
import { classes } from "../ui/classes";
import { Icon } from "../ui/icons";
import { QueryView } from "../ui/QueryView";
import { Skeleton } from "../ui/Skeleton";
import { Time, useTimeOptions } from "../ui/Time";
import { SnippetPanel } from "./SnippetPanel";

const WAITING_POLL_MS = 5000;

/** The latest event there is. While the first one is awaited and nothing is live, it is asked for. */
export function useLatestEvent() {
  const { state } = useLive();
  return useQuery({
    ...latestEventQuery,
    refetchInterval: ({ state: { data } }) => (data || state === "live" ? false : WAITING_POLL_MS),
  });
}

/** Whether there is any event: asked until there is one, and then no more, however many come. */
export function useAnyEvent(mayRead = true) {
  return useQuery({ ...latestEventQuery, enabled: ({ state: { data } }) => mayRead && !data });
}

/** Where the list of first steps leads to. */
export const FIRST_EVENT = "first-event";

export function FirstEvent({ className }: { className?: string }) {
  const latest = useLatestEvent();
  const hasEvents = Boolean(latest.data);
  return (
    <div id={FIRST_EVENT} className={classes("scroll-mt-20", className)}>
      <Widget
        title={hasEvents ? "Events arrive" : "Send the first event"}
        help={
          hasEvents
            ? "What came last, and what it costs."
            : "Create a key, then run these lines: the first event appears here by itself."
        }
        actions={
          hasEvents && (
            <Link to="/events" className="link-alone">
              All events
            </Link>
          )
        }
      >
        <QueryView query={latest} what="The latest event" skeleton={<Skeleton className="h-80 w-full" />}>
          {(event) => (
            <div className="flex flex-col gap-4">
              <div className="flex flex-col gap-2">
                <p role="status">{event ? <AlertChip level="ok" word="It works" /> : <Waiting />}</p>
                {event && <Arrived event={event} />}
              </div>
              <Folded isFolded={event !== null}>
                <SnippetPanel />
              </Folded>
            </div>
          )}
        </QueryView>
      </Widget>
    </div>
  );
}

function Waiting() {
  return (
    <span className="flex items-center gap-2 text-muted">
      <span aria-hidden="true" className="skeleton size-2 rounded-full !bg-accent" />
      Waiting for the first event…
    </span>
  );
}

interface FoldedProps {
  isFolded: boolean;
  children: ReactNode;
}

/** What is inside stays as it was when it folds up: a secret shown there is shown nowhere else. */
function Folded({ isFolded, children }: FoldedProps) {
  const [isOpen, setOpen] = useState(false);
  const isShown = !isFolded || isOpen;
  return (
    <div className="flex flex-col gap-3">
      {isFolded && (
        <div>
          <button
            type="button"
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
            className="link-alone gap-1 text-link underline"
          >
            <Icon name="chevronRight" size={14} className={isOpen ? "rotate-90" : undefined} />
            Send another one
          </button>
        </div>
      )}
      <div hidden={!isShown}>{children}</div>
    </div>
  );
}

function Arrived({ event }: { event: SpendEvent }) {
  const { currency } = useMe().workspace;
  const { locale } = useTimeOptions();
  const { cost, price, service, model, client, agent, quantities } = shownContents(event);
  const subject = [[service, model].filter(Boolean).join(" "), quantitiesShort(quantities, locale)];
  const owners = [client?.name, agent?.name].filter(Boolean).join(" · ");
  return (
    <>
      <p className="text-value-phone sm:text-value" title={cost === null ? undefined : `${cost} ${currency}`}>
        {formatMoney(cost, { locale, currency, kind: "unit" })}
      </p>
      <p className="wrap-anywhere text-muted">{subject.filter(Boolean).join(", ")}</p>
      <p className="wrap-anywhere text-muted">
        {owners && `${owners} · `}
        <Time at={event.time} relative />
      </p>
      {price?.unpriced && <p className="wrap-anywhere">{unpricedSentence(price)}</p>}
      <p>
        <Link
          to="/events/$id"
          params={{ id: idToPart(event.id) }}
          search={{ source: event.source }}
          className="link-alone"
        >
          {price && !price.unpriced ? "See what explains its price" : "See this event"}
        </Link>
      </p>
    </>
  );
}
