"""Merging and renaming: whatever a client is called, its costs are together, before and after."""

from decimal import Decimal

import pytest
from sqlalchemy import func, select

from outlay.db.connect import Database
from outlay.identity.access.model import Actor, Role, Scope
from outlay.identity.access.rules import NotAllowed
from outlay.identity.portfolio import service as portfolio
from outlay.identity.portfolio.model import Filter, Kind
from outlay.identity.portfolio.service import Change
from outlay.kit.clock import system_clock
from outlay.kit.errors import InvalidRequest
from outlay.kit.paging import PageRequest
from outlay.ledger import merge
from outlay.ledger import service as ledger
from outlay.ledger.model import ACCEPTED, LedgerInUse
from outlay.ledger.recorder import Recorder
from outlay.ledger.tables import series, usage_daily
from tests.support.sending import event, ledger_faults, store
from tests.support.tenants import TESTER, Tenant

NOW = system_clock()


async def spent_by(database: Database, tenant: Tenant, kind: Kind) -> dict[str | None, Decimal]:
    column = series.c[f"{kind.value}_id"]
    query = (
        select(column, func.sum(usage_daily.c.cost))
        .join(series, (series.c.workspace_id == usage_daily.c.workspace_id) & (series.c.id == usage_daily.c.series_id))
        .where(usage_daily.c.workspace_id == tenant.id)
        .group_by(column)
    )
    async with database.work(tenant.id) as work:
        rows = (await work.connection.execute(query)).all()
        names = await portfolio.references(work, kind, (row[0] for row in rows))
    return {names[row[0]].key if row[0] else None: row[1] for row in rows}


async def test_what_two_names_spent_counts_for_the_one_that_stays(database: Database, tenant: Tenant):
    recorder = Recorder(database)
    await store(recorder, tenant, [event("a", NOW, cost=1, client="acme"), event("b", NOW, cost=2, client="Acme Ltd.")])
    assert sorted((await spent_by(database, tenant, Kind.CLIENT)).values()) == [1, 2]

    async with database.work(tenant.id) as work:
        found = await portfolio.page(work, TESTER, Kind.CLIENT, Filter(words="Acme Ltd."), PageRequest())
        kept = await merge.merge(work, TESTER, Kind.CLIENT, found.items[0].key, "acme")
    assert kept.key == "acme"
    assert await spent_by(database, tenant, Kind.CLIENT) == {"acme": Decimal(3)}

    later = [event("c", NOW, cost=4, client="Acme Ltd."), event("d", NOW, cost=8, client="acme", campaign="spring")]
    assert await store(recorder, tenant, later) == [ACCEPTED] * 2
    assert await spent_by(database, tenant, Kind.CLIENT) == {"acme": Decimal(15)}
    assert await ledger_faults(database) == []


async def test_a_client_brings_its_campaigns_and_agents_along(database: Database, tenant: Tenant):
    recorder = Recorder(database)
    await store(
        recorder,
        tenant,
        [event("a", NOW, cost=1, client="old", campaign="spring"), event("b", NOW, cost=1, client="new")],
    )
    async with database.work(tenant.id) as work:
        await merge.merge(work, TESTER, Kind.CLIENT, "old", "new")
        campaign = await portfolio.get(work, TESTER, Kind.CAMPAIGN, "spring")
        before = await portfolio.get(work, TESTER, Kind.CLIENT, "new")
    assert campaign.client == before.reference
    await store(recorder, tenant, [event("c", NOW, cost=1, client="old", campaign="spring")])
    assert await spent_by(database, tenant, Kind.CLIENT) == {"new": Decimal(3)}
    assert await spent_by(database, tenant, Kind.CAMPAIGN) == {"spring": Decimal(2), None: Decimal(1)}


async def test_an_id_that_was_merged_away_means_the_one_that_stayed(database: Database, tenant: Tenant):
    recorder = Recorder(database)
    await store(recorder, tenant, [event("a", NOW, cost=1, agent="first"), event("b", NOW, cost=1, agent="second")])
    async with database.work(tenant.id) as work:
        gone = await portfolio.get(work, TESTER, Kind.AGENT, "first")
        await merge.merge(work, TESTER, Kind.AGENT, "first", "second")
    await store(recorder, tenant, [event("c", NOW, cost=1, agent=str(gone.id))])
    assert await spent_by(database, tenant, Kind.AGENT) == {"second": Decimal(3)}


