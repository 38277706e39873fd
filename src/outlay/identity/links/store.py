"""The links' SQL. Expiry is judged by the database's clock, which all processes share."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, and_, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from outlay.identity.access.model import Role
from outlay.identity.links.model import Link, LinkKind
from outlay.identity.links.tables import one_time_link


async def add(connection: AsyncConnection, workspace_id: UUID, link: Link, token_hash: bytes) -> Link:
    """Stores a new link, whose time starts now by the clock that will end it: the database's."""
    values = {
        "workspace_id": workspace_id,
        "id": link.id,
        "kind": link.kind.value,
        "token_hash": token_hash,
        "person_id": link.person_id,
        "email": link.email,
        "role": link.role.value if link.role else None,
        "client_id": link.client_id,
        "created_by": link.created_by,
        "created_at": func.now(),
        "expires_at": func.now() + (link.expires_at - link.created_at),
    }
    stored = await connection.execute(insert(one_time_link).values(values).returning(one_time_link))
    return _link(stored.mappings().one())


async def find(connection: AsyncConnection, workspace_id: UUID, kind: LinkKind, token_hash: bytes) -> Link | None:
    """A link that still works."""
    where = and_(_works(workspace_id, kind), one_time_link.c.token_hash == token_hash)
    row = (await connection.execute(select(one_time_link).where(where))).mappings().one_or_none()
    return _link(row) if row else None


async def spend(connection: AsyncConnection, workspace_id: UUID, kind: LinkKind, **which: Any) -> Link | None:
    """Marks a working link as used; None when somebody was quicker."""
    named = [one_time_link.c[column] == value for column, value in which.items()]
    statement = (
        update(one_time_link)
        .where(_works(workspace_id, kind), *named)
        .values(used_at=func.now())
        .returning(one_time_link)
    )
    row = (await connection.execute(statement)).mappings().first()
    return _link(row) if row else None


async def withdraw_to(connection: AsyncConnection, workspace_id: UUID, kind: LinkKind, email: str) -> None:
    """Marks all working links to an address as used."""
    same = func.lower(one_time_link.c.email) == func.lower(email)
    await connection.execute(update(one_time_link).where(_works(workspace_id, kind), same).values(used_at=func.now()))


async def working(connection: AsyncConnection, workspace_id: UUID, kind: LinkKind) -> list[Link]:
    """All links of a kind that still work, the newest first."""
    query = select(one_time_link).where(_works(workspace_id, kind)).order_by(one_time_link.c.created_at.desc())
    return [_link(row) for row in (await connection.execute(query)).mappings()]


def _works(workspace_id: UUID, kind: LinkKind) -> ColumnElement[bool]:
    return and_(
        one_time_link.c.workspace_id == workspace_id,
        one_time_link.c.kind == kind.value,
        one_time_link.c.used_at.is_(None),
        one_time_link.c.expires_at > func.now(),
    )


def _link(row: RowMapping) -> Link:
    return Link(
        id=row["id"],
        kind=LinkKind(row["kind"]),
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        person_id=row["person_id"],
        email=row["email"],
        role=Role(row["role"]) if row["role"] else None,
        client_id=row["client_id"],
        created_by=row["created_by"],
    )
