/** Every field that an event says something in. */
import { Link } from "@tanstack/react-router";
import { Fragment, type ReactNode } from "react";

import type { SpendEvent } from "../api/events";
import { formatClock, formatCount, formatDate } from "../format";
import { KIND_WORDS } from "../prices/words";
import { useTimeOptions } from "../ui/Time";
import { NAMES } from "./names";
import { quantitiesLong, shownContents } from "./words";

type Fact = [name: string, value: ReactNode];

export function EventFacts({ event }: { event: SpendEvent }) {
  const { locale } = useTimeOptions();
  const facts = factsOf(event, locale).filter(([, value]) => value !== null && value !== undefined && value !== "");
  const { metadata } = shownContents(event);
  return (
    <div className="flex flex-col gap-4">
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1.5">
        {facts.map(([name, value]) => (
          <Fragment key={name}>
            <dt className="max-w-36 wrap-anywhere text-muted">{name}</dt>
            <dd className="min-w-0 wrap-anywhere">{value}</dd>
          </Fragment>
        ))}
      </dl>
      {Object.keys(metadata).length > 0 && (
        <div className="flex flex-col gap-1">
          <h3 className="text-card text-muted">Metadata</h3>
          <pre
            // A long line scrolls inside its box, so the box must be reachable by keyboard.
            // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
            tabIndex={0}
            role="region"
            aria-label="Metadata"
            className="max-h-80 overflow-auto rounded-control border border-line bg-surface-2 p-3 font-mono text-code"
          >
            {JSON.stringify(metadata, null, 2)}
          </pre>
        </div>
      )}
    </div>
  );
}

function factsOf(event: SpendEvent, locale: string): Fact[] {
  const says = shownContents(event);
  const quantities = quantitiesLong(says.quantities, locale);
  const count = (number: number | null) => (number === null ? null : formatCount(number, { locale }));
  return [
    ["Id", <Code key="id">{event.id}</Code>],
    ["Sent by", <Code key="source">{event.source}</Code>],
    ["Time", <Exact key="time" at={event.time} />],
    ["Recorded", event.recorded_at && <Exact key="recorded" at={event.recorded_at} />],
    ["Operation id", event.operation_id && <Code key="operation">{event.operation_id}</Code>],
    [NAMES.client, says.client && <Narrowed key="client" name={says.client.name} client={says.client.key} />],
    [
      NAMES.campaign,
      says.campaign && <Narrowed key="campaign" name={says.campaign.name} campaign={says.campaign.key} />,
    ],
    [NAMES.agent, says.agent && <Narrowed key="agent" name={says.agent.name} agent={says.agent.key} />],
    [NAMES.lead, says.lead],
    [NAMES.kind, kindName(says.kind)],
    [NAMES.service, says.service],
    [NAMES.model, says.model],
    [NAMES.category, says.category],
    [NAMES.operation, says.operation],
    [NAMES.platform, says.platform],
    [NAMES.content_type, says.content_type],
    ...Object.entries(says.labels).map(([label, value]): Fact => [`Label ${label}`, value]),
    [NAMES.quantities, quantities.length === 0 ? null : quantities.map((line) => <div key={line}>{line}</div>)],
    [NAMES.success, says.success ? "succeeded" : "failed"],
    ["Latency", says.latency_ms === null ? null : `${count(says.latency_ms)} ms`],
    ["Retries", count(says.retry_count)],
    ["Impact", says.impact],
    ["Quality", says.quality],
    ["Conversion", says.conversion_reached === null ? null : says.conversion_reached ? "reached" : "not reached"],
    ["Hold", says.hold && <Code key="hold">{says.hold}</Code>],
  ];
}

function kindName(kind: string | null): string | null {
  return kind && kind in KIND_WORDS ? KIND_WORDS[kind as keyof typeof KIND_WORDS] : kind;
}

/** To the second, which tells the events of one call apart. */
function Exact({ at }: { at: string }) {
  const options = useTimeOptions();
  return (
    <time dateTime={at} title={`${at} (${options.timeZone})`}>
      {formatDate(at, options)}, {formatClock(at, { ...options, seconds: true })}
    </time>
  );
}

function Code({ children }: { children: string }) {
  return <code className="font-mono text-code break-all">{children}</code>;
}

interface NarrowedProps {
  name: string;
  client?: string;
  campaign?: string;
  agent?: string;
}

/** Leads to all events of the same client, campaign or agent. */
function Narrowed({ name, client, campaign, agent }: NarrowedProps) {
  const only = (key?: string) => (key ? [key] : undefined);
  return (
    <Link
      to="/events"
      search={(current) => ({ ...current, client: only(client), campaign: only(campaign), agent: only(agent) })}
    >
      {name}
    </Link>
  );
}
