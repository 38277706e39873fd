/** The columns of the table of categories. */
import { Link } from "@tanstack/react-router";

import type { Category } from "../api/prices";
import { Badge } from "../ui/Chip";
import type { Column } from "../ui/DataTable";
import { Time } from "../ui/Time";
import { RateText } from "./RateText";
import { isFromTheBeginning, nextRate } from "./state";
import { KIND_WORDS, unitName } from "./words";

export function categoryColumns(now: Date): Column<Category>[] {
  return [
    {
      id: "category",
      header: "Category",
      sortBy: (one) => one.key,
      cell: (one) => (
        <span className="block min-w-0">
          <Link
            from="/prices"
            to="/prices"
            search={(current) => ({ ...current, category: one.key })}
            resetScroll={false}
            className="link-alone inline-flex min-h-6 items-center font-mono text-code font-semibold break-all"
          >
            {one.key}
          </Link>
          {one.description && <span className="block text-small wrap-anywhere text-muted">{one.description}</span>}
        </span>
      ),
    },
    {
      id: "kind",
      header: "Kind",
      sortBy: (one) => KIND_WORDS[one.kind],
      cell: (one) => <span className="whitespace-nowrap">{KIND_WORDS[one.kind]}</span>,
    },
    {
      id: "service",
      header: "Service",
      sortBy: (one) => one.service,
      phone: true,
      cell: (one) => <span className="inline-block min-w-24">{one.service}</span>,
    },
    {
      id: "unit",
      header: "Unit",
      sortBy: (one) => one.unit,
      phone: true,
      cell: (one) => <span className="inline-block min-w-20">{unitName(one.unit)}</span>,
    },
    {
      id: "rate",
      header: "Rate",
      phone: true,
      align: "right",
      cell: (one) =>
        one.current_rate ? <RateText {...one.current_rate} /> : <span className="text-muted">— no rate yet</span>,
    },
    {
      id: "since",
      header: "Since",
      phone: true,
      sortBy: (one) => (one.current_rate ? Date.parse(one.current_rate.effective_from) : 0),
      cell: (one) => <Since category={one} now={now} />,
    },
  ];
}

function Since({ category, now }: { category: Category; now: Date }) {
  const next = nextRate(category.rates, now);
  return (
    <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
      {category.current_rate ? <From moment={category.current_rate.effective_from} /> : "—"}
      {next && (
        <Badge>
          changes <span className="inline-block w-1" /> <Time at={next.effective_from} day />
        </Badge>
      )}
    </span>
  );
}

/** The moment from which something counts. */
export function From({ moment }: { moment: string }) {
  if (isFromTheBeginning(moment)) return <span className="text-muted">the beginning</span>;
  return <Time at={moment} day />;
}
