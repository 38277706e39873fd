"""Connections: one that died while it lay in the pool is replaced before anybody notices."""

import asyncio

import psycopg
import pytest

from outlay.db.connect import Database
from outlay.identity.workspaces import service as workspaces
from outlay.kit.errors import DatabaseUnavailable
from tests.support.servers import ServerForTests
from tests.support.tenants import Tenant


async def use(database: Database, tenant: Tenant) -> str:
    async with database.work(tenant.id) as work:
        return (await workspaces.get(work)).name


def end_connections(server: ServerForTests, database_name: str) -> int:
    statement = (
        "select count(pg_terminate_backend(pid)) from pg_stat_activity "
        "where datname = %s and usename = 'outlay_app' and application_name = 'outlay'"
    )
    with psycopg.connect(server.admin_url, autocommit=True) as admin:
        row = admin.execute(statement, [database_name]).fetchone()
    return row[0] if row else 0


async def test_connections_that_died_in_the_pool_cost_nobody_an_error(
    database: Database, tenant: Tenant, either_server: ServerForTests, worker: str
) -> None:
    await asyncio.gather(*(use(database, tenant) for _ in range(4)))
    assert end_connections(either_server, f"store_{worker}") >= 2

    assert await asyncio.gather(*(use(database, tenant) for _ in range(8))) == ["Northlight"] * 8
    async with database.directory() as connection:
        assert any(found.id == tenant.id for found in await workspaces.every(connection))


async def test_a_connection_that_dies_at_work_is_an_error_and_nothing_is_stored(
    database: Database, tenant: Tenant, either_server: ServerForTests, worker: str
) -> None:
    with pytest.raises(DatabaseUnavailable):
        async with database.work(tenant.id) as work:
            await work.connection.exec_driver_sql("update workspace set name = 'half done'")
            end_connections(either_server, f"store_{worker}")
            await workspaces.get(work)

    assert await use(database, tenant) == "Northlight"
