/** No event to list: because nothing came yet, or because none fits what is asked for. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { latestEventQuery } from "../api/events";
import { usePermission } from "../api/session";
import { Button, buttonLook } from "../ui/Button";
import { Empty } from "../ui/Empty";
import { Time } from "../ui/Time";
import { idToPart } from "./address";
import { useEventSearch } from "./useEventSearch";

export function NoEvents() {
  const { isNarrowed } = useEventSearch();
  const latest = useQuery(latestEventQuery);
  const mayWrite = usePermission("spend.write");
  if (latest.data !== null || isNarrowed) return <NoneFits latestTime={latest.data?.time} />;
  return (
    <Empty
      icon="events"
      title="No events yet"
      action={
        mayWrite && (
          <Link to="/" className={buttonLook("primary")}>
            Send the first event
          </Link>
        )
      }
    >
      As soon as something that costs money is reported, it appears here by itself.
    </Empty>
  );
}

function NoneFits({ latestTime }: { latestTime?: string }) {
  const { search, clear } = useEventSearch();
  return (
    <Empty
      icon="search"
      title="No event fits"
      action={
        <span className="flex flex-wrap justify-center gap-2">
          <Button onClick={clear}>Clear filters</Button>
          {search.q && (
            <Link to="/events/$id" params={{ id: idToPart(search.q) }} search={{}} className={buttonLook()}>
              Look for this id at any time
            </Link>
          )}
        </span>
      }
    >
      Nothing in this period fits the filters in force.
      {latestTime && (
        <>
          {" "}
          The last event of all was on <Time at={latestTime} day />.
        </>
      )}
    </Empty>
  );
}
