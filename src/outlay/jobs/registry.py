"""The register of background work: by which name, for whom, how often. Slices fill it, the queue runs it."""

import logging
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from outlay.db.connect import Database, Work
from outlay.jobs import store
from outlay.jobs.model import SomeWorkspacesFailed

ATTEMPTS_MAX = 8
PERIODIC_ATTEMPTS_MAX = 3

TenantWork = TypeVar("TenantWork", bound=Callable[..., Awaitable[None]])
WorkspaceWork = TypeVar("WorkspaceWork", bound=Callable[[Work], Awaitable[None]])
HouseWork = TypeVar("HouseWork", bound=Callable[[Database], Awaitable[None]])

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Task:
    """One kind of job: what it does with its arguments, and when it comes by itself (a cron line in UTC)."""

    name: str
    run: Callable[[Database, dict[str, Any]], Awaitable[None]]
    cron: str | None
    attempts_max: int


class Registry:
    """All kinds of jobs."""

    def __init__(self) -> None:
        self._tasks: dict[str, Task] = {}

    def __iter__(self) -> Iterator[Task]:
        return iter(self._tasks.values())

    def __contains__(self, name: str) -> bool:
        return name in self._tasks

    def tenant_job(self, name: str, *, attempts_max: int = ATTEMPTS_MAX) -> Callable[[TenantWork], TenantWork]:
        """For `async def job(work, **arguments)`: runs in a transaction of the workspace that queued it."""

        def register(function: TenantWork) -> TenantWork:
            async def run(database: Database, arguments: dict[str, Any]) -> None:
                workspace_id = UUID(arguments.pop("workspace_id"))
                async with database.work(workspace_id) as work:
                    await function(work, **arguments)

            self._add(Task(name, run, None, attempts_max))
            return function

        return register

    def every_workspace(self, name: str, *, cron: str) -> Callable[[WorkspaceWork], WorkspaceWork]:
        """For `async def job(work)`: runs by itself, in a transaction of each workspace in turn.

        Where it fails the others go on, and the job fails at the end, so that it is seen and comes again.
        """

        def register(function: WorkspaceWork) -> WorkspaceWork:
            async def run(database: Database, _: dict[str, Any]) -> None:
                await _in_every_workspace(database, name, function)

            self._add(Task(name, run, cron, PERIODIC_ATTEMPTS_MAX))
            return function

        return register

    def house_job(self, name: str, *, cron: str) -> Callable[[HouseWork], HouseWork]:
        """For `async def job(database)`: runs by itself, on what belongs to no workspace."""

        def register(function: HouseWork) -> HouseWork:
            async def run(database: Database, _: dict[str, Any]) -> None:
                await function(database)

            self._add(Task(name, run, cron, PERIODIC_ATTEMPTS_MAX))
            return function

        return register

    def _add(self, task: Task) -> None:
        if task.name in self._tasks:
            raise ValueError(f"Two jobs are called {task.name}.")
        self._tasks[task.name] = task


async def _in_every_workspace(database: Database, name: str, function: Callable[[Work], Awaitable[None]]) -> None:
    async with database.directory() as connection:
        workspace_ids = await store.workspaces(connection)
    failed = []
    for workspace_id in workspace_ids:
        try:
            async with database.work(workspace_id) as work:
                await function(work)
        except Exception:  # noqa: BLE001 - whatever fails in one workspace must not keep it from the others
            _log.exception("%s failed in workspace %s", name, workspace_id)
            failed.append(str(workspace_id))
    if failed:
        raise SomeWorkspacesFailed(f"{name} failed in {len(failed)} of {len(workspace_ids)} workspaces")
