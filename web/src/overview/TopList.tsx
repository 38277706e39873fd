/** Who or what cost most in a period, with its share and its change, each leading to what it is made of. */
import { useQuery } from "@tanstack/react-query";

import { slotColour, type Slot } from "../charts";
import { changeBetween, columnMoney, formatChange, formatDayRange, spokenChange, toFloat } from "../format";
import { Widget } from "../ui/Card";
import { classes } from "../ui/classes";
import { QueryView } from "../ui/QueryView";
import { SkeletonRows } from "../ui/Skeleton";
import { explorerHref, Follow, type Target } from "./links";
import { TOP_COUNT, topQuery, type TopDimension } from "./queries";
import { percentOf } from "./sentences";
import type { Spend, SpendGroup } from "./spend";
import { Tinted } from "./Tinted";
import { useScene } from "./useScene";

const WORDS: Record<TopDimension, { title: string; many: string; none: string; inside: string }> = {
  client: { title: "Top clients", many: "clients", none: "Without a client", inside: "campaign" },
  agent: { title: "Top agents", many: "agents", none: "Without an agent", inside: "service" },
  service: { title: "Top services", many: "services", none: "Without a service", inside: "model" },
};

interface TopListProps {
  dimension: TopDimension;
  slots?: ReadonlyMap<string, Slot>;
  className?: string;
}

export function TopList({ dimension, slots, className }: TopListProps) {
  const { client, days, filters, locale } = useScene();
  const query = useQuery(topQuery(dimension, client, days));
  const against = query.data?.compared_with;
  const { range, from, to } = filters;
  const within = { range, from, to, client };
  return (
    <Widget
      title={WORDS[dimension].title}
      help={against ? `change against ${formatDayRange(against.start, against.end, locale)}` : "\u00a0"}
      className={className}
      flush
      actions={
        <Follow href={explorerHref({ ...within, group_by: dimension })} className="link-alone">
          Explore<span className="sr-only"> {WORDS[dimension].many}</span>
        </Follow>
      }
    >
      <QueryView
        query={{ ...query, isFetching: query.isPlaceholderData }}
        what={WORDS[dimension].title}
        skeleton={<SkeletonRows count={TOP_COUNT} />}
      >
        {(spend) => <Rows spend={spend} dimension={dimension} within={within} slots={slots} />}
      </QueryView>
    </Widget>
  );
}

interface RowsProps {
  spend: Spend;
  dimension: TopDimension;
  within: Target;
  slots?: ReadonlyMap<string, Slot>;
}

function Rows({ spend, dimension, within, slots }: RowsProps) {
  const { money } = useScene();
  const write = columnMoney(
    spend.groups.map(({ cost }) => cost),
    money,
  );
  if (spend.groups.length === 0) {
    return <p className="border-t border-line px-3 py-4 text-muted sm:px-4">Nothing was spent in this period.</p>;
  }
  return (
    <ol className="pb-1">
      {spend.groups.map((group) => {
        const { key, name } = namedIn(group, dimension);
        const target = { ...within, [dimension]: key ?? "none", group_by: WORDS[dimension].inside, trail: dimension };
        const row = (
          <Row
            name={name ?? WORDS[dimension].none}
            group={group}
            cost={write(group.cost)}
            slot={slots?.get(name ?? "")}
          />
        );
        return (
          <li key={key ?? ""} className="border-t border-line">
            <Follow
              href={explorerHref(target)}
              className="block px-3 py-1.5 text-text no-underline hover:bg-surface-2 sm:px-4"
            >
              {row}
            </Follow>
          </li>
        );
      })}
    </ol>
  );
}

function namedIn(group: SpendGroup, dimension: TopDimension): { key: string | null; name: string | null } {
  if (dimension === "service") return { key: group.service ?? null, name: group.service ?? null };
  const reference = group[dimension];
  return { key: reference?.key ?? null, name: reference?.name ?? null };
}

interface RowProps {
  name: string;
  group: SpendGroup;
  cost: string;
  slot: Slot | undefined;
}

function Row({ name, group, cost, slot = 1 }: RowProps) {
  const { locale, money } = useScene();
  const share = group.share ?? "0";
  const percent = Math.min(100, Math.max(0, (toFloat(share) ?? 0) * 100));
  return (
    <>
      <span className="flex items-baseline justify-between gap-3">
        <span className="min-w-0 truncate font-medium" title={name}>
          {name}
        </span>
        <Tinted
          text={cost}
          title={`${group.cost} ${money.currency}`}
          className="shrink-0 font-semibold whitespace-nowrap"
        />
      </span>
      <span className="mt-0.5 flex items-center gap-3 text-small text-muted">
        <span aria-hidden="true" className="h-1.5 grow overflow-hidden rounded-full bg-surface-2">
          <span className="block h-full rounded-full" style={{ width: `${percent}%`, background: slotColour(slot) }} />
        </span>
        <span className="w-12 text-right">
          {percentOf(share, locale)}
          <span className="sr-only"> of the total, </span>
        </span>
        <Change group={group} />
      </span>
    </>
  );
}

/** More spent is worse; the arrow says the direction, so the colour is never the only cue. */
function Change({ group }: { group: SpendGroup }) {
  const { locale } = useScene();
  const change = changeBetween(group.cost, group.previous?.cost ?? "0");
  const tint = { up: "text-crit", down: "text-ok", flat: "text-muted" }[change.direction];
  return (
    <span className={classes("w-16 text-right whitespace-nowrap", tint)}>
      <span aria-hidden="true">
        {{ up: "▲ ", down: "▼ ", flat: "" }[change.direction]}
        {change.direction === "flat" ? "same" : formatChange(change, locale)}
      </span>
      <span className="sr-only">{spokenChange(change, locale)}</span>
    </span>
  );
}
