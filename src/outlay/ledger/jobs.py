"""Background work of the ledger: the months to come get their place before the first event of theirs asks for it."""

from datetime import UTC, date, datetime
from typing import Final

from outlay.db.connect import Database
from outlay.jobs.registry import Registry
from outlay.kit.periods import plus_months
from outlay.ledger import store

MONTHS_AHEAD: Final = 2


def register(registry: Registry) -> None:
    """Adds the jobs of this slice."""

    @registry.house_job("ledger.make_months_ahead", cron="17 1 * * *")
    async def make_months_ahead(database: Database) -> None:
        # One transaction each: making a month keeps others from making one for as long as it is open.
        for month in months_ahead(database.clock()):
            async with database.directory() as connection:
                await store.ensure_month(connection, month)


def months_ahead(now: datetime) -> list[date]:
    """The first days of this month, which is there already if all is well, and of those that come next."""
    this_month = now.astimezone(UTC).date().replace(day=1)
    return [plus_months(this_month, months) for months in range(MONTHS_AHEAD + 1)]
