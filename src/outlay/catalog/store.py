"""The catalogue's SQL."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import ColumnElement, RowMapping, func, insert, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from outlay.catalog.model import Category, Kind, Override, Rate, RateTaken
from outlay.catalog.prices.model import UnitRate
from outlay.catalog.tables import catalog_state, category, category_rate, price_override
from outlay.identity.portfolio.model import KeyTaken
from outlay.kit.paging import Page, PageRequest, page_of


async def state(connection: AsyncConnection, workspace_id: UUID, *, lock: bool = False) -> tuple[UUID, int] | None:
    """The revision of a workspace's prices, and which seeds it has; None where it has no catalogue yet."""
    query = select(catalog_state.c.revision, catalog_state.c.seeds_version)
    query = query.where(catalog_state.c.workspace_id == workspace_id)
    row = (await connection.execute(query.with_for_update() if lock else query)).one_or_none()
    return (row.revision, row.seeds_version) if row else None


async def begin(connection: AsyncConnection, workspace_id: UUID, revision: UUID) -> None:
    """A catalogue without anything; again is no error, and waits for whoever does the same."""
    row = insert_or(catalog_state).values(workspace_id=workspace_id, revision=revision, seeds_version=0)
    await connection.execute(row.on_conflict_do_nothing())


async def advance(
    connection: AsyncConnection, workspace_id: UUID, revision: UUID, *, seeds_version: int | None = None
) -> None:
    """Notes that prices changed."""
    values: dict[str, Any] = {"revision": revision}
    if seeds_version is not None:
        values["seeds_version"] = seeds_version
    await connection.execute(update(catalog_state).where(catalog_state.c.workspace_id == workspace_id).values(values))


async def add_missing(connection: AsyncConnection, workspace_id: UUID, new: Collection[Category]) -> None:
    """Stores the categories whose keys are free, with their rates."""
    rows = [_category_row(workspace_id, one) for one in new]
    statement = insert_or(category).on_conflict_do_nothing(index_elements=["workspace_id", "key"])
    made = set((await connection.execute(statement.values(rows).returning(category.c.id))).scalars())
    rates = [_rate_row(workspace_id, one.id, rate) for one in new if one.id in made for rate in one.rates]
    if rates:
        await connection.execute(insert(category_rate), rates)


async def add_category(connection: AsyncConnection, workspace_id: UUID, new: Category) -> None:
    """Stores a new category with its rates."""
    try:
        async with connection.begin_nested():
            await connection.execute(insert(category).values(_category_row(workspace_id, new)))
    except IntegrityError as error:
        if isinstance(error.orig, psycopg.errors.UniqueViolation):
            raise KeyTaken(f"There is a category with the key {new.key} already.", key=new.key) from error
        raise
    for rate in new.rates:
        await connection.execute(insert(category_rate).values(_rate_row(workspace_id, new.id, rate)))


async def add_rate(connection: AsyncConnection, workspace_id: UUID, category_id: UUID, rate: Rate) -> None:
    """Appends a rate."""
    try:
        async with connection.begin_nested():
            await connection.execute(insert(category_rate).values(_rate_row(workspace_id, category_id, rate)))
    except IntegrityError as error:
        if isinstance(error.orig, psycopg.errors.UniqueViolation):
            begins = rate.effective_from.isoformat()
            raise RateTaken(f"There is a rate from {begins} on already.", effective_from=begins) from error
        raise


async def find_category(connection: AsyncConnection, workspace_id: UUID, name: UUID | str) -> Category | None:
    """The category with this id or key."""
    named = category.c.id == name if isinstance(name, UUID) else category.c.key == name
    found = await _categories(connection, workspace_id, select(category).where(named))
    return found[0] if found else None


async def every_category(connection: AsyncConnection, workspace_id: UUID) -> list[Category]:
    """All categories with all their rates."""
    return await _categories(connection, workspace_id, select(category))


async def page_of_categories(
    connection: AsyncConnection, workspace_id: UUID, request: PageRequest, *, kind: Kind | None, service: str | None
) -> Page[Category]:
    """Categories by service and key."""
    query = select(category).order_by(category.c.service, category.c.key).limit(request.limit + 1)
    if kind:
        query = query.where(category.c.kind == kind.value)
    if service:
        query = query.where(category.c.service == service)
    after = request.after(str, str)
    if after:
        query = query.where(tuple_(category.c.service, category.c.key) > tuple_(*after))
    rows = await _categories(connection, workspace_id, query)
    return page_of(rows, request, lambda one: [one.service, one.key])


async def add_override(connection: AsyncConnection, workspace_id: UUID, new: Override) -> None:
    """Stores a new override."""
    await connection.execute(
        insert(price_override).values(
            workspace_id=workspace_id,
            id=new.id,
            service=new.service,
            model=new.model,
            context=dict(new.context),
            rates=[rate.as_json() for rate in new.rates],
            discount_percent=new.discount_percent,
            currency=new.currency,
            effective_from=new.effective_from,
            effective_until=new.effective_until,
            note=new.note,
            created_at=new.created_at,
            created_by=new.created_by,
        )
    )


