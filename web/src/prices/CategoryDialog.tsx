/** One category: what it bills, the history of its rates, and the way to append another. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { categoryQuery, type Category } from "../api/prices";
import { usePermission } from "../api/session";
import { Button } from "../ui/Button";
import { Badge } from "../ui/Chip";
import { Dialog } from "../ui/Dialog";
import { QueryView } from "../ui/QueryView";
import { SkeletonRows } from "../ui/Skeleton";
import { useNow } from "../ui/Time";
import { From } from "./categoryColumns";
import { RateForm } from "./RateForm";
import { RateText } from "./RateText";
import { rateHistory, type RateState } from "./state";
import { KIND_WORDS, unitName } from "./words";

export function CategoryDialog({ name, onClose }: { name: string; onClose: () => void }) {
  const query = useQuery(categoryQuery(name));
  const mayManage = usePermission("prices.manage");
  const [isAdding, setAdding] = useState(false);
  return (
    <Dialog title={query.data?.key ?? name} onClose={onClose}>
      <QueryView query={query} what="The category" skeleton={<SkeletonRows count={3} />}>
        {(category) => (
          <>
            <Facts category={category} />
            <History category={category} />
            {isAdding && <RateForm category={category} onClose={() => setAdding(false)} />}
            {mayManage && !isAdding && (
              <div>
                <Button icon="plus" onClick={() => setAdding(true)}>
                  Add rate
                </Button>
              </div>
            )}
          </>
        )}
      </QueryView>
    </Dialog>
  );
}

function Facts({ category }: { category: Category }) {
  return (
    <>
      {category.description && <p className="wrap-anywhere text-muted">{category.description}</p>}
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1">
        <dt className="text-muted">Kind</dt>
        <dd>{KIND_WORDS[category.kind]}</dd>
        <dt className="text-muted">Service</dt>
        <dd className="wrap-anywhere">{category.service}</dd>
        <dt className="text-muted">Unit</dt>
        <dd className="wrap-anywhere">{unitName(category.unit)}</dd>
      </dl>
      {category.rate_first && (
        <p className="text-small text-muted">Its rate counts even where the model has a price of its own.</p>
      )}
    </>
  );
}

const STATE_WORDS: Record<RateState, string | null> = { "in force": "In force", upcoming: "Upcoming", past: null };

function History({ category }: { category: Category }) {
  const now = useNow();
  const rates = rateHistory(category.rates, now);
  if (rates.length === 0) return <p className="text-muted">No rate yet: what it bills has no price.</p>;
  return (
    // It is `relative` because hidden words for screen readers would else widen the page from inside.
    <div className="relative overflow-x-auto">
      <table aria-label="History of rates" className="w-full border-collapse text-left">
        <thead>
          <tr className="text-small text-muted">
            {["From", "Rate", "By"].map((header) => (
              <th key={header} scope="col" className="py-1 pr-3 font-semibold">
                {header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rates.map((rate) => (
            <tr key={rate.effective_from} className="border-t border-line align-top">
              <td className="py-1.5 pr-3 whitespace-nowrap">
                <From moment={rate.effective_from} />
              </td>
              <td className="py-1.5 pr-3">
                <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
                  <RateText {...rate} />
                  {STATE_WORDS[rate.state] && <Badge>{STATE_WORDS[rate.state]}</Badge>}
                </span>
              </td>
              <td className="min-w-16 py-1.5 wrap-anywhere text-muted">{rate.created_by}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
