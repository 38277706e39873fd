"""The SQL of exchange rates."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from outlay.catalog.exchange.model import DatedRate, PairSummary, Series, Stored
from outlay.catalog.exchange.tables import exchange_rate, exchange_state

# Everything in one statement, so that what is compared is what is replaced. A rate that is there already keeps its
# source and its time: who repeats a figure did not make it.
_PUT = text("""
with given as (
    select * from unnest(cast(:bases as text[]), cast(:quotes as text[]), cast(:days as date[]),
                         cast(:rates as numeric[]), cast(:sources as text[])) as g (base, quote, day, rate, source)
), different as (
    select g.*, e.rate as before
      from given g
      left join exchange_rate e on e.workspace_id = :workspace_id
                               and (e.base, e.quote, e.day) = (g.base, g.quote, g.day)
     where e.rate is distinct from g.rate
), stored as (
    insert into exchange_rate (workspace_id, base, quote, day, rate, source, created_at)
    select :workspace_id, base, quote, day, rate, source, :now from different
    on conflict (workspace_id, base, quote, day)
    do update set rate = excluded.rate, source = excluded.source, created_at = excluded.created_at
)
select count(*) filter (where before is null) as added,
       count(before) as changed,
       (array_agg(base || '/' || quote || ' ' || to_char(day, 'YYYY-MM-DD') || ' ' || trim_scale(before)
                  order by day, base, quote) filter (where before is not null))[1:cast(:told_max as integer)] as replaced
  from different
""")

# A row for each pair and source, with its days, counted as Python counts them, and rates as text: what a hundred
# thousand rates would cost as objects is paid only for the pairs that somebody asks for.
_EVERY = text("""
select base, quote, source,
       string_agg((day - date '0001-01-01' + 1)::text, ' ' order by day) as days,
       string_agg(trim_scale(rate)::text, ' ' order by day) as rates
  from exchange_rate
 where workspace_id = :workspace_id
 group by base, quote, source
""")


async def revision(connection: AsyncConnection, workspace_id: UUID) -> UUID | None:
    """The revision of a workspace's rates; None where it never had any."""
    query = select(exchange_state.c.revision).where(exchange_state.c.workspace_id == workspace_id)
    return (await connection.execute(query)).scalar_one_or_none()


async def lock(connection: AsyncConnection, workspace_id: UUID, new_revision: UUID) -> None:
    """Lets one import of a workspace go on at a time, until the transaction's end."""
    row = insert(exchange_state).values(workspace_id=workspace_id, revision=new_revision)
    await connection.execute(row.on_conflict_do_nothing())
    query = select(exchange_state.c.revision).where(exchange_state.c.workspace_id == workspace_id)
    await connection.execute(query.with_for_update())


async def advance(connection: AsyncConnection, workspace_id: UUID, new_revision: UUID) -> None:
    """Notes that rates changed."""
    here = exchange_state.c.workspace_id == workspace_id
    await connection.execute(update(exchange_state).where(here).values(revision=new_revision))


async def put(
    connection: AsyncConnection, workspace_id: UUID, rates: Sequence[DatedRate], now: datetime, *, told_max: int
) -> Stored:
    """Stores what is new or different; `rates` names each pair and day once."""
    given = {
        "bases": [one.base for one in rates],
        "quotes": [one.quote for one in rates],
        "days": [one.day for one in rates],
        "rates": [one.rate for one in rates],
        "sources": [one.source for one in rates],
    }
    around = {"workspace_id": workspace_id, "now": now, "told_max": told_max}
    row = (await connection.execute(_PUT, given | around)).one()
    return Stored(row.added, row.changed, tuple(row.replaced or ()))


async def every(connection: AsyncConnection, workspace_id: UUID) -> list[Series]:
    """All rates of a workspace."""
    rows = await connection.execute(_EVERY, {"workspace_id": workspace_id})
    return [Series(*row) for row in rows]


async def pairs(connection: AsyncConnection, workspace_id: UUID) -> list[PairSummary]:
    """Which days of which pairs are known."""
    days = exchange_rate.c.day
    query = (
        select(exchange_rate.c.base, exchange_rate.c.quote, func.min(days), func.max(days), func.count())
        .where(exchange_rate.c.workspace_id == workspace_id)
        .group_by(exchange_rate.c.base, exchange_rate.c.quote)
        .order_by(exchange_rate.c.base, exchange_rate.c.quote)
    )
    return [PairSummary(*row) for row in await connection.execute(query)]
