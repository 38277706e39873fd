"""`outlay demo`: the generated agency in a workspace, by the way that every event comes in."""

import asyncio
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import httpx
import msgspec
import psycopg
import pytest

from outlay.connectors.demo import marks, service
from outlay.connectors.demo.model import Demonstration, Plan, Progress, Stored
from outlay.db.connect import Database
from outlay.db.roles import DatabaseUrls
from outlay.demo.agency import generate_agency
from outlay.demo.model import DemoEvent
from outlay.identity.access.model import Role
from outlay.identity.keys import service as keys
from outlay.identity.keys.service import KeyDraft
from outlay.identity.portfolio import service as portfolio
from outlay.identity.portfolio.model import Kind
from outlay.identity.portfolio.service import Change
from outlay.identity.workspaces import service as workspaces
from outlay.kit.money import rounded
from outlay.ledger.model import EventDraft
from outlay.ledger.recorder import Recorder
from outlay.ledger.service import as_actor, record
from tests.support.processes import external, free_port
from tests.support.servers import ServerForTests
from tests.support.tenants import TESTER, Tenant, make_tenant
from tests.support.terminal import Terminal

# What does not depend on the scale, such as advertisements, makes up most of so small an agency.
SCALE = "0.001"
LAST_DAY = date(2025, 10, 30)
PLAN = Plan(seed=3, end=LAST_DAY, scale_per_mille=1, until=datetime(2025, 11, 20, tzinfo=UTC))
WITHIN_S = 60

# Two workspaces number their names, series and rules for themselves, so these say what the numbers stand for.
EVENTS = """
    select convert_from(e.id, 'utf8') as id, e.occurred_at, e.cost, e.input_tokens, e.output_tokens,
           e.cache_read_tokens, e.quantity, e.failed, e.operation_id, e.details, l.source, r.source as priced_by,
           client.key as client, campaign.key as campaign, agent.key as agent, s.kind, s.service, s.category,
           s.operation, s.model, s.platform, s.content_type, s.unit, s.labels
      from event e
      join lane l on l.workspace_id = e.workspace_id and l.id = e.lane_id
      join price_rule r on r.workspace_id = l.workspace_id and r.id = l.price_rule_id
      join series s on s.workspace_id = l.workspace_id and s.id = l.series_id
      left join client on client.id = s.client_id
      left join campaign on campaign.id = s.campaign_id
      left join agent on agent.id = s.agent_id
     where e.workspace_id = %(workspace)s order by 1
"""
ROLLUPS = """
    select u.{bucket} as bucket, client.key as client, campaign.key as campaign, agent.key as agent, s.service,
           s.category, s.operation, s.model, s.platform, s.content_type, s.unit, s.labels, u.events, u.failed,
           u.unpriced, u.cost, u.input_tokens, u.output_tokens, u.cache_read_tokens, u.quantity
      from {table} u join series s on s.workspace_id = u.workspace_id and s.id = u.series_id
      left join client on client.id = s.client_id
      left join campaign on campaign.id = s.campaign_id
      left join agent on agent.id = s.agent_id
     where u.workspace_id = %(workspace)s order by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, s.labels::text
"""
# What a rollup must hold, counted from the events themselves.
COUNTED = """
    select {bucket} as bucket, l.series_id, count(*), count(e.failed), count(*) - count(e.cost),
           coalesce(sum(e.cost), 0), coalesce(sum(e.input_tokens), 0), coalesce(sum(e.output_tokens), 0),
           coalesce(sum(e.cache_read_tokens), 0), coalesce(sum(e.quantity), 0)
      from event e join lane l on l.workspace_id = e.workspace_id and l.id = e.lane_id
     where e.workspace_id = %(workspace)s group by 1, 2 order by 1, 2
"""
KEPT = """
    select {bucket}, series_id, events, failed, unpriced, cost, input_tokens, output_tokens, cache_read_tokens,
           quantity
      from {table} where workspace_id = %(workspace)s order by 1, 2
"""


class Ledger(NamedTuple):
    events: list[tuple[Any, ...]]
    hours: list[tuple[Any, ...]]
    days: list[tuple[Any, ...]]


