/** Every single event that was stored, the latest first: found, looked at, and told of as they come. */
import { Card } from "../ui/Card";
import { ErrorBoundary } from "../ui/ErrorBoundary";
import { Requires } from "../ui/NoAccess";
import { Page } from "../ui/Page";
import { EventFilters } from "./EventFilters";
import { EventList } from "./EventList";

export default function EventsPage() {
  return (
    <Requires permission="spend.read" title="Events">
      <Page title="Events" help="Every single thing that cost something, with what explains its price.">
        <Card className="!p-0">
          <ErrorBoundary what="The filters of the list">
            <EventFilters />
          </ErrorBoundary>
          <ErrorBoundary what="The events">
            <EventList />
          </ErrorBoundary>
        </Card>
      </Page>
    </Requires>
  );
}
