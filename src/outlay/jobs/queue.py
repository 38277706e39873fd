"""The queue: takes jobs inside their cause's transaction, and runs them in the server or in a worker of its own."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Any

import psycopg
from procrastinate import App, BaseRetryStrategy, PsycopgConnector, RetryDecision
from procrastinate.exceptions import ProcrastinateException
from procrastinate.jobs import Job as LibraryJob
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from outlay.db.connect import CONNECT_TIMEOUT_S, STATEMENT_TIMEOUT_S, Database, Work
from outlay.jobs import store
from outlay.jobs.registry import ATTEMPTS_MAX, Registry, Task
from outlay.kit.errors import OutlayError

QUEUE = "outlay"
HEARTBEAT_S = 10.0
SILENT_S_MAX = 30.0
POLL_S = 5.0
GRACE_S = 20.0
RETRY_S = (5, 3600)
DONE_KEPT_HOURS = 7 * 24
FAILED_KEPT_HOURS = 30 * 24
_RESTART_S = (0.5, 10.0)
_POOL_SIZE = 3
_OPEN_S_MAX = 5.0

_log = logging.getLogger(__name__)


class Backoff(BaseRetryStrategy):
    """Each attempt waits three times as long as the one before, up to an hour."""

    def __init__(self, attempts_max: int) -> None:
        self.attempts_max = attempts_max

    def get_retry_decision(self, *, exception: BaseException, job: LibraryJob) -> RetryDecision | None:
        """When to try again; None gives up. A job that our own stop interrupted is not to blame for it."""
        if isinstance(exception, asyncio.CancelledError):
            return RetryDecision(retry_in={"seconds": 0})
        if job.attempts + 1 >= self.attempts_max:
            return None
        first_s, longest_s = RETRY_S
        return RetryDecision(retry_in={"seconds": min(first_s * 3**job.attempts, longest_s)})


class JobQueue:
    """The jobs of one process: those it queues, and, when a worker runs, those it does."""

    def __init__(
        self,
        database: Database,
        registry: Registry,
        *,
        heartbeat_s: float = HEARTBEAT_S,
        silent_s_max: float = SILENT_S_MAX,
        poll_s: float = POLL_S,
    ) -> None:
        self._database = database
        self._registry = registry
        self._heartbeat_s = heartbeat_s
        self._silent_s_max = silent_s_max
        self._poll_s = poll_s
        self._worker: asyncio.Task[None] | None = None
        self._grace_s = GRACE_S
        self._app = App(connector=_connector(database.urls.app))
        for task in registry:
            self._adopt(task)
        self._adopt(Task("jobs.forget_old", self._forget_old, "23 3 * * *", ATTEMPTS_MAX))

    async def enqueue(self, work: Work, name: str, **arguments: Any) -> int:
        """Queues a job of the workspace at hand, in its own transaction: undone when that is. Gives its number.

        Arguments are plain JSON values; ids go as strings.
        """
        if name not in self._registry:
            raise ValueError(f"No job is called {name}.")
        connection = (await work.connection.get_raw_connection()).driver_connection
        deferrer = self._app.configure_task(name, allow_unknown=False, connection=connection)
        async with store.in_schema(work.connection):
            return await deferrer.defer_async(workspace_id=str(work.workspace_id), **arguments)

    async def start(self, *, concurrency: int, grace_s: float = GRACE_S) -> None:
        """Runs a worker beside whatever else the process does."""
        self._grace_s = grace_s
        running = self.run_worker(concurrency=concurrency, grace_s=grace_s)
        self._worker = asyncio.create_task(running, name="jobs worker")

    async def stop(self) -> None:
        """Lets running jobs finish for as long as was agreed, then puts them back into the queue."""
        worker, self._worker = self._worker, None
        if worker is None:
            return
        worker.cancel()
        _, unfinished = await asyncio.wait({worker}, timeout=self._grace_s + CONNECT_TIMEOUT_S)
        if unfinished:
            _log.error("jobs did not stop in time; they run again once their worker's silence is noticed")

    async def run_worker(self, *, concurrency: int, grace_s: float = GRACE_S) -> None:
        """Runs jobs until cancelled, through every outage of the database."""
        delay_s, longest_s = _RESTART_S
        while True:
            started = asyncio.get_running_loop().time()
            try:
                await self._run_until_it_fails(concurrency, grace_s)
            except (ProcrastinateException, psycopg.Error, PoolTimeout, OSError) as error:
                _log.warning("jobs wait for the database: %s", error)
            if asyncio.get_running_loop().time() - started > longest_s:
                delay_s = _RESTART_S[0]
            await asyncio.sleep(delay_s)
            delay_s = min(delay_s * 2, longest_s)

    async def rescue(self) -> int:
        """Queues again what workers that went silent had in hand; gives how many jobs that were."""
        async with self._database.directory() as connection:
            found = await store.rescue(connection, silent_s=self._silent_s_max, attempts_max=ATTEMPTS_MAX)
        for job_id, given_up in found.items():
            _log.warning("the worker of job %d died; %s", job_id, "it is given up" if given_up else "it runs again")
        return len(found)

    async def _run_until_it_fails(self, concurrency: int, grace_s: float) -> None:
        rescuer = asyncio.create_task(self._rescue_for_ever(), name="jobs rescue")
        try:
            await self._app.open_async()
            await self._app.run_worker_async(
                concurrency=concurrency,
                shutdown_graceful_timeout=grace_s,
                install_signal_handlers=False,
                fetch_job_polling_interval=self._poll_s,
                update_heartbeat_interval=self._heartbeat_s,
                stalled_worker_timeout=self._silent_s_max,
            )
        finally:
            rescuer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await rescuer
            # Also when opening failed: the library would otherwise go on with the pool that could not be opened.
            await self._app.close_async()

    async def _rescue_for_ever(self) -> None:
        """Not a job itself: those who are to be rescued may hold every place there is."""
        while True:
            try:
                await self.rescue()
            except OutlayError as error:
                _log.warning("jobs of dead workers wait for the database: %s", error.detail)
            except Exception:  # noqa: BLE001 - the next round may succeed, and without it dead jobs stay dead
                _log.exception("jobs of dead workers could not be looked for")
            await asyncio.sleep(self._silent_s_max / 2)

    async def _forget_old(self, _: Database, __: dict[str, Any]) -> None:
        manager = self._app.job_manager
        await manager.delete_old_jobs(nb_hours=DONE_KEPT_HOURS)
        await manager.delete_old_jobs(
            nb_hours=FAILED_KEPT_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
        )

    def _adopt(self, task: Task) -> None:
        """Makes the task known to the library. One that comes by itself never runs twice at a time."""

        async def run(**arguments: Any) -> None:
            arguments.pop("timestamp", None)
            try:
                await task.run(self._database, arguments)
            except Exception:
                _log.warning("job %s failed", task.name, exc_info=True)
                raise

        register = self._app.task(
            name=task.name,
            queue=QUEUE,
            retry=Backoff(task.attempts_max),
            lock=task.name if task.cron else None,
        )
        known = register(run)
        if task.cron:
            periodic: Callable[[Any], Any] = self._app.periodic(cron=task.cron)
            periodic(known)


class _Pool(AsyncConnectionPool[Any]):
    """Gives up opening sooner than the library would, since we try again anyway."""

    async def open(self, wait: bool = False, timeout: float = 30.0) -> None:  # noqa: ASYNC109, FBT001, FBT002
        await super().open(wait=wait, timeout=min(timeout, _OPEN_S_MAX))


def _connector(url: str) -> PsycopgConnector:
    """A small pool of its own, in the schema of the jobs."""
    options = f"-c search_path={store.SCHEMA} -c timezone=UTC -c statement_timeout={STATEMENT_TIMEOUT_S}s"
    return PsycopgConnector(
        pool_factory=_Pool,
        conninfo=url,
        kwargs={"options": options, "application_name": "outlay jobs", "connect_timeout": CONNECT_TIMEOUT_S},
        min_size=1,
        max_size=_POOL_SIZE,
        timeout=CONNECT_TIMEOUT_S,
    )
