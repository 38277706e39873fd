"""Shows the queue and runs a job again, for the commands of an operator."""

from collections.abc import Collection

from outlay.db.connect import Database
from outlay.jobs import store
from outlay.jobs.model import UNFINISHED, Job, JobStatus, NotRetryable
from outlay.kit.errors import NotFound


async def jobs_list(database: Database, *, statuses: Collection[JobStatus] = UNFINISHED, limit: int = 100) -> list[Job]:
    """The newest jobs; without `statuses`, those that are not done."""
    async with database.directory() as connection:
        return await store.page(connection, statuses, limit)


async def retry(database: Database, job_id: int) -> Job:
    """Runs a failed job once more, or one that waits for its next attempt at once; gives it as it was before."""
    async with database.directory() as connection:
        job = await store.find_for_change(connection, job_id)
        if job is None:
            raise NotFound(f"There is no job {job_id}.")
        if job.status is JobStatus.FAILED:
            await store.retry_failed(connection, job_id)
        elif job.status is JobStatus.WAITING:
            await store.run_now(connection, job_id)
        else:
            raise NotRetryable(f"Job {job_id} is {job.status.value}.")
        return job
