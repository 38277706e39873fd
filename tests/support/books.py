"""Short ways to tell the ledger something, and to look at all that it stored of a workspace."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import psycopg
from psycopg.rows import DictRow, dict_row

from outlay.db.connect import Database
from outlay.db.roles import DatabaseUrls
from outlay.identity.access.model import Actor
from outlay.ledger import service as ledger
from outlay.ledger.model import EventDraft, Outcome
from outlay.ledger.recorder import Recorder
from outlay.ledger.rules import key_of, unpacked_id
from tests.support.tenants import TESTER, Tenant

COUNTED = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "quantity")
SUMS = ("events", "failed", "unpriced", "cost", *COUNTED)
_numbers = count(1)

_EVENTS = """
select e.*, l.source, s.unit, r.rule, c.key as client, p.key as campaign, p.name as campaign_name, a.key as agent,
       pc.key as campaign_client, v.rate, v.currency as original_currency,
       s.kind, s.service, s.category, s.operation, s.model, s.platform, s.content_type, s.labels, s.id as series_id
  from event e
  join lane l on l.workspace_id = e.workspace_id and l.id = e.lane_id
  join series s on s.workspace_id = e.workspace_id and s.id = l.series_id
  join price_rule r on r.workspace_id = e.workspace_id and r.id = l.price_rule_id
  left join conversion v on v.workspace_id = e.workspace_id and v.id = e.conversion_id
  left join client c on c.workspace_id = e.workspace_id and c.id = s.client_id
  left join campaign p on p.workspace_id = e.workspace_id and p.id = s.campaign_id
  left join client pc on pc.workspace_id = e.workspace_id and pc.id = p.client_id
  left join agent a on a.workspace_id = e.workspace_id and a.id = s.agent_id
 where e.workspace_id = %s
 order by e.occurred_at, e.id
"""
_DIMENSIONS = ("client", "campaign_name", "agent", "kind", "service", "category", "operation", "model", "platform",
               "content_type", "unit", "labels")  # fmt: skip


def draft(event_id: str | None = None, /, **fields: Any) -> EventDraft:
    """An event as a sender tells it; costs 1 where it says nothing else."""
    if not fields.keys() & {"cost", "quantities", "input_tokens", "output_tokens"}:
        fields["cost"] = 1
    return msgspec.convert({"id": event_id or f"event-{next(_numbers)}", **fields}, EventDraft)


async def record(recorder: Recorder, tenant: Tenant, *events: EventDraft, actor: Actor = TESTER) -> list[Outcome]:
    """What becomes of one sender's events."""
    return (await ledger.record(recorder, tenant.id, ledger.as_actor(actor), events)).outcomes


async def verdicts(recorder: Recorder, tenant: Tenant, *events: EventDraft, actor: Actor = TESTER) -> list[str]:
    """The same, in one word each."""
    return [outcome.verdict.value for outcome in await record(recorder, tenant, *events, actor=actor)]


@dataclass(frozen=True)
class Books:
    """All that is stored of a workspace, as an operator sees it."""

    events: list[DictRow]
    keys: dict[int, int]
    series: list[DictRow]
    hourly: dict[tuple[datetime, int], dict[str, Any]]
    daily: dict[tuple[date, int], dict[str, Any]]

    @classmethod
    def of(cls, urls: DatabaseUrls | Database, workspace: Tenant | UUID) -> "Books":
        workspace_id = workspace.id if isinstance(workspace, Tenant) else workspace
        operator = urls.urls.operator if isinstance(urls, Database) else urls.operator
        with psycopg.connect(operator, row_factory=dict_row, options="-c timezone=UTC") as connection:

            def rows(query: str) -> list[DictRow]:
                return connection.execute(query.encode(), [workspace_id]).fetchall()

            events = rows(_EVENTS)
            hourly = rows("select * from usage_hourly where workspace_id = %s")
            daily = rows("select * from usage_daily where workspace_id = %s")
            keys = rows("select key, digest from event_key where workspace_id = %s")
            series = rows("select * from series where workspace_id = %s order by id")
        for row in events:
            row["id"] = unpacked_id(row["id"])
        return cls(
            events,
            {row["key"]: row["digest"] for row in keys},
            series,
            {(row["hour"], row["series_id"]): {name: row[name] for name in SUMS} for row in hourly},
            {(row["day"], row["series_id"]): {name: row[name] for name in SUMS} for row in daily},
        )

    def event(self, event_id: str) -> DictRow:
        """The one event of this id."""
        (found,) = [row for row in self.events if row["id"] == event_id]
        return found

    @property
    def ids(self) -> list[str]:
        return sorted(row["id"] for row in self.events)

    @property
    def total(self) -> Decimal:
        """The sum of all days."""
        return sum((row["cost"] for row in self.daily.values()), Decimal(0))

    def content(self) -> Counter[tuple[str, ...]]:
        """What is stored of the events, without the numbers that series and rules happened to get."""
        return Counter(
            (
                row["id"],
                row["source"],
                str(row["occurred_at"].astimezone(UTC)),
                *(json.dumps(row[name]) for name in _DIMENSIONS),
                *(str(row[name]) for name in ("cost", "original_cost", "failed", "operation_id", "rate", *COUNTED)),
                json.dumps(row["details"], sort_keys=True),
                json.dumps(row["rule"], sort_keys=True),
            )
            for row in self.events
        )

    def named_rollups(self) -> tuple[dict[Any, Any], dict[Any, Any]]:
        """The rollups by what their series are made of, instead of by their numbers."""
        names = {row["series_id"]: tuple(json.dumps(row[name]) for name in _DIMENSIONS) for row in self.events}
        hourly = {(hour, names[series]): sums for (hour, series), sums in self.hourly.items()}
        return hourly, {(day, names[series]): sums for (day, series), sums in self.daily.items()}

    def assert_sound(self, zone: str = "Europe/Berlin") -> None:
        """Each event has its key and is counted once, in its hour and its local day, to the last digit."""
        assert Counter(key_of(row["source"], row["id"]) for row in self.events) == Counter(self.keys.keys())
        assert self.hourly == _added_up(self.events, lambda at: at.replace(minute=0, second=0, microsecond=0))
        assert self.daily == _added_up(self.events, lambda at: at.astimezone(ZoneInfo(zone)).date())
        assert len({row["digest"] for row in self.series}) == len(self.series)


def _added_up(events: Iterable[Mapping[str, Any]], bucket: Any) -> dict[tuple[Any, int], dict[str, Any]]:
    sums: defaultdict[tuple[Any, int], dict[str, Any]] = defaultdict(lambda: dict.fromkeys(SUMS, Decimal(0)))
    for row in events:
        into = sums[bucket(row["occurred_at"].astimezone(UTC)), row["series_id"]]
        into["events"] += 1
        into["failed"] += bool(row["failed"])
        into["unpriced"] += row["cost"] is None
        for name in ("cost", *COUNTED):
            into[name] += row[name] or 0
    return dict(sums)
