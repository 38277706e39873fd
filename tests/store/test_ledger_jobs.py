"""The months of events that are to come are made ahead of them."""

from datetime import UTC, date, datetime

import psycopg
import pytest

from outlay.db.connect import Database
from outlay.db.roles import DatabaseUrls
from outlay.jobs.registry import Registry
from outlay.ledger import jobs
from outlay.ledger.jobs import months_ahead
from tests.support.servers import ServerForTests

AT = datetime(2026, 11, 30, 23, 59, tzinfo=UTC)


@pytest.fixture
def urls(either_server: ServerForTests, worker: str) -> DatabaseUrls:
    """A database in which no event has asked for a month yet."""
    return either_server.clone(f"months_{worker}")


def months(urls: DatabaseUrls) -> list[str]:
    with psycopg.connect(urls.owner) as owner:
        query = "select inhrelid::regclass::text from pg_inherits where inhparent = 'event'::regclass order by 1"
        return [row[0] for row in owner.execute(query)]


@pytest.mark.parametrize(
    ("now", "first"),
    [
        (AT, date(2026, 11, 1)),
        (datetime(2026, 12, 1, tzinfo=UTC), date(2026, 12, 1)),
        (datetime.fromisoformat("2026-12-01T01:00:00+14:00"), date(2026, 11, 1)),
    ],
)
def test_the_month_at_hand_and_the_next_two_are_wanted_as_utc_counts_them(now: datetime, first: date) -> None:
    wanted = months_ahead(now)

    assert wanted[0] == first
    assert [(month.year - first.year) * 12 + month.month - first.month for month in wanted] == [0, 1, 2]


async def test_each_day_finds_the_months_made_or_makes_them(urls: DatabaseUrls) -> None:
    now = AT
    database = Database(urls, pool_size=1, pool_wait_s=10, clock=lambda: now)
    registry = Registry()
    jobs.register(registry)
    (task,) = registry
    try:
        assert months(urls) == []
        await task.run(database, {})
        await task.run(database, {})
        assert months(urls) == ["event_202611", "event_202612", "event_202701"]

        now = datetime(2026, 12, 1, tzinfo=UTC)
        await task.run(database, {})
        assert months(urls) == ["event_202611", "event_202612", "event_202701", "event_202702"]
    finally:
        await database.close()


def test_it_comes_every_day() -> None:
    registry = Registry()
    jobs.register(registry)

    (task,) = registry

    minute, hour, *days = (task.cron or "").split()
    assert minute.isdigit()
    assert hour.isdigit()
    assert days == ["*", "*", "*"]
