"""What a question about spend costs when the ledger is a hundred times as large: it should not matter.

Three ledgers of 2,000 series: 10 million events over 400 days; 100 thousand events within the 30 days asked about, so
that the same series are busy on the same days; and 100 thousand spread thinly over the 400 days, where seven of eight
series rest on any day. Rollups are those that such ledgers have, row by row. Of the events themselves, which rollups
make unnecessary, one in ten is stored.
"""

import asyncio
import shutil
import statistics
import tempfile
import time
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

import psycopg

from bench.report import Report
from outlay.db import migrate, roles
from outlay.db.connect import Database
from outlay.db.embedded import EmbeddedConfig, EmbeddedServer
from outlay.identity.access.model import Actor
from outlay.identity.workspaces import service as workspaces
from outlay.kit.paging import PageRequest
from outlay.kit.periods import Dates, Grain
from outlay.ledger.spend import service as spending
from outlay.ledger.spend.model import Comparison, EventFilter, Filter, Query
from tests.support.servers import TEMPLATE, ServerForTests

SERIES: Final = 2_000
DAYS: Final = 400
STORED_OF: Final = 10
ROUNDS: Final = 40
WORKSPACE: Final = UUID(int=1)
ACTOR: Final = Actor.system("bench")
LAST: Final = date(2026, 11, 20)
MONTH: Final = Dates(LAST - timedelta(days=29), LAST + timedelta(days=1))
YESTERDAY: Final = Dates(LAST - timedelta(days=1), LAST)


@dataclass(frozen=True)
class Size:
    """A ledger: how many events, over how many days up to the last."""

    name: str
    events: int
    days: int

    @property
    def a_day(self) -> float:
        """Events of one series on one day, on average."""
        return self.events / SERIES / self.days


BUSY: Final = Size("100 thousand in 30 days", 100_000, 30)
THIN: Final = Size("100 thousand in 400 days", 100_000, DAYS)
LARGE: Final = Size("10 million in 400 days", 10_000_000, DAYS)
# The one that others are compared with comes first.
SIZES: Final = (BUSY, THIN, LARGE)

QUESTIONS: Final = {
    "by client, 30 days": Query(MONTH, ("client",)),
    "by client, 30 days, cost and events only": Query(MONTH, ("client",), measures=("cost", "events")),
    "by client, 30 days, compared": Query(MONTH, ("client",), compare=Comparison.PREVIOUS),
    "one client by service, 30 days": Query(MONTH, ("service",), filters=(Filter("client", ("client-3",)),)),
    "by client and service a day, 30 days": Query(MONTH, ("client", "service"), Grain.DAY, page=PageRequest(500)),
    "by client an hour, one day": Query(YESTERDAY, ("client",), Grain.HOUR, page=PageRequest(500)),
    "one lead by client, one day of single events": Query(YESTERDAY, ("client",), events=EventFilter(leads=("L7",))),
}

_PORTFOLIO: Final = """
insert into client (workspace_id, id, key, name, created_at)
select '{ws}', md5('client' || n)::uuid, 'client-' || n, 'Client ' || n, now() from generate_series(1, 40) n;
insert into series (workspace_id, id, digest, client_id, kind, service, operation, model, platform, unit, labels,
                    created_at)
select '{ws}', n, md5('series' || n)::uuid, md5('client' || 1 + n % 40)::uuid, 'ai', 'service-' || n / 40 % 8,
       'operation-' || n / 320 % 3, 'model-' || n / 960, 'web', case when n % 5 = 0 then 'messages' end,
       jsonb_build_object('team', 'team-' || n % 7), now()
  from generate_series(1, {series}) n;
insert into price_rule (workspace_id, id, digest, source, version, rule, created_at)
values ('{ws}', 1, gen_random_uuid(), 'bench', '1', '{{}}', now());
insert into lane (workspace_id, id, digest, series_id, price_rule_id, source)
select '{ws}', id, gen_random_uuid(), id, 1, 'api' from series where workspace_id = '{ws}'
"""
# A bucket has a row where at least one event fell into it, as often as chance has it.
_ROLLUP: Final = """
insert into {table} (workspace_id, {column}, series_id, events, failed, unpriced, cost, input_tokens, output_tokens,
                     cache_read_tokens, cache_write_tokens, quantity)
select '{ws}', bucket, n, events, events / 50, 0, round((random() * events / 100)::numeric, 12), events * 1200,
       events * 300, events * 100, 0, case when n % 5 = 0 then events else 0 end
  from (select bucket, n, greatest(1, floor(random() * {mean} * 2))::bigint as events
          from generate_series({first}, {last}, {step}) bucket, generate_series(1, {series}) n
         where random() < 1 - exp(-{mean})) busy
 order by bucket, n
"""
_EVENTS: Final = """
insert into event (workspace_id, occurred_at, lane_id, input_tokens, output_tokens, cost, id, details)
select '{ws}', at, 1 + (n::bigint * 7919 % {series})::int, 1200, 300, 0.0031, decode('00' || md5(n::text), 'hex'),
       case when n % 10 = 0 then jsonb_build_object('lead', 'L' || n % 500) end
  from (select n, timestamptz '{first}' + n * (interval '{days} days' / {events}) as at
          from generate_series(0, {events} - 1) n) spread
"""


