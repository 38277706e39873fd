"""When work happens: thirteen months, the week, the hours of a day, holidays and growth, all in whole per mille."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

MONTHS_COVERED: Final = 13
ORDINARY: Final = 1000

# Monday to Sunday. People and the agents they start rest at the weekend; advertisements only slow down.
WORK_BY_WEEKDAY: Final = (980, 1060, 1080, 1040, 880, 190, 150)
ADS_BY_WEEKDAY: Final = (1000, 1010, 1020, 1030, 1000, 800, 760)

# How much of a day's work starts in each local hour; the small hours belong to scheduled runs.
_HOUR_WEIGHTS: Final = (1, 1, 1, 1, 1, 3, 8, 24, 62, 96, 108, 100, 66, 84, 104, 100, 88, 62, 34, 20, 14, 10, 6, 3)
HOURS_OF_WORK: Final = tuple(hour for hour, weight in enumerate(_HOUR_WEIGHTS) for _ in range(weight))


def first_day(end: date) -> date:
    """The first of the days that make thirteen months up to and including the last day."""
    months = end.year * 12 + end.month - 1 - MONTHS_COVERED
    year, month = divmod(months, 12)
    return date(year, month + 1, min(end.day, monthrange(year, month + 1)[1])) + timedelta(days=1)


def days(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


def holiday_factor(day: date) -> int:
    """How much of an ordinary day's work is done on this day, by the calendar of the agency's country."""
    month, number, weekday = day.month, day.day, day.weekday()
    if (month, number) in {(1, 1), (7, 4), (12, 25)}:
        return 120
    if (month == 12 and number >= 24) or (month, number) == (1, 2):
        return 380
    monday_off = weekday == 0 and ((month == 5 and number >= 25) or (month == 9 and number <= 7))
    thanksgiving = month == 11 and weekday == 3 and 22 <= number <= 28
    if monday_off or thanksgiving:
        return 200
    if month == 11 and weekday == 4 and 23 <= number <= 29:
        return 420
    return ORDINARY


def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and holiday_factor(day) == ORDINARY


def growth(start: date, end: date, day: date, from_per_mille: int) -> int:
    """A straight rise from the given share on the first day to the whole on the last."""
    passed, total = (day - start).days, (end - start).days
    return from_per_mille + (ORDINARY - from_per_mille) * passed // total


def warm_up(campaign_start: date, day: date) -> int:
    """A new campaign starts small and reaches its pace within two weeks."""
    return min(ORDINARY, 400 + (day - campaign_start).days * 43)


def local_hours(day: date, zone: ZoneInfo) -> tuple[datetime, ...]:
    """The beginnings of the day's 24 clock hours in UTC, followed by the beginning of the next day."""
    hours = [datetime(day.year, day.month, day.day, hour, tzinfo=zone).astimezone(UTC) for hour in range(24)]
    return (*hours, midnight(day + timedelta(days=1), zone))


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The moment at which the day begins in the workspace's zone, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
