/** The columns of the table of overrides. */
import type { Override } from "../api/prices";
import { Button } from "../ui/Button";
import { Badge } from "../ui/Chip";
import type { Column } from "../ui/DataTable";
import { Time } from "../ui/Time";
import { From } from "./categoryColumns";
import { RateText } from "./RateText";
import { overrideState, type OverrideState } from "./state";
import { contextText, unitName } from "./words";

interface Actions {
  onOpen: (override: Override) => void;
  onEnd?: (override: Override) => void;
}

const STATE_WORDS: Record<OverrideState, string> = { upcoming: "Upcoming", "in force": "In force", ended: "Ended" };
const RATES_SHOWN = 3;

/** What an override is for, in a few words. */
export function overrideName({ service, model }: Pick<Override, "service" | "model">): string {
  return `${service} / ${model ?? "all models"}`;
}

export function overrideColumns(now: Date, { onOpen, onEnd }: Actions): Column<Override>[] {
  const columns: Column<Override>[] = [
    {
      id: "for",
      header: "Service and model",
      cell: (one) => (
        <span className="block min-w-0">
          <button
            type="button"
            onClick={() => onOpen(one)}
            className="link-alone inline-flex min-h-6 items-center text-left font-semibold wrap-anywhere text-link underline"
          >
            {overrideName(one)}
          </button>
          {contextText(one.context) && (
            <span className="block text-small text-muted">{contextText(one.context)} calls only</span>
          )}
        </span>
      ),
    },
    { id: "price", header: "Price", phone: true, cell: (one) => <PriceSummary override={one} /> },
    { id: "from", header: "From", phone: true, cell: (one) => <From moment={one.effective_from} /> },
    {
      id: "until",
      header: "Until",
      phone: true,
      cell: (one) =>
        one.effective_until ? <Time at={one.effective_until} day /> : <span className="text-muted">open</span>,
    },
    {
      id: "state",
      header: "State",
      phone: true,
      cell: (one) => <Badge>{STATE_WORDS[overrideState(one, now)]}</Badge>,
    },
  ];
  if (onEnd) {
    columns.push({
      id: "actions",
      header: "Actions",
      quietHeader: true,
      align: "right",
      cell: (one) =>
        overrideState(one, now) !== "ended" && (
          <Button look="quiet" aria-label={`End ${overrideName(one)}`} onClick={() => onEnd(one)}>
            End
          </Button>
        ),
    });
  }
  return columns;
}

function PriceSummary({ override }: { override: Override }) {
  const { rates, discount_percent, currency } = override;
  const isDiscounted = discount_percent !== "0";
  return (
    <ul className="flex flex-col">
      {rates.slice(0, RATES_SHOWN).map((rate) => (
        <li key={rate.unit}>
          <span className="text-muted">{unitName(rate.unit)}</span>{" "}
          <RateText amount={rate.rate} per={rate.per} currency={currency} />
          {rate.steps.length > 0 && <span className="text-muted"> and steps</span>}
        </li>
      ))}
      {rates.length > RATES_SHOWN && <li className="text-muted">and {rates.length - RATES_SHOWN} more</li>}
      {isDiscounted && (
        <li>
          {discount_percent}% off {rates.length > 0 && <span className="text-muted">all others</span>}
        </li>
      )}
    </ul>
  );
}
