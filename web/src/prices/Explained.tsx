/** A price explained: the amount, the rule in force, and each line with its source, rate and tier. */
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";

import type { Explanation, PricedLine } from "../api/prices";
import { columnMoney, formatMoney } from "../format";
import { Badge } from "../ui/Chip";
import { DataTable, type Column } from "../ui/DataTable";
import { Time } from "../ui/Time";
import { RateText } from "./RateText";
import { quantityText, reasonSentence, SOURCE_WORDS, unitName } from "./words";

export function Explained({ explanation }: { explanation: Explanation }) {
  const { cost, currency, unpriced, rule, lines, at } = explanation;
  const columns = useMemo(() => lineColumns(lines, currency ?? "USD"), [lines, currency]);
  return (
    <>
      <div className="flex flex-col gap-2 p-3 sm:p-4">
        <p className="text-value" title={cost ? `${cost} ${currency ?? ""}` : undefined}>
          {formatMoney(cost, { locale: navigator.language, currency: currency ?? "USD", kind: "unit" })}
        </p>
        {unpriced && <p>{reasonSentence(unpriced)}</p>}
        {rule && <Rule rule={rule} />}
        <p className="text-small text-muted">
          As of <Time at={at} />
        </p>
      </div>
      {lines.length > 0 && (
        <DataTable
          label="Lines of the price"
          columns={columns}
          rows={lines}
          rowId={(line) => `${line.unit} ${line.tier ?? ""}`}
          sortable={false}
        />
      )}
    </>
  );
}

function Rule({ rule }: { rule: NonNullable<Explanation["rule"]> }) {
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1">
      <dt className="text-muted">Source</dt>
      <dd>{SOURCE_WORDS[rule.source]}</dd>
      <dt className="text-muted">Rule</dt>
      <dd className="wrap-anywhere">
        {rule.source === "category" ? (
          <Link to="/prices" search={{ category: rule.matched }}>
            {rule.matched}
          </Link>
        ) : (
          rule.matched
        )}
      </dd>
      <dt className="text-muted">Version</dt>
      <dd className="font-mono text-code break-all">{rule.version}</dd>
      {rule.base && (
        <>
          <dt className="text-muted">Applied to</dt>
          <dd className="wrap-anywhere">
            {SOURCE_WORDS[rule.base.source]} {rule.base.matched}, version {rule.base.version}
          </dd>
        </>
      )}
    </dl>
  );
}

function lineColumns(lines: PricedLine[], currency: string): Column<PricedLine>[] {
  const money = columnMoney(
    lines.map((line) => line.amount),
    { locale: navigator.language, currency, kind: "unit" },
  );
  return [
    {
      id: "unit",
      header: "Unit",
      cell: (line) => <span className="font-semibold wrap-anywhere">{unitName(line.unit)}</span>,
    },
    {
      id: "quantity",
      header: "Quantity",
      phone: true,
      align: "right",
      cell: (line) => <span className="sm:whitespace-nowrap">{quantityText(line.quantity, navigator.language)}</span>,
    },
    {
      id: "rate",
      header: "Rate",
      phone: true,
      align: "right",
      cell: (line) => (
        <>
          <RateText amount={line.rate} per={line.per} currency={currency} />
          {line.discount_percent !== "0" && <span className="text-muted"> less {line.discount_percent}%</span>}
        </>
      ),
    },
    { id: "tier", header: "Tier", phone: true, cell: (line) => line.tier ?? <span className="text-muted">—</span> },
    { id: "source", header: "Source", phone: true, cell: (line) => <Badge>{SOURCE_WORDS[line.source]}</Badge> },
    {
      id: "amount",
      header: "Amount",
      phone: true,
      align: "right",
      cell: (line) => (
        <span title={`${line.amount} ${currency}`} className="sm:whitespace-nowrap">
          {money(line.amount)}
        </span>
      ),
    },
  ];
}
