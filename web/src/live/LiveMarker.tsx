/** Whether the page is live, since when, and the switch to hold it still. */
import { formatClock } from "../format";
import { classes } from "../ui/classes";
import { Icon } from "../ui/icons";
import { useTimeOptions } from "../ui/Time";
import { pauseLive, resumeLive, useLive, type LiveState } from "./connection";

const WORDS: Record<LiveState, { word: string; dot: string }> = {
  connecting: { word: "Connecting…", dot: "bg-muted" },
  live: { word: "Live", dot: "bg-ok" },
  reconnecting: { word: "Reconnecting…", dot: "bg-warn" },
  paused: { word: "Paused", dot: "bg-muted" },
};

export function LiveMarker() {
  const { state, updatedAt } = useLive();
  const options = useTimeOptions();
  const { word, dot } = WORDS[state];
  const isPaused = state === "paused";
  const clock = updatedAt && formatClock(updatedAt, { ...options, seconds: true });
  return (
    <div className="flex items-center gap-1 text-small text-muted">
      <span role="status" className="flex items-center gap-1.5 whitespace-nowrap">
        <span aria-hidden="true" className={classes("size-2 shrink-0 rounded-full", dot)} />
        {word}
      </span>
      {clock && (
        <span className="whitespace-nowrap max-lg:hidden">
          · last update <time dateTime={updatedAt.toISOString()}>{clock}</time>
        </span>
      )}
      <button
        type="button"
        onClick={isPaused ? resumeLive : pauseLive}
        aria-label={isPaused ? "Resume live updates" : "Pause live updates"}
        title={isPaused ? "Resume live updates" : "Pause live updates"}
        className="inline-flex size-8 items-center justify-center rounded-control hover:bg-surface-2 hover:text-text coarse:size-11"
      >
        <Icon name={isPaused ? "play" : "pause"} size={14} />
      </button>
    </div>
  );
}