def rows(urls: DatabaseUrls, query: str, workspace_id: UUID) -> list[tuple[Any, ...]]:
    with psycopg.connect(urls.operator) as operator:
        operator.execute("set timezone = 'UTC'")
        return operator.execute(query.encode(), {"workspace": workspace_id}).fetchall()


def ledger_of(urls: DatabaseUrls, workspace_id: UUID) -> Ledger:
    return Ledger(
        rows(urls, EVENTS, workspace_id),
        rows(urls, ROLLUPS.format(table="usage_hourly", bucket="hour"), workspace_id),
        rows(urls, ROLLUPS.format(table="usage_daily", bucket="day"), workspace_id),
    )


def happened(plan: Plan) -> dict[str, DemoEvent]:
    """What the generator says must be there."""
    agency = generate_agency(plan.seed, plan.end, plan.scale_per_mille / 1000)
    return {event.id: event for event in agency.events() if event.time <= plan.until}


def plan_in(data: dict[str, Any]) -> Plan:
    """The plan as a command tells it."""
    return Plan.from_facts({name: data[name] for name in ("seed", "last_day", "scale_per_mille", "until")})


def cost_of(plan: Plan) -> Decimal:
    agency = plan.agency
    return sum((agency.cost_of(event) for event in happened(plan).values()), Decimal(0))


@pytest.fixture
def terminal(urls: DatabaseUrls) -> Terminal:
    """Somebody whose database is there already, with whatever workspaces a test makes."""
    return Terminal(external(urls))


@pytest.fixture(scope="module")
def urls(newest_server: ServerForTests, worker: str) -> DatabaseUrls:
    """Where commands go: how SQL fares on the oldest version is seen without them."""
    return newest_server.clone(f"demo_{worker}")


@pytest.fixture
async def database(urls: DatabaseUrls) -> AsyncIterator[Database]:
    opened = Database(urls, pool_size=4, pool_wait_s=10)
    yield opened
    await opened.close()


class Filled(NamedTuple):
    """A workspace with the agency in it, and what was told on the way."""

    urls: DatabaseUrls
    workspace_id: UUID
    stored: Stored
    steps: list[Progress]


@pytest.fixture(scope="module")
def filled(either_urls: DatabaseUrls) -> Filled:
    return asyncio.run(newly_filled(either_urls))


async def newly_filled(urls: DatabaseUrls) -> Filled:
    database, steps = Database(urls, pool_size=2, pool_wait_s=10), list[Progress]()
    try:
        tenant = await make_tenant(database)
        begun = await service.begin(database, tenant.id, PLAN)
        assert begun
        stored = await service.fill(database, tenant.id, PLAN, steps.append)
    finally:
        await database.close()
    return Filled(urls, tenant.id, stored, steps)


async def fill(database: Database, workspace_id: UUID, plan: Plan) -> None:
    begun = await service.begin(database, workspace_id, plan)
    assert begun
    await service.fill(database, workspace_id, begun.plan)


def test_every_event_is_stored_at_the_price_that_the_agency_pays(filled: Filled) -> None:
    expected, agency = happened(PLAN), PLAN.agency

    costs = {row[0]: row[2] for row in rows(filled.urls, EVENTS, filled.workspace_id)}

    assert costs == {event.id: rounded(agency.cost_of(event)) for event in expected.values()}
    assert (filled.stored.events, filled.stored.unpriced, filled.stored.repeated) == (len(expected), 0, 0)
    assert (filled.stored.cost, filled.stored.currency) == (cost_of(PLAN), "USD")


def test_progress_is_told_batch_by_batch_up_to_the_last_day(filled: Filled) -> None:
    assert [step.events for step in filled.steps] == sorted({step.events for step in filled.steps})
    assert len(filled.steps) > 3
    assert (filled.steps[-1].events, filled.steps[-1].days) == (filled.stored.events, filled.steps[-1].days_in_all)


