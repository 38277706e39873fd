"""The SQL of the queue beside what the library brings."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from outlay.jobs.model import Job, JobStatus

SCHEMA = "jobs"

_JOBS = """
select j.id, j.task_name as task, j.queue_name as queue, j.status::text as status, j.attempts, j.scheduled_at,
       j.args ->> 'workspace_id' as workspace_id,
       (select max(e.at) from jobs.procrastinate_events e
         where e.job_id = j.id and e.type in ('failed', 'aborted', 'deferred_for_retry')) as last_error_at
  from jobs.procrastinate_jobs j
"""
_PAGE = text(f"{_JOBS} where j.status::text = any(:statuses) order by j.id desc limit :limit")
_FIND = text(f"{_JOBS} where j.id = :id for update of j")
_RETRY_FAILED = text("select procrastinate_retry_job_v2(:id, now(), null, null, null)")
_RUN_NOW = text("update procrastinate_jobs set scheduled_at = now() where id = :id and status = 'todo'")

# One process at a time, and only rows that nobody else has in hand: a job rescued twice would run twice at once.
# A job that took its workers down with it again and again is given up, or it would do so for ever.
_RESCUE = text("""
with lost as (
    select j.id, j.attempts
      from procrastinate_jobs j
     where pg_try_advisory_xact_lock(hashtext('outlay.jobs.rescue'))
       and j.status = 'doing'
       and not exists (select from procrastinate_workers w
                        where w.id = j.worker_id
                          and w.last_heartbeat > now() - make_interval(secs => :silent_s))
       for update skip locked
)
select id, attempts >= :attempts_max as given_up,
       case when attempts >= :attempts_max then procrastinate_finish_job_v1(id, 'failed', false)::text
            else procrastinate_retry_job_v2(id, now(), null, null, null)::text end
  from lost
""")


@asynccontextmanager
async def in_schema(connection: AsyncConnection) -> AsyncIterator[None]:
    """Lets the library's functions and triggers find their tables, which they name without a schema.

    A failure needs no undoing here: it rolls back the transaction or savepoint, and with it the setting.
    """
    before = await connection.scalar(text("select current_setting('search_path')"))
    await connection.exec_driver_sql(f"set local search_path = {SCHEMA}")
    yield
    await connection.execute(text("select set_config('search_path', :before, true)"), {"before": before})


async def page(connection: AsyncConnection, statuses: Collection[JobStatus], limit: int) -> list[Job]:
    """The newest jobs in these states."""
    parameters = {"statuses": [status.value for status in statuses], "limit": limit}
    return [_job(row) for row in (await connection.execute(_PAGE, parameters)).mappings()]


async def find_for_change(connection: AsyncConnection, job_id: int) -> Job | None:
    """The job with this id, held until commit."""
    row = (await connection.execute(_FIND, {"id": job_id})).mappings().one_or_none()
    return _job(row) if row else None


async def retry_failed(connection: AsyncConnection, job_id: int) -> None:
    """Lets a failed job run once more."""
    async with in_schema(connection):
        await connection.execute(_RETRY_FAILED, {"id": job_id})


async def run_now(connection: AsyncConnection, job_id: int) -> None:
    """Ends the wait of a job for its next attempt."""
    async with in_schema(connection):
        await connection.execute(_RUN_NOW, {"id": job_id})


async def rescue(connection: AsyncConnection, *, silent_s: float, attempts_max: int) -> dict[int, bool]:
    """Queues again the jobs of workers that went silent; gives their ids, and which of them were given up."""
    async with in_schema(connection):
        rows = await connection.execute(_RESCUE, {"silent_s": silent_s, "attempts_max": attempts_max})
    return {row.id: row.given_up for row in rows}


async def workspaces(connection: AsyncConnection) -> list[UUID]:
    """Whom work over all workspaces goes through."""
    rows = await connection.execute(text("select id from workspace order by created_at, id"))
    return list(rows.scalars())


def _job(row: RowMapping) -> Job:
    workspace = row["workspace_id"]
    return Job(**{**row, "status": JobStatus(row["status"]), "workspace_id": UUID(workspace) if workspace else None})
