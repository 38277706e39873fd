"""The SQL of people and memberships."""

from uuid import UUID

import psycopg
from sqlalchemy import RowMapping, and_, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from outlay.identity.access.model import Role
from outlay.identity.people.model import EmailTaken, Person, User
from outlay.identity.people.tables import membership, person


async def add_person(connection: AsyncConnection, new: Person) -> Person:
    """Stores a person, or gives the one who has this address already."""
    values = {
        "id": new.id,
        "email": new.email,
        "name": new.name,
        "password_hash": new.password_hash,
        "created_at": new.created_at,
    }
    await connection.execute(upsert(person).values(values).on_conflict_do_nothing())
    stored = await person_by_email(connection, new.email)
    assert stored is not None
    return stored


async def person_by_email(connection: AsyncConnection, email: str) -> Person | None:
    """The person with this address, in whatever case it is written."""
    # Lowered by the database on both sides: Python and PostgreSQL differ on letters such as the Turkish dotted I.
    same = func.lower(person.c.email) == func.lower(email)
    return _person((await connection.execute(select(person).where(same))).mappings().one_or_none())


async def person_by_id(connection: AsyncConnection, person_id: UUID) -> Person | None:
    """The person with this id."""
    return _person((await connection.execute(select(person).where(person.c.id == person_id))).mappings().one_or_none())


async def change_person(connection: AsyncConnection, changed: Person) -> None:
    """Stores a person's new name, address and password."""
    values = {"name": changed.name, "email": changed.email, "password_hash": changed.password_hash}
    try:
        async with connection.begin_nested():
            done = await connection.execute(update(person).where(person.c.id == changed.id).values(values))
    except IntegrityError as error:
        if not isinstance(error.orig, psycopg.errors.UniqueViolation):
            raise
        raise EmailTaken(f"{changed.email} belongs to somebody else already.") from error
    # The database lets a workspace change its members only; whoever else was meant is a mistake of ours.
    assert done.rowcount == 1


async def claim_person(connection: AsyncConnection, claimed: Person) -> bool:
    """Gives a person without a password their name and first one; false where somebody was quicker."""
    unclaimed = and_(person.c.id == claimed.id, person.c.password_hash.is_(None))
    values = {"name": claimed.name, "password_hash": claimed.password_hash}
    return (await connection.execute(update(person).where(unclaimed).values(values))).rowcount == 1


async def own_memberships(connection: AsyncConnection, person_id: UUID) -> list[tuple[UUID, Role]]:
    """The workspaces a person belongs to, the one used last first; the only read across workspaces at run time.

    It is allowed by a policy of its own, which shows a person's memberships to that person.
    """
    await connection.exec_driver_sql(f"set local outlay.person_id = '{UUID(int=person_id.int)}'")
    query = (
        select(membership.c.workspace_id, membership.c.role)
        .where(membership.c.person_id == person_id)
        .order_by(membership.c.last_seen_at.desc().nulls_last(), membership.c.joined_at)
    )
    return [(row.workspace_id, Role(row.role)) for row in await connection.execute(query)]


async def add_member(
    connection: AsyncConnection, workspace_id: UUID, person_id: UUID, role: Role, client_id: UUID | None
) -> bool:
    """Makes a person a member; false where they were one already."""
    values = {
        "workspace_id": workspace_id,
        "person_id": person_id,
        "role": role.value,
        "client_id": client_id,
        "joined_at": func.now(),
    }
    statement = upsert(membership).values(values).on_conflict_do_nothing().returning(membership.c.person_id)
    return (await connection.execute(statement)).first() is not None


async def change_member(
    connection: AsyncConnection, workspace_id: UUID, person_id: UUID, role: Role, client_id: UUID | None
) -> None:
    """Stores a member's new role and client."""
    where = and_(membership.c.workspace_id == workspace_id, membership.c.person_id == person_id)
    await connection.execute(update(membership).where(where).values(role=role.value, client_id=client_id))


async def remove_member(connection: AsyncConnection, workspace_id: UUID, person_id: UUID) -> None:
    """Ends a membership, and with it the person's sessions in the workspace."""
    where = and_(membership.c.workspace_id == workspace_id, membership.c.person_id == person_id)
    await connection.execute(delete(membership).where(where))


async def users(connection: AsyncConnection, workspace_id: UUID, person_id: UUID | None = None) -> list[User]:
    """The members of a workspace by name, or the one asked for; clients by id only."""
    query = (
        select(
            person.c.id,
            person.c.name,
            person.c.email,
            membership.c.role,
            membership.c.joined_at,
            membership.c.last_seen_at,
            membership.c.client_id,
        )
        .join_from(membership, person, person.c.id == membership.c.person_id)
        .where(membership.c.workspace_id == workspace_id)
        .order_by(person.c.name, person.c.id)
    )
    if person_id is not None:
        query = query.where(membership.c.person_id == person_id)
    return [_user(row) for row in (await connection.execute(query)).mappings()]


async def lock_owners(connection: AsyncConnection, workspace_id: UUID) -> set[UUID]:
    """The owners, held fast until commit, so that two of them cannot leave at the same moment."""
    query = select(membership.c.person_id).where(
        membership.c.workspace_id == workspace_id, membership.c.role == Role.OWNER.value
    )
    return set((await connection.execute(query.with_for_update())).scalars())


async def touch(connection: AsyncConnection, workspace_id: UUID, person_id: UUID) -> None:
    """Notes that a member is here."""
    where = and_(membership.c.workspace_id == workspace_id, membership.c.person_id == person_id)
    await connection.execute(update(membership).where(where).values(last_seen_at=func.now()))


def _person(row: RowMapping | None) -> Person | None:
    return Person(**row) if row else None


def _user(row: RowMapping) -> User:
    return User(**{**row, "role": Role(row["role"])})
