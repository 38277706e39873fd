"""How fast events are taken in: a bare COPY, the staged write alone, and the whole way through HTTP, in one run.

The database is our own server with its usual, durable settings.
"""

import asyncio
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import msgspec
import psycopg

from bench.load import event
from bench.report import Report
from outlay.db.connect import Database
from outlay.db.provision import visiting
from outlay.db.roles import DatabaseUrls
from outlay.ledger import rules, stage
from outlay.ledger.model import EventDraft, Incoming
from outlay.ledger.posting import line_of, post
from outlay.ledger.recorder import Recorder
from outlay.settings import load_settings
from tests.support.processes import OUTLAY, Server

_BENCH = "ingest"
_STAGED_EVENTS = 60_000
_HTTP_EVENTS = 80_000
_SINGLE_EVENTS = 8_000
_DRAFTS = msgspec.json.Decoder(list[EventDraft])


def run(report: Report) -> None:
    """Measure each way on the same server, one after the other."""
    folder = Path(tempfile.mkdtemp(prefix="outlay-bench-", dir="/tmp"))
    folder.chmod(0o755)  # the account that runs PostgreSQL for root must pass
    data = folder / "data"
    try:
        with Server({"OUTLAY_LOG_LEVEL": "warning"}, "--workers", "1", "--data-dir", str(data)) as server:
            key = _key(data)
            _send(server.port, key, 2_000, 1_000, 1)  # makes names, series and lanes
            with visiting(load_settings(data_dir=data)) as urls:
                report.add(_BENCH, "bare COPY, no index, encoded beforehand", _bare_copy(urls), "events/s")
                for batch in (1_000, 20_000):
                    rate = asyncio.run(_staged(urls, _STAGED_EVENTS, batch))
                    report.add(_BENCH, f"staged write alone, {batch:,} at once", rate, "events/s")
                _through_http(report, server.port, key)
                _sizes(report, urls)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _through_http(report: Report, port: int, key: str) -> None:
    for concurrency in (1, 4):
        measured = _send(port, key, _HTTP_EVENTS, 1_000, concurrency)
        name = f"HTTP, 1,000 a body, {concurrency} at a time"
        report.add(_BENCH, name, measured["events_per_s"], "events/s")
        report.add(_BENCH, f"{name}, p99 of an answer", measured["p99_ms"], "ms")
    single = _send(port, key, _SINGLE_EVENTS, 1, 64)
    report.add(_BENCH, "HTTP, single posts, 64 at a time", single["events_per_s"], "events/s")
    report.add(_BENCH, "HTTP, single posts, 64 at a time, p50 of an answer", single["p50_ms"], "ms")
    report.add(_BENCH, "HTTP, single posts, 64 at a time, p99 of an answer", single["p99_ms"], "ms")


def _key(data: Path) -> str:
    command = [str(OUTLAY), "keys", "create", "--role", "manager", "--rate-limit", "100000000", "--quiet"]
    done = subprocess.run([*command, "--data-dir", str(data)], capture_output=True, text=True, check=True)
    return done.stdout.strip().splitlines()[-1]


def _send(port: int, key: str, events: int, batch: int, concurrency: int) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.load", str(port), key, str(events), str(batch), str(concurrency)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise AssertionError(done.stderr[-2000:])
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def _bare_copy(urls: DatabaseUrls) -> float:
    """Rows of an event's columns into a table without index, key or guard."""
    rng, now = random.Random(1), datetime.now(UTC)
    workspace = UUID(int=1)
    rows = [
        f"{workspace}\t{now.isoformat()}\t7\t1500\t600\t\\N\t\\N\t\\N\t0.000585\t"
        f"\\\\x00{rng.getrandbits(128):032x}\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\n"
        for _ in range(200_000)
    ]
    content = "".join(rows)
    rates = []
    with psycopg.connect(urls.owner, autocommit=True) as connection:
        connection.execute("create table bench_bare (like event)")
        for _ in range(3):
            connection.execute("truncate bench_bare")
            started = time.perf_counter()
            with connection.cursor() as cursor, cursor.copy("copy bench_bare from stdin") as copy:
                copy.write(content)
            rates.append(len(rows) / (time.perf_counter() - started))
        connection.execute("drop table bench_bare")
    return max(rates)


async def _staged(urls: DatabaseUrls, events: int, batch: int) -> float:
    """COPY into the staging table, then keys, events and both rollups, one commit for each batch."""
    database = Database(urls, pool_size=2, pool_wait_s=10)
    workspace_id = await _workspace(database)
    try:
        batches = [await _lines(database, workspace_id, batch, seed) for seed in range(events // batch)]
        started = time.perf_counter()
        for lines in batches:
            async with database.work(workspace_id) as work:
                fresh = await stage.write(work.connection, workspace_id, lines)
                assert len(fresh) == batch
        return events / (time.perf_counter() - started)
    finally:
        await database.close()


async def _workspace(database: Database) -> UUID:
    async with database.operator() as connection:
        return UUID(str((await connection.exec_driver_sql("select id from workspace")).scalar_one()))


async def _lines(database: Database, workspace_id: UUID, batch: int, seed: int) -> Sequence[str]:
    rng, now = random.Random(time.time_ns() + seed), datetime.now(UTC)
    drafts = _DRAFTS.decode(msgspec.json.encode([event(now, rng) for _ in range(batch)]))
    incoming: list[Incoming] = [rules.checked(draft, now, ("team",)) for draft in drafts]
    async with database.work(workspace_id) as work:
        standing = await Recorder(database).standings.of(work)
        posted = await post(work, standing, incoming)
        return [line_of(posting, standing, now.timestamp()) for posting in posted.postings]


def _sizes(report: Report, urls: DatabaseUrls) -> None:
    """What an event takes on disk: its row and its key, with their indexes; rollups and series grow otherwise."""
    with psycopg.connect(urls.operator) as connection:
        count, key_bytes, event_bytes = connection.execute(
            "select (select count(*) from event_key), pg_total_relation_size('event_key'), "
            "(select sum(pg_total_relation_size(inhrelid)) from pg_inherits where inhparent = 'event'::regclass)"
        ).fetchone() or (0, 0, 0)
        report.add(_BENCH, "an event with its key and all indexes", float(key_bytes + event_bytes) / count, "bytes")
        report.add(_BENCH, "of these, the key", float(key_bytes) / count, "bytes")
