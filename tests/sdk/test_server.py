"""The client against the real server: what was tracked is what the ledger holds, though the server is killed meanwhile."""

import asyncio
import os
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import func, select

from outlay.db.connect import Database
from outlay.db.roles import DatabaseUrls
from outlay.db.verify import findings
from outlay.ledger.rules import unpacked_id
from outlay.ledger.tables import event, lane, series, usage_daily
from outlay.ledger.verify import LEDGER_CHECKS
from outlay_sdk import AsyncOutlay, Outlay
from tests.sdk.test_sending import eventually
from tests.support.processes import Server, external, free_port
from tests.support.servers import ServerForTests
from tests.support.tenants import Tenant, make_tenant

CENT = Decimal("0.01")
# Programs that track as fast as a busy one would, until they are told to stop; each says which ids it was given.
PROGRAM = """
    import itertools, sys, threading, time, outlay_sdk
    name = sys.argv[1]
    client = outlay_sdk.Outlay(batch_wait_s=0.05, retry_first_s=0.05, retry_s_max=0.3, request_timeout_s=5)
    stop = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()
    for number in itertools.count():
        print(client.track(client="acme", agent=name, service="ads", cost="0.01", metadata={"number": number}))
        time.sleep(0.001)
        if stop.is_set():
            break
    assert client.flush(60), client.stats()
    assert client.stats().dropped == client.stats().rejected == client.stats().refused == 0, client.stats()
"""


@pytest.fixture(scope="module")
def urls(newest_server: ServerForTests, worker: str) -> DatabaseUrls:
    return newest_server.clone(f"sdk_{worker}")


@pytest.fixture
async def database(urls: DatabaseUrls) -> AsyncIterator[Database]:
    opened = Database(urls, pool_size=2, pool_wait_s=10)
    yield opened
    await opened.close()


@pytest.fixture
async def tenant(database: Database) -> Tenant:
    return await make_tenant(database)


@pytest.fixture(scope="module")
def server(urls: DatabaseUrls) -> Iterator[Server]:
    with Server(external(urls), "--workers", "1") as running:
        yield running


def start_program(name: str, ids: Path, settings: dict[str, str]) -> "subprocess.Popen[bytes]":
    with ids.open("w") as out:
        return subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(PROGRAM), name],
            env={**os.environ, **settings},
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=subprocess.PIPE,
        )


async def stored_ids(database: Database, tenant: Tenant) -> list[str]:
    query = select(event.c.id).where(event.c.workspace_id == tenant.id)
    async with database.work(tenant.id) as work:
        return [unpacked_id(packed) for packed in (await work.connection.execute(query)).scalars()]


async def sums(database: Database, tenant: Tenant) -> tuple[int, Decimal]:
    query = select(func.sum(usage_daily.c.events), func.sum(usage_daily.c.cost))
    async with database.work(tenant.id) as work:
        row = (await work.connection.execute(query.where(usage_daily.c.workspace_id == tenant.id))).one()
    return int(row[0]), row[1]


async def test_the_ledger_holds_exactly_what_was_tracked_though_the_server_was_killed_twice(
    urls: DatabaseUrls, database: Database, tenant: Tenant, tmp_path: Path
):
    port = free_port()
    settings = {
        "OUTLAY_URL": f"http://127.0.0.1:{port}",
        "OUTLAY_API_KEY": tenant.key,
        "OUTLAY_SPOOL_DIR": str(tmp_path / "spool"),
    }
    programs = [start_program(f"agent {number}", tmp_path / f"{number}.ids", settings) for number in range(2)]
    try:
        for _ in range(2):
            with Server(external(urls), "--workers", "2", port=port) as server:
                enough = len(await stored_ids(database, tenant)) + 300
                while len(await stored_ids(database, tenant)) < enough:
                    await asyncio.sleep(0.02)
                server.process.kill()  # its workers end with it
                server.process.wait()
            assert eventually(lambda: any((tmp_path / "spool").rglob("*.ndjson")))
        with Server(external(urls), "--workers", "2", port=port):
            for process in programs:
                _, err = process.communicate(timeout=90)
                assert (process.returncode, err) == (0, err), err.decode()
    finally:
        for process in programs:
            if process.poll() is None:
                process.kill()
                process.communicate()

    tracked = [line for number in range(2) for line in (tmp_path / f"{number}.ids").read_text().split()]
    assert sorted(await stored_ids(database, tenant)) == sorted(tracked)
    assert await sums(database, tenant) == (len(tracked), len(tracked) * CENT)
    assert [found.faults async for found in findings(database, LEDGER_CHECKS) if not found.ok] == []
    assert not any((tmp_path / "spool").rglob("*.ndjson"))


async def test_the_recording_calls_are_priced_by_the_server(
    server: Server, database: Database, tenant: Tenant, tmp_path: Path
):
    async with AsyncOutlay(tenant.key, server.origin, spool_dir=tmp_path, strict=True) as client:
        await client.record_openai_usage(
            agent="a",
            lead="l",
            operation="psychology_analysis",
            model="gpt-4.1",
            input_tokens=1500,
            output_tokens=600,
            cache_read_tokens=500,
            success=True,
            latency_ms=800,
            quality=0.9,
        )
        await client.record_openai_usage(
            agent="a", operation="draft", model="our-gpt-4-tuned", input_tokens=1000, output_tokens=1000
        )
        await client.record_gupshup_usage(agent="a", message_type="template", phone_number="+65 9123 4567")
        await client.record_third_party_usage(
            agent="a", service_name="google_search_api", operation="search", quantity=2
        )
        assert await client.flush()
        assert (client.stats().accepted, client.stats().rejected) == (6, 0)

    query = (
        select(series.c.operation, series.c.category, event.c.original_cost, event.c.operation_id)
        .join(lane, (lane.c.workspace_id == event.c.workspace_id) & (lane.c.id == event.c.lane_id))
        .join(series, (series.c.workspace_id == lane.c.workspace_id) & (series.c.id == lane.c.series_id))
        .where(event.c.workspace_id == tenant.id)
    )
    async with database.work(tenant.id) as work:
        rows = {row.operation: row for row in await work.connection.execute(query)}
    assert {name: (row.category, row.original_cost.normalize()) for name, row in rows.items()} == {
        "psychology_analysis_input": ("openai_gpt4_input", Decimal("0.00225")),
        "psychology_analysis_output": ("openai_gpt4_output", Decimal("0.0048")),
        # Nobody knows what a model of one's own costs, so the category does.
        "draft_input": ("openai_gpt4_input", Decimal("0.03")),
        "draft_output": ("openai_gpt4_output", Decimal("0.06")),
        "gupshup_template_message": ("gupshup_template_message", Decimal("0.0055")),
        "search": ("google_search_api", Decimal("0.01")),
    }
    assert rows["draft_input"].operation_id == rows["draft_output"].operation_id
    assert rows["draft_input"].operation_id != rows["psychology_analysis_input"].operation_id


async def test_a_key_that_is_not_known_keeps_the_events(server: Server, tenant: Tenant, tmp_path: Path, caplog):
    wrong = tenant.key[:-4] + ("0000" if tenant.key[-4:] != "0000" else "1111")
    with Outlay(wrong, server.origin, spool_dir=tmp_path, batch_wait_s=0.02) as client:
        client.track(cost=1)
        assert eventually(lambda: client.stats().in_spool == 1)
        assert "does not accept the API key" in caplog.text
        assert wrong not in caplog.text

    with Outlay(tenant.key, server.origin, spool_dir=tmp_path) as renewed:
        assert renewed.flush()
        assert renewed.stats().accepted == 1
