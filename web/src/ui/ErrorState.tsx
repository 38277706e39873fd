/** What failed, why, how to try again, and the id that support will ask for. */
import { asProblem } from "../api/problem";
import { Button } from "./Button";
import { CopyButton } from "./Copy";
import { Icon } from "./icons";

interface ErrorStateProps {
  /** What could not be shown, as it is called on the page. */
  what: string;
  error: unknown;
  onRetry?: () => void;
  /** Nothing else is on the page. */
  isWholePage?: boolean;
}

export function ErrorState({ what, error, onRetry, isWholePage }: ErrorStateProps) {
  const problem = asProblem(error);
  return (
    <div role="alert" className="flex flex-col items-start gap-3 py-2">
      <div className="flex gap-3">
        <Icon name="alert" className="mt-0.5 shrink-0 text-crit" />
        <div className="min-w-0">
          <p className="font-semibold">{what} could not be loaded</p>
          <p className="text-muted">
            {problem.message}
            {!isWholePage && " The rest of the page still works."}
          </p>
        </div>
      </div>
      <div className="flex flex-wrap items-center gap-2">
        {onRetry && (
          <Button icon="refresh" onClick={onRetry}>
            Retry
          </Button>
        )}
        {problem.requestId && <CopyButton value={problem.requestId} label={`Copy request id ${problem.requestId}`} />}
      </div>
    </div>
  );
}

/** A refusal next to the form or the button that caused it. */
export function ErrorNote({ error }: { error: unknown }) {
  if (!error) return null;
  const problem = asProblem(error);
  return (
    <p role="alert" className="chip-tinted rounded-control px-3 py-2 text-body [--chip-color:var(--crit)]">
      {problem.message}
      {problem.status >= 500 && problem.requestId && (
        <span className="text-small"> Request id {problem.requestId}</span>
      )}
    </p>
  );
}
