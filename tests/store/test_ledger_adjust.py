"""Voids and corrections: what counts changes, what was recorded does not, and the sums can always be counted again."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from outlay.db.connect import Database
from outlay.identity.access.model import Actor, Scope
from outlay.identity.access.rules import NotAllowed
from outlay.kit.clock import system_clock
from outlay.kit.errors import InvalidRequest, NotFound
from outlay.kit.periods import Dates
from outlay.ledger import adjust, events
from outlay.ledger.model import ACCEPTED, EventsConflict
from outlay.ledger.recorder import Recorder
from outlay.ledger.spend.model import EventFilter, Query
from outlay.ledger.spend.service import spend
from outlay.ledger.tables import usage_daily
from tests.support.sending import event, ledger_faults, store
from tests.support.tenants import TESTER, Tenant

NOW = system_clock()


async def spent(database: Database, tenant: Tenant) -> tuple[int, int, Decimal]:
    """How many events, how many of them without a price, and what they cost together."""
    query = select(func.sum(usage_daily.c.events), func.sum(usage_daily.c.unpriced), func.sum(usage_daily.c.cost))
    async with database.work(tenant.id) as work:
        row = (await work.connection.execute(query.where(usage_daily.c.workspace_id == tenant.id))).one()
    return int(row[0]), int(row[1]), row[2]


async def void(recorder: Recorder, tenant: Tenant, event_id: str, reason: str = "test run", actor: Actor = TESTER):
    async with recorder.turn(tenant.id) as work:
        return await adjust.void(recorder, work, actor, event_id, None, reason)


async def correct(recorder: Recorder, tenant: Tenant, event_id: str, **changes: object):
    async with recorder.turn(tenant.id) as work:
        return await adjust.correct(recorder, work, TESTER, event_id, None, "wrong figure", changes)


@pytest.fixture
def recorder(database: Database) -> Recorder:
    return Recorder(database)


async def test_a_void_takes_the_cost_away_and_leaves_the_event(database: Database, tenant: Tenant, recorder: Recorder):
    assert await store(recorder, tenant, [event("a", NOW, cost="2.50"), event("b", NOW, cost="1")]) == [ACCEPTED] * 2

    voided = await void(recorder, tenant, "a")

    assert voided.contents is None
    assert voided.first.cost == Decimal("2.5")
    assert [(change.kind, change.reason) for change in voided.changes] == [("void", "test run")]
    assert await spent(database, tenant) == (2, 0, Decimal(1))
    assert await ledger_faults(database) == []


async def test_an_event_is_voided_once(database: Database, tenant: Tenant, recorder: Recorder):
    await store(recorder, tenant, [event("a", NOW, cost=1)])
    await void(recorder, tenant, "a")
    with pytest.raises(EventsConflict):
        await void(recorder, tenant, "a")
    assert (await spent(database, tenant))[2] == 0


async def test_a_correction_moves_the_cost_to_where_it_belongs(database: Database, tenant: Tenant, recorder: Recorder):
    at = NOW - timedelta(days=40)
    await store(recorder, tenant, [event("a", at, cost="2.50", client="acme", operation_id="op-1", lead="lead-7")])

    corrected = await correct(recorder, tenant, "a", client="globex", cost="3")

    assert corrected.contents
    assert corrected.contents.client
    assert (corrected.contents.client.key, corrected.contents.cost) == ("globex", Decimal(3))
    assert corrected.contents.details == {"lead": "lead-7"}
    assert corrected.first.client
    assert corrected.first.client.key == "acme"
    assert (corrected.at, corrected.operation_id) == (at, "op-1")
    assert await spent(database, tenant) == (1, 0, Decimal(3))
    assert await ledger_faults(database) == []


async def test_questions_about_single_events_follow_voids_and_corrections(
    database: Database, tenant: Tenant, recorder: Recorder
):
    told = {"operation_id": "op-1", "lead": "lead-7", "metadata": {"run": "r1"}}
    await store(recorder, tenant, [event("a", NOW, cost=1, **told), event("b", NOW, cost=2, **told)])
    await void(recorder, tenant, "a")
    await correct(recorder, tenant, "b", cost=5)
    for asked in (
        EventFilter(operation_ids=("op-1",)),
        EventFilter(leads=("lead-7",)),
        EventFilter(metadata=(("run", ("r1",)),)),
    ):
        async with database.work(tenant.id) as work:
            today = Dates(NOW.date() - timedelta(days=1), NOW.date() + timedelta(days=2))
            report = await spend(work, TESTER, Query(period=today, events=asked))
        assert report.total.cost == 5, asked


async def test_a_corrected_event_can_be_corrected_and_voided_again(
    database: Database, tenant: Tenant, recorder: Recorder
):
    await store(recorder, tenant, [event("a", NOW, cost=1)])
    await correct(recorder, tenant, "a", cost=2)
    again = await correct(recorder, tenant, "a", cost=5, success=False)
    assert [change.contents.cost for change in again.changes if change.contents] == [2, 5]
    await void(recorder, tenant, "a")
    assert await spent(database, tenant) == (1, 0, Decimal(0))
    assert await ledger_faults(database) == []


async def test_an_unpriced_event_gets_its_price_by_a_correction(database: Database, tenant: Tenant, recorder: Recorder):
    await store(recorder, tenant, [event("a", NOW, model="no-such-model")])
    assert await spent(database, tenant) == (1, 1, Decimal(0))

    corrected = await correct(recorder, tenant, "a", cost="0.75")

    assert corrected.contents
    assert corrected.contents.cost == Decimal("0.75")
    assert corrected.first.cost is None
    assert await spent(database, tenant) == (1, 0, Decimal("0.75"))
    assert await ledger_faults(database) == []


async def test_what_cannot_be_corrected_is_refused(database: Database, tenant: Tenant, recorder: Recorder):
    await store(recorder, tenant, [event("a", NOW, cost=1)])
    for changes in ({"time": NOW}, {"id": "b"}, {"cost": -1}, {"cost": "x"}, {"input_tokens": 1.5}, {"nonsense": 1}):
        with pytest.raises(InvalidRequest):
            await correct(recorder, tenant, "a", **changes)
    with pytest.raises(InvalidRequest, match="reason"):
        await void(recorder, tenant, "a", reason=" ")
    with pytest.raises(NotFound):
        await void(recorder, tenant, "unknown")
    assert await spent(database, tenant) == (1, 0, Decimal(1))


async def test_an_agents_key_corrects_nothing(database: Database, tenant: Tenant, recorder: Recorder):
    await store(recorder, tenant, [event("a", NOW, cost=1, agent="writer")])
    async with database.work(tenant.id) as work:
        found = await events.get(work, TESTER, "a")
    assert found.first.agent
    writer = Actor(TESTER.kind, "x", "x", TESTER.role, Scope(agent_id=found.first.agent.id))
    with pytest.raises(NotAllowed):
        await void(recorder, tenant, "a", actor=writer)


@pytest.mark.parametrize(
    ("breaking", "mending"),
    [
        ("update usage_daily set cost = cost + 0.000000000001", "update usage_daily set cost = cost - 0.000000000001"),
        ("update usage_hourly set events = events + 1", "update usage_hourly set events = events - 1"),
        ("update usage_daily set series_id = series_id + 1", "update usage_daily set series_id = series_id - 1"),
        (
            "insert into usage_hourly select workspace_id, hour - interval '1 hour', series_id, events, failed, "  # noqa: ISC004
            "unpriced, cost, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, quantity "
            "from usage_hourly",
            "delete from usage_hourly where hour < '{hour}'",
        ),
    ],
)
async def test_verify_notices_each_way_in_which_sums_go_wrong(
    database: Database, tenant: Tenant, recorder: Recorder, breaking: str, mending: str
):
    await store(recorder, tenant, [event("a", NOW, cost=1)])
    assert await ledger_faults(database) == []
    for statement in (breaking, mending):
        async with database.work(tenant.id) as work:
            hour = NOW.replace(minute=0, second=0, microsecond=0)
            await work.connection.exec_driver_sql(statement.format(hour=hour.isoformat()))
        faults = await ledger_faults(database)
        assert bool(faults) == (statement is breaking), statement
        assert all(str(tenant.id) in fault for fault in faults)
