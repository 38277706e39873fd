"""One set of servers for the whole run; a database for each worker, a workspace for each test."""

import os
import signal
from collections.abc import AsyncIterator

import pytest

from outlay.db.connect import Database
from outlay.db.roles import DatabaseUrls
from tests.support.servers import ServerFarm, ServerForTests, servers
from tests.support.tenants import Tenant, make_tenant

_farm: list[ServerFarm] = []


def pytest_sessionstart(session: pytest.Session) -> None:
    # Run in the background, tests may have been told to ignore interrupts, and every program that they start would too.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(session.config, "workerinput") or session.config.option.collectonly:
        return
    # Settings of the person who runs the tests must not leak into them.
    for name in [name for name in os.environ if name.startswith("OUTLAY_")]:
        del os.environ[name]
    farm = ServerFarm()
    _farm.append(farm)
    farm.start()


def pytest_sessionfinish() -> None:
    while _farm:
        _farm.pop().stop()


@pytest.fixture(scope="session")
def worker(request: pytest.FixtureRequest) -> str:
    """The name of this worker process."""
    return str(getattr(request.config, "workerinput", {}).get("workerid", "main"))


@pytest.fixture(scope="session")
def newest_server() -> ServerForTests:
    return servers()["18"]


@pytest.fixture(scope="session", params=["18", "15"])
def either_server(request: pytest.FixtureRequest) -> ServerForTests:
    """Tests of SQL run on the version that we bring and on the oldest that we support."""
    found = servers().get(request.param)
    if found is None:
        pytest.fail("PostgreSQL 15 is missing: `make test` installs it (Debian package postgresql-15)")
    return found


@pytest.fixture(scope="session")
def either_urls(either_server: ServerForTests, worker: str) -> DatabaseUrls:
    return either_server.clone(f"store_{worker}")


@pytest.fixture
async def database(either_urls: DatabaseUrls) -> AsyncIterator[Database]:
    """For tests of stores and services: a database of this worker's, on each version of PostgreSQL."""
    opened = Database(either_urls, pool_size=4, pool_wait_s=10)
    yield opened
    await opened.close()


@pytest.fixture
async def tenant(database: Database) -> Tenant:
    return await make_tenant(database)


@pytest.fixture
async def stranger(database: Database) -> Tenant:
    """Another workspace in the same database: nothing of it may be seen."""
    return await make_tenant(database, "Harbour & Pine")


@pytest.fixture
def no_settings(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment without a single setting of ours."""
    for name in [name for name in os.environ if name.startswith("OUTLAY_")]:
        monkeypatch.delenv(name)
    return monkeypatch
