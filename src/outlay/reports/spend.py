"""An answer about spend as a document: one row for each group, and what was asked among the facts."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from outlay.identity.portfolio.model import Reference
from outlay.kit.money import plain
from outlay.kit.periods import Dates, Grain, Instants, local_date
from outlay.ledger.spend.model import COUNTS, LABEL_PREFIX, PORTFOLIO, QUANTITIES, Filter, Group, Query, Report
from outlay.reports.model import Cell, Column, ColumnKind, Document, Table

NONE: Final = "(none)"
_BUCKET_NAMES: Final = {
    Grain.HOUR: "Hour",
    Grain.DAY: "Day",
    Grain.WEEK: "Week from",
    Grain.MONTH: "Month from",
    Grain.QUARTER: "Quarter from",
    Grain.YEAR: "Year from",
}
_Read = Callable[[Group], Cell]


def spend_document(report: Report, query: Query, workspace_name: str, made_at: datetime) -> Document:
    """The groups of a report, with every figure that was counted."""
    columns = list(_columns(report, query))
    return Document(
        file_name=f"spend-{'-to-'.join(day.isoformat() for day in _days(report))}",
        table=Table(
            title="Spend",
            columns=tuple(column for column, _ in columns),
            rows=[[read(group) for _, read in columns] for group in report.groups],
        ),
        facts=tuple(_facts(report, query, workspace_name, made_at)),
        time_zone=report.time_zone,
        currency=report.currency,
        made_at=made_at,
    )


def dimension_name(name: str) -> str:
    """A dimension as people call it: `content_type` is `Content type`, and `label:team` is `Team`."""
    words = name.removeprefix(LABEL_PREFIX).replace("_", " ")
    return words[:1].upper() + words[1:]


def _columns(report: Report, query: Query) -> Iterable[tuple[Column, _Read]]:
    if report.grain is not None:
        kind = ColumnKind.HOUR if report.grain is Grain.HOUR else ColumnKind.DATE
        yield Column(_BUCKET_NAMES[report.grain], kind), lambda group: group.bucket
    for name in query.group_by:
        yield Column(dimension_name(name)), _name_in(name)
        if name in PORTFOLIO:
            yield Column(f"{dimension_name(name)} key"), _key_in(name)
    yield Column(f"Cost ({report.currency})", ColumnKind.MONEY), lambda group: group.sums.cost
    yield Column("Share of cost", ColumnKind.PERCENT), lambda group: group.share
    for name in COUNTS:
        if name in report.measures:
            yield Column(dimension_name(name), ColumnKind.NUMBER), _count_of(name)
    if QUANTITIES in report.measures:
        for unit in sorted({unit for group in report.groups for unit in group.sums.quantities}):
            yield Column(dimension_name(unit), ColumnKind.NUMBER), _quantity_of(unit)
    if report.compared_with is not None:
        yield Column(f"Previous cost ({report.currency})", ColumnKind.MONEY), _previous_cost
        yield Column("Change of cost", ColumnKind.PERCENT), lambda group: group.change
        yield Column("Previous events", ColumnKind.NUMBER), _previous_events


def _name_in(dimension: str) -> _Read:
    def read(group: Group) -> Cell:
        value = group.values[dimension]
        return NONE if value is None else value.name if isinstance(value, Reference) else value

    return read


def _key_in(dimension: str) -> _Read:
    def read(group: Group) -> Cell:
        value = group.values[dimension]
        return value.key if isinstance(value, Reference) else None

    return read


def _count_of(name: str) -> _Read:
    def read(group: Group) -> Cell:
        count: int = getattr(group.sums, name)
        return count

    return read


def _quantity_of(unit: str) -> _Read:
    return lambda group: group.sums.quantities.get(unit)


def _previous_cost(group: Group) -> Cell:
    return group.previous.cost if group.previous else None


def _previous_events(group: Group) -> Cell:
    return group.previous.events if group.previous else None


def _facts(report: Report, query: Query, workspace_name: str, made_at: datetime) -> Iterable[tuple[str, str]]:
    zone = ZoneInfo(report.time_zone)
    yield "Workspace", workspace_name
    yield "Period", _period(report.period, zone)
    yield "Time zone", report.time_zone
    yield "Currency", report.currency
    yield "Grouped by", ", ".join(dimension_name(name) for name in query.group_by) or "nothing"
    yield "By", report.grain.value if report.grain else "whole period"
    for one in query.filters:
        yield _filter_name(one), ", ".join(NONE if value is None else value for value in one.values)
    yield from _event_facts(query)
    if query.cost_min is not None or query.cost_max is not None:
        yield "Cost of a group", _between(query.cost_min, query.cost_max)
    yield "Total cost", f"{plain(report.total.cost)} {report.currency}"
    yield "Total events", f"{report.total.events:,}"
    if report.total.unpriced:
        yield "Unpriced events", f"{report.total.unpriced:,}: they cost something that is not known yet"
    if report.compared_with is not None and report.previous_total is not None:
        yield "Compared with", _period(report.compared_with, zone)
        yield "Previous total cost", f"{plain(report.previous_total.cost)} {report.currency}"
    yield "Rows", f"{report.group_count:,}"
    yield "Exported", made_at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S %z")


def _filter_name(one: Filter) -> str:
    name = dimension_name(one.dimension)
    return f"{name} is not" if one.is_excluded else name


def _event_facts(query: Query) -> Iterable[tuple[str, str]]:
    asked = query.events
    named = [("Lead", asked.leads), ("Source", asked.sources), ("Operation id", asked.operation_ids)]
    named += [(f"Metadata {name}", values) for name, values in asked.metadata]
    named += [(dimension_name(name), values) for name, values in asked.labels]
    for name, values in named:
        if values:
            yield name, ", ".join(NONE if value is None else value for value in values)


def _between(least: Decimal | None, most: Decimal | None) -> str:
    if least is None or most is None:
        return f"from {plain(least)}" if least is not None else f"up to {plain(most or Decimal(0))}"
    return f"from {plain(least)} to {plain(most)}"


def _period(period: Dates | Instants, zone: ZoneInfo) -> str:
    if isinstance(period, Dates):
        return f"{period.start} to {_last_day(period)}"
    first, last = (
        moment.astimezone(zone).isoformat(sep=" ", timespec="minutes") for moment in (period.start, period.end)
    )
    return f"{first} to before {last}"


def _days(report: Report) -> tuple[date, date]:
    """The first and the last day that a report is about."""
    if isinstance(report.period, Dates):
        return report.period.start, _last_day(report.period)
    zone = ZoneInfo(report.time_zone)
    return local_date(report.period.start, zone), local_date(report.period.end - timedelta(microseconds=1), zone)


def _last_day(period: Dates) -> date:
    return period.end - timedelta(days=1)
