"""Connections and transactions: one transaction per request or job, bound to one workspace from its first moment."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

import psycopg
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from outlay.db.roles import DatabaseUrls
from outlay.kit.clock import Clock, system_clock
from outlay.kit.errors import DatabaseUnavailable

CONNECT_TIMEOUT_S = 5
STATEMENT_TIMEOUT_S = 30
LOCK_TIMEOUT_S = 10
RETRY_AFTER_S = 2
_SIDE_POOL_SIZE = 2
# Classes and codes of PostgreSQL that mean "not now" rather than "never": connection trouble, shutdown, recovery,
# too many connections, a full disk, a deadlock, a time-out.
_PASSING_STATES = ("08", "57P", "53", "40001", "40P01", "55P03", "57014", "25006")


class Announcer(Protocol):
    """Tells every process that something changed, after the change is durable."""

    def tell(self, workspace_id: UUID, topics: frozenset[str]) -> None:
        """Queues the announcement; must not block and must not fail."""


@dataclass
class Work:
    """One transaction of one workspace: what use cases are given to read, write and announce with."""

    connection: AsyncConnection
    workspace_id: UUID
    now: datetime
    topics: set[str] = field(default_factory=set)

    def announce(self, *topics: str) -> None:
        """Names what changed; it is told to all processes once the transaction is committed."""
        self.topics.update(topics)


class Database:
    """The pools of one process.

    The side pool serves the few short writes that must survive the request they belong to (throttling, rate limits):
    a request that holds a connection and waits for a second one of the same pool can wait for ever.
    """

    def __init__(self, urls: DatabaseUrls, *, pool_size: int, pool_wait_s: float, clock: Clock = system_clock) -> None:
        self.urls = urls
        self.clock = clock
        self.announcer: Announcer | None = None
        self._main = _engine(urls.app, pool_size, pool_wait_s)
        self._side = _engine(urls.app, _SIDE_POOL_SIZE, pool_wait_s)
        self._operator = _engine(urls.operator, 1, pool_wait_s)

    @asynccontextmanager
    async def work(self, workspace_id: UUID) -> AsyncIterator[Work]:
        """A transaction of one workspace; committed on leaving, then announced."""
        async with _transaction(self._main, workspace_id) as connection:
            work = Work(connection, workspace_id, self.clock())
            yield work
        if work.topics and self.announcer:
            self.announcer.tell(workspace_id, frozenset(work.topics))

    @asynccontextmanager
    async def side(self, workspace_id: UUID | None) -> AsyncIterator[AsyncConnection]:
        """A short transaction beside a request's own; it stays even when the request fails."""
        async with _transaction(self._side, workspace_id) as connection:
            yield connection

    @asynccontextmanager
    async def directory(self) -> AsyncIterator[AsyncConnection]:
        """A transaction without a workspace: it sees the directory tables and no tenant's rows."""
        async with _transaction(self._main, None) as connection:
            yield connection

    @asynccontextmanager
    async def operator(self) -> AsyncIterator[AsyncConnection]:
        """A reading transaction over all workspaces, for metrics, verify and the commands of an operator."""
        async with _transaction(self._operator, None) as connection:
            yield connection

    async def close(self) -> None:
        """Gives all connections back."""
        for engine in (self._main, self._side, self._operator):
            await engine.dispose()


async def set_workspace(connection: AsyncConnection, workspace_id: UUID | None) -> None:
    """Binds the rest of the transaction to a workspace, or to none.

    A literal SET LOCAL, since a cluster hands on SET commands to its nodes but not calls of set_config(). The
    value is a UUID object, so nothing a caller wrote reaches the statement's text.
    """
    named = UUID(int=workspace_id.int) if workspace_id is not None else ""
    await connection.exec_driver_sql(f"set local outlay.workspace_id = '{named}'")


@contextmanager
def unavailable_when_down() -> Iterator[None]:
    """Turns the many faces of an absent database into one error that says: try again."""
    try:
        yield
    except PoolTimeoutError as error:
        raise DatabaseUnavailable("All connections are in use.", retry_after_s=RETRY_AFTER_S) from error
    except (DBAPIError, psycopg.OperationalError) as error:
        if not _is_passing(error):
            raise
        raise DatabaseUnavailable("The database did not answer.", retry_after_s=RETRY_AFTER_S) from error


def _engine(url: str, pool_size: int, pool_wait_s: float) -> AsyncEngine:
    options = (
        f"-c statement_timeout={STATEMENT_TIMEOUT_S}s -c lock_timeout={LOCK_TIMEOUT_S}s "
        "-c idle_in_transaction_session_timeout=60s -c timezone=UTC"
    )
    return create_async_engine(
        "postgresql+psycopg://",
        async_creator=lambda: psycopg.AsyncConnection.connect(
            url, connect_timeout=CONNECT_TIMEOUT_S, options=options, application_name="outlay"
        ),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=pool_wait_s,
    )


@asynccontextmanager
async def _transaction(engine: AsyncEngine, workspace_id: UUID | None) -> AsyncIterator[AsyncConnection]:
    with unavailable_when_down():
        connection, ending = await _begun(engine, workspace_id)
        async with ending:
            yield connection


async def _begun(engine: AsyncEngine, workspace_id: UUID | None) -> tuple[AsyncConnection, AsyncExitStack]:
    """A transaction bound to its workspace, and what ends it.

    A connection that died in the pool shows it at this first statement, before anything was done: it is replaced once,
    so that nobody notices a database that went away and came back.
    """
    for is_last in (False, True):
        try:
            async with AsyncExitStack() as ending:
                connection = await ending.enter_async_context(engine.begin())
                await set_workspace(connection, workspace_id)
                return connection, ending.pop_all()
        except DBAPIError as error:
            if is_last or not error.connection_invalidated:
                raise
    raise AssertionError("unreachable: the last attempt returns or raises")


def _is_passing(error: DBAPIError | psycopg.OperationalError) -> bool:
    original = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    if not isinstance(original, psycopg.Error):
        return False
    if original.sqlstate is None:
        return isinstance(original, psycopg.OperationalError)
    return original.sqlstate.startswith(_PASSING_STATES)


async def ping(connection: AsyncConnection) -> None:
    """Asks the server for a sign of life."""
    await connection.execute(text("select 1"))
