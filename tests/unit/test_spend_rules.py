"""How a question about spend is planned: which table answers for which stretch of time, and what is refused."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from outlay.identity.access.model import Scope
from outlay.kit.errors import InvalidRequest
from outlay.kit.paging import PageRequest
from outlay.kit.periods import Dates, Grain, Instants
from outlay.ledger.spend import rules
from outlay.ledger.spend.model import (
    EVERYTHING,
    Comparison,
    Condition,
    EventFilter,
    Filter,
    Order,
    Query,
    Question,
    Shift,
    Slice,
    Source,
    Sums,
)
from outlay.ledger.spend.shape import shape_of, values_of
from outlay.ledger.spend.statement import statement_for

BERLIN, KOLKATA, CHATHAM = (ZoneInfo(name) for name in ("Europe/Berlin", "Asia/Kolkata", "Pacific/Chatham"))
MARCH = Dates(date(2026, 3, 1), date(2026, 4, 1))
DAY = Dates(date(2026, 3, 10), date(2026, 3, 11))
WORKSPACE = UUID(int=7)
NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize("grain", [None, *(grain for grain in Grain if grain is not Grain.HOUR)])
def test_local_days_are_read_from_the_sums_by_day(grain: Grain | None):
    assert rules.plan(Query(MARCH, grain=grain), KOLKATA).slices == (Slice(Source.DAYS, MARCH.start, MARCH.end),)


def test_moments_that_are_local_midnights_are_days_also_when_the_clock_changes_in_between():
    midnights = Instants(utc(2026, 3, 28, 23), utc(2026, 3, 29, 22))

    assert rules.settled(Query(midnights), BERLIN) == Dates(date(2026, 3, 29), date(2026, 3, 30))
    assert rules.settled(Query(midnights), KOLKATA) == midnights


def test_whole_hours_are_read_from_the_sums_by_hour():
    hours = Instants(utc(2026, 3, 10, 9), utc(2026, 3, 10, 17))

    assert rules.plan(Query(hours), BERLIN).slices == (Slice(Source.HOURS, hours.start, hours.end),)


@pytest.mark.parametrize(
    ("zone", "midnight", "minutes"), [(KOLKATA, utc(2026, 3, 9, 18, 30), 30), (CHATHAM, utc(2026, 3, 9, 10, 15), 45)]
)
def test_the_ends_of_a_day_that_begins_within_an_hour_are_read_from_events(
    zone: ZoneInfo, midnight: datetime, minutes: int
):
    first = midnight + timedelta(minutes=minutes)
    last = first + timedelta(hours=23)

    assert rules.plan(Query(DAY, grain=Grain.HOUR), zone).slices == (
        Slice(Source.EVENTS, midnight, first),
        Slice(Source.HOURS, first, last),
        Slice(Source.EVENTS, last, midnight + timedelta(days=1)),
    )


def test_less_than_an_hour_is_read_from_events():
    moments = Instants(utc(2026, 3, 10, 9, 10), utc(2026, 3, 10, 10, 5))

    assert rules.plan(Query(moments), BERLIN).slices == (Slice(Source.EVENTS, moments.start, moments.end),)


@pytest.mark.parametrize(
    "events",
    [
        EventFilter(leads=(None,)),
        EventFilter(sources=("sdk",)),
        EventFilter(operation_ids=("op",)),
        EventFilter(metadata=(("run", ("1",)),)),
        EventFilter(labels=(("floor", ("1",)),)),
    ],
)
def test_what_sums_do_not_know_is_read_from_events(events: EventFilter):
    only_events = (Slice(Source.EVENTS, utc(2026, 3, 9, 23), utc(2026, 3, 10, 23)),)

    assert rules.plan(Query(DAY, events=events), BERLIN).slices == only_events
    assert rules.plan(Query(DAY, with_extremes=True), BERLIN).slices == only_events


def test_each_comparison_knows_its_dates():
    def before(period: Dates | Instants, compare: Comparison) -> Dates | Instants | None:
        return rules.compared(Query(period, compare=compare), BERLIN)

    week = Dates(date(2026, 3, 30), date(2026, 4, 6))
    assert before(MARCH, Comparison.PREVIOUS) == Dates(date(2026, 2, 1), date(2026, 3, 1))
    assert before(MARCH, Comparison.YEAR) == Dates(date(2025, 3, 1), date(2025, 4, 1))
    assert before(week, Comparison.PREVIOUS) == Dates(date(2026, 3, 23), date(2026, 3, 30))
    assert before(week, Comparison.YEAR) == Dates(date(2025, 3, 31), date(2025, 4, 7))
    # An hour on the day after the clock was put forward, and the same hour by the clock a year of weeks before.
    hour = Instants(utc(2026, 3, 30, 7), utc(2026, 3, 30, 8))
    assert before(hour, Comparison.YEAR) == Instants(utc(2025, 3, 31, 7), utc(2025, 3, 31, 8))
    winter = Instants(utc(2026, 3, 28, 8), utc(2026, 3, 28, 9))
    assert before(winter, Comparison.PREVIOUS) == Instants(utc(2026, 3, 28, 7), utc(2026, 3, 28, 8))


def test_months_are_moved_by_months_and_days_by_days():
    months = rules.plan(Query(MARCH, grain=Grain.DAY, compare=Comparison.PREVIOUS), BERLIN)
    days = rules.plan(Query(DAY, grain=Grain.DAY, compare=Comparison.PREVIOUS), BERLIN)
    whole = rules.plan(Query(DAY, compare=Comparison.PREVIOUS), BERLIN)

    assert months.shift == Shift(1, timedelta(), date(2026, 3, 1), date(2026, 3, 31))
    assert days.shift == Shift(0, timedelta(days=1), date(2026, 3, 10), date(2026, 3, 10))
    assert whole.shift is None
    assert [piece.is_previous for piece in months.slices] == [False, True]


def test_buckets_say_which_of_them_are_cut_short_by_the_period_or_the_present():
    weeks = rules.buckets_of(Dates(date(2026, 3, 4), date(2026, 3, 25)), Grain.WEEK, BERLIN, NOW)

    assert [(one.start.day, one.is_partial) for one in weeks] == [(2, True), (9, False), (16, True), (23, True)]
    days = rules.buckets_of(Dates(date(2026, 3, 19), date(2026, 3, 22)), Grain.DAY, BERLIN, NOW)
    assert [one.is_partial for one in days] == [False, True, True]
    hours = rules.buckets_of(Instants(utc(2026, 3, 20, 10, 30), utc(2026, 3, 20, 13)), Grain.HOUR, BERLIN, NOW)
    assert [(one.start, one.is_partial) for one in hours] == [
        (utc(2026, 3, 20, 10), True),
        (utc(2026, 3, 20, 11), False),
        (utc(2026, 3, 20, 12), True),
    ]
    assert rules.buckets_of(MARCH, None, BERLIN, NOW) == ()


def test_a_period_is_read_as_people_write_it():
    def read(start: date | None, end: date | None) -> Dates | Instants:
        return rules.period_between(start, end, BERLIN, NOW)

    assert read(date(2026, 3, 1), date(2026, 3, 31)) == MARCH
    assert read(None, None) == Dates(date(2026, 2, 19), date(2026, 3, 21))
    assert read(date(2026, 3, 1), None) == Dates(date(2026, 3, 1), date(2026, 3, 21))
    assert read(None, date(2026, 3, 10)) == Dates(date(2026, 2, 9), date(2026, 3, 11))
    assert read(utc(2026, 3, 1, 5), utc(2026, 3, 2)) == Instants(utc(2026, 3, 1, 5), utc(2026, 3, 2))
    assert read(date(2026, 3, 29), utc(2026, 3, 29, 6)) == Instants(utc(2026, 3, 28, 23), utc(2026, 3, 29, 6))
    assert read(utc(2026, 3, 29, 6), date(2026, 3, 29)) == Instants(utc(2026, 3, 29, 6), utc(2026, 3, 29, 22))


@pytest.mark.parametrize(
    ("query", "says"),
    [
        (Query(Dates(MARCH.end, MARCH.start)), "end after"),
        (Query(Dates(MARCH.start, MARCH.start)), "end after"),
        (Query(Dates(date(1999, 12, 31), date(2000, 1, 2))), "from 2000"),
        (Query(Dates(date(2099, 1, 1), date(2100, 1, 2))), "before 2100"),
        (Query(Dates(date(2010, 1, 1), date(2026, 1, 1))), "3660 days"),
        (Query(Dates(date(2026, 1, 1), date(2026, 5, 1)), grain=Grain.HOUR), "93 days"),
        (Query(Dates(date(2025, 1, 1), date(2026, 5, 1)), with_extremes=True), "400 days"),
        (Query(Instants(utc(2026, 1, 1, 5), utc(2026, 1, 3)), grain=Grain.DAY), "whole local days"),
        (Query(Dates(date(2000, 1, 1), date(2000, 2, 1)), compare=Comparison.PREVIOUS), "from 2000"),
        (Query(MARCH, grain=Grain.DAY, compare=DAY), "as many days"),
        (Query(MARCH, ("price",)), "is no dimension"),
        (Query(MARCH, ("servise",)), "did you mean service"),
        (Query(MARCH, ("label:",)), "is no dimension"),
        (Query(MARCH, ("client", "client")), "twice"),
        (Query(MARCH, ("client", "campaign", "agent", "kind", "service", "model", "unit")), "at most 6"),
        (Query(MARCH, filters=(Filter("price", ("1",)),)), "is no dimension"),
        (Query(MARCH, filters=(Filter("service", ("a\0b",)),)), "null"),
        (Query(MARCH, filters=(Filter("service", ("a" * 201,)),)), "200 characters"),
        (Query(MARCH, filters=(Filter("service", ("a",) * 501),)), "500 values"),
        (Query(MARCH, events=EventFilter(leads=("a\0b",))), "null"),
        (Query(MARCH, measures=("money",)), "is no measure"),
        (Query(MARCH, order=(Order("bucket"),)), "sort"),
        (Query(MARCH, order=(Order("previous"),)), "sort"),
        (Query(MARCH, order=(Order("client"),)), "sort"),
        (Query(MARCH, cost_min=Decimal(2), cost_max=Decimal(1)), "cost_min"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_reason(query: Query, says: str):
    with pytest.raises(InvalidRequest, match=says):
        rules.plan(query, BERLIN)


def test_the_order_ends_where_it_should_when_none_is_asked_for():
    assert rules.order_of(Query(MARCH)) == (Order("cost", is_descending=True),)
    assert rules.order_of(Query(MARCH, grain=Grain.DAY)) == (Order("bucket"), Order("cost", is_descending=True))


def test_measures_are_those_that_are_wanted_and_what_they_are_sorted_by():
    def measures(**more: object) -> tuple[str, ...]:
        return rules.plan(replace(Query(MARCH), **more), BERLIN).measures  # type: ignore[arg-type]

    assert measures() == EVERYTHING
    assert measures(measures=("events",)) == ("cost", "events")
    assert measures(measures=(), order=(Order("tokens"),)) == ("cost", "input_tokens", "output_tokens")


def test_fractions_are_none_of_nothing():
    assert rules.share(Decimal(1), Decimal(3)) == Decimal("0.33333333")
    assert rules.share(Decimal(0), Decimal(0)) is None
    assert rules.change(Sums(Decimal(3)), Sums(Decimal(2))) == Decimal("0.50000000")
    assert rules.change(Sums(Decimal(3)), Sums()) is None
    assert rules.change(Sums(Decimal(3)), None) is None


def test_a_cursor_is_of_one_question_and_all_its_pages():
    mark = rules.fingerprint(Query(MARCH))

    assert rules.fingerprint(Query(MARCH, page=PageRequest(7, "x"))) == mark
    assert rules.fingerprint(Query(MARCH, cost_min=Decimal(1))) != mark


@pytest.mark.parametrize("text", ["NaN", "Infinity", "1e31", "-1e400", "one"])
def test_a_cursor_holds_no_figure_that_cannot_be_a_sum(text: str):
    with pytest.raises(ValueError):
        rules.number(text)


def test_questions_of_one_shape_are_one_statement_with_other_values():
    def asked(day: int, service: str) -> Question:
        period = Dates(date(2026, 3, day), date(2026, 3, 30))
        plan = rules.plan(Query(period, ("client", "label:team"), Grain.WEEK), BERLIN)
        wanted = Condition("service", (service,), with_none=False, is_excluded=False)
        return Question(workspace_id=WORKSPACE, scope=Scope(), plan=plan, conditions=[wanted])

    one, other = asked(1, "openai"), asked(8, "it's'); drop table series; --")

    assert statement_for(shape_of(one)) is statement_for(shape_of(other))
    assert "drop table" not in str(statement_for(shape_of(other)))
    assert values_of(one).keys() == values_of(other).keys()
    assert values_of(one) != values_of(other)


def test_a_scope_is_part_of_every_statement():
    plan = rules.plan(Query(MARCH), BERLIN)
    question = Question(workspace_id=WORKSPACE, scope=Scope(WORKSPACE, WORKSPACE), plan=plan)

    words = str(statement_for(shape_of(question)))

    assert "series.client_id = :scope_client" in words
    assert "series.agent_id = :scope_agent" in words
