/** Of which moment the figures are, and whether they go on by themselves. */
import { formatClock, formatDateTime } from "../format";
import { useLive, type LiveState } from "../live/connection";
import { useTimeOptions } from "../ui/Time";

const WORDS: Record<LiveState, string> = {
  live: "Live",
  connecting: "Connecting…",
  reconnecting: "Reconnecting… what you see may be older",
  paused: "Paused",
};

/** The line is there from the beginning, so that nothing moves when the first figures arrive. */
export function Freshness({ updatedAt }: { updatedAt: number }) {
  const { state } = useLive();
  const options = useTimeOptions();
  const at = new Date(updatedAt);
  return (
    <p className="min-h-4 text-small text-muted">
      {WORDS[state]}
      {updatedAt > 0 && (
        <>
          {" · as of "}
          <time dateTime={at.toISOString()} title={formatDateTime(at, options)}>
            {formatClock(at, { ...options, seconds: true })}
          </time>
        </>
      )}
    </p>
  );
}
