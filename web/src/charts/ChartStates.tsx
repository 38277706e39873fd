/** What stands in the place of a chart that cannot be shown; each keeps the chart's height. */
import { Button } from "../ui/Button";
import { Snippet } from "../ui/Copy";
import { ErrorState } from "../ui/ErrorState";
import { Icon } from "../ui/icons";
import { Skeleton } from "../ui/Skeleton";
import type { ChartState, EmptyFiltered, EmptyNew } from "./states";

interface ChartStateViewProps {
  state: Exclude<ChartState, { kind: "ready" }>;
  title: string;
  height: number;
}

export function ChartStateView({ state, title, height }: ChartStateViewProps) {
  return (
    <div className="flex flex-col justify-center" style={{ minHeight: height }}>
      {state.kind === "loading" && <LoadingChart height={height} title={title} />}
      {state.kind === "error" && <ErrorState what={title} error={state.error} onRetry={state.onRetry} />}
      {state.kind === "empty-new" && <EmptyNewView {...state} />}
      {state.kind === "empty-filtered" && <EmptyFilteredView {...state} />}
    </div>
  );
}

/** Heights of the skeleton's bars, in percent: a quiet rhythm rather than a solid block. */
const BARS = [46, 58, 52, 70, 64, 80, 38, 50, 62, 56, 74, 68];

function LoadingChart({ height, title }: { height: number; title: string }) {
  return (
    <div role="status" aria-label={`Loading ${title}`} className="flex items-end gap-2 pl-10" style={{ height }}>
      {BARS.map((percent, index) => (
        <span key={index} className="flex-1" style={{ height: `${percent}%` }}>
          <Skeleton className="h-full w-full" />
        </span>
      ))}
    </div>
  );
}

function EmptyNewView({ sentence, snippet, onSample }: EmptyNew) {
  return (
    <div className="mx-auto flex w-full max-w-xl min-w-0 flex-col gap-3">
      <p className="text-section">{sentence}</p>
      <Snippet label="Command that sends the first event" code={snippet} />
      <div className="flex flex-wrap items-center gap-3">
        <p role="status" className="inline-flex items-center gap-2 text-muted">
          <span className="chart-waiting" aria-hidden="true" />
          Waiting for the first event…
        </p>
        {onSample && <Button onClick={onSample}>Use sample data</Button>}
      </div>
    </div>
  );
}

function EmptyFilteredView({ filters, lastEvent, onClear }: EmptyFiltered) {
  return (
    <div className="flex flex-col items-center gap-3 text-center">
      <Icon name="filter" size={24} className="text-accent" />
      <p className="text-section">Nothing matches the filters</p>
      <p className="text-muted">
        {filters.join(" · ")}
        {lastEvent && (
          <>
            <br />
            Last event: {lastEvent}
          </>
        )}
      </p>
      {onClear && <Button onClick={onClear}>Clear filters</Button>}
    </div>
  );
}
