"""Single events as they are stored: one with all that explains its price, or a page of them."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Select, and_, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from outlay.catalog.prices.model import Unpriced
from outlay.db.connect import Work
from outlay.identity.access.model import Actor, Permission, Scope
from outlay.identity.access.rules import require
from outlay.identity.portfolio import service as portfolio
from outlay.identity.portfolio.model import Kind, Reference
from outlay.kit.errors import InvalidRequest, NotFound
from outlay.kit.paging import Page, PageRequest, page_of
from outlay.ledger.pricing import rule_from_json
from outlay.ledger.rules import COUNTED_TOKENS, key_of, packed_id, unpacked_id
from outlay.ledger.stored import Change, Contents, Conversion, EventFilter, StoredEvent
from outlay.ledger.tables import adjustment, conversion, event, event_key, lane, price_rule, series

_SERIES_TEXTS: Final = ("kind", "service", "category", "operation", "model", "platform", "content_type", "unit")


async def get(work: Work, actor: Actor, event_id: str, source: str | None = None) -> StoredEvent:
    """The event of this id; of the one source that knows it, where none is named."""
    require(actor, Permission.SPEND_READ)
    found = await _with_id(work, actor.scope, event_id, source)
    if not found:
        raise NotFound("There is no such event here.")
    if len(found) > 1:
        raise InvalidRequest.field("source", f"several have sent this id: name one of {', '.join(sorted(found))}")
    (row,) = found.values()
    return (await _with_history(work, [row]))[0]


async def page(work: Work, actor: Actor, wanted: EventFilter, request: PageRequest) -> Page[StoredEvent]:
    """The latest first."""
    require(actor, Permission.SPEND_READ)
    query = _events(work, actor.scope).where(
        event.c.occurred_at >= wanted.within.start, event.c.occurred_at < wanted.within.end, *_conditions(wanted)
    )
    after = request.after(datetime.fromisoformat, bytes.fromhex)
    if after:
        # The plain comparison lets the index be used; the pair decides among events of one moment.
        query = query.where(event.c.occurred_at <= after[0], tuple_(event.c.occurred_at, event.c.id) < tuple_(*after))
    query = query.order_by(event.c.occurred_at.desc(), event.c.id.desc()).limit(request.limit + 1)
    rows = list((await work.connection.execute(query)).mappings())
    cut = page_of(rows, request, lambda row: [row["occurred_at"].isoformat(), row["id"].hex()])
    return Page(await _with_history(work, cut.items), cut.next)


async def _with_id(work: Work, scope: Scope, event_id: str, source: str | None) -> dict[str, RowMapping]:
    sources = [source] if source else await _sources(work.connection, work.workspace_id)
    keys = {key_of(each, event_id): each for each in sources}
    query = select(event_key.c.key, event_key.c.occurred_at).where(
        event_key.c.workspace_id == work.workspace_id, event_key.c.key == func.any(list(keys))
    )
    found: dict[str, RowMapping] = {}
    for key, at in (await work.connection.execute(query)).all():
        one = _events(work, scope).where(
            event.c.occurred_at == at, event.c.id == packed_id(event_id), lane.c.source == keys[key]
        )
        row = (await work.connection.execute(one)).mappings().one_or_none()
        if row:
            found[keys[key]] = row
    return found


async def _sources(connection: AsyncConnection, workspace_id: UUID) -> list[str]:
    query = select(lane.c.source).where(lane.c.workspace_id == workspace_id).distinct()
    return list((await connection.execute(query)).scalars())


def _events(work: Work, scope: Scope) -> Select[Any]:
    seen: list[ColumnElement[bool]] = []
    if scope.client_id is not None:
        seen.append(series.c.client_id == scope.client_id)
    if scope.agent_id is not None:
        seen.append(series.c.agent_id == scope.agent_id)
    return (
        select(event, lane.c.source)
        .join(lane, and_(lane.c.workspace_id == event.c.workspace_id, lane.c.id == event.c.lane_id))
        .join(series, and_(series.c.workspace_id == lane.c.workspace_id, series.c.id == lane.c.series_id))
        .where(event.c.workspace_id == work.workspace_id, *seen)
    )


def _conditions(wanted: EventFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        series.c[name].in_(values) for name, values in wanted.series.items() if values
    ]
    for column, ids in (("client_id", wanted.clients), ("campaign_id", wanted.campaigns), ("agent_id", wanted.agents)):
        if ids:
            conditions.append(series.c[column].in_(ids))
    if wanted.source:
        conditions.append(lane.c.source == wanted.source)
    if wanted.search:
        lead = event.c.details["lead"].astext
        conditions.append(
            or_(event.c.id == packed_id(wanted.search), event.c.operation_id == wanted.search, lead == wanted.search)
        )
    if wanted.unpriced:
        conditions.append(event.c.cost.is_(None))
    if wanted.failed:
        conditions.append(event.c.failed)
    if wanted.cost_min is not None:
        conditions.append(event.c.cost >= wanted.cost_min)
    if wanted.cost_max is not None:
        conditions.append(event.c.cost <= wanted.cost_max)
    return conditions


async def _with_history(work: Work, rows: Sequence[RowMapping]) -> list[StoredEvent]:
    keys = [key_of(row["source"], unpacked_id(row["id"])) for row in rows]
    changes = await _changes_of(work, keys) if keys else {}
    reader = await _Reader.of(work, [*rows, *(entry for entries in changes.values() for entry in entries)])
    return [
        StoredEvent(
            id=unpacked_id(row["id"]),
            source=row["source"],
            at=row["occurred_at"],
            operation_id=row["operation_id"],
            recorded_at=row["recorded_at"],
            first=reader.contents(row),
            changes=tuple(reader.changes(changes.get(key, ()))),
        )
        for row, key in zip(rows, keys, strict=True)
    ]


async def _changes_of(work: Work, keys: Sequence[int]) -> dict[int, list[RowMapping]]:
    query = (
        select(adjustment)
        .where(adjustment.c.workspace_id == work.workspace_id, adjustment.c.key == func.any(list(keys)))
        .order_by(adjustment.c.recorded_at, adjustment.c.id, adjustment.c.entry)
    )
    found: dict[int, list[RowMapping]] = {}
    for row in (await work.connection.execute(query)).mappings():
        found.setdefault(row["key"], []).append(row)
    return found


class _Reader:
    """What rows point at, read once for a page."""

    def __init__(
        self,
        lanes: dict[int, RowMapping],
        conversions: dict[int, Conversion],
        names: dict[UUID, Reference],
    ) -> None:
        self._lanes = lanes
        self._conversions = conversions
        self._names = names

    @classmethod
    async def of(cls, work: Work, rows: Sequence[RowMapping]) -> "_Reader":
        lanes = await _lanes(work, {row["lane_id"] for row in rows})
        names: dict[UUID, Reference] = {}
        for kind in Kind:
            names |= await portfolio.references(work, kind, (one[f"{kind.value}_id"] for one in lanes.values()))
        conversions = await _conversions(work, {row["conversion_id"] for row in rows} - {None})
        return cls(lanes, conversions, names)

    def contents(self, row: RowMapping) -> Contents:
        """What an event or a correction says."""
        lane_row = self._lanes[row["lane_id"]]
        details = dict(row["details"] or {})
        details.pop("operation_id", None)  # an adjustment's, which is the event's
        used_before = {unit: Decimal(number) for unit, number in details.pop("used_before", {}).items()}
        quantities = {unit: Decimal(number) for unit, number in details.pop("quantities", {}).items()}
        # An adjustment counts in full, where zero says nothing; an event's zero was reported.
        absent = {None, 0} if "is_reversal" in row else {None}
        quantities |= {unit: Decimal(row[unit]) for unit in COUNTED_TOKENS if row[unit] not in absent}
        if lane_row["unit"] and row["quantity"] is not None:
            quantities[lane_row["unit"]] = row["quantity"]
        rule = rule_from_json(lane_row["rule"])
        return Contents(
            series={name: lane_row[name] for name in (*_SERIES_TEXTS, "labels")},
            client=self._names.get(lane_row["client_id"]),
            campaign=self._names.get(lane_row["campaign_id"]),
            agent=self._names.get(lane_row["agent_id"]),
            quantities=quantities,
            cost=None if isinstance(rule, Unpriced) else row["cost"],
            failed=bool(row["failed"]),
            rule=rule,
            original_cost=row["original_cost"],
            conversion=self._conversions.get(row["conversion_id"]),
            details=details,
            used_before=used_before,
        )

    def changes(self, entries: Sequence[RowMapping]) -> list[Change]:
        """Voids and corrections in their order: of a correction, the entry that replaces."""
        by_change: dict[UUID, list[RowMapping]] = {}
        for entry in entries:
            by_change.setdefault(entry["id"], []).append(entry)
        changes = []
        for parts in by_change.values():
            replacement = next((part for part in parts if not part["is_reversal"]), None)
            one = parts[0]
            contents = self.contents(replacement) if replacement else None
            changes.append(Change(one["kind"], one["recorded_at"], one["recorded_by"], one["reason"], contents))
        return changes


async def _lanes(work: Work, ids: set[int]) -> dict[int, RowMapping]:
    query = (
        select(
            lane.c.id,
            series.c.client_id,
            series.c.campaign_id,
            series.c.agent_id,
            series.c.labels,
            *(series.c[name] for name in _SERIES_TEXTS),
            price_rule.c.rule,
        )
        .join(series, and_(series.c.workspace_id == lane.c.workspace_id, series.c.id == lane.c.series_id))
        .join(
            price_rule, and_(price_rule.c.workspace_id == lane.c.workspace_id, price_rule.c.id == lane.c.price_rule_id)
        )
        .where(lane.c.workspace_id == work.workspace_id, lane.c.id == func.any(list(ids)))
    )
    return {row["id"]: row for row in (await work.connection.execute(query)).mappings()}


async def _conversions(work: Work, ids: set[int]) -> dict[int, Conversion]:
    if not ids:
        return {}
    query = select(conversion).where(
        conversion.c.workspace_id == work.workspace_id, conversion.c.id == func.any(list(ids))
    )
    return {
        row["id"]: Conversion(row["currency"], row["rate"], row["day"].isoformat(), row["how"])
        for row in (await work.connection.execute(query)).mappings()
    }
