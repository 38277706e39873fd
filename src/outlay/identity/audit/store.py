"""The audit log's SQL."""

from collections.abc import AsyncIterator
from uuid import UUID

from sqlalchemy import RowMapping, Select, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from outlay.identity.audit.model import AuditEntry, Target
from outlay.identity.audit.tables import audit_entry, audit_head
from outlay.kit.paging import Page, PageRequest, page_of


async def begin(connection: AsyncConnection, workspace_id: UUID, first_hash: bytes) -> None:
    """Starts the chain of a new workspace."""
    await connection.execute(insert(audit_head).values(workspace_id=workspace_id, seq=0, hash=first_hash))


async def head(connection: AsyncConnection, workspace_id: UUID, *, lock: bool = False) -> tuple[int, bytes]:
    """The last entry's number and hash; with `lock`, nobody else may append until we commit."""
    query = select(audit_head.c.seq, audit_head.c.hash).where(audit_head.c.workspace_id == workspace_id)
    row = (await connection.execute(query.with_for_update() if lock else query)).one()
    return row.seq, row.hash


async def append(connection: AsyncConnection, workspace_id: UUID, entry: AuditEntry) -> None:
    """Writes an entry and moves the head."""
    await connection.execute(
        insert(audit_entry).values(
            workspace_id=workspace_id,
            seq=entry.seq,
            at=entry.at,
            actor_kind=entry.actor_kind,
            actor_id=entry.actor_id,
            actor_name=entry.actor_name,
            action=entry.action,
            target_kind=entry.target.kind,
            target_id=entry.target.id,
            target_name=entry.target.name,
            before=entry.before,
            after=entry.after,
            ip=entry.ip,
            hash=entry.hash,
        )
    )
    await connection.execute(
        update(audit_head).where(audit_head.c.workspace_id == workspace_id).values(seq=entry.seq, hash=entry.hash)
    )


async def page(
    connection: AsyncConnection,
    workspace_id: UUID,
    request: PageRequest,
    *,
    action: str | None = None,
    actor: str | None = None,
    words: str | None = None,
) -> Page[AuditEntry]:
    """The newest entries first."""
    query = _entries(workspace_id).order_by(audit_entry.c.seq.desc()).limit(request.limit + 1)
    after = request.after(int)
    if after:
        query = query.where(audit_entry.c.seq < after[0])
    if action:
        query = query.where(audit_entry.c.action.startswith(action, autoescape=True))
    if actor:
        query = query.where(or_(audit_entry.c.actor_id == actor, audit_entry.c.actor_name == actor))
    if words:
        columns = (audit_entry.c.target_name, audit_entry.c.actor_name, audit_entry.c.action)
        query = query.where(or_(*(column.icontains(words, autoescape=True) for column in columns)))
    rows = [_entry(row) for row in (await connection.execute(query)).mappings()]
    return page_of(rows, request, lambda entry: [entry.seq])


async def chain(connection: AsyncConnection, workspace_id: UUID) -> AsyncIterator[AuditEntry]:
    """All entries in order, a few at a time."""
    result = await connection.stream(_entries(workspace_id).order_by(audit_entry.c.seq))
    async for row in result.mappings():
        yield _entry(row)


def _entries(workspace_id: UUID) -> Select[tuple[object, ...]]:
    return select(audit_entry).where(audit_entry.c.workspace_id == workspace_id)


def _entry(row: RowMapping) -> AuditEntry:
    return AuditEntry(
        seq=row["seq"],
        at=row["at"],
        actor_kind=row["actor_kind"],
        actor_id=row["actor_id"],
        actor_name=row["actor_name"],
        action=row["action"],
        target=Target(row["target_kind"], row["target_id"], row["target_name"]),
        before=row["before"],
        after=row["after"],
        ip=row["ip"],
        hash=row["hash"],
    )
