/** The events on a phone: a few lines each, since ten of them should fit on two screens. */
import type { SpendEvent } from "../api/events";
import { EventCost, EventLink, finestCost, moneyOf, type Reading } from "./columns";
import { StateChips } from "./StateChips";
import { quantitiesShort, shownContents } from "./words";

interface EventCardsProps {
  rows: SpendEvent[];
  reading: Reading;
}

export function EventCards({ rows, reading }: EventCardsProps) {
  const money = moneyOf(finestCost(rows, reading), reading);
  return (
    <ul aria-label="Events" className="flex flex-col divide-y divide-line border-t border-line">
      {rows.map((event) => {
        const { client, agent, service, model, category, operation, quantities } = shownContents(event);
        const what = [[service, model ?? category].filter(Boolean).join(" "), operation].filter(Boolean).join(" · ");
        const whose = [client?.name, agent?.name].filter(Boolean).join(" · ");
        return (
          <li key={JSON.stringify([event.source, event.id])} className="flex flex-col gap-0.5 px-3 py-2">
            <div className="flex items-center justify-between gap-3">
              <EventLink event={event} options={reading} />
              <EventCost event={event} money={money} currency={reading.currency} />
            </div>
            <p className="wrap-anywhere">{what}</p>
            <p className="text-small wrap-anywhere text-muted">
              {[whose, quantitiesShort(quantities, reading.locale)].filter(Boolean).join(" · ")}
            </p>
            <StateChips event={event} withReason />
          </li>
        );
      })}
    </ul>
  );
}
