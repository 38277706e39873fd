"""The ledger's SQL for what events have in common: settings, series, price rules, conversions, lanes."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Table, func, insert, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.ext.asyncio import AsyncConnection

from outlay.ledger.model import LedgerSettings
from outlay.ledger.tables import conversion, lane, ledger_state, price_rule, price_volume, series

# How many of a kind there are is counted in the column of its name.
_COUNTERS: Final[Mapping[str, Table]] = {
    "series": series,
    "price_rules": price_rule,
    "conversions": conversion,
    "lanes": lane,
}


async def settings(connection: AsyncConnection, workspace_id: UUID) -> LedgerSettings:
    """What the workspace decided about its ledger."""
    query = select(ledger_state.c.create_names, ledger_state.c.series_max, ledger_state.c.tracked_labels)
    row = (await connection.execute(query.where(ledger_state.c.workspace_id == workspace_id))).one_or_none()
    return LedgerSettings(row.create_names, row.series_max, tuple(row.tracked_labels)) if row else LedgerSettings()


async def lock(connection: AsyncConnection, workspace_id: UUID) -> None:
    """From here to the end of the transaction nobody else numbers anything new in this workspace."""
    wanted = select(ledger_state.c.series).where(ledger_state.c.workspace_id == workspace_id).with_for_update()
    if (await connection.execute(wanted)).one_or_none() is None:
        defaults = LedgerSettings()
        row = insert_or(ledger_state).values(
            workspace_id=workspace_id,
            series=0,
            price_rules=0,
            conversions=0,
            lanes=0,
            create_names=defaults.create_names,
            series_max=defaults.series_max,
            tracked_labels=list(defaults.tracked_labels),
        )
        await connection.execute(row.on_conflict_do_nothing())
        await connection.execute(wanted)


async def change_settings(connection: AsyncConnection, workspace_id: UUID, wanted: LedgerSettings) -> None:
    """Stores what the workspace decided; the row is there, since it was locked."""
    await connection.execute(
        update(ledger_state)
        .where(ledger_state.c.workspace_id == workspace_id)
        .values(
            create_names=wanted.create_names,
            series_max=wanted.series_max,
            tracked_labels=list(wanted.tracked_labels),
        )
    )


async def count_series(connection: AsyncConnection, workspace_id: UUID) -> int:
    """How many series there are."""
    query = select(ledger_state.c.series).where(ledger_state.c.workspace_id == workspace_id)
    return int((await connection.execute(query)).scalar_one())


async def numbers(
    connection: AsyncConnection, workspace_id: UUID, kind: str, digests: Collection[UUID]
) -> dict[UUID, int]:
    """The numbers of what is known already."""
    table = _COUNTERS[kind]
    query = select(table.c.digest, table.c.id).where(
        table.c.workspace_id == workspace_id, table.c.digest == func.any(list(digests))
    )
    return {row.digest: row.id for row in await connection.execute(query)}


async def add(
    connection: AsyncConnection, workspace_id: UUID, kind: str, rows: Mapping[UUID, Mapping[str, Any]]
) -> dict[UUID, int]:
    """Numbers and stores what is new, by its digest; the lock is held, so nobody else does."""
    if not rows:
        return {}
    counter = ledger_state.c[kind]
    taken = (
        await connection.execute(
            update(ledger_state)
            .where(ledger_state.c.workspace_id == workspace_id)
            .values({kind: counter + len(rows)})
            .returning(counter)
        )
    ).scalar_one()
    numbered = {digest: taken - len(rows) + place for place, digest in enumerate(rows, start=1)}
    values = [
        {"workspace_id": workspace_id, "id": numbered[digest], "digest": digest, **row} for digest, row in rows.items()
    ]
    await connection.execute(insert(_COUNTERS[kind]), values)
    return numbered


async def volumes(
    connection: AsyncConnection, workspace_id: UUID, wanted: Iterable[tuple[str, str, date]]
) -> dict[tuple[str, str, date], Decimal]:
    """How much was used so far under agreements with graduated prices, locked until the transaction ends."""
    columns = (price_volume.c.agreement, price_volume.c.unit, price_volume.c.month)
    sorted_keys = sorted(set(wanted))
    row = insert_or(price_volume).values(
        [
            {"workspace_id": workspace_id, "agreement": agreement, "unit": unit, "month": month, "used": Decimal(0)}
            for agreement, unit, month in sorted_keys
        ]
    )
    await connection.execute(row.on_conflict_do_nothing())
    query = select(*columns, price_volume.c.used).where(
        price_volume.c.workspace_id == workspace_id, tuple_(*columns).in_(sorted_keys)
    )
    locked = await connection.execute(query.order_by(*columns).with_for_update())
    return {(row.agreement, row.unit, row.month): row.used for row in locked}


async def set_volumes(
    connection: AsyncConnection, workspace_id: UUID, used: Mapping[tuple[str, str, date], Decimal]
) -> None:
    """Stores how much was used, in the order in which it was locked."""
    for (agreement, unit, month), number in sorted(used.items()):
        await connection.execute(
            update(price_volume)
            .where(
                price_volume.c.workspace_id == workspace_id,
                price_volume.c.agreement == agreement,
                price_volume.c.unit == unit,
                price_volume.c.month == month,
            )
            .values(used=number)
        )


async def ensure_month(connection: AsyncConnection, day: date | datetime) -> bool:
    """Makes the partition of a month where it is missing; false for a month whose events were taken out."""
    month = {"day": day}
    if (await connection.execute(_IS_CLOSED, month)).scalar_one():
        return False
    await connection.execute(text("select ensure_partition('event', :day)"), month)
    return True


_IS_CLOSED: Final = text(
    "select exists (select from closed_month where first_day = date_trunc('month', cast(:day as date))::date)"
)
