/** What became of an event: recorded, corrected by whom and why, with what it was before and after. */
import type { EventContents, SpendEvent } from "../api/events";
import { useMe } from "../api/session";
import { formatMoney } from "../format";
import { Time, useTimeOptions } from "../ui/Time";
import { contentDifferences } from "./differences";
import { NAMES } from "./names";

export function History({ event }: { event: SpendEvent }) {
  const before = (index: number): EventContents =>
    event.changes.slice(0, index).findLast((change) => change.contents)?.contents ?? event.first;
  return (
    <ol className="flex flex-col gap-4">
      <li>
        <p>
          <strong className="font-semibold">Recorded</strong> from{" "}
          <code className="font-mono text-code break-all">{event.source}</code>
        </p>
        <p className="text-small text-muted">
          <Time at={event.recorded_at ?? event.time} />
        </p>
      </li>
      {event.changes.map((change, index) => (
        <li key={change.recorded_at} className="flex flex-col gap-1 border-t border-line pt-4">
          <p className="wrap-anywhere">
            <strong className="font-semibold">{change.kind === "void" ? "Voided" : "Corrected"}</strong> by{" "}
            {change.recorded_by}: {change.reason}
          </p>
          <p className="text-small text-muted">
            <Time at={change.recorded_at} />
          </p>
          {change.contents ? (
            <Changed before={before(index)} after={change.contents} />
          ) : (
            <p className="text-muted">It counts nowhere from then on.</p>
          )}
        </li>
      ))}
    </ol>
  );
}

function Value({ field, value }: { field: string; value: string | null }) {
  const { currency } = useMe().workspace;
  const { locale } = useTimeOptions();
  if (field !== NAMES.cost) return value ?? "—";
  return (
    <span title={value ? `${value} ${currency}` : undefined}>
      {formatMoney(value, { locale, currency, kind: "unit" })}
    </span>
  );
}

function Changed({ before, after }: { before: EventContents; after: EventContents }) {
  const changed = contentDifferences(before, after);
  if (changed.length === 0)
    return <p className="text-muted">What it says stayed the same; its price was found anew.</p>;
  return (
    <table className="w-full table-fixed border-collapse text-left" aria-label="Before and after">
      <thead>
        <tr className="text-small text-muted">
          {["Field", "Before", "After"].map((header) => (
            <th key={header} scope="col" className="py-1 pr-3 font-semibold">
              {header}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {changed.map((one) => (
          <tr key={one.field} className="border-t border-line align-top">
            <th scope="row" className="py-1.5 pr-3 font-normal wrap-anywhere text-muted">
              {one.field}
            </th>
            <td className="py-1.5 pr-3 wrap-anywhere">
              <Value field={one.field} value={one.before} />
            </td>
            <td className="py-1.5 wrap-anywhere">
              <Value field={one.field} value={one.after} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
