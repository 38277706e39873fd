"""The SQL of sessions and failed sign-ins. Expiry is judged by the database's clock."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, and_, delete, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from outlay.identity.sign_in.model import ATTEMPT_WINDOW_S, Session
from outlay.identity.sign_in.tables import session, sign_in_throttle

_COUNT_ATTEMPT = text("""
insert into sign_in_throttle as t (subject, failures, window_started_at) values (:subject, 1, now())
on conflict (subject) do update
   set failures = case when t.window_started_at > now() - make_interval(secs => :window_s) then t.failures else 0 end + 1,
       window_started_at = case when t.window_started_at > now() - make_interval(secs => :window_s)
                                then t.window_started_at else now() end
returning failures,
          extract(epoch from window_started_at + make_interval(secs => :window_s) - now())::float8 as left_s
""")


async def add(connection: AsyncConnection, workspace_id: UUID, new: Session, token_hash: bytes) -> Session:
    """Stores a new session, which begins now by the clock that will end it: the database's."""
    values = {
        "workspace_id": workspace_id,
        "id": new.id,
        "person_id": new.person_id,
        "token_hash": token_hash,
        "created_at": func.now(),
        "last_seen_at": func.now(),
        "expires_at": func.now() + (new.expires_at - new.created_at),
        "ip": new.ip,
        "user_agent": new.user_agent,
    }
    return _session((await connection.execute(insert(session).values(values).returning(session))).mappings().one())


async def by_token(
    connection: AsyncConnection, workspace_id: UUID, token_hash: bytes, idle: timedelta
) -> Session | None:
    """The session with this secret, where it has neither been idle for too long nor grown too old."""
    query = select(session).where(
        session.c.workspace_id == workspace_id, session.c.token_hash == token_hash, _is_alive(idle)
    )
    row = (await connection.execute(query)).mappings().one_or_none()
    return _session(row) if row else None


async def of_person(connection: AsyncConnection, workspace_id: UUID, person_id: UUID, idle: timedelta) -> list[Session]:
    """A person's sessions, the one seen last first."""
    query = (
        select(session)
        .where(session.c.workspace_id == workspace_id, session.c.person_id == person_id, _is_alive(idle))
        .order_by(session.c.last_seen_at.desc())
    )
    return [_session(row) for row in (await connection.execute(query)).mappings()]


async def end(
    connection: AsyncConnection,
    workspace_id: UUID,
    *,
    person_id: UUID,
    session_id: UUID | None = None,
    but: UUID | None = None,
) -> int:
    """Ends a person's session, or all of them but one; gives how many there were."""
    where = and_(session.c.workspace_id == workspace_id, session.c.person_id == person_id)
    if session_id is not None:
        where = and_(where, session.c.id == session_id)
    if but is not None:
        where = and_(where, session.c.id != but)
    return (await connection.execute(delete(session).where(where))).rowcount


async def end_by_token(connection: AsyncConnection, workspace_id: UUID, token_hash: bytes) -> None:
    """Ends the session with this secret."""
    where = and_(session.c.workspace_id == workspace_id, session.c.token_hash == token_hash)
    await connection.execute(delete(session).where(where))


async def end_stale(connection: AsyncConnection, workspace_id: UUID, idle: timedelta) -> int:
    """Removes what has ended by itself."""
    where = and_(session.c.workspace_id == workspace_id, ~_is_alive(idle))
    return (await connection.execute(delete(session).where(where))).rowcount


async def touch(connection: AsyncConnection, workspace_id: UUID, session_id: UUID) -> None:
    """Notes that a session is in use."""
    where = and_(session.c.workspace_id == workspace_id, session.c.id == session_id)
    await connection.execute(update(session).where(where).values(last_seen_at=func.now()))


async def count_attempt(connection: AsyncConnection, subject: bytes) -> tuple[int, float]:
    """Counts an attempt; gives how many there were in this window, and the seconds until it ends."""
    row = (await connection.execute(_COUNT_ATTEMPT, {"subject": subject, "window_s": ATTEMPT_WINDOW_S})).one()
    return row.failures, row.left_s


async def forgive(connection: AsyncConnection, subject: bytes, *, all_of_it: bool) -> None:
    """Forgives what was counted, or only the attempt that turned out to be a success."""
    it = sign_in_throttle.c.subject == subject
    if all_of_it:
        await connection.execute(delete(sign_in_throttle).where(it))
    else:
        less = func.greatest(sign_in_throttle.c.failures - 1, 0)
        await connection.execute(update(sign_in_throttle).where(it).values(failures=less))


async def forget_old_attempts(connection: AsyncConnection) -> int:
    """Removes what no longer counts."""
    old = sign_in_throttle.c.window_started_at < func.now() - timedelta(seconds=ATTEMPT_WINDOW_S)
    return (await connection.execute(delete(sign_in_throttle).where(old))).rowcount


def _is_alive(idle: timedelta) -> ColumnElement[bool]:
    return and_(session.c.expires_at > func.now(), session.c.last_seen_at > func.now() - idle)


def _session(row: RowMapping) -> Session:
    return Session(**{name: row[name] for name in row if name not in {"workspace_id", "token_hash"}})
