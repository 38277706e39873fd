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

interface Scene {
  measure: MeasureName;
  rows: readonly Row[];
  money: MoneyOptions;
}

export function groupColumns(
  { grouping, measure }: Question,
  rows: readonly Row[],
  money: MoneyOptions,
  against: Spend["compared_with"],
): GroupColumn[] {
  const scene = { measure, rows, money };
  const counts = countColumns(rows, money.locale);
  const main = counts.find(({ id }) => id === measure) ?? figures(scene, "value");
  return [
    ...names(grouping),
    { ...main, phone: true },
    share(money.locale),
    ...(against && rows.some((row) => row.previous !== null) ? comparison(scene, against) : []),
    ...(measure === "cost" ? [] : [figures({ ...scene, measure: "cost" }, "cost")]),
    ...counts.filter((column) => column !== main),
  ];
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
          className="link-alone sm:after:absolute sm:after:inset-0 coarse:-my-3"
        >
          {name}
          <span className="sr-only">: by {oneOf(row.drill.group_by?.[0] ?? "client")}</span>
        </Link>
      );
    },
  }));
}

function figures({ measure, rows, money }: Scene, read: "value" | "cost" | "previous"): GroupColumn {
  const isCost = measure === "cost";
  const values = rows.map((row) => row[read]);
  const count = (value: string | null) => formatCount(value, { locale: money.locale });
  const write = isCost ? columnMoney(values, money) : count;
  const unit = isCost ? ` ${money.currency}` : "";
  return {
    id: read,
    header: MEASURES[measure].name,
    align: "right",
    phone: true,
    sortName: measure,
    cell: ({ [read]: value }) =>
      value === null ? <span className="text-muted">—</span> : <span title={`${value}${unit}`}>{write(value)}</span>,
  };
}

function share(locale: string): GroupColumn {
  return {
    id: "share",
    header: "Share",
    align: "right",
    phone: true,
    cell: ({ members, ...row }) =>
      members.length > 0 ? (
        <ShareBar share={row.share} slot={row.slot} locale={locale} />
      ) : (
        <span className="text-muted">—</span>
      ),
  };
}

function comparison(scene: Scene, against: NonNullable<Spend["compared_with"]>): GroupColumn[] {
  const { measure, money } = scene;
  return [
    {
      ...figures(scene, "previous"),
      header: periodName(against, money.locale),
      phone: false,
      // What the period before cost is all that the server sorts by.
      sortName: measure === "cost" ? "previous" : undefined,
    },
    {
      id: "change",
      header: "Change",
      align: "right",
      phone: true,
      cell: ({ value, previous }) => (
        <ChangeCell value={value} previous={previous} good={goodOf(measure)} locale={money.locale} />
      ),
    },
  ];
}

/** Counts that lead to the events themselves. */
function countColumns(rows: readonly Row[], locale: string): GroupColumn[] {
  const of = ({ members }: Row) => (members.length > 0 ? ` of ${members.map(({ name }) => name).join(", ")}` : "");
  const column = (name: "events" | "unpriced", noun: string, more: Record<string, unknown>): GroupColumn => ({
    id: name,
    header: MEASURES[name].name,
    align: "right",
    phone: name === "events" || rows.some((row) => row.unpriced > 0),
    sortName: name,
    cell: (row) => (
      <CountLink
        count={row[name]}
        noun={noun}
        of={of(row)}
        locale={locale}
        search={row.inEvents ? { ...row.inEvents, ...more } : undefined}
        isWarning={name === "unpriced"}
      />
    ),
  });
  return [column("events", "event", {}), column("unpriced", "unpriced event", { unpriced: true })];
}
