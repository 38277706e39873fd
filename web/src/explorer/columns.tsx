/** The columns of the table: who or what, how much of the measure, and what of it is unknown. */
import { Link } from "@tanstack/react-router";

import { columnMoney, formatCount, type MoneyOptions } from "../format";
import type { Spend } from "../overview/spend";
import type { Column } from "../ui/DataTable";
import { ChangeCell, CountLink, ShareBar } from "./cells";
import { oneOf, titleOf, type Dimension } from "./dimensions";
import { goodOf, MEASURES, type MeasureName } from "./measures";
import type { Question } from "./queries";
import type { Row } from "./rows";
import { periodName } from "./Totals";

export interface GroupColumn extends Column<Row> {
  /** What the server sorts by. */
  sortName?: string;
}

type Read = (row: Row) => string | null;

export function groupColumns(
  { grouping, measure }: Question,
  rows: readonly Row[],
  money: MoneyOptions,
  against: Spend["compared_with"],
): GroupColumn[] {
  const { locale } = money;
  const figures = (id: string, header: string, read: Read, name: MeasureName, sortName?: string): GroupColumn => {
    const write = writer(name, rows.map(read), money);
    const unit = name === "cost" ? ` ${money.currency}` : "";
    const cell = (row: Row) => <span title={`${read(row) ?? ""}${unit}`}>{write(read(row))}</span>;
    return { id, header, align: "right", phone: true, sortName, cell };
  };
  const share = (row: Row) => row.share !== null && <ShareBar share={row.share} slot={row.slot} locale={locale} />;
  const columns: GroupColumn[] = [
    ...names(grouping),
    figures("value", MEASURES[measure].name, (row) => row.value, measure, measure),
    { id: "share", header: "Share", align: "right", phone: true, cell: share },
  ];
  if (against && rows.some((row) => row.previous !== null)) {
    const isCost = measure === "cost";
    const header = periodName(against, locale);
    columns.push(
      figures("previous", header, (row) => row.previous, measure, isCost ? "previous" : undefined),
      {
        id: "change",
        header: "Change",
        align: "right",
        phone: true,
        cell: (row) => <ChangeCell {...row} good={goodOf(measure)} locale={locale} />,
      },
    );
  }
  if (measure !== "cost") columns.push(figures("cost", "Cost", (row) => row.cost, "cost", "cost"));
  return [...columns, ...counts(measure, locale)];
}

function names(grouping: Dimension[]): GroupColumn[] {
  return grouping.map((dimension, index) => ({
    id: dimension,
    header: titleOf(dimension),
    sortName: dimension,
    phone: true,
    cell: (row) => {
      const name = row.members[index]?.name;
      if (name === undefined) return index === 0 ? "Total" : "";
      if (index > 0 || !row.drill) return name;
      return (
        // The link covers its row, so that a click anywhere on it follows it.
        <Link
          to="/explorer"
          search={row.drill}
          resetScroll={false}
          className="link-alone sm:after:absolute sm:after:inset-0"
        >
          {name}
          <span className="sr-only">: by {oneOf(row.drill.group_by?.[0] ?? "client")}</span>
        </Link>
      );
    },
  }));
}

function counts(measure: MeasureName, locale: string): GroupColumn[] {
  const of = (row: Row) => (row.members.length > 0 ? ` of ${row.members.map(({ name }) => name).join(", ")}` : "");
  const events = (row: Row) => (
    <CountLink count={row.events} said={`events${of(row)}`} locale={locale} search={row.inEvents ?? undefined} />
  );
  const unpriced = (row: Row) => (
    <CountLink
      count={row.unpriced}
      said={`unpriced events${of(row)}`}
      locale={locale}
      search={row.inEvents ? { ...row.inEvents, unpriced: true } : undefined}
      isWarning
    />
  );
  return [
    {
      id: "events",
      header: measure === "events" ? "Look at" : "Events",
      align: "right",
      phone: true,
      sortName: "events",
      cell: events,
    },
    { id: "unpriced", header: "Unpriced", align: "right", phone: true, sortName: "unpriced", cell: unpriced },
  ];
}

function writer(
  measure: MeasureName,
  values: (string | null)[],
  money: MoneyOptions,
): (value: string | null) => string {
  if (measure !== "cost") return (value) => formatCount(value, { locale: money.locale });
  const write = columnMoney(values, money);
  return (value) => (value === null ? "—" : write(value));
}
