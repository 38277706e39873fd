/** One figure to glance at: its value, its change, and where it stands against a cap. The whole card is one link. */
import { useEffect, useRef, useState, type MouseEvent } from "react";

import { formatChange, spokenChange, splitMoney, type Change, type MoneyOptions } from "../format";
import { Skeleton } from "../ui/Skeleton";
import { BudgetBar, type BudgetBarProps } from "./BudgetBar";
import "./charts.css";
import { Sparkline } from "./Sparkline";
import type { Measure, Slot, Values } from "./types";

export interface StatCardProps {
  label: string;
  value: string | null;
  measure: Measure;
  locale: string;
  /** Sets the cents smaller; leave out for what is no money. */
  money?: MoneyOptions;
  change?: Change;
  /** What the change is against: "October". */
  against?: string;
  /** Which direction is good for this metric: spend down, value up, calls neither. */
  good?: "up" | "down" | "neither";
  /** Instead of a change: "median of 1.2M calls". */
  note?: string;
  spark?: { values: Values; slot?: Slot };
  budget?: Omit<BudgetBarProps, "measure" | "name" | "isBare">;
  href?: string;
  /** Lets the page's router take the click. */
  onOpen?: (event: MouseEvent<HTMLAnchorElement>) => void;
  isLoading?: boolean;
}

const ARROWS = { up: "M5 1 10 9.5H0Z", down: "M5 9 10 0.5H0Z", flat: "M0 4h10v2H0Z" };

export function StatCard(props: StatCardProps) {
  const { label, value, measure, money, spark, budget, href, onOpen, isLoading } = props;
  const spoken = useQuietly(isLoading ? "" : statName(props));
  if (isLoading) {
    return (
      <div className="card stat" role="status" aria-label={`Loading ${label}`}>
        <p className="stat-label">{label}</p>
        <Skeleton className="my-1 h-6 w-28" />
        <Skeleton className="mt-1 h-3.5 w-24" />
      </div>
    );
  }
  const body = (
    <>
      <span className="stat-label">{label}</span>
      <span className="stat-row">
        <Figure value={value} measure={measure} money={money} />
        {spark && <Sparkline values={spark.values} slot={spark.slot} />}
      </span>
      <DeltaLine {...props} />
      {budget && <BudgetBar {...budget} measure={measure} name={label} isBare />}
    </>
  );
  return (
    <div className={`card stat ${href ? "card-interactive" : ""}`}>
      {href ? (
        <a href={href} onClick={onOpen} aria-label={statName(props)} className="stat-body">
          {body}
        </a>
      ) : (
        <div role="group" aria-label={statName(props)} className="stat-body">
          {body}
        </div>
      )}
      <span className="sr-only" aria-live="polite">
        {spoken}
      </span>
    </div>
  );
}

/** The figure; a change of it, never its first appearance, is tinted for a moment. */
function Figure({ value, measure, money }: Pick<StatCardProps, "value" | "measure" | "money">) {
  const [first] = useState(value);
  const { main, cents, rest } = money ? splitMoney(value, money) : { main: measure.format(value), cents: "", rest: "" };
  return (
    <span
      key={value}
      className={value === first ? "stat-value" : "stat-value value-changed"}
      title={measure.exact(value) ?? undefined}
    >
      {main}
      <small>{cents}</small>
      {rest}
    </span>
  );
}

function DeltaLine({ change, against, note, locale, ...props }: StatCardProps) {
  if (!change) return <span className="stat-delta">{note ?? "\u00a0"}</span>;
  const worth = worthOf({ change, ...props });
  return (
    <span className="stat-delta">
      <span className={`stat-change stat-${worth}`}>
        {change.kind !== "unknown" && (
          <svg viewBox="0 0 10 10" width={10} height={10} aria-hidden="true">
            <path d={ARROWS[change.direction]} fill="currentColor" />
          </svg>
        )}
        {formatChange(change, locale)}
      </span>
      {against && change.kind !== "unknown" && ` vs ${against}`}
      {note && ` · ${note}`}
    </span>
  );
}

function worthOf({ change, good = "neither" }: Pick<StatCardProps, "change" | "good">): "better" | "worse" | "same" {
  if (!change || change.direction === "flat" || good === "neither") return "same";
  return change.direction === good ? "better" : "worse";
}

/** The card in words: "Spend, 1,204.18 US dollars, up 12.4 percent against October, worse". */
export function statName(props: StatCardProps): string {
  const { label, value, measure, change, against, note, budget, locale } = props;
  const parts = [label, measure.spoken(value)];
  if (change) {
    const base = against && change.kind !== "unknown" ? ` against ${against}` : "";
    parts.push(spokenChange(change, locale) + base);
    const worth = worthOf(props);
    if (worth !== "same") parts.push(worth);
  }
  if (note) parts.push(note);
  if (budget) parts.push(`cap ${measure.spoken(budget.cap)}`);
  return parts.join(", ");
}

const ANNOUNCE_EVERY_MS = 30_000;

/** What a screen reader is told of live changes: never the first value, and at most one in 30 seconds. */
function useQuietly(text: string): string {
  const [said, setSaid] = useState("");
  const known = useRef("");
  const last_ms = useRef(-Infinity);
  useEffect(() => {
    if (known.current === "") known.current = text;
    if (text === known.current) return;
    const wait_ms = Math.max(0, last_ms.current + ANNOUNCE_EVERY_MS - performance.now());
    const timer = setTimeout(() => {
      last_ms.current = performance.now();
      known.current = text;
      setSaid(text);
    }, wait_ms);
    return () => clearTimeout(timer);
  }, [text]);
  return said;
}
