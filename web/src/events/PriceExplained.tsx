/** The cost of an event and what it consists of: who says so, by which rule, line by line, and at which rate. */
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";

import type { EventContents, EventPrice, PriceLine, SpendEvent } from "../api/events";
import { useMe, usePermission } from "../api/session";
import { columnMoney, formatDay, formatMoney } from "../format";
import { RateText } from "../prices/RateText";
import { quantityText, unitName } from "../prices/words";
import { Badge } from "../ui/Chip";
import { DataTable, type Column } from "../ui/DataTable";
import { useTimeOptions } from "../ui/Time";
import { shownContents, sourceWords, unpricedSentence } from "./words";

export function PriceExplained({ event }: { event: SpendEvent }) {
  const contents = shownContents(event);
  const { cost, price } = contents;
  const { currency } = useMe().workspace;
  const { locale } = useTimeOptions();
  const sentence = price && unpricedSentence(price);
  const amount = formatMoney(cost, { locale, currency, kind: "unit" });
  return (
    <>
      <div className="flex flex-col gap-2 px-3 pb-3 sm:px-4 sm:pb-4">
        <p className="text-value-phone sm:text-value" title={cost === null ? undefined : `${cost} ${currency}`}>
          {event.contents ? amount : <s className="text-muted">{amount}</s>}
        </p>
        {!event.contents && <p>It is void: it counts nowhere, and this is what it counted before.</p>}
        {sentence && <p className="wrap-anywhere">{sentence}</p>}
        <ConversionNote contents={contents} currency={currency} />
        {price && !price.unpriced && <Rule price={price} />}
      </div>
      {price && price.lines.length > 0 && (
        <Lines lines={price.lines} currency={price.currency ?? currency} total={contents.original_cost ?? cost} />
      )}
    </>
  );
}

interface ConversionNoteProps {
  contents: EventContents;
  currency: string;
}

/** What was asked for in another currency, and how it came into the workspace's. */
function ConversionNote({ contents, currency }: ConversionNoteProps) {
  const { locale } = useTimeOptions();
  const { conversion, original_cost } = contents;
  if (!conversion || original_cost === null) return null;
  const original = formatMoney(original_cost, { locale, currency: conversion.currency, kind: "unit" });
  return (
    <p className="text-muted">
      {original} ({conversion.currency}) at {conversion.rate} {currency} for 1 {conversion.currency}, the rate of{" "}
      {formatDay(conversion.day, { locale, year: true })} ({conversion.how}).
    </p>
  );
}

function Rule({ price }: { price: EventPrice }) {
  const mayOpen = usePermission("prices.read");
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1">
      <dt className="text-muted">Source</dt>
      <dd>{sourceWords(price.source)}</dd>
      {price.matched && (
        <>
          <dt className="text-muted">Rule</dt>
          <dd className="wrap-anywhere">
            {price.source === "category" && mayOpen ? (
              <Link to="/prices" search={{ category: price.matched }}>
                {price.matched}
              </Link>
            ) : (
              price.matched
            )}
          </dd>
        </>
      )}
      {price.version && (
        <>
          <dt className="text-muted">Version</dt>
          <dd className="font-mono text-code break-all">{price.version}</dd>
        </>
      )}
    </dl>
  );
}

interface LinesProps {
  lines: PriceLine[];
  currency: string;
  total: string | null;
}

function Lines({ lines, currency, total }: LinesProps) {
  const { locale } = useTimeOptions();
  const money = useMemo(
    () => columnMoney([...lines.map((line) => line.amount), total], { locale, currency, kind: "unit" }),
    [lines, total, locale, currency],
  );
  const hasTiers = lines.some((line) => line.tier);
  const columns = useMemo(
    () => lineColumns(money, currency, locale).filter(({ id }) => id !== "tier" || hasTiers),
    [money, currency, locale, hasTiers],
  );
  return (
    <>
      <DataTable
        label="Lines of the price"
        columns={columns}
        rows={lines}
        rowId={(line) => `${line.unit} ${line.tier ?? ""}`}
        sortable={false}
      />
      {total !== null && (
        <p className="flex justify-between gap-4 border-t border-line px-3 py-3 font-semibold sm:px-4">
          <span>All lines together</span>
          <span title={`${total} ${currency}`}>{money(total)}</span>
        </p>
      )}
    </>
  );
}

function lineColumns(money: (amount: string | null) => string, currency: string, locale: string): Column<PriceLine>[] {
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
      cell: (line) => quantityText(line.quantity, locale),
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
    { id: "source", header: "Source", phone: true, cell: (line) => <Badge>{sourceWords(line.source)}</Badge> },
    {
      id: "amount",
      header: "Amount",
      phone: true,
      align: "right",
      cell: (line) => <span title={`${line.amount} ${currency}`}>{money(line.amount)}</span>,
    },
  ];
}
