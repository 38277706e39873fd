"""Events of any month and from any sender: they find their place, and one sender's trouble is not another's."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest

from outlay.db.connect import Database
from outlay.identity.access.model import Actor, ActorKind, Role, Scope
from outlay.identity.access.rules import NotAllowed
from outlay.identity.keys import service as keys
from outlay.identity.keys.model import KeyRevoked
from outlay.identity.keys.service import KeyDraft
from outlay.identity.portfolio import service as portfolio
from outlay.identity.portfolio.model import Kind
from outlay.identity.portfolio.service import Change
from outlay.kit.ids import Token
from outlay.ledger import service as ledger
from outlay.ledger.recorder import Recorder, Turn
from tests.store.ledger_help import keys_of, made
from tests.support.books import Books, draft, record, verdicts
from tests.support.servers import ServerForTests
from tests.support.tenants import TESTER, Tenant, make_tenant

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


# --- months -----------------------------------------------------------------------------------------------------------


async def test_events_of_any_month_find_their_place(
    tenant: Tenant, database: Database, recorder: Recorder, books: Callable[[], Books]
) -> None:
    async with database.work(tenant.id) as work:
        now = work.now
    times = [now - timedelta(days=396), now + timedelta(hours=23), LONG_AGO, datetime(2000, 1, 1, tzinfo=UTC), now]
    assert await verdicts(recorder, tenant, *(draft(time=time) for time in times)) == ["accepted"] * 5
    found = books()
    assert [row["occurred_at"] for row in found.events] == sorted(times)
    # What came at once says nothing of when; what came late, or early, does.
    assert [row["recorded_at"] is None for row in found.events] == [False, False, False, True, False]


async def test_several_processes_make_the_same_months_in_any_order(
    tenant: Tenant, stranger: Tenant, database: Database, another: Callable[[], Recorder], books: Callable[[], Books]
) -> None:
    months = [datetime(2001 + number // 12, number % 12 + 1, 15, tzinfo=UTC) for number in range(24)]
    sent = [
        verdicts(another(), owner, *(draft(time=month) for month in months[start:end]))
        for start, end in ((0, 24), (12, 24), (6, 18), (20, 24), (0, 3))
        for owner in (tenant, stranger)
    ]
    assert {verdict for told in await asyncio.gather(*sent) for verdict in told} == {"accepted"}
    assert len(books().events) == 24 + 12 + 12 + 4 + 3


async def test_a_month_that_was_lost_meanwhile_is_made_again(either_server: ServerForTests, worker: str) -> None:
    database = Database(either_server.clone(f"ledger_months_{worker}"), pool_size=2, pool_wait_s=10)
    tenant, recorder, old = await make_tenant(database), Recorder(database), datetime(2003, 5, 1, tzinfo=UTC)
    await record(recorder, tenant, draft(time=old))
    with psycopg.connect(database.urls.owner) as connection:
        connection.execute("drop table event_200305")
    assert await verdicts(recorder, tenant, draft(time=old)) == ["accepted"]
    await database.close()


async def test_an_offset_that_the_database_does_not_know_is_none_of_its_business(
    tenant: Tenant, recorder: Recorder, books: Callable[[], Books]
) -> None:
    assert await verdicts(recorder, tenant, draft(time="2026-11-20T10:00:00+23:59")) == ["accepted"]
    assert books().events[0]["occurred_at"] == datetime(2026, 11, 19, 10, 1, tzinfo=UTC)


# --- groups -----------------------------------------------------------------------------------------------------------


async def test_a_member_that_fails_leaves_the_others_stored(
    tenant: Tenant, database: Database, recorder: Recorder, books: Callable[[], Books]
) -> None:
    with psycopg.connect(database.urls.owner) as connection:
        connection.execute("alter table event add constraint poison check (operation_id <> 'poison')")
    try:
        sent = [draft(f"e{n}", client=f"client-{n}", operation_id="poison" if n == 3 else "fine") for n in range(10)]
        told = await asyncio.gather(*(verdicts(recorder, tenant, one) for one in sent), return_exceptions=True)
    finally:
        with psycopg.connect(database.urls.owner) as connection:
            connection.execute("alter table event drop constraint poison")
    assert [each for each in told if not isinstance(each, BaseException)] == [["accepted"]] * 9
    assert isinstance(told[3], psycopg.errors.CheckViolation)
    assert books().ids == [f"e{n}" for n in range(10) if n != 3]
    assert "client-3" not in await keys_of(database, tenant, "client")
    assert await verdicts(recorder, tenant, sent[3]) == ["accepted"]
    assert len(books().events) == 10


async def test_a_sender_who_is_not_let_in_leaves_the_others_stored(
    tenant: Tenant, database: Database, recorder: Recorder, books: Callable[[], Books]
) -> None:
    async with database.work(tenant.id) as work:
        made = [await keys.create(work, TESTER, KeyDraft(name=f"k{n}", role=Role.MANAGER)) for n in range(10)]
        await keys.revoke(work, TESTER, made[4][0].id)
        viewer = await keys.create(work, TESTER, KeyDraft(name="viewer", role=Role.VIEWER))

    def recognising(token: Token) -> ledger.Recognition:
        async def recognise(turn: Turn) -> Actor:
            key = await keys.recognise(turn.work, token)
            assert key is not None
            return key.actor

        return recognise

    told = await asyncio.gather(
        *(
            ledger.record(recorder, tenant.id, recognising(token), [draft(f"e{n}")])
            for n, (_, token) in enumerate([*made, viewer])
        ),
        return_exceptions=True,
    )
    assert isinstance(told[4], KeyRevoked)
    assert isinstance(told[10], NotAllowed)
    assert books().ids == [f"e{n}" for n in range(10) if n != 4]


async def test_an_agent_s_own_key_reports_for_that_agent_by_any_of_its_names(
    tenant: Tenant, database: Database, recorder: Recorder, books: Callable[[], Books]
) -> None:
    writer = await made(database, tenant, Kind.AGENT, key="writer", name="Writer")
    for key in ("copywriter", "scribe"):
        async with database.work(tenant.id) as work:
            await portfolio.change(work, TESTER, Kind.AGENT, writer, Change(key=key))
    await made(database, tenant, Kind.AGENT, key="painter", name="Painter")
    async with database.work(tenant.id) as work:
        api_key, _ = await keys.create(work, TESTER, KeyDraft(name="k", role=Role.AGENT, agent="scribe"))
    names = [None, "writer", "copywriter", "Scribe", writer, writer.upper(), "painter", "unheard-of"]
    told = await record(recorder, tenant, *(draft(agent=name) for name in names), actor=api_key.actor)
    assert [one.code for one in told] == [""] * 6 + ["not_allowed"] * 2
    assert {row["agent"] for row in books().events} == {"scribe"}
    assert await keys_of(database, tenant, "agent") == {"scribe", "painter"}


async def test_a_portal_stores_nothing(tenant: Tenant, recorder: Recorder, books: Callable[[], Books]) -> None:
    portal = Actor(ActorKind.KEY, "k", "portal", Role.PORTAL, Scope(client_id=uuid4()))
    with pytest.raises(NotAllowed):
        await record(recorder, tenant, draft(), actor=portal)
    assert books().events == []


async def test_a_sender_that_hangs_up_does_not_undo_what_it_sent(
    tenant: Tenant, recorder: Recorder, books: Callable[[], Books]
) -> None:
    sending = asyncio.create_task(record(recorder, tenant, draft("a")))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    sending.cancel()
    await recorder.stop()
    assert books().ids == ["a"]
    assert await verdicts(recorder, tenant, draft("a"), draft("b")) == ["repeated", "accepted"]
