"""Days, weeks, months and the like: half-open stretches of local time, safe where clocks are put forward or back."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

DAYS_OF_WEEK = 7
MONTHS_OF_YEAR = 12


class Grain(StrEnum):
    """How long a bucket is."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


_MONTHS = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.YEAR: 12}


@dataclass(frozen=True)
class Dates:
    """Local days from `start` to before `end`."""

    start: date
    end: date

    def __iter__(self) -> Iterator[date]:
        return (self.start + timedelta(days=offset) for offset in range(len(self)))

    def __len__(self) -> int:
        return (self.end - self.start).days

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end


@dataclass(frozen=True)
class Instants:
    """Moments from `start` to before `end`."""

    start: datetime
    end: datetime

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment < self.end


def local_date(moment: datetime, zone: ZoneInfo) -> date:
    """The day it is somewhere at a moment."""
    return moment.astimezone(zone).date()


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a local day, in UTC; where midnight is skipped, the moment the clock jumps to."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def instants_of(dates: Dates, zone: ZoneInfo) -> Instants:
    """The moments of local days: 23, 24 or 25 hours each."""
    return Instants(start_of_day(dates.start, zone), start_of_day(dates.end, zone))


def bucket_of(day: date, grain: Grain) -> Dates:
    """The bucket a day lies in; weeks begin on Monday."""
    if grain in _MONTHS:
        months = _MONTHS[grain]
        first = day.replace(day=1, month=(day.month - 1) // months * months + 1)
        return Dates(first, plus_months(first, months))
    if grain is Grain.WEEK:
        monday = day - timedelta(days=day.weekday())
        return Dates(monday, monday + timedelta(days=DAYS_OF_WEEK))
    return Dates(day, day + timedelta(days=1))


def buckets(dates: Dates, grain: Grain) -> Iterator[Dates]:
    """The buckets that hold these days, in order, whole even where the days begin or end within one."""
    day = dates.start
    while day < dates.end:
        bucket = bucket_of(day, grain)
        yield bucket
        day = bucket.end


def previous(dates: Dates) -> Dates:
    """What to compare with: whole months with as many months before, anything else with as many days before."""
    months = _whole_months(dates)
    if months:
        return Dates(plus_months(dates.start, -months), dates.start)
    return Dates(dates.start - timedelta(days=len(dates)), dates.start)


def plus_months(first: date, months: int) -> date:
    """The first of a month, some months on."""
    index = first.year * MONTHS_OF_YEAR + first.month - 1 + months
    return date(index // MONTHS_OF_YEAR, index % MONTHS_OF_YEAR + 1, 1)


def _whole_months(dates: Dates) -> int:
    if dates.start.day != 1 or dates.end.day != 1:
        return 0
    return (dates.end.year - dates.start.year) * MONTHS_OF_YEAR + dates.end.month - dates.start.month
