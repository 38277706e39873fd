"""A server for each worker, with two workers of its own; a workspace for each test."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from outlay.db.connect import Database
from outlay.db.roles import DatabaseUrls
from tests.support.processes import Server, external
from tests.support.servers import ServerForTests
from tests.support.tenants import Tenant, make_tenant


@pytest.fixture(scope="session")
def door_urls(newest_server: ServerForTests, worker: str) -> DatabaseUrls:
    return newest_server.clone(f"doors_{worker}")


@pytest.fixture(scope="session")
def server(door_urls: DatabaseUrls) -> Iterator[Server]:
    with Server(external(door_urls), "--workers", "2") as running:
        yield running


@pytest.fixture
async def database(door_urls: DatabaseUrls) -> AsyncIterator[Database]:
    """The server's database, to prepare what a test needs and to look at what it did."""
    opened = Database(door_urls, pool_size=4, pool_wait_s=10)
    yield opened
    await opened.close()


@pytest.fixture
async def tenant(database: Database) -> Tenant:
    return await make_tenant(database)


@pytest.fixture
async def stranger(database: Database) -> Tenant:
    return await make_tenant(database, "Harbour & Pine")


@pytest.fixture
def api(server: Server, tenant: Tenant) -> Iterator[httpx.Client]:
    """The native API with an owner's key."""
    with httpx.Client(base_url=f"{server.origin}/api/v1", headers=tenant.headers, timeout=30) as client:
        yield client
