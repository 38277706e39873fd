"""An installation for each test, copied from one that was made once; nothing of it may be left at the test's end."""

import asyncio
import shutil
from collections.abc import Iterator

import pytest

from outlay.db.connect import Database
from outlay.db.provision import visiting
from outlay.db.roles import DatabaseUrls
from outlay.settings import Settings
from tests.crash.installation import Installation, copy_of, new_folder
from tests.support.tenants import Tenant, make_tenant


async def _tenant_in(urls: DatabaseUrls) -> Tenant:
    database = Database(urls, pool_size=2, pool_wait_s=10)
    try:
        return await make_tenant(database)
    finally:
        await database.close()


@pytest.fixture(scope="session")
def pattern(worker: str) -> Iterator[Installation]:
    """A stopped installation with a workspace in it; never served, only copied."""
    folder = new_folder()
    try:
        with visiting(Settings(data_dir=folder / "data")) as urls:
            tenant = asyncio.run(_tenant_in(urls))
        yield Installation(folder, 0, tenant.key)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def installation(pattern: Installation) -> Iterator[Installation]:
    with copy_of(pattern) as made:
        yield made