async def test_merges_that_make_no_sense_are_refused(database: Database, tenant: Tenant):
    recorder = Recorder(database)
    events = [
        event("a", NOW, cost=1, client="one", campaign="spring"),
        event("b", NOW, cost=1, client="two", campaign="autumn"),
    ]
    await store(recorder, tenant, events)
    async with database.work(tenant.id) as work:
        with pytest.raises(InvalidRequest, match="same"):
            await merge.merge(work, TESTER, Kind.CLIENT, "one", "one")
        with pytest.raises(InvalidRequest, match="another client"):
            await merge.merge(work, TESTER, Kind.CAMPAIGN, "spring", "autumn")
        viewer = Actor(TESTER.kind, "x", "x", Role.VIEWER, Scope())
        with pytest.raises(NotAllowed):
            await merge.merge(work, viewer, Kind.CLIENT, "one", "two")


async def test_a_renamed_client_is_still_meant_by_its_former_key(database: Database, tenant: Tenant):
    recorder = Recorder(database)
    await store(recorder, tenant, [event("a", NOW, cost=1, client="acme")])
    async with database.work(tenant.id) as work:
        await portfolio.change(work, TESTER, Kind.CLIENT, "acme", Change(key="acme-travel"))
    await store(
        recorder, tenant, [event("b", NOW, cost=1, client="acme"), event("c", NOW, cost=1, client="acme-travel")]
    )
    assert await spent_by(database, tenant, Kind.CLIENT) == {"acme-travel": Decimal(3)}


async def test_zone_and_currency_stay_once_costs_are_recorded(database: Database, tenant: Tenant):
    async with database.work(tenant.id) as work:
        assert (await ledger.change_workspace(work, TESTER, time_zone="Asia/Kolkata")).time_zone == "Asia/Kolkata"
    await store(Recorder(database), tenant, [event("a", NOW, cost=1)])
    async with database.work(tenant.id) as work:
        for change in ({"time_zone": "Europe/Berlin"}, {"currency": "USD"}):
            with pytest.raises(LedgerInUse):
                await ledger.change_workspace(work, TESTER, **change)
        same = await ledger.change_workspace(work, TESTER, name="Renamed", time_zone="Asia/Kolkata")
        assert same.name == "Renamed"


async def test_a_client_made_on_the_page_is_meant_by_its_name(database: Database, tenant: Tenant):
    recorder = Recorder(database)
    async with database.work(tenant.id) as work:
        await portfolio.create(work, TESTER, Kind.CLIENT, Change(name="Müller & Söhne", key="mueller"))
        await portfolio.create(work, TESTER, Kind.CAMPAIGN, Change(name="Früh & spät", key="spring", client="mueller"))
    told = {"client": "Müller & Söhne", "campaign": "Früh & spät"}
    assert await store(recorder, tenant, [event("a", NOW, cost=1, **told)]) == [ACCEPTED]
    assert await spent_by(database, tenant, Kind.CLIENT) == {"mueller": Decimal(1)}
    assert await spent_by(database, tenant, Kind.CAMPAIGN) == {"spring": Decimal(1)}


async def test_a_new_client_takes_its_key_back_from_a_renamed_one_in_every_process(database: Database, tenant: Tenant):
    here, there = Recorder(database), Recorder(database)
    await store(here, tenant, [event("a", NOW, cost=1, client="acme")])
    async with database.work(tenant.id) as work:
        await portfolio.change(work, TESTER, Kind.CLIENT, "acme", Change(key="old-acme"))
    await store(here, tenant, [event("b", NOW, cost=1, client="acme")])
    await store(there, tenant, [event("c", NOW, cost=1, client="acme")])
    async with database.work(tenant.id) as work:
        await portfolio.create(work, TESTER, Kind.CLIENT, Change(name="Acme", key="acme"))
    await store(here, tenant, [event("d", NOW, cost=1, client="acme")])
    await store(there, tenant, [event("e", NOW, cost=1, client="acme")])
    assert await spent_by(database, tenant, Kind.CLIENT) == {"old-acme": Decimal(3), "acme": Decimal(2)}
