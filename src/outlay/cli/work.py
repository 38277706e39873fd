"""How a command gets at a workspace: the database, the transaction, and the actor it is recorded as."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

from outlay.cli.console import Console, Failure
from outlay.db.announce import PgAnnouncer
from outlay.db.connect import Database, Work
from outlay.db.provision import visiting
from outlay.db.roles import DatabaseUrls
from outlay.identity.access.model import Actor
from outlay.identity.sign_in.first_run import ensure_workspace
from outlay.identity.workspaces import service as workspaces
from outlay.identity.workspaces.model import Workspace
from outlay.settings import Settings

OPERATOR = Actor.system("command line")

Result = TypeVar("Result")


def with_database(console: Console, use: Callable[[Database, Settings], Awaitable[Result]]) -> Result:
    """Runs a use case beside a running server, or with a server of its own for as long as it takes."""
    settings = console.settings()

    async def run(urls: DatabaseUrls) -> Result:
        database = Database(urls, pool_size=2, pool_wait_s=settings.database_pool_wait_s)
        # A running server hears of what we change: open pages show it, and a revoked key's connection ends.
        announcer = database.announcer = PgAnnouncer(urls)
        try:
            result = await use(database, settings)
            await announcer.start()
            return result
        finally:
            await announcer.stop()
            await database.close()

    with visiting(settings, console.say) as urls:
        return asyncio.run(run(urls))


def in_workspace(console: Console, named: str | None, use: Callable[[Work, Settings], Awaitable[Result]]) -> Result:
    """Runs a use case in a transaction of the workspace that was named, or of the only one."""

    async def run(database: Database, settings: Settings) -> Result:
        chosen = await choose_workspace(database, named)
        async with database.work(chosen.id) as work:
            return await use(work, settings)

    return with_database(console, run)


async def ensure_first_workspace(database: Database) -> bool:
    """Makes a workspace with a price book where there is none at all; true where it did."""
    from outlay.catalog import service as catalog

    if not await ensure_workspace(database):
        return False
    async with database.directory() as connection:
        every = await workspaces.every(connection)
    for made in every:
        async with database.work(made.id) as work:
            await catalog.seed(work)
    return True


async def choose_workspace(database: Database, named: str | None) -> Workspace:
    """The workspace with this id or name; without one the only workspace there is."""
    async with database.directory() as connection:
        every = await workspaces.every(connection)
    if not every:
        raise Failure("There is no workspace yet: run `outlay workspaces create`, or start `outlay serve` once.")
    if named is None:
        if len(every) == 1:
            return every[0]
        raise Failure(f"There are several workspaces: choose one with --workspace ({_names(every)}).")
    wanted = _as_uuid(named)
    chosen = [one for one in every if one.id == wanted] or [one for one in every if one.name == named]
    if not chosen:
        raise Failure(f"There is no workspace {named!r}: choose one of {_names(every)}.")
    if len(chosen) > 1:
        ids = ", ".join(str(one.id) for one in chosen)
        raise Failure(f"Several workspaces are called {named!r}: choose by id ({ids}).")
    return chosen[0]


def _names(every: list[Workspace]) -> str:
    return ", ".join(f"{one.name!r}" for one in every[:10]) + (", …" if len(every) > 10 else "")


def _as_uuid(words: str) -> UUID | None:
    try:
        return UUID(words)
    except ValueError:
        return None
