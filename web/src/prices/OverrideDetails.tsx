/** Everything that was agreed in one override. */
import { Fragment } from "react";

import type { Override } from "../api/prices";
import { formatMoney } from "../format";
import { Dialog } from "../ui/Dialog";
import { Time } from "../ui/Time";
import { overrideName } from "./overrideColumns";
import { RateText } from "./RateText";
import { contextText, quantityText, unitName } from "./words";

export function OverrideDetails({ override, onClose }: { override: Override; onClose: () => void }) {
  const { rates, currency } = override;
  return (
    <Dialog title={overrideName(override)} onClose={onClose}>
      {override.note && <p className="wrap-anywhere text-muted">{override.note}</p>}
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1">
        <dt className="text-muted">Counts for</dt>
        <dd>{contextText(override.context) ? `${contextText(override.context)} calls only` : "all calls"}</dd>
        <dt className="text-muted">From</dt>
        <dd>
          <Time at={override.effective_from} />
        </dd>
        <dt className="text-muted">Until</dt>
        <dd>{override.effective_until ? <Time at={override.effective_until} /> : "it is ended"}</dd>
        <dt className="text-muted">Discount</dt>
        <dd>
          {override.discount_percent === "0"
            ? "none"
            : `${override.discount_percent}% off ${rates.length > 0 ? "what is not listed here" : "the list price"}`}
        </dd>
        <dt className="text-muted">Added by</dt>
        <dd className="wrap-anywhere">
          {override.created_by}, <Time at={override.created_at} day />
        </dd>
      </dl>
      {rates.length > 0 && (
        <dl aria-label="Fixed rates" className="flex flex-col divide-y divide-line">
          {rates.map((rate) => (
            <Fragment key={rate.unit}>
              <dt className="pt-2 text-muted">{unitName(rate.unit)}</dt>
              <dd className="pb-2">
                <RateText amount={rate.rate} per={rate.per} currency={currency} />
                <ul>
                  {rate.steps.map((step) => (
                    <li key={step.from} className="text-small">
                      from {quantityText(step.from, navigator.language)} in a month on:{" "}
                      {formatMoney(step.rate, { locale: navigator.language, currency, kind: "unit" })}
                    </li>
                  ))}
                </ul>
              </dd>
            </Fragment>
          ))}
        </dl>
      )}
    </Dialog>
  );
}
