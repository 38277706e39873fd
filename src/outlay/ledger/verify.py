"""Counts the rollups again, from events and adjustments: `outlay db verify` must find no difference."""

from typing import Final

from sqlalchemy import text

from outlay.db.connect import Database
from outlay.db.verify import Check

_FAULTS_SHOWN_MAX: Final = 20
_SUMS: Final = ("events", "failed", "unpriced", "cost", "input_tokens", "output_tokens", "cache_read_tokens",
                "cache_write_tokens", "quantity")  # fmt: skip

# Every fact with what it adds, once; an adjustment adds to the buckets of what it corrects.
_FACTS: Final = """
    select e.workspace_id, e.occurred_at, l.series_id, 1 as events, (e.failed is not null)::int as failed,
           (e.cost is null)::int as unpriced, coalesce(e.cost, 0) as cost,
           coalesce(e.input_tokens, 0)::bigint as input_tokens, coalesce(e.output_tokens, 0)::bigint as output_tokens,
           coalesce(e.cache_read_tokens, 0)::bigint as cache_read_tokens,
           coalesce(e.cache_write_tokens, 0)::bigint as cache_write_tokens, coalesce(e.quantity, 0) as quantity
      from event e left join lane l on l.workspace_id = e.workspace_id and l.id = e.lane_id
     where e.occurred_at >= (select oldest from kept)
    union all
    select a.workspace_id, a.occurred_at, l.series_id, 0, a.failed, a.unpriced, a.cost, a.input_tokens,
           a.output_tokens, a.cache_read_tokens, a.cache_write_tokens, a.quantity
      from adjustment a left join lane l on l.workspace_id = a.workspace_id and l.id = a.lane_id
     where a.occurred_at >= (select oldest from kept)
"""
# Months that were taken out keep their sums and have no events any more: what lies before is not compared.
_KEPT: Final = """
    select coalesce(max(first_day + interval '1 month')::timestamptz, '-infinity') as oldest from closed_month
"""
_TOTALS: Final = ", ".join(f"sum({name}) as {name}" for name in _SUMS)
_COMPARED: Final = """
with kept as ({kept}), facts as ({facts}),
counted as (
    select f.workspace_id, {bucket_of} as bucket, f.series_id, {totals}
      from facts f join workspace w on w.id = f.workspace_id
     group by 1, 2, 3
)
select coalesce(counted.workspace_id, sums.workspace_id), coalesce(counted.bucket, sums.{column}),
       coalesce(counted.series_id, sums.series_id), {differences}
  from counted
  full join (select * from {table}, kept where {column} >= {first}) sums
    on sums.workspace_id = counted.workspace_id and sums.{column} = counted.bucket
   and sums.series_id = counted.series_id
 where {differs} and coalesce(counted.bucket, sums.{column}) >= (select {first} from kept)
 order by 1, 2, 3 limit {limit}
"""
_KEYS: Final = """
with kept as ({kept}),
keys as (
    select workspace_id, occurred_at, count(*) as number from event_key, kept where occurred_at >= oldest group by 1, 2
), events as (
    select workspace_id, occurred_at, count(*) as number from event, kept where occurred_at >= oldest group by 1, 2
)
select coalesce(keys.workspace_id, events.workspace_id), coalesce(keys.occurred_at, events.occurred_at),
       coalesce(keys.number, 0), coalesce(events.number, 0)
  from keys full join events
    on events.workspace_id = keys.workspace_id and events.occurred_at = keys.occurred_at
 where coalesce(keys.number, 0) <> coalesce(events.number, 0)
 order by 1, 2 limit {limit}
"""


async def _compared(database: Database, table: str, column: str, bucket_of: str, first: str) -> list[str]:
    differences = ", ".join(
        f"coalesce(sums.{name}, 0) || ' instead of ' || coalesce(counted.{name}, 0)" for name in _SUMS
    )
    differs = " or ".join(f"coalesce(sums.{name}, 0) <> coalesce(counted.{name}, 0)" for name in _SUMS)
    query = _COMPARED.format(
        kept=_KEPT, facts=_FACTS, bucket_of=bucket_of, totals=_TOTALS, column=column, table=table, first=first,
        differences=differences, differs=f"({differs})", limit=_FAULTS_SHOWN_MAX,
    )  # fmt: skip
    async with database.operator() as connection:
        await connection.execute(text("set local statement_timeout = 0"))
        rows = (await connection.execute(text(query))).all()
    return [f"workspace {row[0]}, {row[1]}, series {row[2]}: {_told(row[3:])}" for row in rows]


def _told(pairs: tuple[str, ...]) -> str:
    told = [
        f"{name} {pair}" for name, pair in zip(_SUMS, pairs, strict=True) if len(set(pair.split(" instead of "))) > 1
    ]
    return ", ".join(told)


async def _hourly(database: Database) -> list[str]:
    return await _compared(database, "usage_hourly", "hour", "date_trunc('hour', f.occurred_at, 'UTC')", "oldest")


async def _daily(database: Database) -> list[str]:
    # The first local day may have begun in a month that was taken out.
    first = "case when oldest = '-infinity' then '-infinity'::date else oldest::date + 2 end"
    return await _compared(database, "usage_daily", "day", "(f.occurred_at at time zone w.time_zone)::date", first)


async def _keys(database: Database) -> list[str]:
    async with database.operator() as connection:
        await connection.execute(text("set local statement_timeout = 0"))
        rows = (await connection.execute(text(_KEYS.format(kept=_KEPT, limit=_FAULTS_SHOWN_MAX)))).all()
    return [f"workspace {row[0]}, {row[1]}: {row[2]} keys and {row[3]} events" for row in rows]


LEDGER_CHECKS: Final = (
    Check("events and their keys", _keys),
    Check("usage by hour", _hourly),
    Check("usage by day", _daily),
)