def test_rollups_are_the_sums_of_the_events(filled: Filled) -> None:
    def found(query: str, **words: str) -> list[tuple[Any, ...]]:
        return rows(filled.urls, query.format(**words), filled.workspace_id)

    hours = found(COUNTED, bucket="date_trunc('hour', e.occurred_at)")
    assert hours == found(KEPT, bucket="hour", table="usage_hourly")
    days = found(COUNTED, bucket="(e.occurred_at at time zone 'America/New_York')::date")
    assert days == found(KEPT, bucket="day", table="usage_daily")
    assert sum(row[2] for row in days) == sum(row[2] for row in hours) == len(happened(PLAN))


def test_the_workspace_becomes_the_agency(filled: Filled) -> None:
    agency, given = PLAN.agency, PLAN.agency.workspace

    settings = "select name, time_zone, currency from workspace where id = %(workspace)s"
    assert rows(filled.urls, settings, filled.workspace_id) == [(given.name, given.time_zone, given.currency)]
    campaigns = """
        select campaign.name, client.name from campaign join client on client.id = campaign.client_id
         where campaign.workspace_id = %(workspace)s
    """
    clients = {client.key: client.name for client in agency.clients}
    assert set(rows(filled.urls, campaigns, filled.workspace_id)) == {
        (campaign.name, clients[campaign.client]) for campaign in agency.campaigns
    }
    agents = "select name, agent_type from agent where workspace_id = %(workspace)s"
    assert set(rows(filled.urls, agents, filled.workspace_id)) == {
        (agent.name, agent.agent_type) for agent in agency.agents
    }


def test_the_price_book_says_what_the_agency_pays_and_since_when(filled: Filled) -> None:
    dropped, risen = PLAN.agency.price_changes
    rates = """
        select category.key, category_rate.amount, category_rate.effective_from from category_rate
          join category on category.id = category_rate.category_id
         where category.workspace_id = %(workspace)s and category.key in ('gupshup_template_message', 'design_hours')
         order by 1, 3
    """
    overrides = """
        select effective_from, note from price_override
         where workspace_id = %(workspace)s and model = 'claude-sonnet-4-5' order by 1
    """

    by_category = rows(filled.urls, rates, filled.workspace_id)
    of_model = rows(filled.urls, overrides, filled.workspace_id)

    assert [row[:2] for row in by_category] == [
        ("design_hours", Decimal(56)),
        ("gupshup_template_message", Decimal("0.0055")),
        ("gupshup_template_message", Decimal("0.0066")),
    ], "a rate that every workspace begins with is not said again"
    assert by_category[-1][2] == risen.effective_from
    assert len(of_model) == 2
    assert of_model[-1] == (dropped.effective_from, dropped.title)


async def test_what_has_not_happened_yet_is_left_out(database: Database, tenant: Tenant) -> None:
    noon = datetime(2025, 10, 30, 16, tzinfo=UTC)
    plan = Plan(PLAN.seed, LAST_DAY, PLAN.scale_per_mille, until=noon)

    await fill(database, tenant.id, plan)

    stored = rows(database.urls, EVENTS, tenant.id)
    assert {row[0] for row in stored} == happened(plan).keys()
    assert 0 < len(stored) < len(happened(PLAN))
    assert max(row[1] for row in stored) <= noon
    async with database.work(tenant.id) as work:
        assert await marks.demonstration(work) == Demonstration(plan, is_finished=True)


async def test_a_second_run_adds_nothing_whatever_it_asks_for(
    database: Database, tenant: Tenant, terminal: Terminal
) -> None:
    asked = ("demo", "--no-serve", "--workspace", str(tenant.id), "--scale", SCALE)
    first = terminal.runs(*asked, "--end", LAST_DAY.isoformat(), "--json")
    assert first.code == 0, first.err
    before = ledger_of(database.urls, tenant.id)

    second = terminal.runs(*asked, "--seed", "8")

    assert second.code == 0
    assert second.err == (
        "'Ottersholt Studio' has its demonstration already (seed 1, scale 0.001, to 2025-10-30): nothing was added.\n"
    )
    assert ledger_of(database.urls, tenant.id) == before
    assert first.data["what"] == "filled"
    assert first.data["events"] == len(before.events) == len(happened(plan_in(first.data)))


