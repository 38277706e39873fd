"""The query engine against a ledger small enough to be added up by hand, on both versions of PostgreSQL."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from outlay.db.connect import Database
from outlay.identity.access.model import Actor, ActorKind, Permission, Role, Scope
from outlay.identity.access.rules import NotAllowed
from outlay.identity.portfolio import service as portfolio
from outlay.identity.portfolio.model import Kind, Reference
from outlay.kit.errors import BadCursor, InvalidRequest, NotFound
from outlay.kit.paging import PageRequest
from outlay.kit.periods import Dates, Grain, Instants
from outlay.ledger.spend import service as spending
from outlay.ledger.spend.model import Comparison, EventFilter, Filter, Order, Query, Report, Sums
from tests.store.spend_help import Fact, ask, place, walk, write
from tests.support.tenants import TESTER, Tenant, make_tenant

BERLIN = ZoneInfo("Europe/Berlin")
MARCH = Dates(date(2026, 3, 1), date(2026, 4, 1))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def noon(day: str, cost: str | None = "1", **more: object) -> Fact:
    return Fact(at(f"{day}T12:00+00:00"), None if cost is None else Decimal(cost), **more)  # type: ignore[arg-type]


def costs(report: Report) -> dict[object, Decimal]:
    """What each group cost, by what it is and its bucket."""
    found = {}
    for group in report.groups:
        named = place(group) if group.bucket is not None else place(group)[:-1]
        found[named[0] if len(named) == 1 else named] = group.sums.cost
    return found


def seen_by(scope: Scope, role: Role = Role.VIEWER) -> Actor:
    return Actor(ActorKind.KEY, "key", "key", role, scope)


async def id_of(database: Database, tenant: Tenant, kind: Kind, key: str) -> UUID:
    async with database.work(tenant.id) as work:
        return (await portfolio.get(work, TESTER, kind, key)).id


AGENCY = [
    noon("2026-03-02", "10", client="acme", texts={"service": "openai"}, labels={"team": "red"}),
    noon("2026-03-03", "20", client="acme", texts={"service": "gupshup", "unit": "messages"}, quantity=Decimal(7)),
    noon("2026-03-10", "5.5", client="borealis", texts={"service": "openai"}, labels={"team": "blue"}),
    noon("2026-03-31", "4", client="borealis", agent="writer", texts={"service": "openai"}, input_tokens=9),
    noon("2026-03-15", None, texts={"service": "mystery", "unit": "images"}, quantity=Decimal(3), failed=True),
    noon("2026-02-20", "8", client="acme", texts={"service": "openai"}),
    noon("2026-02-21", "2", client="cosmos", texts={"service": "openai"}),
    noon("2026-04-01", "100", client="acme", texts={"service": "openai"}),
]


@pytest.fixture
async def agency(database: Database, tenant: Tenant) -> Tenant:
    await write(database, tenant, AGENCY)
    return tenant


async def test_spend_is_grouped_with_totals_shares_and_what_is_unpriced(database: Database, agency: Tenant) -> None:
    report = await ask(database, agency, Query(MARCH, ("client",)))

    assert costs(report) == {"acme": Decimal(30), "borealis": Decimal("9.5"), None: Decimal(0)}
    assert [group.share for group in report.groups] == [Decimal("0.75949367"), Decimal("0.24050633"), Decimal(0)]
    assert isinstance(report.groups[0].values["client"], Reference)
    assert report.groups[0].values["client"].name == "The acme"
    assert (report.total.cost, report.total.events, report.total.failed, report.total.unpriced) == (
        Decimal("39.5"), 5, 1, 1,
    )  # fmt: skip
    assert (report.group_count, report.next, report.currency, report.time_zone) == (3, None, "EUR", "Europe/Berlin")


async def test_units_are_never_added_to_each_other(database: Database, agency: Tenant) -> None:
    report = await ask(database, agency, Query(MARCH))

    assert report.total.units == {"messages": Decimal(7), "images": Decimal(3), "input_tokens": Decimal(9)}
    assert report.groups[0].sums.units == report.total.units
    by_service = await ask(database, agency, Query(MARCH, ("service",)))
    assert {place(group)[0]: group.sums.units for group in by_service.groups} == {
        "gupshup": {"messages": Decimal(7)},
        "mystery": {"images": Decimal(3)},
        "openai": {"input_tokens": Decimal(9)},
    }


async def test_nothing_spent_is_a_zero_without_groups(database: Database, tenant: Tenant) -> None:
    report = await ask(database, tenant, Query(MARCH, ("client",), Grain.WEEK, compare=Comparison.PREVIOUS))

    assert (report.total, report.group_count, len(report.groups)) == (Sums(), 0, 0)
    assert (report.previous_total, report.change) == (report.total, None)
    assert len(report.buckets) == 6


async def test_a_tracked_label_is_a_dimension(database: Database, agency: Tenant) -> None:
    assert costs(await ask(database, agency, Query(MARCH, ("label:team",)))) == {
        None: Decimal(24), "red": Decimal(10), "blue": Decimal("5.5"),
    }  # fmt: skip
    wanted = Query(MARCH, ("client",), filters=(Filter("label:team", ("red", "blue")),))
    assert costs(await ask(database, agency, wanted)) == {"acme": Decimal(10), "borealis": Decimal("5.5")}
    with pytest.raises(InvalidRequest, match="tracked"):
        await ask(database, agency, Query(MARCH, ("label:floor",)))


async def test_filters_take_keys_ids_and_none_and_can_exclude(database: Database, agency: Tenant) -> None:
    acme = str(await id_of(database, agency, Kind.CLIENT, "acme"))

    async def clients(*filters: Filter) -> set[object]:
        return set(costs(await ask(database, agency, Query(MARCH, ("client",), filters=filters))))

    assert await clients(Filter("client", (acme,))) == {"acme"}
    assert await clients(Filter("client", ("acme", None))) == {"acme", None}
    assert await clients(Filter("client", (None,))) == {None}
    assert await clients(Filter("client", ("acme",), is_excluded=True)) == {"borealis", None}
    assert await clients(Filter("client", (None,), is_excluded=True)) == {"acme", "borealis"}
    assert await clients(Filter("client", ("acme",)), Filter("service", ("openai",))) == {"acme"}
    assert await clients(Filter("client", ("acme",)), Filter("service", ("mystery",))) == set()
    assert await clients(Filter("agent", (None,))) == {"acme", "borealis", None}
    with pytest.raises(NotFound, match="place 2"):
        await clients(Filter("client", ("acme", "nobody")))


async def test_a_range_of_cost_is_one_of_groups_and_the_total_is_theirs(database: Database, agency: Tenant) -> None:
    report = await ask(database, agency, Query(MARCH, ("client",), cost_min=Decimal(5), cost_max=Decimal(20)))

    assert costs(report) == {"borealis": Decimal("9.5")}
    assert (report.total.cost, report.total.units, report.group_count) == (
        Decimal("9.5"), {"input_tokens": Decimal(9)}, 1,
    )  # fmt: skip
    daily = await ask(database, agency, Query(MARCH, (), Grain.DAY, cost_min=Decimal(10)))
    assert costs(daily) == {date(2026, 3, 2): Decimal(10), date(2026, 3, 3): Decimal(20)}
    assert daily.total.units == {"messages": Decimal(7)}


async def test_a_comparison_shows_what_is_only_in_one_of_the_periods(database: Database, agency: Tenant) -> None:
    report = await ask(database, agency, Query(MARCH, ("client",), compare=Comparison.PREVIOUS))

    before = {place(group)[0]: (group.previous.cost if group.previous else None) for group in report.groups}
    assert before == {"acme": Decimal(8), "borealis": Decimal(0), None: Decimal(0), "cosmos": Decimal(2)}
    assert costs(report)["cosmos"] == 0
    assert report.compared_with == Dates(date(2026, 2, 1), date(2026, 3, 1))
    assert report.previous_total is not None
    assert (report.previous_total.cost, report.previous_total.events) == (Decimal(10), 2)
    assert report.change == Decimal("2.95")
    assert {place(group)[0]: group.change for group in report.groups} == {
        "acme": Decimal("2.75"), "borealis": None, None: None, "cosmos": Decimal(-1),
    }  # fmt: skip


async def test_months_of_different_length_are_held_against_each_other_day_by_day(
    database: Database, tenant: Tenant
) -> None:
    await write(database, tenant, [noon("2026-02-28", "3"), noon("2026-03-28", "5"), noon("2026-01-31", "7")])

    march = await ask(database, tenant, Query(MARCH, (), Grain.DAY, compare=Comparison.PREVIOUS))
    february = Dates(date(2026, 2, 1), date(2026, 3, 1))
    shorter = await ask(database, tenant, Query(february, (), Grain.DAY, compare=Comparison.PREVIOUS))

    assert [(g.bucket, g.sums.cost, g.previous and g.previous.cost) for g in march.groups] == [
        (date(2026, 3, 28), Decimal(5), Decimal(3))
    ]
    # There is no 31st: what was spent on it is held against the last day.
    assert [(g.bucket, g.sums.cost, g.previous and g.previous.cost) for g in shorter.groups] == [
        (date(2026, 2, 28), Decimal(3), Decimal(7))
    ]


async def test_a_year_before_matches_months_or_weekdays(database: Database, tenant: Tenant) -> None:
    await write(database, tenant, [noon("2025-03-05"), noon("2025-03-04", "2"), noon("2026-03-03", "4")])

    week = Query(Dates(date(2026, 3, 2), date(2026, 3, 9)), (), Grain.DAY, compare=Comparison.YEAR)
    report = await ask(database, tenant, week)
    assert report.compared_with == Dates(date(2025, 3, 3), date(2025, 3, 10))
    assert [(g.bucket, g.previous and g.previous.cost) for g in report.groups] == [
        (date(2026, 3, 3), Decimal(2)),  # both are Tuesdays
        (date(2026, 3, 4), Decimal(1)),
    ]
    months = await ask(database, tenant, Query(MARCH, compare=Comparison.YEAR))
    assert months.compared_with == Dates(date(2025, 3, 1), date(2025, 4, 1))
    assert months.previous_total is not None
    assert months.previous_total.cost == 3


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 28), 24), (date(2026, 3, 29), 23), (date(2026, 10, 25), 25)])
async def test_a_day_has_as_many_hours_as_the_clock_gives_it(
    database: Database, tenant: Tenant, day: date, hours: int
) -> None:
    start = datetime(day.year, day.month, day.day, tzinfo=BERLIN).astimezone(UTC)
    inside = [Fact(start + timedelta(hours=n, minutes=30), Decimal(1)) for n in range(hours)]
    outside = [Fact(start - timedelta(seconds=1)), Fact(start + timedelta(hours=hours))]
    await write(database, tenant, [*inside, *outside])
    only = Dates(day, day + timedelta(days=1))

    by_hour = await ask(database, tenant, Query(only, (), Grain.HOUR))
    by_day = await ask(database, tenant, Query(only, (), Grain.DAY))

    assert [group.bucket for group in by_hour.groups] == [start + timedelta(hours=n) for n in range(hours)]
    assert [bucket.start for bucket in by_hour.buckets] == [group.bucket for group in by_hour.groups]
    assert (by_hour.total.events, by_day.total.events, by_day.groups[0].bucket) == (hours, hours, day)


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "America/St_Johns", "Asia/Kathmandu", "Pacific/Chatham"])
async def test_days_are_exact_where_midnight_is_no_whole_hour(database: Database, zone: str) -> None:
    tenant = await make_tenant(database, zone=zone)
    midnight = datetime(2026, 7, 10, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    minute = timedelta(minutes=1)
    facts = [Fact(midnight + n * minute, Decimal(1)) for n in (-20, -1, 0, 1, 20, 90, 24 * 60 - 1, 24 * 60)]
    await write(database, tenant, facts, zone)
    only = Dates(date(2026, 7, 10), date(2026, 7, 11))

    days = await ask(database, tenant, Query(only, (), Grain.DAY))
    hours = await ask(database, tenant, Query(only, (), Grain.HOUR))

    assert (days.total.events, hours.total.events) == (5, 5)
    assert sum(group.sums.events for group in hours.groups) == 5
    first, last = hours.buckets[0], hours.buckets[-1]
    assert len(hours.buckets) == 25
    assert first.start < midnight < first.end
    assert (first.is_partial, last.is_partial, any(one.is_partial for one in hours.buckets[1:-1])) == (
        True, True, False,
    )  # fmt: skip


async def test_moments_that_are_no_whole_hours_are_exact(database: Database, tenant: Tenant) -> None:
    facts = [Fact(at("2026-03-05T10:00+00:00") + timedelta(minutes=n), Decimal(1)) for n in range(0, 240, 7)]
    await write(database, tenant, facts)
    period = Instants(at("2026-03-05T10:20+00:00"), at("2026-03-05T13:05+00:00"))

    for query in (Query(period), Query(period, (), Grain.HOUR)):
        report = await ask(database, tenant, query)
        assert report.total.events == sum(fact.at in period for fact in facts)
    within_an_hour = Instants(at("2026-03-05T10:20+00:00"), at("2026-03-05T10:41+00:00"))
    assert (await ask(database, tenant, Query(within_an_hour))).total.events == 3
    with pytest.raises(InvalidRequest, match="hour"):
        await ask(database, tenant, Query(period, (), Grain.DAY))


async def test_moments_between_local_midnights_are_days(database: Database, tenant: Tenant) -> None:
    await write(database, tenant, [noon("2026-03-29"), noon("2026-03-30")])
    period = Instants(at("2026-03-28T23:00+00:00"), at("2026-03-29T22:00+00:00"))

    report = await ask(database, tenant, Query(period, (), Grain.DAY))

    assert report.period == Dates(date(2026, 3, 29), date(2026, 3, 30))
    assert report.total.events == 1


async def test_weeks_begin_on_monday_and_cut_ones_say_so(database: Database, tenant: Tenant) -> None:
    days = [date(2026, 3, 1) + timedelta(days=n) for n in range(31)]
    await write(database, tenant, [noon(day.isoformat()) for day in days])

    report = await ask(database, tenant, Query(MARCH, (), Grain.WEEK))

    assert [(group.bucket, group.sums.events) for group in report.groups] == [
        (date(2026, 2, 23), 1), (date(2026, 3, 2), 7), (date(2026, 3, 9), 7), (date(2026, 3, 16), 7),
        (date(2026, 3, 23), 7), (date(2026, 3, 30), 2),
    ]  # fmt: skip
    assert [bucket.is_partial for bucket in report.buckets] == [True, False, False, False, False, True]
    quarter = await ask(database, tenant, Query(MARCH, (), Grain.QUARTER))
    assert [(group.bucket, group.sums.events) for group in quarter.groups] == [(date(2026, 1, 1), 31)]
    assert quarter.buckets[0].is_partial


async def test_nobody_sees_beyond_their_scope_whatever_they_filter(database: Database, agency: Tenant) -> None:
    acme = await id_of(database, agency, Kind.CLIENT, "acme")
    writer = await id_of(database, agency, Kind.AGENT, "writer")

    async def seen(actor: Actor, *filters: Filter, events: EventFilter = EventFilter()) -> dict[object, Decimal]:
        async with database.work(agency.id) as work:
            query = Query(MARCH, ("client",), filters=filters, events=events)
            return costs(await spending.spend(work, actor, query))

    portal, agent = seen_by(Scope(client_id=acme), Role.PORTAL), seen_by(Scope(agent_id=writer), Role.AGENT)
    both = seen_by(Scope(acme, writer), Role.AGENT)
    assert await seen(portal) == {"acme": Decimal(30)}
    assert await seen(agent) == {"borealis": Decimal(4)}
    assert await seen(both) == {}
    assert await seen(portal, events=EventFilter(sources=("api",))) == {"acme": Decimal(30)}
    for wanted in (
        Filter("client", ("borealis",)),
        Filter("client", ("nobody",)),
        Filter("client", ("acme",), is_excluded=True),
        Filter("client", (None,)),
        Filter("agent", ("writer",)),
    ):
        assert await seen(portal, wanted) == {}
    assert await seen(agent, Filter("client", ("acme",))) == {}


async def test_another_workspace_and_a_role_without_the_right_see_nothing(
    database: Database, agency: Tenant, stranger: Tenant
) -> None:
    assert (await ask(database, stranger, Query(MARCH, ("service",)))).groups == ()
    narrowed = replace(seen_by(Scope()), narrowed_to=frozenset({Permission.PORTFOLIO_READ}))
    async with database.work(agency.id) as work:
        with pytest.raises(NotAllowed):
            await spending.spend(work, narrowed, Query(MARCH))
        with pytest.raises(NotAllowed):
            await spending.dimension_values(work, narrowed, "client", None, 10)


@pytest.mark.parametrize(
    "order",
    [
        (),
        (Order("client"),),
        (Order("client", is_descending=True), Order("service")),
        (Order("service", is_descending=True),),
        (Order("events", is_descending=True),),
        (Order("previous", is_descending=True),),
        (Order("bucket", is_descending=True), Order("cost")),
        (Order("tokens", is_descending=True), Order("unpriced")),
    ],
)
@pytest.mark.parametrize("grain", [None, Grain.DAY])
async def test_pages_visit_each_group_once_in_order(
    database: Database, agency: Tenant, order: tuple[Order, ...], grain: Grain | None
) -> None:
    if grain is None and any(one.by == "bucket" for one in order):
        grain = Grain.MONTH
    query = Query(MARCH, ("client", "service"), grain, order=order, compare=Comparison.PREVIOUS)

    whole = await walk(database, agency, query, 500)
    for limit in (1, 2, 3):
        assert await walk(database, agency, query, limit) == whole
    if order == (Order("client"),) and grain is None:
        assert [place(group)[0] for group in whole] == [None, "acme", "acme", "borealis", "cosmos"]


async def test_a_cursor_belongs_to_its_question(database: Database, agency: Tenant) -> None:
    query = Query(MARCH, ("client",), page=PageRequest(1))
    cursor = (await ask(database, agency, query)).next
    assert cursor is not None

    for other in (replace(query, grain=Grain.DAY), replace(query, group_by=("service",)), replace(query, period=Dates(
        date(2026, 3, 1), date(2026, 4, 2)))):  # fmt: skip
        with pytest.raises(BadCursor):
            await ask(database, agency, replace(other, page=PageRequest(1, cursor)))


async def test_single_events_are_asked_for_what_sums_do_not_know(database: Database, tenant: Tenant) -> None:
    facts = [
        noon("2026-03-02", "1", client="acme", source="sdk", details={"lead": "L1", "metadata": {"run": "7"}}),
        noon("2026-03-03", "2", client="acme", operation_id="op-1", details={"lead": "L2"}, corrected_by=Decimal(3)),
        noon(
            "2026-03-04", "4", client="borealis", operation_id="op-1", details={"lead": "L1"}, corrected_by=Decimal(-1)
        ),
        noon("2026-03-05", "8", details={"labels": {"floor": "3"}}),
    ]
    await write(database, tenant, facts)

    async def found(events: EventFilter, *filters: Filter) -> dict[object, Decimal]:
        return costs(await ask(database, tenant, Query(MARCH, ("client",), events=events, filters=filters)))

    assert await found(EventFilter(leads=("L1",))) == {"acme": Decimal(1), "borealis": Decimal(3)}
    assert await found(EventFilter(leads=("L1", None))) == {
        "acme": Decimal(1), "borealis": Decimal(3), None: Decimal(8),
    }  # fmt: skip
    assert await found(EventFilter(operation_ids=("op-1",))) == {"acme": Decimal(5), "borealis": Decimal(3)}
    assert await found(EventFilter(sources=("sdk",))) == {"acme": Decimal(1)}
    assert await found(EventFilter(metadata=(("run", ("7",)),))) == {"acme": Decimal(1)}
    assert await found(EventFilter(), Filter("label:floor", ("3",))) == {None: Decimal(8)}
    assert await found(EventFilter(leads=("L1",)), Filter("client", ("acme",))) == {"acme": Decimal(1)}
    daily = await ask(database, tenant, Query(MARCH, (), Grain.DAY, events=EventFilter(leads=("L1",))))
    assert costs(daily) == {date(2026, 3, 2): Decimal(1), date(2026, 3, 4): Decimal(3)}
    assert daily.total.events == 2


async def test_the_cheapest_and_the_dearest_event_are_known_on_request(database: Database, tenant: Tenant) -> None:
    facts = [noon("2026-03-02", cost, texts={"service": "openai"}) for cost in ("3", "0.5", None, "9")]
    await write(database, tenant, [*facts, noon("2026-02-02", "0.1", texts={"service": "openai"})])

    query = Query(MARCH, ("service",), with_extremes=True, compare=Comparison.PREVIOUS)
    report = await ask(database, tenant, query)

    for sums in (report.total, report.groups[0].sums):
        assert (sums.cost_least, sums.cost_most, sums.events) == (Decimal("0.5"), Decimal(9), 4)


async def test_values_to_filter_by_are_those_in_sight(database: Database, agency: Tenant) -> None:
    async def values(dimension: str, words: str | None = None, scope: Scope = Scope(), limit: int = 10) -> list[object]:
        async with database.work(agency.id) as work:
            found = await spending.dimension_values(work, seen_by(scope), dimension, words, limit)
            return [one.value for one in found]

    acme = await id_of(database, agency, Kind.CLIENT, "acme")
    assert await values("service") == ["gupshup", "mystery", "openai"]
    assert await values("service", "UP") == ["gupshup"]
    assert await values("service", scope=Scope(client_id=acme)) == ["gupshup", "openai"]
    assert await values("client") == [None, "acme", "borealis", "cosmos"]
    assert await values("client", "the b") == ["borealis"]
    assert await values("client", scope=Scope(client_id=acme)) == ["acme"]
    assert await values("client", limit=2) == [None, "acme"]
    assert await values("label:team") == [None, "blue", "red"]
    with pytest.raises(InvalidRequest, match="did you mean service"):
        await values("servise")


async def test_a_stranger_has_no_values(database: Database, agency: Tenant, stranger: Tenant) -> None:
    async with database.work(stranger.id) as work:
        assert await spending.dimension_values(work, TESTER, "service", None, 10) == []
        with pytest.raises(NotFound):
            await spending.spend(work, TESTER, Query(MARCH, filters=(Filter("client", (str(uuid4()),)),)))
