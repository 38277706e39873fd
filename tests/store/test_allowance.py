"""Allowances: a limit holds exactly, over as many processes as there are, by the database's clock."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from outlay.db.connect import Database
from outlay.db.roles import DatabaseUrls
from outlay.identity.allowance.model import TooManyRequests
from outlay.identity.allowance.service import Allowances
from tests.support.tenants import Tenant


@pytest.fixture
async def processes(either_urls: DatabaseUrls, tenant: Tenant) -> AsyncIterator[list[Allowances]]:
    """As in two workers: each has its own pools and its own memory, and the database in common."""
    databases = [Database(either_urls, pool_size=2, pool_wait_s=10) for _ in range(2)]
    await early_in_a_minute(either_urls)
    yield [Allowances(database) for database in databases]
    for database in databases:
        await database.close()


async def early_in_a_minute(urls: DatabaseUrls) -> None:
    """Waits where the minute is about to turn, since what is asserted here is what happens within one."""
    async with await psycopg.AsyncConnection.connect(urls.app) as connection:
        row = await (await connection.execute("select extract(second from now())::float8")).fetchone()
    assert row
    if row[0] > 57:
        await asyncio.sleep(60.5 - row[0])


async def ignore(_: AsyncConnection) -> None:
    """Notes no use."""


async def granted(allowances: Allowances, tenant: Tenant, subject: UUID, limit: int, asked: int) -> int:
    count = 0
    for _ in range(asked):
        try:
            await allowances.spend(tenant.id, subject, limit, ignore)
        except TooManyRequests:
            continue
        count += 1
    return count


def turn_the_minute(urls: DatabaseUrls, tenant: Tenant, subject: UUID) -> None:
    """Makes the stored minute one that has passed."""
    with psycopg.connect(urls.owner) as owner:
        owner.execute(f"set local outlay.workspace_id = '{tenant.id}'".encode())
        owner.execute(
            "update rate_window set window_started_at = window_started_at - interval '1 minute' where subject_id = %s",
            [subject],
        )


@pytest.mark.parametrize("limit", [1, 7, 20, 45, 100])
async def test_the_limit_is_exact_over_two_processes(processes: list[Allowances], tenant: Tenant, limit: int) -> None:
    subject = uuid4()

    counts = await asyncio.gather(*(granted(one, tenant, subject, limit, limit + 5) for one in processes))

    assert sum(counts) == limit


async def test_the_limit_is_exact_for_many_at_the_same_moment(processes: list[Allowances], tenant: Tenant) -> None:
    subject = uuid4()

    counts = await asyncio.gather(*(granted(one, tenant, subject, 30, 1) for one in processes for _ in range(40)))

    assert sum(counts) == 30


async def test_who_asks_too_often_hears_when_to_go_on(processes: list[Allowances], tenant: Tenant) -> None:
    subject = uuid4()
    await granted(processes[0], tenant, subject, 5, 5)

    with pytest.raises(TooManyRequests) as refused:
        await processes[0].spend(tenant.id, subject, 5, ignore)

    allowance = refused.value.allowance
    assert (allowance.limit, allowance.remaining) == (5, 0)
    assert 1 <= allowance.reset_s <= 60
    assert refused.value.retry_after_s == allowance.reset_s


async def test_what_remains_counts_down(processes: list[Allowances], tenant: Tenant) -> None:
    subject = uuid4()

    remaining = [(await processes[0].spend(tenant.id, subject, 25, ignore)).remaining for _ in range(25)]

    assert remaining == list(range(24, -1, -1))


async def test_a_minute_turns_over(
    processes: list[Allowances], database: Database, tenant: Tenant, either_urls: DatabaseUrls
) -> None:
    subject = uuid4()
    assert await granted(processes[0], tenant, subject, 6, 10) == 6

    turn_the_minute(either_urls, tenant, subject)

    # A process that has not heard that the minute is used up; the first keeps to what it heard until its minute ends.
    assert await granted(Allowances(database), tenant, subject, 6, 10) == 6


async def test_credentials_do_not_share(processes: list[Allowances], tenant: Tenant, stranger: Tenant) -> None:
    one, other = uuid4(), uuid4()

    assert await granted(processes[0], tenant, one, 4, 9) == 4
    assert await granted(processes[0], tenant, other, 4, 9) == 4
    assert await granted(processes[1], stranger, one, 4, 9) == 4


async def test_a_busy_credential_costs_a_write_for_each_share(processes: list[Allowances], tenant: Tenant) -> None:
    touched = 0

    async def touch(_: AsyncConnection) -> None:
        nonlocal touched
        touched += 1

    subject = uuid4()
    for _ in range(100):
        await processes[0].spend(tenant.id, subject, 1_000, touch)

    assert touched == 2


async def test_a_refused_credential_costs_no_further_writes(processes: list[Allowances], tenant: Tenant) -> None:
    subject = uuid4()
    await granted(processes[0], tenant, subject, 3, 4)
    touched = 0

    async def touch(_: AsyncConnection) -> None:
        nonlocal touched
        touched += 1

    for _ in range(20):
        with pytest.raises(TooManyRequests):
            await processes[0].spend(tenant.id, subject, 3, touch)

    assert touched == 0


async def test_a_failure_to_note_the_use_takes_nothing(processes: list[Allowances], tenant: Tenant) -> None:
    subject = uuid4()

    async def fail(_: AsyncConnection) -> None:
        raise ZeroDivisionError

    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            await processes[0].spend(tenant.id, subject, 2, fail)

    assert await granted(processes[0], tenant, subject, 2, 5) == 2


async def test_the_count_is_of_the_database_s_minute(
    processes: list[Allowances], tenant: Tenant, either_urls: DatabaseUrls
) -> None:
    subject = uuid4()
    await processes[0].spend(tenant.id, subject, 100, ignore)
    with psycopg.connect(either_urls.operator) as operator:
        row = operator.execute(
            "select window_started_at, now() - window_started_at from rate_window where subject_id = %s", [subject]
        ).fetchone()

    assert row
    assert row[0].second == 0
    assert timedelta(0) <= row[1] < timedelta(minutes=2)
