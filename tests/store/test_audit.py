"""The audit log: a chain that shows when anything of it was changed."""

import asyncio

import psycopg
import pytest

from outlay.db.connect import Database
from outlay.db.roles import DatabaseUrls
from outlay.identity.audit import service as audit
from outlay.identity.audit.model import Target, Verification
from outlay.kit.paging import PageRequest
from tests.support.tenants import TESTER, Tenant


async def record(database: Database, tenant: Tenant, count: int) -> None:
    for number in range(count):
        async with database.work(tenant.id) as work:
            target = Target("client", str(number), f"Client {number}")
            await audit.record(work, TESTER, "client.change", target, before={"n": number}, after={"n": number + 1})


async def verify(database: Database, tenant: Tenant) -> Verification:
    async with database.work(tenant.id) as work:
        return await audit.verification(work, TESTER)


async def test_an_untouched_log_verifies(database: Database, tenant: Tenant) -> None:
    await record(database, tenant, 5)

    found = await verify(database, tenant)

    assert found.ok
    assert found.entries >= 5


async def test_concurrent_writers_make_one_chain(database: Database, tenant: Tenant) -> None:
    await asyncio.gather(*(record(database, tenant, 5) for _ in range(4)))

    found = await verify(database, tenant)

    assert found.ok
    assert found.entries >= 20


@pytest.mark.parametrize(
    "tampering",
    [
        "update audit_entry set after = '{\"n\": 99}' where seq = 4",
        "update audit_entry set actor_name = 'somebody else' where seq = 4",
        "delete from audit_entry where seq = 4",
        "delete from audit_entry where seq >= 4",
        "update audit_entry set at = at + interval '1 second' where seq = 4",
    ],
)
async def test_whatever_is_changed_behind_our_back_is_found(
    database: Database, tenant: Tenant, either_urls: DatabaseUrls, tampering: str
) -> None:
    await record(database, tenant, 6)
    with psycopg.connect(either_urls.owner) as owner:
        owner.execute(f"set local outlay.workspace_id = '{tenant.id}'")
        assert owner.execute(tampering).rowcount > 0

    found = await verify(database, tenant)

    assert not found.ok
    assert found.broken_at == 4


@pytest.mark.parametrize("statement", ["update audit_entry set ip = 'x'", "delete from audit_entry"])
async def test_the_run_time_role_cannot_change_history(either_urls: DatabaseUrls, statement: str) -> None:
    with psycopg.connect(either_urls.app) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute(statement)


async def test_pages_go_back_in_time(database: Database, tenant: Tenant) -> None:
    await record(database, tenant, 7)
    async with database.work(tenant.id) as work:
        first = await audit.entries(work, TESTER, PageRequest(limit=3), action="client.")
        second = await audit.entries(work, TESTER, PageRequest(limit=3, cursor=first.next), action="client.")

    numbers = [entry.seq for entry in first.items + second.items]
    assert numbers == sorted(numbers, reverse=True)
    assert len(numbers) == 6
