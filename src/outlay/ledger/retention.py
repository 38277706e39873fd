"""Takes whole months of events out of the ledger: kept aside, or dropped. Keys and sums stay.

A repeat of an event that was taken out is still recognised, and dashboards show what it cost; what is gone is the event
itself. It is the owner's act, since the application cannot remove anything.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

import psycopg
from psycopg import sql

from outlay.kit.periods import plus_months

_MONTHS: Final = """
select c.relname, substring(pg_get_expr(c.relpartbound, c.oid) from 'FROM \\(''([0-9-]{10})')::date,
       pg_total_relation_size(c.oid), greatest(c.reltuples, 0)::bigint
  from pg_inherits i join pg_class c on c.oid = i.inhrelid
 where i.inhparent = 'event'::regclass
 order by 2
"""
_CONDITION: Final = "workspace_id = nullif(current_setting('outlay.workspace_id', true), '')::uuid"


@dataclass(frozen=True)
class Month:
    """A month of events, with about how many there are."""

    table: str
    first_day: date
    size_bytes: int
    events: int


def months(owner_url: str) -> list[Month]:
    """The months that the ledger holds, the oldest first."""
    with psycopg.connect(owner_url) as connection:
        return [Month(*row) for row in connection.execute(_MONTHS.encode()).fetchall()]


def older_than(found: list[Month], keep_months: int, now: datetime) -> list[Month]:
    """Those that are over for at least so many whole months."""
    oldest_kept = plus_months(now.astimezone(UTC).date().replace(day=1), -keep_months)
    return [month for month in found if month.first_day < oldest_kept]


def take_out(owner_url: str, chosen: list[Month], now: datetime, *, drop: bool) -> Iterator[Month]:
    """Takes months out, each in a transaction of its own, and tells of each."""
    for month in chosen:
        with psycopg.connect(owner_url) as connection:
            # Whoever reads or writes events at this moment is waited for, but not for long: try again otherwise.
            connection.execute("set local lock_timeout = '10s'")
            table = sql.Identifier(month.table)
            connection.execute(
                "insert into closed_month (first_day, closed_at, is_dropped) values (%s, %s, %s)",
                [month.first_day, now, drop],
            )
            connection.execute(sql.SQL("alter table event detach partition {}").format(table))
            if drop:
                connection.execute(sql.SQL("drop table {}").format(table))
            else:
                _guard(connection, table)
        yield month


def _guard(connection: psycopg.Connection, table: sql.Identifier) -> None:
    """A partition is guarded by its parent; on its own it has to guard itself."""
    for statement in (
        "alter table {} enable row level security",
        "alter table {} force row level security",
        f"create policy tenant on {{}} using ({_CONDITION}) with check ({_CONDITION})",
    ):
        connection.execute(sql.SQL(statement).format(table))
