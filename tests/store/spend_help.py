"""A small ledger written row by row, and the same questions answered by adding up its events one after another."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import insert, text

from outlay.db.connect import Database, Work
from outlay.identity.portfolio import service as portfolio
from outlay.identity.portfolio.model import Kind, Reference
from outlay.identity.portfolio.service import Change
from outlay.kit.paging import PageRequest
from outlay.kit.periods import Dates, Grain, Instants, bucket_of, local_date
from outlay.ledger.spend import service as spending
from outlay.ledger.spend.model import Group, Query, Report, Sums
from outlay.ledger.tables import adjustment, event, lane, price_rule, series, usage_daily, usage_hourly
from tests.support.tenants import TESTER, Tenant

BUCKETS = ("events", "failed", "unpriced", "cost", "input_tokens", "output_tokens", "cache_read_tokens",
           "cache_write_tokens", "quantity")  # fmt: skip
TEXTS = ("kind", "service", "category", "operation", "model", "platform", "content_type", "unit")


@dataclass(frozen=True)
class Fact:
    """One event as a test tells it."""

    at: datetime
    cost: Decimal | None = Decimal(1)
    client: str | None = None
    campaign: str | None = None
    agent: str | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    input_tokens: int = 0
    output_tokens: int = 0
    quantity: Decimal = Decimal(0)
    failed: bool = False
    source: str = "api"
    operation_id: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    # What a later correction added to the cost.
    corrected_by: Decimal | None = None

    def value(self, dimension: str) -> str | None:
        """What it is in a dimension."""
        if dimension in {"client", "campaign", "agent"}:
            found: str | None = getattr(self, dimension)
            return found
        if dimension.startswith("label:"):
            return self.labels.get(dimension.removeprefix("label:"))
        return self.texts.get(dimension)

    @property
    def all_cost(self) -> Decimal:
        return (self.cost or Decimal(0)) + (self.corrected_by or Decimal(0))

    def amounts(self) -> dict[str, Any]:
        """What it adds to a bucket."""
        return {
            "events": 1,
            "failed": int(self.failed),
            "unpriced": int(self.cost is None),
            "cost": self.all_cost,
            "input_tokens": self.input_tokens,
            "output_tokens": self.output_tokens,
            "cache_read_tokens": 0,
            "cache_write_tokens": 0,
            "quantity": self.quantity,
        }


class Ledger:
    """Writes facts of one workspace into events and rollups, as the ledger would."""

    def __init__(self, work: Work, zone: ZoneInfo) -> None:
        self._work = work
        self._zone = zone
        self._ids: dict[tuple[Kind, str], UUID] = {}

    async def write(self, facts: Sequence[Fact]) -> None:
        """Everything at once."""
        if not facts:
            return
        numbers = await self._series(facts)
        for month in sorted({fact.at.astimezone(UTC).date().replace(day=1) for fact in facts}):
            await self._work.connection.execute(text("select ensure_partition('event', :day)"), {"day": month})
        lanes = await self._lanes(facts, numbers)
        await self._add(event, [_event_row(fact, lanes) for fact in facts])
        corrected = [_adjustment_row(fact, lanes) for fact in facts if fact.corrected_by is not None]
        if corrected:
            await self._add(adjustment, corrected)
        hours: dict[Any, dict[str, Any]] = defaultdict(lambda: dict.fromkeys(BUCKETS, 0))
        days: dict[Any, dict[str, Any]] = defaultdict(lambda: dict.fromkeys(BUCKETS, 0))
        for fact in facts:
            number = numbers[_signature(fact)]
            for sums in (hours[hour_of(fact.at), number], days[local_date(fact.at, self._zone), number]):
                for name, amount in fact.amounts().items():
                    sums[name] += amount
        await self._add(usage_hourly, [{"hour": at, "series_id": n, **sums} for (at, n), sums in hours.items()])
        await self._add(usage_daily, [{"day": at, "series_id": n, **sums} for (at, n), sums in days.items()])

    async def _series(self, facts: Iterable[Fact]) -> dict[Any, int]:
        rows: dict[Any, dict[str, Any]] = {}
        for fact in facts:
            if _signature(fact) in rows:
                continue
            client = await self._entry(Kind.CLIENT, fact.client)
            rows[_signature(fact)] = {
                "id": len(rows) + 1,
                "digest": uuid4(),
                "client_id": client,
                "campaign_id": await self._entry(Kind.CAMPAIGN, fact.campaign, fact.client),
                "agent_id": await self._entry(Kind.AGENT, fact.agent),
                **{name: fact.texts.get(name) for name in TEXTS},
                "labels": dict(fact.labels),
                "created_at": self._work.now,
            }
        await self._add(series, list(rows.values()))
        return {signature: row["id"] for signature, row in rows.items()}

    async def _lanes(self, facts: Iterable[Fact], numbers: Mapping[Any, int]) -> dict[Any, int]:
        rule = {"id": 1, "digest": uuid4(), "source": "test", "version": "1", "rule": {}, "created_at": self._work.now}
        await self._add(price_rule, [rule])
        keys = {(_signature(fact), fact.source): None for fact in facts}
        lanes = {key: number for number, key in enumerate(keys, start=1)}
        rows = [
            {"id": number, "digest": uuid4(), "series_id": numbers[key[0]], "price_rule_id": 1, "source": key[1]}
            for key, number in lanes.items()
        ]
        await self._add(lane, rows)
        return lanes

    async def _entry(self, kind: Kind, key: str | None, client: str | None = None) -> UUID | None:
        if key is None:
            return None
        if (kind, key) not in self._ids:
            draft = Change(key=key, name=f"The {key}", client=client if kind is Kind.CAMPAIGN else None)
            self._ids[kind, key] = (await portfolio.create(self._work, TESTER, kind, draft)).id
        return self._ids[kind, key]

    async def _add(self, table: Any, rows: list[dict[str, Any]]) -> None:
        rows = [{"workspace_id": self._work.workspace_id, **row} for row in rows]
        await self._work.connection.execute(insert(table), rows)


async def write(database: Database, tenant: Tenant, facts: Sequence[Fact], zone: str = "Europe/Berlin") -> None:
    """Stores facts in a workspace that has none yet."""
    async with database.work(tenant.id) as work:
        await Ledger(work, ZoneInfo(zone)).write(facts)


async def ask(database: Database, tenant: Tenant, query: Query) -> Report:
    """Asks as somebody who sees everything."""
    async with database.work(tenant.id) as work:
        return await spending.spend(work, TESTER, query)


async def walk(database: Database, tenant: Tenant, query: Query, limit: int) -> list[Group]:
    """The groups of all pages."""
    groups: list[Group] = []
    cursor: str | None = None
    while True:
        report = await ask(database, tenant, replace(query, page=PageRequest(limit, cursor)))
        groups += report.groups
        cursor = report.next
        if cursor is None:
            assert len(groups) == report.group_count
            return groups


def hour_of(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def added_up(facts: Iterable[Fact]) -> Sums:
    """The sums of some events."""
    sums: dict[str, Any] = dict.fromkeys(BUCKETS, 0)
    quantities: dict[str, Decimal] = defaultdict(Decimal)
    for fact in facts:
        for name, amount in fact.amounts().items():
            sums[name] += amount
        unit = fact.texts.get("unit")
        if unit and fact.quantity:
            quantities[unit] += fact.quantity
    del sums["quantity"]
    return Sums(**{**sums, "cost": Decimal(sums["cost"])}, quantities=dict(quantities))


def within(facts: Iterable[Fact], period: Dates | Instants, zone: ZoneInfo) -> Iterator[Fact]:
    """Those that happened in a period."""
    for fact in facts:
        if (local_date(fact.at, zone) if isinstance(period, Dates) else fact.at) in period:  # type: ignore[operator]
            yield fact


def bucket_start(fact: Fact, grain: Grain | None, zone: ZoneInfo, later: timedelta = timedelta()) -> date | None:
    """The first moment of the bucket that an event falls into, after it was moved by some days."""
    if grain is None:
        return None
    if grain is Grain.HOUR:
        return hour_of(fact.at + later)
    return bucket_of(local_date(fact.at, zone) + later, grain).start


def place(group: Group) -> tuple[Any, ...]:
    """What a group is in each dimension, by keys, and its bucket."""
    values = (value.key if isinstance(value, Reference) else value for value in group.values.values())
    return (*values, group.bucket)


def _signature(fact: Fact) -> tuple[Any, ...]:
    names = (fact.client, fact.campaign, fact.agent)
    return (*names, tuple(sorted(fact.texts.items())), tuple(sorted(fact.labels.items())))


def _event_row(fact: Fact, lanes: Mapping[Any, int]) -> dict[str, Any]:
    return {
        "occurred_at": fact.at,
        "lane_id": lanes[_signature(fact), fact.source],
        "input_tokens": fact.input_tokens or None,
        "output_tokens": fact.output_tokens or None,
        "cost": fact.cost,
        "id": b"\0" + uuid4().bytes,
        "failed": True if fact.failed else None,
        "quantity": fact.quantity if fact.texts.get("unit") else None,
        "operation_id": fact.operation_id,
        "details": dict(fact.details) or None,
    }


def _adjustment_row(fact: Fact, lanes: Mapping[Any, int]) -> dict[str, Any]:
    assert fact.corrected_by is not None
    return {
        "id": uuid4(),
        "entry": 0,
        "key": 1,
        "occurred_at": fact.at,
        "kind": "correct",
        "is_reversal": fact.corrected_by < 0,
        "lane_id": lanes[_signature(fact), fact.source],
        "recorded_at": fact.at + timedelta(days=1),
        "recorded_by": "test",
        "reason": "it was another amount",
        **dict.fromkeys(("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "quantity"), 0),
        "cost": fact.corrected_by,
        "unpriced": 0,
        "failed": 0,
        "details": dict(fact.details) | ({"operation_id": fact.operation_id} if fact.operation_id else {}) or None,
    }
