"""How a question about spend is checked and planned: which table answers for which part of it, in which buckets."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from hashlib import blake2b
from typing import Final
from zoneinfo import ZoneInfo

from outlay.kit.errors import InvalidRequest
from outlay.kit.paging import PageRequest
from outlay.kit.periods import (
    MONTHS_OF_YEAR,
    Dates,
    Grain,
    Instants,
    buckets,
    instants_of,
    local_date,
    plus_months,
    previous,
    start_of_day,
)
from outlay.ledger.spend.model import (
    BUCKET,
    DIMENSIONS,
    EVERYTHING,
    LABEL_PREFIX,
    MEASURES,
    PREVIOUS,
    Bucket,
    Comparison,
    Order,
    Plan,
    Query,
    Shift,
    Slice,
    Source,
    Sums,
)

ANY_TOKENS: Final = "tokens"
EARLIEST: Final = date(2000, 1, 1)
LATEST: Final = date(2100, 1, 1)
# Ten years of days, a quarter of hours, a year of single events: more is a mistake, or a task for an export.
DAYS_MAX: Final = 3_660
HOUR_DAYS_MAX: Final = 93
EVENT_DAYS_MAX: Final = 400
DIMENSIONS_MAX: Final = 6
ORDERS_MAX: Final = 4
VALUES_MAX: Final = 500
WORD_CHARACTERS_MAX: Final = 200
# Weekdays match; a year later by the calendar they would not.
YEAR_OF_WEEKS: Final = timedelta(weeks=52)
_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)
_USUAL: Final = timedelta(days=30)
_SHARE_PLACES: Final = Decimal(1).scaleb(-8)
_SUM_MAX: Final = Decimal(10) ** 30


def plan(query: Query, zone: ZoneInfo) -> Plan:
    """What to read for a question, or what is wrong with it."""
    _check_names(query)
    period = settled(query, zone)
    held_against = compared(query, zone)
    slices = [*_slices(query, period, zone, is_previous=False)]
    if held_against is not None:
        slices += _slices(query, held_against, zone, is_previous=True)
    return Plan(
        slices=tuple(slices),
        grain=query.grain,
        zone=zone.key,
        group_by=query.group_by,
        order=order_of(query),
        shift=_shift(query, period, held_against, zone) if held_against and query.grain else None,
        measures=tuple(name for name in EVERYTHING if name in {*query.measures, *_needed(query)}),
        with_extremes=query.with_extremes,
    )


def settled(query: Query, zone: ZoneInfo) -> Dates | Instants:
    """The period as local days where it consists of such, and as moments otherwise."""
    return _as_days(_checked_period("period", query.period), zone, query.grain)


def compared(query: Query, zone: ZoneInfo) -> Dates | Instants | None:
    """The period that the question's own is held against."""
    if query.compare is None:
        return None
    if not isinstance(query.compare, Comparison):
        return _as_days(_checked_period("compare", query.compare), zone, query.grain)
    period = settled(query, zone)
    earlier = _before(period, query.compare, zone)
    return _checked_period("compare", earlier)


def buckets_of(period: Dates | Instants, grain: Grain | None, zone: ZoneInfo, now: datetime) -> tuple[Bucket, ...]:
    """The buckets of a period in order, also those in which nothing was spent."""
    if grain is None:
        return ()
    if grain is Grain.HOUR:
        within = period if isinstance(period, Instants) else instants_of(period, zone)
        return tuple(_hours(within, now))
    assert isinstance(period, Dates)
    today = local_date(now, zone)
    return tuple(
        Bucket(one.start, one.end, one.start < period.start or one.end > min(period.end, today))
        for one in buckets(period, grain)
    )


def order_of(query: Query) -> tuple[Order, ...]:
    """How the groups are sorted: as asked, or by bucket where there are any, and then the dearest first."""
    if query.order:
        return query.order
    by_cost = Order("cost", is_descending=True)
    return (Order(BUCKET), by_cost) if query.grain else (by_cost,)


def fingerprint(query: Query) -> str:
    """What a cursor must be of: the same question, whichever page of it."""
    question = repr(replace(query, page=PageRequest()))
    return blake2b(question.encode(), digest_size=8).hexdigest()


def share(part: Decimal, whole: Decimal) -> Decimal | None:
    """Which fraction of the whole a part is."""
    return (part / whole).quantize(_SHARE_PLACES) if whole else None


def change(now: Sums, before: Sums | None) -> Decimal | None:
    """By which fraction the cost has changed."""
    return share(now.cost - before.cost, before.cost) if before else None


