/** The columns of the table of events. Times and amounts are written here once for all rows, since there may be many. */
import { Link } from "@tanstack/react-router";

import type { SpendEvent } from "../api/events";
import { columnMoney, formatClock, formatDateTime, formatDayOf, type TimeOptions } from "../format";
import { classes } from "../ui/classes";
import type { Column } from "../ui/DataTable";
import { idToPart } from "./address";
import { StateChips } from "./StateChips";
import { quantitiesLong, quantitiesShort, shownContents } from "./words";

export interface Reading extends TimeOptions {
  currency: string;
}

export function eventColumns(finest: string | null, reading: Reading): Column<SpendEvent>[] {
  return [
    timeColumn(reading),
    {
      id: "client",
      header: "Client",
      cell: (event) => {
        const { client, campaign } = shownContents(event);
        return <Two main={client?.name} detail={campaign?.name} />;
      },
    },
    { id: "agent", header: "Agent", cell: (event) => <Two main={shownContents(event).agent?.name} /> },
    serviceColumn(),
    { id: "operation", header: "Operation", cell: (event) => <Two main={shownContents(event).operation} /> },
    quantityColumn(reading),
    costColumn(finest, reading),
    { id: "state", header: "State", cell: (event) => <StateChips event={event} withReason /> },
  ];
}

export function None() {
  return <span className="text-muted">—</span>;
}

/** A name and what it belongs to, with room for most names in one line. */
function Two({ main, detail }: { main: string | null | undefined; detail?: string | null }) {
  return (
    <span className="block min-w-24">
      {main ?? <None />}
      {detail && <span className="block text-small text-muted">{detail}</span>}
    </span>
  );
}

export function timeColumn(options: TimeOptions): Column<SpendEvent> {
  return { id: "time", header: "Time", cell: (event) => <EventLink event={event} options={options} /> };
}

/** When it happened, to the second: the way to the event itself. */
export function EventLink({ event, options }: { event: SpendEvent; options: TimeOptions }) {
  return (
    <Link
      to="/events/$id"
      params={{ id: idToPart(event.id) }}
      search={{ source: event.source }}
      className="link-alone font-semibold whitespace-nowrap"
      title={`${event.id} · ${formatDateTime(event.time, options)} (${options.timeZone})`}
    >
      <time dateTime={event.time}>
        {formatDayOf(event.time, options)}, {formatClock(event.time, { ...options, seconds: true })}
      </time>
    </Link>
  );
}

function serviceColumn(): Column<SpendEvent> {
  return {
    id: "service",
    header: "Service",
    cell: (event) => {
      const { service, model, category } = shownContents(event);
      return <Two main={service} detail={model ?? category} />;
    },
  };
}

export function quantityColumn({ locale }: TimeOptions): Column<SpendEvent> {
  return {
    id: "quantities",
    header: "Quantities",
    align: "right",
    cell: (event) => {
      const { quantities } = shownContents(event);
      if (Object.keys(quantities).length === 0) return <None />;
      return <span title={quantitiesLong(quantities, locale).join("\n")}>{quantitiesShort(quantities, locale)}</span>;
    },
  };
}

type Money = (amount: string | null) => string;

/** How finely each cost is to be shown, remembered since a long list grows by pages. */
const zeros = new WeakMap<SpendEvent, string>();

function zeroOf(event: SpendEvent, { locale, currency }: Reading): string {
  const known = zeros.get(event);
  if (known !== undefined) return known;
  const zero = columnMoney([shownContents(event).cost], { locale, currency, kind: "unit" })("0");
  zeros.set(event, zero);
  return zero;
}

/** The cost that needs the most digits, of several the first: with it the others are shown alike. */
export function finestCost(rows: SpendEvent[], reading: Reading): string | null {
  let [finest, digits] = [null as string | null, 0];
  for (const event of rows) {
    const zero = zeroOf(event, reading);
    if (zero.length > digits) [finest, digits] = [shownContents(event).cost, zero.length];
  }
  return finest;
}

/** One precision for all rows. */
export function moneyOf(finest: string | null, { locale, currency }: Reading): Money {
  return columnMoney([finest], { locale, currency, kind: "unit" });
}

export function costColumn(finest: string | null, reading: Reading): Column<SpendEvent> {
  const money = moneyOf(finest, reading);
  return {
    id: "cost",
    header: "Cost",
    phone: true,
    align: "right",
    cell: (event) => <EventCost event={event} money={money} currency={reading.currency} />,
  };
}

/** What it cost; of a void one what it had cost, struck out. */
export function EventCost({ event, money, currency }: { event: SpendEvent; money: Money; currency: string }) {
  const { cost } = shownContents(event);
  const exact = cost === null ? undefined : `${cost} ${currency}`;
  const Text = event.contents ? "span" : "s";
  return (
    <Text title={exact} className={classes("whitespace-nowrap", !event.contents && "text-muted")}>
      {money(cost)}
    </Text>
  );
}
