"""Local days, weeks and months."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from outlay.kit.periods import Dates, Grain, bucket_of, buckets, instants_of, local_date, previous

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2026, 10, 25), 25),
        ("America/New_York", date(2026, 11, 1), 25),
        ("Asia/Kolkata", date(2026, 3, 29), 24),
        ("Africa/Cairo", date(2026, 4, 24), 23),  # midnight itself is skipped
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
    ],
)
def test_a_local_day_has_as_many_hours_as_its_clocks_show(zone: str, day: date, hours: float) -> None:
    span = instants_of(Dates(day, day + timedelta(days=1)), ZoneInfo(zone))

    assert span.end - span.start == timedelta(hours=hours)


def test_a_half_hour_zone_begins_its_days_at_half_past() -> None:
    span = instants_of(Dates(date(2026, 5, 1), date(2026, 5, 2)), ZoneInfo("Asia/Kolkata"))

    assert span.start == datetime(2026, 4, 30, 18, 30, tzinfo=UTC)
    assert local_date(span.start, ZoneInfo("Asia/Kolkata")) == date(2026, 5, 1)
    assert local_date(span.start - timedelta(microseconds=1), ZoneInfo("Asia/Kolkata")) == date(2026, 4, 30)


@pytest.mark.parametrize(
    ("grain", "start", "end"),
    [
        (Grain.DAY, date(2026, 11, 20), date(2026, 11, 21)),
        (Grain.WEEK, date(2026, 11, 16), date(2026, 11, 23)),
        (Grain.MONTH, date(2026, 11, 1), date(2026, 12, 1)),
        (Grain.QUARTER, date(2026, 10, 1), date(2027, 1, 1)),
        (Grain.YEAR, date(2026, 1, 1), date(2027, 1, 1)),
    ],
)
def test_a_day_lies_in_one_bucket_of_each_grain(grain: Grain, start: date, end: date) -> None:
    assert bucket_of(date(2026, 11, 20), grain) == Dates(start, end)


def test_buckets_follow_each_other_without_a_gap() -> None:
    found = list(buckets(Dates(date(2026, 1, 15), date(2026, 4, 2)), Grain.MONTH))

    assert [bucket.start for bucket in found] == [date(2026, month, 1) for month in (1, 2, 3, 4)]
    assert all(one.end == other.start for one, other in pairwise(found))


def test_whole_months_compare_with_whole_months_and_days_with_days() -> None:
    assert previous(Dates(date(2026, 3, 1), date(2026, 4, 1))) == Dates(date(2026, 2, 1), date(2026, 3, 1))
    assert previous(Dates(date(2026, 1, 1), date(2026, 4, 1))) == Dates(date(2025, 10, 1), date(2026, 1, 1))
    assert previous(Dates(date(2026, 3, 5), date(2026, 3, 12))) == Dates(date(2026, 2, 26), date(2026, 3, 5))
