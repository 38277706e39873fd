/** One event: what it cost and why, everything that it says, and what became of it. */
import { useQuery } from "@tanstack/react-query";
import { Link, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";

import { eventQuery, type SpendEvent } from "../api/events";
import { useMe } from "../api/session";
import { Button } from "../ui/Button";
import { Card, Widget } from "../ui/Card";
import { Icon } from "../ui/icons";
import { Requires } from "../ui/NoAccess";
import { Page } from "../ui/Page";
import { QueryView } from "../ui/QueryView";
import { Skeleton } from "../ui/Skeleton";
import { Time } from "../ui/Time";
import { partToId } from "./address";
import { CorrectDialog } from "./CorrectDialog";
import { EventFacts } from "./EventFacts";
import { History } from "./History";
import { OperationEvents } from "./OperationEvents";
import { PriceExplained } from "./PriceExplained";
import { rememberedSearch } from "./search";
import { StateChips } from "./StateChips";
import { VoidDialog } from "./VoidDialog";
import { shownContents, statesOf } from "./words";

export default function EventPage() {
  const part = useParams({ from: "/app/events/$id" }).id;
  const { source } = useSearch({ from: "/app/events/$id" });
  const id = partToId(part);
  return (
    <Requires permission="spend.read" title="Event">
      <EventOf key={JSON.stringify([source, id])} id={id} source={source} />
    </Requires>
  );
}

function EventOf({ id, source }: { id: string; source?: string }) {
  const query = useQuery(eventQuery(id, source));
  return (
    <Page
      title={`Event ${id}`}
      help={
        <Link to="/events" search={(current) => ({ ...current, ...rememberedSearch() })} className="link-alone gap-1">
          <Icon name="chevronRight" size={14} className="rotate-180" />
          All events
        </Link>
      }
      actions={query.data && <Actions event={query.data} />}
    >
      <QueryView
        query={query}
        what="The event"
        skeleton={
          <div role="status" aria-label="Loading">
            <Skeleton className="h-64 w-full rounded-card" />
          </div>
        }
      >
        {(event) => <Parts event={event} />}
      </QueryView>
    </Page>
  );
}

function Parts({ event }: { event: SpendEvent }) {
  return (
    <>
      <Card className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <span className="font-semibold">
          <Time at={event.time} />
        </span>
        <span className="min-w-0 wrap-anywhere text-muted">{subjectOf(event)}</span>
        {statesOf(event).length > 0 && <StateChips event={event} />}
      </Card>
      <Widget title="What it cost" flush>
        <PriceExplained event={event} />
      </Widget>
      <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-2 [&>*]:min-w-0">
        <Widget title="What it says">
          <EventFacts event={event} />
        </Widget>
        <Widget title="History">
          <History event={event} />
        </Widget>
      </div>
      {event.operation_id && <OperationEvents event={event} operation={event.operation_id} />}
    </>
  );
}

/** `openai gpt-4o-mini, chat`: what was paid for. */
function subjectOf(event: SpendEvent): string {
  const { service, model, category, operation } = shownContents(event);
  const what = [service, model ?? category].filter(Boolean).join(" ");
  return [what, operation].filter(Boolean).join(", ");
}

function Actions({ event }: { event: SpendEvent }) {
  const [opened, setOpened] = useState<"void" | "correct" | null>(null);
  const { permissions, agent, client } = useMe();
  // Whoever sees a part of the workspace only reports what happened there, and corrects nothing.
  if (!permissions.includes("spend.write") || agent || client) return null;
  const close = () => setOpened(null);
  return (
    <>
      {event.contents && (
        <>
          <Button icon="edit" onClick={() => setOpened("correct")}>
            Correct
          </Button>
          <Button look="danger" icon="close" onClick={() => setOpened("void")}>
            Void
          </Button>
        </>
      )}
      {opened === "void" && <VoidDialog event={event} onClose={close} />}
      {opened === "correct" && <CorrectDialog event={event} contents={shownContents(event)} onClose={close} />}
    </>
  );
}
