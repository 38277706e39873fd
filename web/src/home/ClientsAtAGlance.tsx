/** The clients of those who look rather than manage, each a step into what concerns it. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { portfolioChoicesQuery } from "../api/portfolio";
import { Widget } from "../ui/Card";
import { Empty } from "../ui/Empty";
import { Icon } from "../ui/icons";
import { QueryView } from "../ui/QueryView";
import { SkeletonRows } from "../ui/Skeleton";

const SHOWN_MAX = 8;

export function ClientsAtAGlance() {
  const query = useQuery(portfolioChoicesQuery("clients", { limit: SHOWN_MAX }));
  return (
    <Widget
      title="Clients"
      flush
      actions={
        <Link to="/settings/clients" className="link-alone">
          All clients
        </Link>
      }
    >
      <QueryView query={query} what="The clients" skeleton={<SkeletonRows count={SHOWN_MAX} />}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty icon="clients" title="No clients yet">
              As soon as somebody adds a client, it appears here by itself.
            </Empty>
          ) : (
            <ul className="pb-2">
              {items.map((client) => (
                <li key={client.id}>
                  <Link
                    to="/"
                    search={(current) => ({ ...current, client: [client.key] })}
                    className="mx-1 flex min-h-11 items-center gap-3 rounded-control px-2 text-text no-underline hover:bg-surface-2 sm:px-3"
                  >
                    <span className="min-w-0 grow truncate font-medium">{client.name}</span>
                    <Icon name="chevronRight" size={16} className="shrink-0 text-muted" />
                  </Link>
                </li>
              ))}
            </ul>
          )
        }
      </QueryView>
    </Widget>
  );
}