def run(report: Report) -> None:
    """Build the ledgers on a server as it is shipped, and ask each of them the same in turn."""
    folder = Path(tempfile.mkdtemp(prefix="outlay-bench-", dir="/tmp"))
    folder.chmod(0o755)  # the account that runs PostgreSQL for root must pass
    server = EmbeddedServer(EmbeddedConfig(data_dir=folder / "data"))
    server.start()
    try:
        roles.create_owner_and_database(server.admin_url, TEMPLATE)
        described = ServerForTests("18", str(server.address.socket_dir))
        roles.create_roles(server.admin_url, described.urls(TEMPLATE))
        migrate.upgrade(described.urls(TEMPLATE).owner)
        asyncio.run(_measure(report, described))
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


async def _measure(report: Report, server: ServerForTests) -> None:
    databases = {}
    for number, size in enumerate(SIZES):
        name = f"ledger_{number}"
        databases[size] = Database(server.clone(name), pool_size=1, pool_wait_s=10)
        async with databases[size].work(WORKSPACE) as work:
            await workspaces.create(work, ACTOR, name=size.name, time_zone="Europe/Berlin", currency="EUR")
        _fill(server.urls(name).owner, size)
    for name, query in QUESTIONS.items():
        taken: dict[Size, list[float]] = {size: [] for size in SIZES}
        # In turn, so that whatever else the machine does meets all of them; the first ones only warm up.
        for _ in range(ROUNDS):
            for size in SIZES:
                taken[size].append(await _milliseconds(databases[size], query))
        for size, times in taken.items():
            warm = times[ROUNDS // 4 :]
            report.add(f"spend {name}", size.name, statistics.median(warm), "ms p50")
            report.add(f"spend {name}", size.name, statistics.quantiles(warm, n=20)[-1], "ms p95")
    for database in databases.values():
        await database.close()


async def _milliseconds(database: Database, query: Query) -> float:
    started = time.perf_counter()
    async with database.work(WORKSPACE) as work:
        await spending.spend(work, ACTOR, query)
    return (time.perf_counter() - started) * 1e3


def _fill(url: str, size: Size) -> None:
    begin = LAST - timedelta(days=size.days - 1)
    # Hours are kept for the last weeks only: how many there are of others makes no difference to one day's.
    since = max(begin, LAST - timedelta(days=13))
    common = {"ws": WORKSPACE, "series": SERIES}
    days = {"table": "usage_daily", "column": "day", "mean": size.a_day, "step": "interval '1 day'"}
    hours = {"table": "usage_hourly", "column": "hour", "mean": size.a_day / 24, "step": "interval '1 hour'"}
    with psycopg.connect(url) as connection:
        connection.execute(f"set local outlay.workspace_id = '{WORKSPACE}'".encode())
        connection.execute(_PORTFOLIO.format(**common).encode())
        bounds = {"first": f"date '{begin}'", "last": f"date '{LAST}'"}
        connection.execute(_ROLLUP.format(**common, **days, **bounds).encode())
        bounds = {"first": f"timestamptz '{since} 00:00Z'", "last": f"timestamptz '{LAST} 23:00Z'"}
        connection.execute(_ROLLUP.format(**common, **hours, **bounds).encode())
        for month in range(15):
            connection.execute(
                "select ensure_partition('event', (%s::date - make_interval(months => %s))::date)", [LAST, month]
            )
        stored = size.events // STORED_OF
        connection.execute(_EVENTS.format(**common, first=f"{begin} 00:00Z", days=size.days, events=stored).encode())
    with psycopg.connect(url, autocommit=True) as connection:
        for table in ("usage_daily", "usage_hourly", "series", "lane", "client", "event"):
            connection.execute(f"vacuum (analyze) {table}".encode())
