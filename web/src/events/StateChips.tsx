/** What is out of the ordinary about an event, in a word each; never by colour alone. */
import type { SpendEvent } from "../api/events";
import { AlertChip, Badge } from "../ui/Chip";
import { statesOf, unpricedShort } from "./words";

interface StateChipsProps {
  event: SpendEvent;
  /** Says also why there is no price, where the reader may know. */
  withReason?: boolean;
}

export function StateChips({ event, withReason }: StateChipsProps) {
  const states = statesOf(event);
  const reason = withReason && states.includes("unpriced") && unpricedShort(event.contents?.price ?? {});
  if (states.length === 0) return null;
  return (
    <span className="flex flex-col items-start gap-1">
      <span className="flex flex-wrap gap-1">
        {states.includes("void") && <Badge>Void</Badge>}
        {states.includes("unpriced") && <AlertChip level="warn" word="Unpriced" />}
        {states.includes("failed") && <AlertChip level="crit" word="Failed" />}
        {states.includes("corrected") && <Badge>Corrected</Badge>}
      </span>
      {reason && <span className="text-small wrap-anywhere text-muted">{reason}</span>}
    </span>
  );
}
