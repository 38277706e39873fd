"""The live door: tells browsers and programs over Socket.IO what changed, so that they read it again.

Server to client: `hello {workspace_id, role, server_time}`, `changed {topics, at}`, `signed_out {reason}`; nothing the
other way. Each process hears all announcements and tells its own connections. An event names topics and never holds
data, so whoever hears it reads with their own rights.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

import socketio
from socketio.exceptions import ConnectionRefusedError as Refused
from starlette.types import ASGIApp

from outlay.db.announce import Announcement, PgListener
from outlay.db.connect import Database, Work
from outlay.doors.live_audience import CREDENTIAL_TOPICS, Audience
from outlay.doors.live_entry import Environ, actor_of, is_own_origin, token_of
from outlay.identity.access.model import Actor
from outlay.identity.sign_in.model import SessionPolicy
from outlay.kit.errors import DatabaseUnavailable, OutlayError
from outlay.kit.ids import Token

PATH = "/socket.io"
PAUSE_S = 0.25
RECHECK_S = 60.0
MESSAGE_BYTES_MAX = 16 * 1024
_NAMESPACE = "/"
_CLOSING_S_MAX = 2.0

_log = logging.getLogger(__name__)


@dataclass
class _Connection:
    """One open connection: its credential, and whom that stands for."""

    token: Token
    actor: Actor

    @property
    def workspace_id(self) -> UUID:
        return self.token.workspace_id

    @property
    def audience(self) -> Audience:
        return Audience.of(self.workspace_id, self.actor)


class LiveDoor:
    """The live connections of one process."""

    def __init__(
        self,
        database: Database,
        policy: SessionPolicy,
        *,
        origin: str,
        recheck_s: float = RECHECK_S,
        pause_s: float = PAUSE_S,
    ) -> None:
        self._database = database
        self._policy = policy
        self._recheck_s = recheck_s
        self._pause_s = pause_s
        self._listener = PgListener(database.urls, self._hear)
        self._connections: dict[str, _Connection] = {}
        self._changed: dict[UUID, set[str]] = {}
        self._doubtful: set[UUID] = set()
        self._credential_news = 0
        self._loiterers: set[str] = set()
        self._wake_teller, self._wake_checker = asyncio.Event(), asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self.sio = socketio.AsyncServer(
            async_mode="asgi",
            transports=["websocket"],
            cors_allowed_origins=lambda page, environ: is_own_origin(page, environ, origin),
            max_http_buffer_size=MESSAGE_BYTES_MAX,
            always_connect=False,
        )
        self.sio.on("connect", self._connect)
        self.sio.on("disconnect", self._disconnect)

    def around(self, app: ASGIApp) -> ASGIApp:
        """The application with this door beside it."""
        wrapped: ASGIApp = socketio.ASGIApp(self.sio, other_asgi_app=app, socketio_path=PATH)
        return wrapped

    async def start(self) -> None:
        """Begins to listen."""
        await self._listener.start()
        self._spawn(_for_ever(self._tell_changes, self._pause_s))
        self._spawn(_for_ever(self._check_doubtful, self._pause_s))
        self._spawn(_for_ever(self._sweep, self._recheck_s))

    async def stop(self) -> None:
        """Closes all connections; browsers come back by themselves, to another process or the next one."""
        await self._listener.stop()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CLOSING_S_MAX):
                await asyncio.gather(*map(self.sio.eio.disconnect, list(self.sio.eio.sockets)), return_exceptions=True)
        await self.sio.shutdown()

    async def _connect(self, sid: str, environ: Environ, auth: object) -> None:
        news_before = self._credential_news
        try:
            token = token_of(environ, auth)
            async with self._database.work(token.workspace_id) as work:
                actor = await actor_of(work, self._policy, token)
        except OutlayError as error:
            raise Refused(error.detail, {"code": error.code}) from error
        connection = self._connections[sid] = _Connection(token, actor)
        await self.sio.enter_room(sid, connection.audience.room)
        if self._credential_news != news_before:
            # The credential may have been revoked after we looked at it and before anybody knew of this connection.
            self._doubt({token.workspace_id})
        self._spawn(self._greet(sid, connection))

    async def _disconnect(self, sid: str, _reason: str) -> None:
        self._connections.pop(sid, None)

    async def _greet(self, sid: str, connection: _Connection) -> None:
        await self._acknowledged(sid)
        hello = {
            "workspace_id": str(connection.workspace_id),
            "role": connection.actor.role.value,
            "server_time": self._now(),
        }
        await self.sio.emit("hello", hello, to=sid)

    async def _acknowledged(self, sid: str) -> None:
        """Waits until the client knows that it is connected: the library tells it after `_connect` has returned."""
        while sid in self._connections and not self.sio.manager.is_connected(sid, _NAMESPACE):  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    def _hear(self, announcement: Announcement) -> None:
        """Notes what changed, for the workspaces that somebody is connected to here."""
        touches_credentials = not CREDENTIAL_TOPICS.isdisjoint(announcement.topics)
        self._credential_news += touches_credentials
        here = {connection.workspace_id for connection in self._connections.values()}
        concerned = here if announcement.workspace_id is None else here & {announcement.workspace_id}
        for workspace_id in concerned:
            self._changed.setdefault(workspace_id, set()).update(announcement.topics)
        self._wake_teller.set()
        if touches_credentials:
            self._doubt(concerned)

    def _doubt(self, workspace_ids: Iterable[UUID]) -> None:
        """Lets the credentials of these workspaces' connections be looked at again."""
        self._doubtful.update(workspace_ids)
        self._wake_checker.set()

    async def _tell_changes(self) -> None:
        await self._wake_teller.wait()
        self._wake_teller.clear()
        changed, self._changed = self._changed, {}
        for workspace_id, topics in changed.items():
            await self._tell(workspace_id, topics)

    async def _tell(self, workspace_id: UUID, topics: set[str]) -> None:
        for audience in {connection.audience for _, connection in self._of_workspace(workspace_id)}:
            heard = audience.hears(topics)
            if heard:
                await self.sio.emit("changed", {"topics": heard, "at": self._now()}, room=audience.room)

    async def _check_doubtful(self) -> None:
        await self._wake_checker.wait()
        self._wake_checker.clear()
        doubtful, self._doubtful = self._doubtful, set()
        for workspace_id in doubtful:
            try:
                await self._check(workspace_id)
            except DatabaseUnavailable as error:
                # Nobody is signed out because we cannot look: the next sweep looks again, or the end of the outage.
                _log.warning("live connections could not be checked: %s", error.detail)

    async def _check(self, workspace_id: UUID) -> None:
        """Looks whether those connected to a workspace may still listen, and as whom."""
        connections = self._of_workspace(workspace_id)
        found: dict[Token, Actor | OutlayError] = {}
        async with self._database.work(workspace_id) as work:
            for token in {connection.token for _, connection in connections}:
                found[token] = await self._look(work, token)
        for sid, connection in connections:
            outcome = found[connection.token]
            if isinstance(outcome, OutlayError):
                await self._sign_out(sid, outcome.code)
            elif outcome != connection.actor:
                await self._become(sid, connection, outcome)

    async def _look(self, work: Work, token: Token) -> Actor | OutlayError:
        try:
            return await actor_of(work, self._policy, token)
        except DatabaseUnavailable:
            raise
        except OutlayError as error:
            return error

    async def _sign_out(self, sid: str, reason: str) -> None:
        await self._acknowledged(sid)
        await self.sio.emit("signed_out", {"reason": reason}, to=sid)
        await self.sio.disconnect(sid)

    async def _become(self, sid: str, connection: _Connection, actor: Actor) -> None:
        """Moves somebody whose role or reach was changed to where they belong now."""
        await self.sio.leave_room(sid, connection.audience.room)
        connection.actor = actor
        if sid in self._connections:
            await self.sio.enter_room(sid, connection.audience.room)
            await self._greet(sid, connection)

    async def _sweep(self) -> None:
        """Finds credentials that ended by time alone, and sockets that never said who they are."""
        engine_sids = {sid: self.sio.manager.eio_sid_from_sid(sid, _NAMESPACE) for sid in self._connections}
        for sid in [sid for sid, engine_sid in engine_sids.items() if engine_sid is None]:
            del self._connections[sid]
        self._doubt({connection.workspace_id for connection in self._connections.values()})
        nameless = set(self.sio.eio.sockets) - set(engine_sids.values())
        for engine_sid in nameless & self._loiterers:
            self._spawn(self.sio.eio.disconnect(engine_sid))
        self._loiterers = nameless

    def _of_workspace(self, workspace_id: UUID) -> list[tuple[str, _Connection]]:
        return [(sid, one) for sid, one in self._connections.items() if one.workspace_id == workspace_id]

    def _now(self) -> str:
        return self._database.clock().isoformat()

    def _spawn(self, work: Awaitable[None]) -> None:
        """Does something beside us."""
        task = asyncio.create_task(_logged(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _for_ever(step: Callable[[], Awaitable[None]], pause_s: float) -> None:
    while True:
        await _logged(step())
        await asyncio.sleep(pause_s)


async def _logged(work: Awaitable[None]) -> None:
    """A failure beside everything else is seen in the log, since nobody waits for its outcome."""
    try:
        await work
    except Exception:  # noqa: BLE001 - see above
        _log.exception("the live door failed")
