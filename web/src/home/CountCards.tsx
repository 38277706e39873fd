/** What the workspace holds, each card a link to the list behind its number. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { keysQuery } from "../api/people";
import { portfolioCountQuery, type Count, type PortfolioKind } from "../api/portfolio";
import { useMe } from "../api/session";
import type { PagePath } from "../app/pages";
import { useFilters } from "../filters/useFilters";
import { formatCount } from "../format";
import { activeKeys } from "../settings/keys/active";
import { ErrorState } from "../ui/ErrorState";
import { Icon, type IconName } from "../ui/icons";
import { Skeleton } from "../ui/Skeleton";
import { useNow } from "../ui/Time";

export function CountCards() {
  const { permissions } = useMe();
  const { filters } = useFilters();
  const clients = filters.client;
  const ofClients = !clients
    ? "not archived"
    : `of ${clients.length === 1 ? "the chosen client" : `${clients.length} chosen clients`}`;
  return (
    <div className="grid grid-cols-2 gap-3 sm:gap-4 xl:grid-cols-4 [&>*]:min-w-0">
      {permissions.includes("portfolio.read") && (
        <>
          <PortfolioCard
            kind="clients"
            name="Clients"
            icon="clients"
            to="/settings/clients"
            help={clients ? "all, not archived" : "not archived"}
          />
          <PortfolioCard
            kind="campaigns"
            name="Campaigns"
            icon="campaigns"
            to="/settings/campaigns"
            help={ofClients}
            clients={clients}
          />
          <PortfolioCard
            kind="agents"
            name="Agents"
            icon="agents"
            to="/settings/agents"
            help={ofClients}
            clients={clients}
          />
        </>
      )}
      {permissions.includes("keys.manage") && <KeysCard />}
    </div>
  );
}

interface PortfolioCardProps {
  kind: PortfolioKind;
  name: string;
  icon: IconName;
  to: PagePath;
  help: string;
  clients?: string[];
}

function PortfolioCard({ kind, clients, ...rest }: PortfolioCardProps) {
  const query = useQuery(portfolioCountQuery(kind, clients ? { clients } : {}));
  return <CountCard {...rest} count={query.data} error={query.error} onRetry={() => void query.refetch()} />;
}

function KeysCard() {
  const query = useQuery(keysQuery);
  const now = useNow();
  const count = query.data && { value: activeKeys(query.data.items, now).length, more: query.data.next !== null };
  return (
    <CountCard
      name="Active keys"
      icon="keys"
      to="/settings/keys"
      help="not revoked or expired"
      count={count}
      error={query.error}
      onRetry={() => void query.refetch()}
    />
  );
}

interface CountCardProps {
  name: string;
  icon: IconName;
  to: PagePath;
  help: string;
  count: Count | undefined;
  error: unknown;
  onRetry: () => void;
}

function CountCard({ name, icon, to, help, count, error, onRetry }: CountCardProps) {
  if (error && !count) {
    return (
      <div className="card p-3 sm:p-4">
        <ErrorState what={name} error={error} onRetry={onRetry} />
      </div>
    );
  }
  return (
    <Link to={to} className="card card-interactive flex flex-col p-3 text-text no-underline sm:p-4">
      <span className="flex items-center justify-between text-card text-muted">
        {name}
        <Icon name={icon} size={16} />
      </span>
      {count ? <Value count={count} /> : <Skeleton className="my-[3px] h-5 w-12 sm:my-1 sm:h-6" />}
      <span className="text-small text-muted">{help}</span>
    </Link>
  );
}

/** A number that changes while it is looked at is tinted for a moment. */
function Value({ count }: { count: Count }) {
  const [seen, setSeen] = useState(count.value);
  const [changes, setChanges] = useState(0);
  if (seen !== count.value) {
    setSeen(count.value);
    setChanges(changes + 1);
  }
  return (
    <span key={changes} className={`text-value-phone sm:text-value ${changes > 0 ? "value-changed" : ""}`}>
      {formatCount(count.value, { locale: navigator.language })}
      {count.more && "+"}
    </span>
  );
}
