"""A worker in a process of its own, to be killed: its one job tells of each start, and ends at the second."""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

from outlay.db.connect import Database, Work
from outlay.db.roles import DatabaseUrls
from outlay.identity.sign_in import jobs as sign_in_jobs
from outlay.identity.sign_in.model import SessionPolicy
from outlay.jobs.queue import JobQueue
from outlay.jobs.registry import Registry

POLICY = SessionPolicy(
    idle=timedelta(hours=24), longest=timedelta(days=30), password_reset=timedelta(hours=1), attempts_max=10
)


def make_queue(database: Database, registry: Registry) -> JobQueue:
    """A queue that notices within moments what the real one notices within half a minute."""
    return JobQueue(database, registry, heartbeat_s=0.2, silent_s_max=1.0, poll_s=0.2)


def registry_with_interrupted_job(diary: Path) -> Registry:
    registry = Registry()
    sign_in_jobs.register(registry, POLICY)

    @registry.tenant_job("test.interrupted")
    async def interrupted(work: Work, *, word: str) -> None:
        if _write(diary, f"{work.workspace_id} {word}\n") == 1:
            await asyncio.sleep(600)

    return registry


def _write(diary: Path, line: str) -> int:
    """Adds a line; gives how many there are."""
    with diary.open("a") as file:
        file.write(line)
    return len(diary.read_text().splitlines())


async def main(diary: Path, urls: DatabaseUrls) -> None:
    database = Database(urls, pool_size=3, pool_wait_s=10)
    await make_queue(database, registry_with_interrupted_job(diary)).run_worker(concurrency=2)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), DatabaseUrls(*sys.argv[2:5])))
