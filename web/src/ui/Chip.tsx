/** Chips: the four alert levels with their fixed shape and word, plain badges, and removable filters. */
import type { ReactNode } from "react";

import { classes } from "./classes";
import { Icon } from "./icons";

export type AlertLevel = "ok" | "warn" | "high" | "crit";

/** Colour is never the only cue: each level has a shape and a word of its own. */
const LEVELS: Record<AlertLevel, { word: string; tint: string; shape: ReactNode }> = {
  ok: { word: "On track", tint: "[--chip-color:var(--ok)]", shape: <circle cx="5" cy="5" r="4" /> },
  warn: { word: "Watch", tint: "[--chip-color:var(--warn)]", shape: <path d="M5 0 10 5 5 10 0 5z" /> },
  high: { word: "At risk", tint: "[--chip-color:var(--high)]", shape: <path d="M5 .5 10 9.5H0z" /> },
  crit: { word: "Over cap", tint: "[--chip-color:var(--crit)]", shape: <path d="M1 1h8v8H1z" /> },
};

interface AlertChipProps {
  level: AlertLevel;
  /** Replaces the level's own word where another says more; the shape stays. */
  word?: string;
  detail?: string;
}

export function AlertChip({ level, word, detail }: AlertChipProps) {
  const { word: usual, tint, shape } = LEVELS[level];
  return (
    <span
      className={classes(
        "chip-tinted inline-flex h-6 shrink-0 items-center gap-1.5 rounded-full px-2.5 text-small font-semibold whitespace-nowrap",
        tint,
      )}
    >
      <svg viewBox="0 0 10 10" width="9" height="9" fill="currentColor" aria-hidden="true">
        {shape}
      </svg>
      {word ?? usual}
      {detail && <span>· {detail}</span>}
    </span>
  );
}

export function Badge({ children }: { children: ReactNode }) {
  return (
    <span className="inline-flex h-6 shrink-0 items-center rounded-full border border-line bg-surface-2 px-2.5 text-small whitespace-nowrap text-muted">
      {children}
    </span>
  );
}

export function RemovableChip({ label, onRemove }: { label: string; onRemove: () => void }) {
  return (
    <span className="inline-flex h-8 max-w-full items-center rounded-full border border-control bg-surface pl-3 text-small coarse:h-11">
      <span className="truncate">{label}</span>
      <button
        type="button"
        aria-label={`Remove filter ${label}`}
        onClick={onRemove}
        className="ml-1 inline-flex size-8 shrink-0 items-center justify-center rounded-full text-muted hover:text-text coarse:size-11"
      >
        <Icon name="close" size={14} />
      </button>
    </span>
  );
}
