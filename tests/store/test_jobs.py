"""Background work: queued with its cause, done in its workspace, done again when its worker dies."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import psycopg
import pytest
from procrastinate.jobs import Job as LibraryJob
from sqlalchemy import text

from outlay.db.connect import Database, Work
from outlay.db.roles import DatabaseUrls
from outlay.identity.audit import service as audit
from outlay.identity.audit.model import Target
from outlay.identity.sign_in import jobs as sign_in_jobs
from outlay.identity.sign_in import service as sign_in
from outlay.identity.sign_in.model import Origin
from outlay.jobs import queue as queue_module
from outlay.jobs import service as jobs
from outlay.jobs.model import Job, JobStatus, NotRetryable, SomeWorkspacesFailed
from outlay.jobs.queue import Backoff, JobQueue
from outlay.jobs.registry import Registry
from outlay.kit.errors import DatabaseUnavailable, NotFound
from tests.store.jobs_help import POLICY, make_queue, registry_with_interrupted_job
from tests.support.servers import ServerForTests
from tests.support.tenants import TESTER, Tenant

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _empty_queue(either_urls: DatabaseUrls) -> None:
    with psycopg.connect(either_urls.owner) as owner:
        owner.execute("truncate jobs.procrastinate_jobs, jobs.procrastinate_workers cascade")


@pytest.fixture
def registry() -> Registry:
    return Registry()


@asynccontextmanager
async def working(database: Database, registry: Registry) -> AsyncIterator[JobQueue]:
    queue = make_queue(database, registry)
    await queue.start(concurrency=2, grace_s=5)
    yield queue
    await queue.stop()


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while not await condition():
            await asyncio.sleep(0.05)


async def the_job(database: Database, job_id: int) -> Job:
    (job,) = [job for job in await jobs.jobs_list(database, statuses=set(JobStatus)) if job.id == job_id]
    return job


async def is_now(database: Database, job_id: int, status: JobStatus) -> None:
    async def reached() -> bool:
        return (await the_job(database, job_id)).status is status

    await until(reached)


async def enqueue(database: Database, queue: JobQueue, tenant: Tenant, name: str, **arguments: str) -> int:
    async with database.work(tenant.id) as work:
        return await queue.enqueue(work, name, **arguments)


async def test_a_job_runs_in_a_transaction_of_its_workspace(
    database: Database, tenant: Tenant, registry: Registry
) -> None:
    @registry.tenant_job("test.note")
    async def note(work: Work, *, word: str) -> None:
        await audit.record(work, TESTER, "test.note", Target("test", "1", word))

    async with working(database, registry) as queue:
        job_id = await enqueue(database, queue, tenant, "test.note", word="hello")
        await is_now(database, job_id, JobStatus.SUCCEEDED)

    async with database.work(tenant.id) as work:
        names = await work.connection.scalars(text("select target_name from audit_entry where action = 'test.note'"))
        assert names.all() == ["hello"]


async def test_a_job_sees_its_own_workspace_alone(
    database: Database, tenant: Tenant, stranger: Tenant, registry: Registry
) -> None:
    seen: list[UUID] = []

    @registry.tenant_job("test.look")
    async def look(work: Work) -> None:
        seen.extend(await work.connection.scalars(text("select distinct workspace_id from api_key")))

    async with working(database, registry) as queue:
        job_id = await enqueue(database, queue, tenant, "test.look")
        await is_now(database, job_id, JobStatus.SUCCEEDED)

    assert seen == [tenant.id]


async def test_a_job_exists_exactly_when_its_cause_does(database: Database, tenant: Tenant, registry: Registry) -> None:
    @registry.tenant_job("test.nothing")
    async def nothing(work: Work) -> None:
        pass

    queue = make_queue(database, registry)

    async def fail() -> None:
        async with database.work(tenant.id) as work:
            await queue.enqueue(work, "test.nothing")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await jobs.jobs_list(database) == []

    job_id = await enqueue(database, queue, tenant, "test.nothing")

    assert await jobs.jobs_list(database) == [
        Job(job_id, "test.nothing", "outlay", JobStatus.WAITING, 0, None, None, tenant.id)
    ]


async def test_queueing_leaves_the_transaction_as_it_was(
    database: Database, tenant: Tenant, registry: Registry
) -> None:
    @registry.tenant_job("test.nothing")
    async def nothing(work: Work) -> None:
        pass

    queue = make_queue(database, registry)
    async with database.work(tenant.id) as work:
        before = await work.connection.scalar(text("select current_setting('search_path')"))
        await queue.enqueue(work, "test.nothing")
        after = await work.connection.scalar(text("select current_setting('search_path')"))
        assert await work.connection.scalar(text("select count(*) from api_key")) == 1

    assert before == after


async def test_a_job_that_nobody_knows_cannot_be_queued(database: Database, tenant: Tenant, registry: Registry) -> None:
    with pytest.raises(ValueError, match=r"test\.unknown"):
        await enqueue(database, make_queue(database, registry), tenant, "test.unknown")


def test_two_jobs_cannot_share_a_name(registry: Registry) -> None:
    @registry.tenant_job("test.same")
    async def first(work: Work) -> None:
        pass

    with pytest.raises(ValueError, match=r"test\.same"):
        registry.tenant_job("test.same")(first)


async def test_what_a_failed_job_wrote_is_undone_and_it_comes_again_later(
    database: Database, tenant: Tenant, registry: Registry
) -> None:
    @registry.tenant_job("test.fail")
    async def fail(work: Work) -> None:
        await audit.record(work, TESTER, "test.fail", Target("test", "1", "never"))
        raise RuntimeError("on purpose")

    async with working(database, registry) as queue:
        job_id = await enqueue(database, queue, tenant, "test.fail")

        async def has_failed_once() -> bool:
            return (await the_job(database, job_id)).attempts == 1

        await until(has_failed_once)

    job = await the_job(database, job_id)
    assert job.status is JobStatus.WAITING
    assert job.scheduled_at is not None
    assert job.last_error_at is not None
    assert job.scheduled_at > job.last_error_at
    async with database.work(tenant.id) as work:
        assert not await work.connection.scalar(text("select count(*) from audit_entry where action = 'test.fail'"))


async def test_a_job_that_failed_for_good_is_listed_and_can_be_run_again(
    database: Database, tenant: Tenant, registry: Registry
) -> None:
    attempts: list[str] = []

    @registry.tenant_job("test.second_time", attempts_max=1)
    async def second_time(work: Work) -> None:
        attempts.append("attempt")
        if len(attempts) == 1:
            raise RuntimeError("on purpose")

    async with working(database, registry) as queue:
        job_id = await enqueue(database, queue, tenant, "test.second_time")
        await is_now(database, job_id, JobStatus.FAILED)
        (listed,) = await jobs.jobs_list(database)
        assert listed.id == job_id
        assert listed.last_error_at is not None
        assert listed.workspace_id == tenant.id

        retried = await jobs.retry(database, job_id)

        assert retried.status is JobStatus.FAILED
        await is_now(database, job_id, JobStatus.SUCCEEDED)
    assert await jobs.jobs_list(database) == []
    with pytest.raises(NotRetryable):
        await jobs.retry(database, job_id)
    with pytest.raises(NotFound):
        await jobs.retry(database, job_id + 1000)


async def test_a_job_that_waits_for_its_next_attempt_can_be_run_at_once(
    database: Database, tenant: Tenant, registry: Registry
) -> None:
    attempts: list[str] = []

    @registry.tenant_job("test.later")
    async def later(work: Work) -> None:
        attempts.append("attempt")
        if len(attempts) == 1:
            raise RuntimeError("on purpose")

    async with working(database, registry) as queue:
        job_id = await enqueue(database, queue, tenant, "test.later")

        async def waits() -> bool:
            job = await the_job(database, job_id)
            return job.attempts == 1 and job.status is JobStatus.WAITING

        await until(waits)
        with psycopg.connect(database.urls.owner) as owner:
            # However long it was to wait,
            owner.execute(
                "set search_path = jobs; update procrastinate_jobs set scheduled_at = now() + interval '1 day'"
            )

        await jobs.retry(database, job_id)

        await is_now(database, job_id, JobStatus.SUCCEEDED)


def test_attempts_wait_longer_each_time_and_end() -> None:
    backoff = Backoff(attempts_max=8)

    def wait_after(attempts: int, error: BaseException) -> float | None:
        job = LibraryJob(id=1, queue="", lock=None, queueing_lock=None, task_name="", task_kwargs={}, attempts=attempts)
        decision = backoff.get_retry_decision(exception=error, job=job)
        if decision is None or decision.retry_at is None:
            return None
        return decision.retry_at.timestamp()

    waits = [wait_after(attempts, RuntimeError()) for attempts in range(7)]
    known = [wait for wait in waits if wait is not None]

    assert known == sorted(known)
    assert len(known) == 7
    assert known[-1] - known[0] > 1000
    assert wait_after(7, RuntimeError()) is None
    assert wait_after(100, asyncio.CancelledError()) is not None


async def test_work_over_all_workspaces_goes_on_where_one_fails(
    database: Database, tenant: Tenant, stranger: Tenant, registry: Registry
) -> None:
    done: list[UUID] = []

    @registry.every_workspace("test.everywhere", cron="0 0 1 1 *")
    async def everywhere(work: Work) -> None:
        done.extend(await work.connection.scalars(text("select distinct workspace_id from api_key")))
        await work.connection.execute(
            text("select 1 / :divisor"), {"divisor": 0 if work.workspace_id == tenant.id else 1}
        )

    (task,) = registry
    with pytest.raises(SomeWorkspacesFailed, match="1 of"):
        await task.run(database, {})

    assert done.index(tenant.id) < done.index(stranger.id)
    assert len(done) == len(set(done))


async def test_a_periodic_job_comes_by_itself_and_once_for_all_workers(
    database: Database, tenant: Tenant, registry: Registry
) -> None:
    runs: list[str] = []

    @registry.house_job("test.often", cron="* * * * * *")
    async def often(_: Database) -> None:
        runs.append("run")

    async def has_run() -> bool:
        return len(runs) >= 2

    async with working(database, registry), working(database, registry):
        await until(has_run)

    with psycopg.connect(database.urls.operator) as operator:
        query = "select args ->> 'timestamp' from jobs.procrastinate_jobs where task_name = 'test.often'"
        moments = [row[0] for row in operator.execute(query)]
    assert len(moments) >= 2
    assert len(moments) == len(set(moments))


async def test_sessions_and_attempts_that_are_over_are_cleared_away(
    database: Database, tenant: Tenant, registry: Registry
) -> None:
    sign_in_jobs.register(registry, POLICY)
    async with database.work(tenant.id) as work:
        old = await sign_in.begin(work, POLICY, Origin(), tenant.owner.id)
        new = await sign_in.begin(work, POLICY, Origin(), tenant.owner.id)
        await work.connection.execute(
            text("update session set last_seen_at = now() - interval '25 hours' where id = :id"), {"id": old.session.id}
        )
    async with database.side(None) as connection:
        await connection.execute(
            text("insert into sign_in_throttle values (:subject, 3, now() - interval '16 minutes')"),
            {"subject": uuid4().bytes},
        )

    for task in registry:
        await task.run(database, {})

    async with database.work(tenant.id) as work:
        assert (await work.connection.scalars(text("select id from session"))).all() == [new.session.id]
        left = text("select count(*) from sign_in_throttle where window_started_at < now() - interval '15 minutes'")
        assert await work.connection.scalar(left) == 0


async def test_stopping_lets_a_running_job_finish(database: Database, tenant: Tenant, registry: Registry) -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()

    @registry.tenant_job("test.slow")
    async def slow(work: Work) -> None:
        begun.set()
        await may_end.wait()

    async with working(database, registry) as queue:
        job_id = await enqueue(database, queue, tenant, "test.slow")
        await begun.wait()
        stopping = asyncio.create_task(queue.stop())
        await asyncio.sleep(0.1)
        assert not stopping.done()
        may_end.set()
        await stopping

    assert (await the_job(database, job_id)).status is JobStatus.SUCCEEDED


async def test_a_job_that_cannot_finish_before_the_stop_goes_back_into_the_queue(
    database: Database, tenant: Tenant, registry: Registry
) -> None:
    begun = asyncio.Event()

    @registry.tenant_job("test.endless")
    async def endless(work: Work) -> None:
        begun.set()
        await asyncio.sleep(600)

    queue = make_queue(database, registry)
    await queue.start(concurrency=1, grace_s=0.2)
    job_id = await enqueue(database, queue, tenant, "test.endless")
    await begun.wait()
    await queue.stop()

    assert (await the_job(database, job_id)).status is JobStatus.WAITING


def start_worker(diary: Path, urls: DatabaseUrls) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.store.jobs_help", str(diary), urls.owner, urls.app, urls.operator]
    return subprocess.Popen(command, cwd=ROOT)


async def test_a_job_of_a_killed_worker_runs_again(database: Database, tenant: Tenant, tmp_path: Path) -> None:
    diary = tmp_path / "diary"
    registry = registry_with_interrupted_job(diary)
    process = start_worker(diary, database.urls)
    try:
        job_id = await enqueue(database, make_queue(database, registry), tenant, "test.interrupted", word="hello")
        await is_now(database, job_id, JobStatus.RUNNING)

        async def is_written() -> bool:
            return diary.exists() and bool(diary.read_text())

        await until(is_written)
    finally:
        process.kill()
        process.wait()
    assert (await the_job(database, job_id)).status is JobStatus.RUNNING

    async with working(database, registry):
        await is_now(database, job_id, JobStatus.SUCCEEDED)

    assert diary.read_text().splitlines() == [f"{tenant.id} hello"] * 2


async def test_a_job_of_a_living_worker_is_left_alone(database: Database, tenant: Tenant, registry: Registry) -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()
    runs: list[str] = []

    @registry.tenant_job("test.slow")
    async def slow(work: Work) -> None:
        runs.append("run")
        begun.set()
        await may_end.wait()

    async with working(database, registry) as queue:
        job_id = await enqueue(database, queue, tenant, "test.slow")
        await begun.wait()
        await asyncio.sleep(1.5)  # Longer than a dead worker's silence is borne with.
        assert await queue.rescue() == 0
        may_end.set()
        await is_now(database, job_id, JobStatus.SUCCEEDED)

    assert runs == ["run"]


async def test_a_job_that_kills_its_workers_is_given_up_in_the_end(
    database: Database, tenant: Tenant, registry: Registry
) -> None:
    @registry.tenant_job("test.deadly")
    async def deadly(work: Work) -> None:
        pass

    queue = make_queue(database, registry)
    job_id = await enqueue(database, queue, tenant, "test.deadly")
    rescued = 0
    while (await the_job(database, job_id)).status is not JobStatus.FAILED:
        with psycopg.connect(database.urls.owner) as owner:
            owner.execute(
                "set search_path = jobs; update procrastinate_jobs set status = 'doing' where status = 'todo'"
            )
        rescued += await queue.rescue()
        assert rescued < 20

    assert rescued > 3


async def test_a_worker_outlives_a_lost_connection(database: Database, tenant: Tenant, registry: Registry) -> None:
    @registry.tenant_job("test.nothing")
    async def nothing(work: Work) -> None:
        pass

    async with working(database, registry) as queue:
        first = await enqueue(database, queue, tenant, "test.nothing")
        await is_now(database, first, JobStatus.SUCCEEDED)
        with psycopg.connect(database.urls.app, autocommit=True) as connection:
            connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'outlay jobs'"
            )

        second = await enqueue(database, queue, tenant, "test.nothing")

        await is_now(database, second, JobStatus.SUCCEEDED)


@pytest.mark.parametrize("is_started_before", [True, False])
async def test_a_worker_outlives_an_outage_whenever_it_was_started(
    database: Database,
    tenant: Tenant,
    registry: Registry,
    either_server: ServerForTests,
    monkeypatch: pytest.MonkeyPatch,
    is_started_before: bool,
) -> None:
    monkeypatch.setattr(queue_module, "_OPEN_S_MAX", 0.3)
    monkeypatch.setattr(queue_module, "_RESTART_S", (0.1, 0.2))

    @registry.tenant_job("test.nothing")
    async def nothing(work: Work) -> None:
        pass

    queue = make_queue(database, registry)
    if is_started_before:
        await queue.start(concurrency=1)
        await is_now(database, await enqueue(database, queue, tenant, "test.nothing"), JobStatus.SUCCEEDED)
    (name,) = urlsplit(database.urls.app).path.split("/")[1:]
    with psycopg.connect(either_server.admin_url, autocommit=True) as admin:
        admin.execute(f"alter database {name} allow_connections false")
        admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [name])
        if not is_started_before:
            await queue.start(concurrency=1)
        await asyncio.sleep(2)  # Several failed attempts of the worker.
        admin.execute(f"alter database {name} allow_connections true")

    async def is_back() -> bool:
        try:
            await jobs.jobs_list(database)
        except DatabaseUnavailable:
            return False
        return True

    await until(is_back)
    await is_now(database, await enqueue(database, queue, tenant, "test.nothing"), JobStatus.SUCCEEDED)
    await queue.stop()


async def test_old_jobs_are_forgotten_and_failed_ones_later(
    database: Database, tenant: Tenant, registry: Registry
) -> None:
    @registry.tenant_job("test.nothing")
    async def nothing(work: Work) -> None:
        pass

    queue = make_queue(database, registry)
    ends = {"succeeded": [1, 8], "failed": [8, 31]}
    kept = {("succeeded", 1), ("failed", 8)}
    expected = set()
    with psycopg.connect(database.urls.owner) as owner:
        for status, ages in ends.items():
            for age_days in ages:
                job_id = await enqueue(database, queue, tenant, "test.nothing")
                owner.execute("set search_path = jobs")
                owner.execute("update procrastinate_jobs set status = %s where id = %s", [status, job_id])
                owner.execute(
                    "update procrastinate_events set at = now() - %s where job_id = %s",
                    [timedelta(days=age_days), job_id],
                )
                expected |= {job_id} if (status, age_days) in kept else set()

    await queue._app.open_async()
    await queue._app.tasks["jobs.forget_old"]()
    await queue._app.close_async()

    assert {job.id for job in await jobs.jobs_list(database, statuses=set(JobStatus))} == expected
