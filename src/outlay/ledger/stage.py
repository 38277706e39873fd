"""Writes a group of rows: copied into a table of the transaction's own, then put in their places by one statement."""

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

import psycopg
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from outlay.ledger.tables import event_key

# COPY does not write into a table under row-level security. What stays of a transaction's own table on a connection
# that goes back to the pool is nothing: it is dropped at the commit.
_STAGED: Final = """
create temporary table staged (
    key bigint not null, digest bigint not null, occurred_at timestamptz not null,
    series_id integer not null, hour timestamptz not null, day date not null, lane_id integer not null,
    input_tokens integer, output_tokens integer, cache_read_tokens integer, cache_write_tokens integer,
    conversion_id integer, cost numeric, id bytea not null, failed boolean, quantity numeric, operation_id text,
    original_cost numeric, is_late boolean, details jsonb
) on commit drop
"""
_COPY: Final = "copy staged from stdin"

_SUMS: Final = """
    count(*), count(failed), count(*) - count(cost), coalesce(sum(cost), 0),
    coalesce(sum(input_tokens), 0), coalesce(sum(output_tokens), 0),
    coalesce(sum(cache_read_tokens), 0), coalesce(sum(cache_write_tokens), 0), coalesce(sum(quantity), 0)
"""
ADDED_UP: Final = ", ".join(
    f"{column} = sums.{column} + excluded.{column}"
    for column in (
        "events", "failed", "unpriced", "cost", "input_tokens", "output_tokens", "cache_read_tokens",
        "cache_write_tokens", "quantity",
    )
)  # fmt: skip
# Keys and buckets in their order: two transactions that wait for each other's rows then wait in the same direction.
_POSTED: Final = f"""
with fresh_key as (
    insert into event_key (workspace_id, key, occurred_at, digest)
    select %(workspace)s, key, occurred_at, digest from staged order by key
    on conflict do nothing
    returning key
), fresh as materialized (
    select staged.* from staged join fresh_key using (key)
), stored as (
    insert into event (workspace_id, occurred_at, lane_id, input_tokens, output_tokens, cache_read_tokens,
                       cache_write_tokens, conversion_id, cost, id, failed, quantity, operation_id, original_cost,
                       recorded_at, details)
    select %(workspace)s, occurred_at, lane_id, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens,
           conversion_id, cost, id, failed, quantity, operation_id, original_cost,
           case when is_late then now() end, details
      from fresh
), by_hour as (
    insert into usage_hourly as sums
    select %(workspace)s, hour, series_id, {_SUMS} from fresh group by hour, series_id order by hour, series_id
    on conflict (workspace_id, hour, series_id) do update set {ADDED_UP}
), by_day as (
    insert into usage_daily as sums
    select %(workspace)s, day, series_id, {_SUMS} from fresh group by day, series_id order by day, series_id
    on conflict (workspace_id, day, series_id) do update set {ADDED_UP}
)
select key from fresh_key
"""  # noqa: S608 - put together from our own words


async def write(connection: AsyncConnection, workspace_id: UUID, lines: Iterable[str]) -> set[int]:
    """Stores what was not stored before, and adds it to the rollups; the keys of the events that are new."""
    driver = (await connection.get_raw_connection()).driver_connection
    assert isinstance(driver, psycopg.AsyncConnection)
    async with driver.cursor() as cursor:
        await cursor.execute(_STAGED)
        async with cursor.copy(_COPY) as copy:
            await copy.write("".join(lines))
        await cursor.execute(_POSTED.encode(), {"workspace": workspace_id})
        return {row[0] for row in await cursor.fetchall()}


async def stored_digests(connection: AsyncConnection, workspace_id: UUID, keys: Sequence[int]) -> dict[int, int]:
    """The digests of the events that are stored under these keys."""
    query = select(event_key.c.key, event_key.c.digest).where(
        event_key.c.workspace_id == workspace_id, event_key.c.key == func.any(list(keys))
    )
    return {row.key: row.digest for row in await connection.execute(query)}
