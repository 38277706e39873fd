"""The SQL of API keys."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, and_, func, insert, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from outlay.identity.access.model import Permission, Role
from outlay.identity.keys.model import ApiKey
from outlay.identity.keys.tables import api_key
from outlay.kit.paging import Page, PageRequest, page_of

_TOUCH_EVERY = timedelta(seconds=5)


async def add(connection: AsyncConnection, workspace_id: UUID, key: ApiKey, token_hash: bytes) -> None:
    """Stores a new key."""
    await connection.execute(
        insert(api_key).values(
            workspace_id=workspace_id,
            id=key.id,
            name=key.name,
            role=key.role.value,
            token_hash=token_hash,
            hint=key.hint,
            scopes=sorted(key.scopes) if key.scopes is not None else None,
            client_id=key.client_id,
            agent_id=key.agent_id,
            rate_limit_per_minute=key.rate_limit_per_minute,
            created_by=key.created_by,
            created_at=key.created_at,
            expires_at=key.expires_at,
        )
    )


async def by_token(connection: AsyncConnection, workspace_id: UUID, token_hash: bytes) -> tuple[ApiKey, bool] | None:
    """The key with this secret, and whether its time is over by the database's clock."""
    over = func.coalesce(api_key.c.expires_at <= func.now(), False)
    query = select(api_key, over.label("over")).where(
        api_key.c.workspace_id == workspace_id, api_key.c.token_hash == token_hash
    )
    row = (await connection.execute(query)).mappings().one_or_none()
    return (_key(row), row["over"]) if row else None


async def find(connection: AsyncConnection, workspace_id: UUID, key_id: UUID) -> ApiKey | None:
    """The key with this id."""
    row = (await connection.execute(select(api_key).where(_is(workspace_id, key_id)))).mappings().one_or_none()
    return _key(row) if row else None


async def page(
    connection: AsyncConnection, workspace_id: UUID, request: PageRequest, *, with_revoked: bool
) -> Page[ApiKey]:
    """The newest keys first."""
    query = (
        select(api_key)
        .where(api_key.c.workspace_id == workspace_id)
        .order_by(api_key.c.id.desc())
        .limit(request.limit + 1)
    )
    after = request.after(UUID)
    if after:
        query = query.where(tuple_(api_key.c.id) < tuple_(*after))
    if not with_revoked:
        query = query.where(api_key.c.revoked_at.is_(None))
    rows = [_key(row) for row in (await connection.execute(query)).mappings()]
    return page_of(rows, request, lambda key: [key.id])


async def revoke(connection: AsyncConnection, workspace_id: UUID, key_id: UUID) -> bool:
    """Marks a key as revoked; false where it was already."""
    statement = (
        update(api_key)
        .where(_is(workspace_id, key_id), api_key.c.revoked_at.is_(None))
        .values(revoked_at=func.now())
        .returning(api_key.c.id)
    )
    return (await connection.execute(statement)).first() is not None


async def touch(connection: AsyncConnection, workspace_id: UUID, key_id: UUID) -> None:
    """Notes that a key is in use, at most every few seconds."""
    stale = or_(api_key.c.last_used_at.is_(None), api_key.c.last_used_at < func.now() - _TOUCH_EVERY)
    await connection.execute(update(api_key).where(_is(workspace_id, key_id), stale).values(last_used_at=func.now()))


def _is(workspace_id: UUID, key_id: UUID) -> ColumnElement[bool]:
    return and_(api_key.c.workspace_id == workspace_id, api_key.c.id == key_id)


def _key(row: RowMapping) -> ApiKey:
    values: dict[str, Any] = {
        name: row[name] for name in row if name not in {"workspace_id", "token_hash", "role", "scopes", "over"}
    }
    scopes = row["scopes"]
    return ApiKey(
        role=Role(row["role"]),
        scopes=None if scopes is None else frozenset(Permission(scope) for scope in scopes),
        **values,
    )