async def own_event(database: Database, workspace_id: UUID) -> None:
    draft = EventDraft(id="mine", service="openai", cost=Decimal(1), currency="EUR")
    await record(Recorder(database), workspace_id, as_actor(TESTER), [draft])


async def own_client(database: Database, workspace_id: UUID) -> None:
    async with database.work(workspace_id) as work:
        await portfolio.create(work, TESTER, Kind.CLIENT, Change(name="Acme Travel"))


async def archived_client(database: Database, workspace_id: UUID) -> None:
    async with database.work(workspace_id) as work:
        made = await portfolio.create(work, TESTER, Kind.CLIENT, Change(name="Acme Travel"))
        await portfolio.change(work, TESTER, Kind.CLIENT, made.key, Change(archived=True))


@pytest.mark.parametrize("own", [own_event, own_client, archived_client])
async def test_nobody_s_own_data_gets_company(
    database: Database, tenant: Tenant, terminal: Terminal, own: Callable[[Database, UUID], Any]
) -> None:
    await own(database, tenant.id)

    said = terminal.runs("demo", "--no-serve", "--workspace", str(tenant.id))

    assert said.code == 1
    assert said.err == (
        "error: 'Northlight' has data of its own: nothing was added. "
        "Another --data-dir has room for the demonstration.\n"
    )
    async with database.work(tenant.id) as work:
        assert (await workspaces.get(work)).currency == "EUR"
        assert await marks.demonstration(work) is None
    assert len(rows(database.urls, EVENTS, tenant.id)) == (1 if own is own_event else 0)


def started_filling(terminal: Terminal, *arguments: str) -> "subprocess.Popen[str]":
    """A run that has stored something and is about to store more."""
    process = terminal.start("demo", "--scale", SCALE, *arguments)
    assert process.stderr
    heard = ""
    for line in process.stderr:
        heard += line
        if "% of the days" in line:
            return process
    raise AssertionError(f"nothing was stored: {heard}")


async def test_a_killed_fill_goes_on_to_the_same_ledger(
    database: Database, tenant: Tenant, stranger: Tenant, terminal: Terminal
) -> None:
    asked = ("--no-serve", "--workspace", str(tenant.id))
    process = started_filling(terminal, *asked)
    process.kill()
    process.communicate(timeout=WITHIN_S)
    settled(database.urls)
    there = len(rows(database.urls, EVENTS, tenant.id))

    # Another seed and end are not what was begun.
    said = terminal.runs("demo", *asked, "--json", "--seed", "5", "--end", "2024-01-31")

    assert said.code == 0, said.err
    plan = plan_in(said.data)
    assert 0 < there < len(happened(plan)), "the fill was interrupted midway"
    assert (said.data["what"], said.data["repeated"]) == ("resumed", there)
    await fill(database, stranger.id, plan)
    assert ledger_of(database.urls, tenant.id) == ledger_of(database.urls, stranger.id)


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
async def test_an_interrupted_fill_says_how_to_go_on(
    database: Database, tenant: Tenant, terminal: Terminal, ending: signal.Signals
) -> None:
    asked = ("--no-serve", "--workspace", str(tenant.id))
    process = started_filling(terminal, *asked)
    process.send_signal(ending)
    _, told = process.communicate(timeout=WITHIN_S)
    there = len(rows(database.urls, EVENTS, tenant.id))

    said = terminal.runs("demo", *asked, "--json")

    assert process.returncode == 1
    assert told.endswith("error: Interrupted: `outlay demo` goes on where it stopped.\n")
    expected = len(happened(plan_in(said.data)))
    assert there < expected
    assert (said.data["what"], said.data["repeated"], said.data["events"]) == ("resumed", there, expected)


