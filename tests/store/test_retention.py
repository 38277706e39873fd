"""Old months taken out: the events go, the sums and the keys stay, and nothing else notices."""

from datetime import UTC, datetime
from decimal import Decimal

import psycopg
import pytest
from sqlalchemy import func, select

from outlay.db.connect import Database
from outlay.db.roles import DatabaseUrls
from outlay.db.tenancy import catalogue_faults
from outlay.ledger import retention
from outlay.ledger.recorder import Recorder
from outlay.ledger.tables import usage_daily
from tests.support.sending import event, ledger_faults, store
from tests.support.servers import ServerForTests
from tests.support.tenants import Tenant, make_tenant

OLD = datetime(2019, 3, 14, 12, tzinfo=UTC)
LATER = datetime(2019, 5, 2, 12, tzinfo=UTC)
NOW = datetime(2019, 7, 1, tzinfo=UTC)


@pytest.fixture
def database_urls(either_server: ServerForTests, worker: str) -> DatabaseUrls:
    """A database of its own: a month is taken out for all workspaces."""
    return either_server.clone(f"retention_{worker}")


async def spent(database: Database, tenant: Tenant) -> Decimal:
    query = select(func.sum(usage_daily.c.cost)).where(usage_daily.c.workspace_id == tenant.id)
    async with database.work(tenant.id) as work:
        return Decimal((await work.connection.execute(query)).scalar_one())


@pytest.mark.parametrize("drop", [False, True])
async def test_a_month_goes_and_its_sums_stay(database_urls: DatabaseUrls, drop: bool):
    database = Database(database_urls, pool_size=2, pool_wait_s=5)
    tenant = await make_tenant(database)
    recorder = Recorder(database)
    old, later = event("old", OLD, cost=5), event("later", LATER, cost=7)
    await store(recorder, tenant, [old, later])

    months = retention.months(database_urls.owner)
    chosen = retention.older_than(months, 3, NOW)
    assert [month.first_day.isoformat() for month in chosen] == ["2019-03-01"]
    assert list(retention.take_out(database_urls.owner, chosen, NOW, drop=drop)) == chosen

    assert await spent(database, tenant) == 12
    assert await ledger_faults(database) == []
    async with database.operator() as connection:
        assert await catalogue_faults(connection) == []
    with psycopg.connect(database_urls.operator) as connection:
        kept = connection.execute("select to_regclass('event_y2019m03') is not null").fetchone()
        left = connection.execute("select count(*) from event").fetchone()
    assert left == (1,)
    assert kept is not None

    # The recorder that knew the month, and one that never saw it.
    for each in (recorder, Recorder(database)):
        repeat, new, fine = await store(each, tenant, [old, event("new", OLD, cost=1), event("fine", LATER, cost=0)])
        assert repeat.verdict == "repeated"
        assert (new.verdict, new.code) == ("rejected", "month_closed")
        assert fine.verdict in {"accepted", "repeated"}
    assert await spent(database, tenant) == 12
    assert await ledger_faults(database) == []
    await database.close()