async def end_override(connection: AsyncConnection, workspace_id: UUID, override_id: UUID, at: datetime) -> None:
    """Sets the moment from which an override no longer counts."""
    here = price_override.c.workspace_id == workspace_id
    await connection.execute(
        update(price_override).where(here, price_override.c.id == override_id).values(effective_until=at)
    )


async def find_override(connection: AsyncConnection, workspace_id: UUID, override_id: UUID) -> Override | None:
    """The override with this id."""
    here = price_override.c.workspace_id == workspace_id
    query = select(price_override).where(here, price_override.c.id == override_id)
    row = (await connection.execute(query)).mappings().one_or_none()
    return _override(row) if row else None


async def every_override(connection: AsyncConnection, workspace_id: UUID) -> list[Override]:
    """All overrides, those that have ended too: late events are priced by what was in force."""
    query = select(price_override).where(price_override.c.workspace_id == workspace_id)
    return [_override(row) for row in (await connection.execute(query)).mappings()]


async def page_of_overrides(
    connection: AsyncConnection,
    workspace_id: UUID,
    request: PageRequest,
    *,
    service: str | None,
    model: str | None,
    in_force_at: datetime | None,
) -> Page[Override]:
    """The newest overrides first."""
    table = price_override
    query = select(table).where(table.c.workspace_id == workspace_id)
    query = query.order_by(table.c.id.desc()).limit(request.limit + 1)
    if service:
        query = query.where(func.lower(table.c.service) == service.lower())
    if model:
        query = query.where(table.c.model == model)
    if in_force_at:
        query = query.where(_not_over(in_force_at))
    after = request.after(UUID)
    if after:
        query = query.where(table.c.id < after[0])
    rows = [_override(row) for row in (await connection.execute(query)).mappings()]
    return page_of(rows, request, lambda one: [one.id])


def _not_over(moment: datetime) -> ColumnElement[bool]:
    return or_(price_override.c.effective_until.is_(None), price_override.c.effective_until > moment)


async def _categories(connection: AsyncConnection, workspace_id: UUID, query: Any) -> list[Category]:
    rows = (await connection.execute(query.where(category.c.workspace_id == workspace_id))).mappings().all()
    rates = await _rates(connection, workspace_id, [row["id"] for row in rows])
    return [replace(_category(row), rates=tuple(rates[row["id"]])) for row in rows]


async def _rates(
    connection: AsyncConnection, workspace_id: UUID, category_ids: Iterable[UUID]
) -> defaultdict[UUID, list[Rate]]:
    query = (
        select(category_rate)
        .where(category_rate.c.workspace_id == workspace_id, category_rate.c.category_id.in_(category_ids))
        .order_by(category_rate.c.effective_from)
    )
    rates = defaultdict[UUID, list[Rate]](list)
    for row in (await connection.execute(query)).mappings():
        rates[row["category_id"]].append(
            Rate(
                amount=row["amount"],
                per=row["per"],
                currency=row["currency"],
                effective_from=row["effective_from"],
                created_at=row["created_at"],
                created_by=row["created_by"],
            )
        )
    return rates


def _category_row(workspace_id: UUID, one: Category) -> dict[str, object]:
    return {
        "workspace_id": workspace_id,
        "id": one.id,
        "key": one.key,
        "kind": one.kind.value,
        "service": one.service,
        "unit": one.unit,
        "description": one.description,
        "rate_first": one.rate_first,
        "created_at": one.created_at,
    }


def _rate_row(workspace_id: UUID, category_id: UUID, rate: Rate) -> dict[str, object]:
    return {
        "workspace_id": workspace_id,
        "category_id": category_id,
        "effective_from": rate.effective_from,
        "amount": rate.amount,
        "per": rate.per,
        "currency": rate.currency,
        "created_at": rate.created_at,
        "created_by": rate.created_by,
    }


def _category(row: RowMapping) -> Category:
    return Category(
        id=row["id"],
        key=row["key"],
        kind=Kind(row["kind"]),
        service=row["service"],
        unit=row["unit"],
        description=row["description"],
        rate_first=row["rate_first"],
        created_at=row["created_at"],
    )


def _override(row: RowMapping) -> Override:
    return Override(
        id=row["id"],
        service=row["service"],
        model=row["model"],
        rates=tuple(UnitRate.from_json(rate) for rate in row["rates"]),
        discount_percent=row["discount_percent"],
        currency=row["currency"],
        effective_from=row["effective_from"],
        effective_until=row["effective_until"],
        note=row["note"],
        created_at=row["created_at"],
        created_by=row["created_by"],
        context=tuple(sorted(row["context"].items())),
    )