def settled(urls: DatabaseUrls) -> None:
    """Waits until the server has noticed that a client was killed, and has ended what it was at."""
    deadline = time.monotonic() + WITHIN_S
    busy = "select count(*) from pg_stat_activity where application_name = 'outlay' and state <> 'idle'"
    while time.monotonic() < deadline:
        with psycopg.connect(urls.owner) as owner:
            row = owner.execute(busy).fetchone()
        if row == (0,):
            return
        time.sleep(0.05)
    raise AssertionError("a killed client's statement goes on")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short path that the server's account can reach."""
    made = Path(tempfile.mkdtemp(prefix="outlay-demo-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


def read_until(process: "subprocess.Popen[str]", words: str) -> str:
    assert process.stdout
    heard = ""
    for line in process.stdout:
        heard += line
        if words in line:
            return heard
    raise AssertionError(f"it ended without {words!r}: {heard}")


def answer(origin: str, path: str, **headers: str) -> httpx.Response:
    """What a server that has just begun answers."""
    deadline = time.monotonic() + WITHIN_S
    while time.monotonic() < deadline:
        try:
            return httpx.get(f"{origin}{path}", headers=headers, timeout=10)
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError("nothing answers")


def test_a_new_installation_is_filled_and_served_even_after_it_was_killed_midway(folder: Path) -> None:
    person, port = Terminal({"OUTLAY_DATA_DIR": str(folder / "data")}, folder), free_port()
    killed = started_filling(person, "--port", str(port))
    killed.kill()
    killed.communicate(timeout=WITHIN_S)

    serving = person.start("demo", "--port", str(port))
    try:
        said = read_until(serving, "/sign-in/link#token=")
        me = answer(f"http://127.0.0.1:{port}", "/api/v1/me")
        kept = person.runs("demo", "--no-serve", "--json")
    finally:
        serving.send_signal(signal.SIGTERM)
        _, told = serving.communicate(timeout=WITHIN_S)

    assert "Sign in once with this link" in said
    assert me.status_code == 401, "it serves"
    assert " events beside " in told
    assert kept.data["what"] == "kept"
    plan = plan_in(kept.data)
    assert plan.scale_per_mille == 1
    assert f": {cost_of(plan):,.2f} USD." in told
    assert serving.returncode == 0


async def test_it_serves_what_it_would_not_fill(database: Database, tenant: Tenant, terminal: Terminal) -> None:
    await own_client(database, tenant.id)
    async with database.work(tenant.id) as work:
        _, token = await keys.create(work, TESTER, KeyDraft(name="reader's", role=Role.VIEWER))
    port = free_port()

    serving = terminal.start("demo", "--port", str(port), "--workspace", str(tenant.id))
    try:
        read_until(serving, "Outlay is at")
        me = answer(f"http://127.0.0.1:{port}", "/api/v1/me", Authorization=f"Bearer {token.text}")
    finally:
        serving.send_signal(signal.SIGTERM)
        _, told = serving.communicate(timeout=WITHIN_S)

    assert me.json()["workspace"]["name"] == "Northlight"
    assert "'Northlight' has data of its own: nothing was added." in told


async def test_among_several_workspaces_none_is_chosen_by_chance(
    database: Database, tenant: Tenant, stranger: Tenant, terminal: Terminal
) -> None:
    said = terminal.runs("demo", "--no-serve")

    assert said.code == 1
    assert "choose one with --workspace" in said.err


async def test_what_another_version_began_is_not_mixed_with_ours(
    database: Database, tenant: Tenant, terminal: Terminal
) -> None:
    draft = service.draft_of(next(iter(happened(PLAN).values())))
    begun = await service.begin(database, tenant.id, PLAN)
    assert begun
    other = msgspec.structs.replace(draft, operation="another one")
    await record(Recorder(database), tenant.id, as_actor(TESTER), [other])

    said = terminal.runs("demo", "--no-serve", "--workspace", str(tenant.id))

    assert said.code == 1
    assert "What was begun is another agency than this version makes up" in said.err
    async with database.work(tenant.id) as work:
        assert await marks.demonstration(work) == Demonstration(PLAN, is_finished=False)


def test_a_server_has_no_result_to_print(no_settings: pytest.MonkeyPatch) -> None:
    said = Terminal().says("demo", "--json")

    assert said.code == 2
    assert "--no-serve" in said.err
