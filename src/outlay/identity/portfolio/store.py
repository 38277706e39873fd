"""The SQL of clients, campaigns and agents: the same for the three, but for the columns that only some have."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import ColumnElement, RowMapping, Select, and_, false, insert, or_, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from outlay.identity.access.model import Scope
from outlay.identity.portfolio.model import AgentType, Entry, Filter, KeyTaken, Kind, Reference
from outlay.identity.portfolio.tables import TABLES, client
from outlay.kit.paging import Page, PageRequest, page_of


async def add(connection: AsyncConnection, workspace_id: UUID, entry: Entry) -> None:
    """Stores a new entry."""
    statement = insert(TABLES[entry.kind]).values(
        workspace_id=workspace_id, id=entry.id, created_at=entry.created_at, **_values(entry)
    )
    await _write(connection, statement, entry)


async def change(connection: AsyncConnection, workspace_id: UUID, entry: Entry) -> None:
    """Stores what changed of an entry."""
    table = TABLES[entry.kind]
    where = and_(table.c.workspace_id == workspace_id, table.c.id == entry.id)
    await _write(connection, update(table).where(where).values(_values(entry)), entry)


async def move(connection: AsyncConnection, workspace_id: UUID, client_id: UUID, into: UUID) -> None:
    """Gives a client's campaigns and agents to another client."""
    for kind in (Kind.CAMPAIGN, Kind.AGENT):
        table = TABLES[kind]
        where = and_(table.c.workspace_id == workspace_id, table.c.client_id == client_id)
        await connection.execute(update(table).where(where).values(client_id=into))


async def find(
    connection: AsyncConnection, workspace_id: UUID, kind: Kind, name: UUID | str, scope: Scope
) -> Entry | None:
    """The entry with this id or key, where the scope shows it."""
    table = TABLES[kind]
    named = table.c.id == name if isinstance(name, UUID) else table.c.key == name
    query = _entries(workspace_id, kind, scope).where(named)
    row = (await connection.execute(query)).mappings().one_or_none()
    return _entry(kind, row) if row else None


async def references(
    connection: AsyncConnection, workspace_id: UUID, kind: Kind, ids: Collection[UUID]
) -> dict[UUID, Reference]:
    """The names of some entries."""
    table = TABLES[kind]
    query = select(table.c.id, table.c.key, table.c.name).where(
        table.c.workspace_id == workspace_id, table.c.id.in_(ids)
    )
    return {row.id: Reference(row.id, row.key, row.name) for row in await connection.execute(query)}


async def page(
    connection: AsyncConnection, workspace_id: UUID, kind: Kind, scope: Scope, wanted: Filter, request: PageRequest
) -> Page[Entry]:
    """Entries by name."""
    table = TABLES[kind]
    query = _entries(workspace_id, kind, scope).order_by(table.c.name, table.c.id).limit(request.limit + 1)
    query = query.where(table.c.archived_at.is_not(None) if wanted.archived else table.c.archived_at.is_(None))
    after = request.after(str, UUID)
    if after:
        query = query.where(tuple_(table.c.name, table.c.id) > tuple_(*after))
    if wanted.words:
        query = query.where(or_(*(c.icontains(wanted.words, autoescape=True) for c in (table.c.name, table.c.key))))
    if wanted.client:
        client_id = _uuid_or_none(wanted.client)
        # Compared with none, an id would be looked for as null, and the agents without a client would be found.
        has_id = client.c.id == client_id if client_id else false()
        query = query.where(or_(client.c.key == wanted.client, has_id))
    rows = [_entry(kind, row) for row in (await connection.execute(query)).mappings()]
    return page_of(rows, request, lambda entry: [entry.name, entry.id])


def _entries(workspace_id: UUID, kind: Kind, scope: Scope) -> Select[Any]:
    table = TABLES[kind]
    query = select(table).where(table.c.workspace_id == workspace_id, _visible(kind, scope))
    if kind is Kind.CLIENT:
        return query
    owner = and_(client.c.workspace_id == table.c.workspace_id, client.c.id == table.c.client_id)
    return query.add_columns(client.c.key.label("client_key"), client.c.name.label("client_name")).outerjoin(
        client, owner
    )


def _visible(kind: Kind, scope: Scope) -> ColumnElement[bool]:
    table = TABLES[kind]
    conditions: list[ColumnElement[bool]] = []
    if scope.client_id is not None:
        conditions.append((table.c.id if kind is Kind.CLIENT else table.c.client_id) == scope.client_id)
    if scope.agent_id is not None:
        conditions.append(table.c.id == scope.agent_id if kind is Kind.AGENT else false())
    return and_(True, *conditions)


async def _write(connection: AsyncConnection, statement: Any, entry: Entry) -> None:
    try:
        async with connection.begin_nested():
            await connection.execute(statement)
    except IntegrityError as error:
        if isinstance(error.orig, psycopg.errors.UniqueViolation):
            raise KeyTaken(f"There is a {entry.kind.value} with the key {entry.key} already.", key=entry.key) from error
        raise


def _values(entry: Entry) -> dict[str, object]:
    values: dict[str, object] = {"key": entry.key, "name": entry.name, "archived_at": entry.archived_at}
    if entry.kind is not Kind.CLIENT:
        values["client_id"] = entry.client.id if entry.client else None
    if entry.kind is Kind.AGENT:
        values["agent_type"] = entry.agent_type.value if entry.agent_type else None
    return values


def _entry(kind: Kind, row: RowMapping) -> Entry:
    # SQLAlchemy finds the column `id` of the table `client` under the name `client_id` too.
    owner = None if kind is Kind.CLIENT else row["client_id"]
    agent_type = row.get("agent_type")
    return Entry(
        kind=kind,
        id=row["id"],
        key=row["key"],
        name=row["name"],
        created_at=row["created_at"],
        archived_at=row["archived_at"],
        client=Reference(owner, row["client_key"], row["client_name"]) if owner else None,
        agent_type=AgentType(agent_type) if agent_type else None,
    )


def _uuid_or_none(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