def nearest(word: str, known: Iterable[str]) -> str:
    """What was probably meant, as the end of a sentence."""
    names = list(known)
    close = get_close_matches(word, names, 1, 0.6)
    return f"did you mean {close[0]}?" if close else f"known are {', '.join(names)}"


def is_dimension(name: str) -> bool:
    """Whether spend can be grouped by this; whether a label is tracked, the workspace knows."""
    return name in DIMENSIONS or (
        name.startswith(LABEL_PREFIX) and 0 < len(name) - len(LABEL_PREFIX) <= 64 and name.isprintable()
    )


def hour_of(moment: datetime) -> datetime:
    """The beginning of the hour in UTC; where zones are ahead by half an hour, it is half past something there."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _needed(query: Query) -> set[str]:
    """The measures that are needed whatever is wanted: the cost, and what is sorted by."""
    tokens = {"input_tokens", "output_tokens"} if any(one.by == ANY_TOKENS for one in query.order) else set()
    return {"cost", *(one.by for one in query.order), *tokens}


def _check_names(query: Query) -> None:
    for name in query.measures:
        if name not in EVERYTHING:
            raise InvalidRequest.field("measures", f"is no measure: {nearest(name, EVERYTHING)}")
    if len(query.group_by) > DIMENSIONS_MAX:
        raise InvalidRequest.field("group_by", f"must be at most {DIMENSIONS_MAX} dimensions")
    if len(set(query.group_by)) < len(query.group_by):
        raise InvalidRequest.field("group_by", "names a dimension twice")
    for name in query.group_by:
        _check_dimension("group_by", name)
    for one in query.filters:
        _check_dimension("filter", one.dimension)
    _check_values(query)
    if query.cost_min is not None and query.cost_max is not None and query.cost_min > query.cost_max:
        raise InvalidRequest.field("cost_max", "must not be below cost_min")
    _check_order(query)


def _check_values(query: Query) -> None:
    named = [(one.dimension, one.values) for one in query.filters]
    named += [("lead", query.events.leads), ("operation_id", query.events.operation_ids)]
    named += [("source", query.events.sources), *query.events.metadata, *query.events.labels]
    for name, values in named:
        if len(values) > VALUES_MAX:
            raise InvalidRequest.field(name, f"must be at most {VALUES_MAX} values")
        if any(value and (len(value) > WORD_CHARACTERS_MAX or "\0" in value) for value in values):
            raise InvalidRequest.field(
                name, f"must have at most {WORD_CHARACTERS_MAX} characters, and none that is null"
            )


def _check_dimension(path: str, name: str) -> None:
    if not is_dimension(name):
        raise InvalidRequest.field(path, f"is no dimension: {nearest(name, (*DIMENSIONS, f'{LABEL_PREFIX}team'))}")


def _check_order(query: Query) -> None:
    known = [*MEASURES, ANY_TOKENS, *query.group_by]
    known += [BUCKET] if query.grain else []
    known += [PREVIOUS] if query.compare else []
    if len(query.order) > ORDERS_MAX:
        raise InvalidRequest.field("sort", f"must be at most {ORDERS_MAX} names")
    for one in query.order:
        if one.by not in known:
            raise InvalidRequest.field("sort", f"nothing to sort this by: {nearest(one.by, known)}")


def _checked_period(path: str, period: Dates | Instants) -> Dates | Instants:
    if period.end <= period.start:
        raise InvalidRequest.field(path, "must end after it starts")
    if _day(period.start) < EARLIEST or _day(period.end) > LATEST:
        raise InvalidRequest.field(path, f"must be from {EARLIEST.year} on and before {LATEST.year}")
    if (period.end - period.start).days > DAYS_MAX:
        raise InvalidRequest.field(path, f"must be at most {DAYS_MAX} days, about ten years")
    return period


def _as_days(period: Dates | Instants, zone: ZoneInfo, grain: Grain | None) -> Dates | Instants:
    """Moments that are the first of their days are those days, which the daily sums know exactly."""
    if isinstance(period, Dates) or grain is Grain.HOUR:
        return period
    dates = Dates(local_date(period.start, zone), local_date(period.end, zone))
    if instants_of(dates, zone) == period:
        return dates
    if grain is not None:
        raise InvalidRequest.field("grain", "can only be hour where the period does not consist of whole local days")
    return period


def _before(period: Dates | Instants, comparison: Comparison, zone: ZoneInfo) -> Dates | Instants:
    if isinstance(period, Instants):
        if comparison is Comparison.PREVIOUS:
            return Instants(period.start - (period.end - period.start), period.start)
        # By the clock on the wall, which may have been put forward or back in between.
        start, end = (moment.astimezone(zone) - YEAR_OF_WEEKS for moment in (period.start, period.end))
        return Instants(start.astimezone(UTC), end.astimezone(UTC))
    if comparison is Comparison.PREVIOUS:
        return previous(period)
    if _months(period):
        return Dates(plus_months(period.start, -MONTHS_OF_YEAR), plus_months(period.end, -MONTHS_OF_YEAR))
    return Dates(period.start - YEAR_OF_WEEKS, period.end - YEAR_OF_WEEKS)


def _slices(query: Query, period: Dates | Instants, zone: ZoneInfo, *, is_previous: bool) -> list[Slice]:
    if query.with_extremes or not query.events.is_empty:
        within = period if isinstance(period, Instants) else instants_of(period, zone)
        _check_length(within, EVENT_DAYS_MAX, "is read event by event")
        return [Slice(Source.EVENTS, within.start, within.end, is_previous)]
    if isinstance(period, Dates) and query.grain is not Grain.HOUR:
        return [Slice(Source.DAYS, period.start, period.end, is_previous)]
    within = period if isinstance(period, Instants) else instants_of(period, zone)
    _check_length(within, HOUR_DAYS_MAX, "is read hour by hour")
    return _hourly_slices(within, is_previous=is_previous)


def _hourly_slices(within: Instants, *, is_previous: bool) -> list[Slice]:
    """Whole hours come from their sums; what is left at either end, where a day begins at half past, from events."""
    first, last = hour_of(within.start), hour_of(within.end)
    if first < within.start:
        first += _HOUR
    if first >= last:
        return [Slice(Source.EVENTS, within.start, within.end, is_previous)]
    pieces = [
        Slice(Source.EVENTS, within.start, first, is_previous),
        Slice(Source.HOURS, first, last, is_previous),
        Slice(Source.EVENTS, last, within.end, is_previous),
    ]
    return [piece for piece in pieces if piece.start < piece.end]


def _shift(query: Query, period: Dates | Instants, earlier: Dates | Instants, zone: ZoneInfo) -> Shift:
    """Months are held against months, whatever their length; otherwise the first day against the first."""
    if isinstance(period, Dates) and isinstance(earlier, Dates) and query.grain is not Grain.HOUR:
        last = period.end - timedelta(days=1)
        if _months(period) and _months(period) == _months(earlier):
            return Shift(_months_between(earlier.start, period.start), timedelta(), period.start, last)
        if len(period) != len(earlier):
            raise InvalidRequest.field("compare", "must be as many days as the period, where there is a grain")
        return Shift(0, period.start - earlier.start, period.start, last)
    mine, theirs = (one if isinstance(one, Instants) else instants_of(one, zone) for one in (period, earlier))
    last_hour = hour_of(mine.end - timedelta(microseconds=1))
    return Shift(0, mine.start - theirs.start, hour_of(mine.start), last_hour)


def _months(dates: Dates) -> int:
    """How many months these days are; none where they are not whole ones."""
    return _months_between(dates.start, dates.end) if dates.start.day == dates.end.day == 1 else 0


def _months_between(first: date, last: date) -> int:
    return (last.year - first.year) * MONTHS_OF_YEAR + last.month - first.month


def _hours(within: Instants, now: datetime) -> Iterable[Bucket]:
    start = hour_of(within.start)
    while start < within.end:
        end = start + _HOUR
        yield Bucket(start, end, start < within.start or end > min(within.end, now))
        start = end


def _check_length(within: Instants, days_max: int, how: str) -> None:
    if within.end - within.start > timedelta(days=days_max, hours=1):
        raise InvalidRequest.field("period", f"must be at most {days_max} days, since this {how}")


def _day(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def period_between(start: date | None, end: date | None, zone: ZoneInfo, now: datetime) -> Dates | Instants:
    """The period between two bounds as they are written: a last day is meant as a whole, a moment as the end.

    Without an end it lasts until today, and without a start it is thirty days long.
    """
    today = local_date(now, zone)
    if isinstance(start, datetime) or isinstance(end, datetime):
        last = end if isinstance(end, datetime) else start_of_day((end or today) + _DAY, zone)
        first = start if isinstance(start, datetime) else start_of_day(start, zone) if start else last - _USUAL
        return Instants(first, last)
    after = (end or today) + _DAY
    return Dates(start or after - _USUAL, after)


def number(text: str) -> Decimal:
    """A figure as a cursor holds it; nothing that a sum of ours could not be."""
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise ValueError(text) from error
    if not value.is_finite() or abs(value) >= _SUM_MAX:
        raise ValueError(text)
    return value
