"""Announcements: what changed is told once it is durable, and heard by every process.

`PgAnnouncer` gathers what is told and sends it with NOTIFY; `PgListener` hears it with LISTEN. Each has a connection of
its own, which a pool of transactions in front of the database would break. An announcement says which topics of a
workspace changed and never what: who hears it reads again, with their own rights. One may come twice, and after an
outage `everything()` stands for whatever was missed; none is lost.
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg

from outlay.db.roles import DatabaseUrls

CHANNEL = "outlay"
EVERY_TOPIC = "*"
PAYLOAD_BYTES_MAX = 7_900  # PostgreSQL takes less than 8000.
WORKSPACES_WAITING_MAX = 10_000
TOPICS_WAITING_MAX = 200
PAUSE_S = 0.1
KEEPALIVE_S = 15.0
ANSWER_S_MAX = 5.0
_START_S_MAX = 2.0
_BACKOFF_S = (0.1, 5.0)
# A server that vanished without a word is noticed by the operating system too.
_KEEPALIVES: dict[str, Any] = {
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Announcement:
    """Topics of one workspace changed; without a workspace, it may be any of them."""

    workspace_id: UUID | None
    topics: frozenset[str]


def everything() -> Announcement:
    """Anything may have changed anywhere: some announcements were missed."""
    return Announcement(None, frozenset({EVERY_TOPIC}))


class PgAnnouncer:
    """Tells every process what changed, in bundles of a tenth of a second; implements `connect.Announcer`."""

    def __init__(self, urls: DatabaseUrls, *, pause_s: float = PAUSE_S) -> None:
        self._url = urls.app
        self._pause_s = pause_s
        self._waiting: dict[UUID | None, set[str]] = {}
        self._told = asyncio.Event()
        self._stopping = False
        self._delays_s = _backoff()
        self._task: asyncio.Task[None] | None = None

    def tell(self, workspace_id: UUID, topics: frozenset[str]) -> None:
        """Notes what changed; it is sent in a moment. Never waits and never fails."""
        self._keep(workspace_id, topics)
        self._told.set()

    async def start(self) -> None:
        """Begins to send, including what was told before."""
        self._stopping = False
        self._task = asyncio.create_task(self._run(), name="announcer")

    async def stop(self, *, wait_s: float = ANSWER_S_MAX) -> None:
        """Sends what was told, if that can be done in time, and ends."""
        if self._task is None:
            return
        self._stopping = True
        self._told.set()
        done, _ = await asyncio.wait({self._task}, timeout=wait_s)
        if not done:
            _log.warning("announcements of %d workspaces could not be sent before the end", len(self._waiting))
        await _end(self._task)
        self._task = None

    async def _run(self) -> None:
        while not self._is_done:
            await self._told.wait()
            try:
                async with _connection(self._url, "outlay announcer") as connection:
                    while not self._is_done:
                        await self._told.wait()
                        await self._send(connection)
                        await asyncio.sleep(0 if self._stopping else self._pause_s)
            except (psycopg.Error, OSError, TimeoutError) as error:
                _log.warning("announcements wait for the database: %s", error)
                await asyncio.sleep(next(self._delays_s))

    @property
    def _is_done(self) -> bool:
        return self._stopping and not self._waiting

    async def _send(self, connection: psycopg.AsyncConnection[Any]) -> None:
        bundle, self._waiting = self._waiting, {}
        self._told.clear()
        payloads = [payload for workspace_id, topics in bundle.items() for payload in payloads_of(workspace_id, topics)]
        try:
            async with asyncio.timeout(ANSWER_S_MAX):
                await connection.execute(
                    "select pg_notify(%s, payload) from unnest(%s::text[]) as payload", [CHANNEL, payloads]
                )
            self._delays_s = _backoff()
        except BaseException:
            for workspace_id, topics in bundle.items():
                self._keep(workspace_id, topics)
            self._told.set()
            raise

    def _keep(self, workspace_id: UUID | None, topics: frozenset[str] | set[str]) -> None:
        """Adds to what waits; what grows beyond all bounds becomes coarser, and is still not lost."""
        if workspace_id not in self._waiting and len(self._waiting) >= WORKSPACES_WAITING_MAX:
            self._waiting = {None: {EVERY_TOPIC}}
            return
        known = self._waiting.setdefault(workspace_id, set())
        known.update(topics)
        if len(known) > TOPICS_WAITING_MAX:
            self._waiting[workspace_id] = {EVERY_TOPIC}


class PgListener:
    """Hears what any process announces, and hands it to `on_announcement`, which must not wait."""

    def __init__(
        self,
        urls: DatabaseUrls,
        on_announcement: Callable[[Announcement], None],
        *,
        keepalive_s: float = KEEPALIVE_S,
    ) -> None:
        self._url = urls.app
        self._on_announcement = on_announcement
        self._keepalive_s = keepalive_s
        self._task: asyncio.Task[None] | None = None
        self._listening = asyncio.Event()

    async def start(self) -> None:
        """Begins to listen, and goes on through every outage; waits a moment for the first connection."""
        self._task = asyncio.create_task(self._run(), name="listener")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._listening.wait(), _START_S_MAX)

    async def stop(self) -> None:
        """Stops listening."""
        if self._task is not None:
            await _end(self._task)
            self._task = None

    @property
    def is_listening(self) -> bool:
        """Whether announcements would be heard right now."""
        return self._listening.is_set()

    async def _run(self) -> None:
        delays = _backoff()
        has_missed = False
        while True:
            try:
                async with _connection(self._url, "outlay listener") as connection:
                    await connection.execute(f"listen {CHANNEL}")
                    delays = _backoff()
                    self._listening.set()
                    if has_missed:
                        self._hear(everything())
                    await self._hear_all(connection)
            except (psycopg.Error, OSError, TimeoutError) as error:
                _log.warning("announcements cannot be heard: %s", error)
            has_missed = True
            self._listening.clear()
            await asyncio.sleep(next(delays))

    async def _hear_all(self, connection: psycopg.AsyncConnection[Any]) -> None:
        """Hears until the connection fails; a silent one is asked for a sign of life."""
        while True:
            async for heard in connection.notifies(timeout=self._keepalive_s):
                announcement = announcement_of(heard.payload)
                if announcement is not None:
                    self._hear(announcement)
            async with asyncio.timeout(ANSWER_S_MAX):
                await connection.execute("select 1")

    def _hear(self, announcement: Announcement) -> None:
        try:
            self._on_announcement(announcement)
        except Exception:  # noqa: BLE001 - whatever one listener does wrong, the next announcement must be heard
            _log.exception("an announcement could not be handled")


def payloads_of(workspace_id: UUID | None, topics: frozenset[str] | set[str]) -> Iterator[str]:
    """The messages that say this, each small enough for NOTIFY."""
    names = sorted(topics)
    text = json.dumps({"workspace": workspace_id.hex if workspace_id else None, "topics": names})
    if len(text.encode()) <= PAYLOAD_BYTES_MAX:
        yield text
    elif len(names) == 1:
        yield from payloads_of(workspace_id, {EVERY_TOPIC})
    else:
        middle = len(names) // 2
        yield from payloads_of(workspace_id, set(names[:middle]))
        yield from payloads_of(workspace_id, set(names[middle:]))


def announcement_of(payload: str) -> Announcement | None:
    """What a message says; None where it is not one of ours."""
    try:
        facts = json.loads(payload)
        workspace = facts["workspace"]
        return Announcement(UUID(hex=workspace) if workspace else None, frozenset(map(str, facts["topics"])))
    except (ValueError, KeyError, TypeError, AttributeError):
        _log.warning("a message on the channel %s is not an announcement", CHANNEL)
        return None


@asynccontextmanager
async def _connection(url: str, name: str) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    connection = await psycopg.AsyncConnection.connect(
        url, autocommit=True, connect_timeout=5, application_name=name, **_KEEPALIVES
    )
    try:
        yield connection
    finally:
        await connection.close()


def _backoff() -> Iterator[float]:
    delay, longest = _BACKOFF_S
    while True:
        yield delay
        delay = min(delay * 2, longest)


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
