/** The cells of the table: figures that say what they are, and lead on where there is more to see. */
import { Link } from "@tanstack/react-router";

import { slotColour, type Slot } from "../charts";
import { changeBetween, formatChange, formatCount, spokenChange, toFloat } from "../format";
import { percentOf } from "../overview/sentences";
import { classes } from "../ui/classes";

export function ShareBar({ share, slot, locale }: { share: string | null; slot: Slot; locale: string }) {
  const percent = Math.min(100, Math.max(0, (toFloat(share) ?? 0) * 100));
  return (
    <span className="flex items-center gap-2 sm:justify-end">
      <span aria-hidden="true" className="h-1.5 w-20 overflow-hidden rounded-full bg-surface-2 max-lg:hidden">
        <span className="block h-full rounded-full" style={{ width: `${percent}%`, background: slotColour(slot) }} />
      </span>
      <span className="sm:w-12 sm:text-right">{share === null ? "—" : percentOf(share, locale)}</span>
    </span>
  );
}

interface ChangeProps {
  value: string | null;
  previous: string | null;
  /** Which direction is good; the arrow shows the direction itself. */
  good: "down" | "neither";
  locale: string;
}

const ARROWS = { up: "M5 1 10 9.5H0Z", down: "M5 9 10 0.5H0Z", flat: "M0 4h10v2H0Z" };

export function ChangeCell({ value, previous, good, locale }: ChangeProps) {
  const change = changeBetween(value, previous);
  if (change.kind === "unknown") return <span className="text-muted">—</span>;
  const isJudged = good === "down" && change.direction !== "flat";
  const worth = !isJudged ? "" : change.direction === "down" ? "better" : "worse";
  return (
    <span
      className={classes(
        "inline-flex items-center gap-1.5 whitespace-nowrap",
        worth === "better" && "text-ok",
        worth === "worse" && "text-high",
        worth === "" && "text-muted",
      )}
      title={worth || undefined}
    >
      <svg viewBox="0 0 10 10" width={9} height={9} aria-hidden="true">
        <path d={ARROWS[change.direction]} fill="currentColor" />
      </svg>
      <span aria-hidden="true">{formatChange(change, locale)}</span>
      <span className="sr-only">{[spokenChange(change, locale), worth].filter(Boolean).join(", ")}</span>
    </span>
  );
}

interface CountLinkProps {
  count: number;
  /** What one of them is called: "unpriced event". */
  noun: string;
  /** Whose they are: " of Acme Robotics". */
  of: string;
  locale: string;
  /** The address of the events; without one there is only the figure. */
  search?: Record<string, unknown>;
  isWarning?: boolean;
}

export function CountLink({ count, noun, of, locale, search, isWarning }: CountLinkProps) {
  const text = formatCount(count, { locale });
  const mark = isWarning && count > 0 && <span aria-hidden="true">◆ </span>;
  if (!search || count === 0) {
    return (
      <span className={classes(isWarning && count > 0 ? "text-warn" : count === 0 && "text-muted")}>
        {mark}
        {text}
      </span>
    );
  }
  return (
    <Link
      to="/events"
      search={search}
      aria-label={`${text} ${noun}${count === 1 ? "" : "s"}${of}`}
      className={classes(
        "link-alone relative min-w-6 justify-end max-sm:justify-start coarse:-my-3",
        isWarning && "!text-warn",
      )}
    >
      {mark}
      {text}
    </Link>
  );
}
