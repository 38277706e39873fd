"""An installation for each test, copied from one that was made once; nothing of it may be left at the test's end."""

import asyncio
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from outlay.db.connect import Database
from outlay.db.provision import visiting
from outlay.db.roles import DatabaseUrls
from outlay.settings import Settings
from tests.crash.installation import Installation, kill
from tests.support.processes import free_port
from tests.support.tenants import Tenant, make_tenant


def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="outlay-crash-", dir="/tmp"))
    folder.chmod(0o755)  # the account that runs PostgreSQL for root must pass
    return folder


async def _tenant_in(urls: DatabaseUrls) -> Tenant:
    database = Database(urls, pool_size=2, pool_wait_s=10)
    try:
        return await make_tenant(database)
    finally:
        await database.close()


@pytest.fixture(scope="session")
def pattern(worker: str) -> Iterator[Installation]:
    """A stopped installation with a workspace in it; never served, only copied."""
    folder = _folder()
    try:
        with visiting(Settings(data_dir=folder / "data")) as urls:
            tenant = asyncio.run(_tenant_in(urls))
        yield Installation(folder, 0, tenant.key)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def installation(pattern: Installation) -> Iterator[Installation]:
    folder = _folder()
    made = replace(pattern, folder=folder, port=free_port())
    # The owners of the files count, which shutil does not copy.
    subprocess.run(["cp", "-a", str(pattern.data_dir), str(made.data_dir)], check=True)
    try:
        yield made
        made.assert_nothing_is_left()
    finally:
        kill(*(process.pid for process in made.processes()))
        shutil.rmtree(folder, ignore_errors=True)
