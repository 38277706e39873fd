"""Whatever is asked of whatever ledger: the query engine answers what adding up the events one by one gives."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from outlay.db.connect import Database
from outlay.kit.periods import Dates, Grain, Instants, instants_of
from outlay.ledger.spend.model import COUNTS, EVERYTHING, EventFilter, Filter, Order, Query, Sums
from tests.store.spend_help import Fact, added_up, ask, bucket_start, place, walk, within, write
from tests.support.tenants import make_tenant

ZONES = ("Europe/Berlin", "Asia/Kolkata", "America/St_Johns", "Pacific/Chatham", "UTC")
FIRST = date(2026, 3, 20)
# Both changes of the clock in Berlin, and those of the others, lie within.
DAYS = (*range(18), *range(210, 225))
GROUPED_BY = ("client", "service", "unit", "label:team")

MOMENTS = st.builds(
    lambda day, minute: datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC) + timedelta(days=day, minutes=minute),
    st.sampled_from(DAYS),
    st.integers(0, 24 * 60 - 1) | st.sampled_from((0, 29, 30, 59, 60, 120, 210, 750, 765, 1350, 1380)),
)
# Each example writes a workspace of its own: making a failing one smaller would outlast the limit of a test.
CHECKED = settings(
    deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.reuse, Phase.generate)
)
AMOUNTS = st.decimals(0, 1000, places=12)


@st.composite
def facts(draw: st.DrawFn) -> Fact:
    unit = draw(st.sampled_from((None, "messages", "images")))
    service = draw(st.sampled_from((None, "openai", "gupshup")))
    texts = {name: value for name, value in (("unit", unit), ("service", service)) if value}
    team = draw(st.sampled_from((None, "red", "blue")))
    lead = draw(st.sampled_from((None, "L1")))
    return Fact(
        at=draw(MOMENTS),
        cost=draw(st.none() | AMOUNTS),
        client=draw(st.sampled_from((None, "acme", "borealis"))),
        texts=texts,
        labels={"team": team} if team else {},
        input_tokens=draw(st.integers(0, 2**31 - 1)),
        quantity=draw(AMOUNTS) if unit else Decimal(0),
        failed=draw(st.booleans()),
        details={"lead": lead} if lead else {},
        corrected_by=draw(st.none() | AMOUNTS.map(lambda amount: amount - 500)),
    )


@st.composite
def queries(draw: st.DrawFn, zone: ZoneInfo) -> Query:
    grain = draw(st.sampled_from((None, *Grain)))
    start = FIRST + timedelta(days=draw(st.integers(-3, 20)))
    days = Dates(start, start + timedelta(days=draw(st.integers(1, 40))))
    period: Dates | Instants = days
    if grain in {None, Grain.HOUR} and draw(st.booleans()):
        whole = instants_of(days, zone)
        period = Instants(whole.start + timedelta(minutes=draw(st.integers(0, 300))), whole.end)
    group_by = tuple(draw(st.lists(st.sampled_from(GROUPED_BY), unique=True, max_size=3)))
    filters = draw(
        st.lists(
            st.builds(
                Filter,
                st.just("service"),
                st.lists(st.sampled_from((None, "openai", "gupshup", "nothing")), max_size=2).map(tuple),
                st.booleans(),
            )
            | st.builds(Filter, st.just("client"), st.just((None,)), st.booleans()),
            max_size=2,
        ).map(tuple)
    )
    known = ("cost", "events", "unpriced", "tokens", *group_by, *(("bucket",) if grain else ()))
    orders = st.builds(Order, st.sampled_from(known), st.booleans())
    return Query(
        period,
        group_by,
        grain,
        draw(st.sampled_from((EVERYTHING, EVERYTHING, ("cost", "events"), ("quantities",)))),
        filters,
        EventFilter(leads=draw(st.sampled_from(((), ("L1",), (None,))))),
        cost_min=draw(st.none() | st.decimals(0, 600, places=2)),
        order=draw(st.lists(orders, max_size=2, unique_by=lambda one: one.by).map(tuple)),
    )


def matches(fact: Fact, query: Query) -> bool:
    for one in query.filters:
        if (fact.value(one.dimension) in one.values) == one.is_excluded:
            return False
    return not query.events.leads or fact.details.get("lead") in query.events.leads


def expected(events: Sequence[Fact], query: Query, zone: ZoneInfo) -> dict[tuple[Any, ...], Sums]:
    """The groups, found by looking at each event."""
    found: dict[tuple[Any, ...], list[Fact]] = defaultdict(list)
    for fact in within(events, query.period, zone):
        if matches(fact, query):
            found[(*(fact.value(name) for name in query.group_by), bucket_start(fact, query.grain, zone))].append(fact)
    sums = {where: added_up(group) for where, group in found.items()}
    return {where: one for where, one in sums.items() if query.cost_min is None or one.cost >= query.cost_min}


def shown(sums: Sums, measures: Sequence[str] = EVERYTHING) -> Sums:
    """The measures that were asked for, and quantities that are not nothing."""
    quantities = {unit: amount for unit, amount in sums.quantities.items() if amount and "quantities" in measures}
    return Sums(sums.cost, quantities=quantities, **{name: getattr(sums, name) for name in COUNTS if name in measures})


@settings(CHECKED, max_examples=40)
@given(st.data())
async def test_the_engine_answers_what_adding_up_the_events_gives(database: Database, data: st.DataObject) -> None:
    zone_name = data.draw(st.sampled_from(ZONES))
    zone = ZoneInfo(zone_name)
    events = data.draw(st.lists(facts(), max_size=25))
    tenant = await make_tenant(database, zone=zone_name)
    await write(database, tenant, events, zone_name)
    for _ in range(3):
        query = data.draw(queries(zone))

        groups = await walk(database, tenant, query, data.draw(st.integers(1, 30)))
        total = (await ask(database, tenant, query)).total

        asked = query.measures
        wanted = expected(events, query, zone)
        assert {place(group): shown(group.sums, asked) for group in groups} == {
            where: shown(sums, asked) for where, sums in wanted.items()
        }
        assert len(groups) == len(wanted)
        listed = [fact for fact in within(events, query.period, zone) if matches(fact, query)]
        if query.cost_min is None:
            assert shown(total, asked) == shown(added_up(listed), asked)
        assert total.cost == sum((sums.cost for sums in wanted.values()), Decimal(0))
        if total.cost:
            tolerance = Decimal("0.00000001") * len(groups)
            assert abs(sum((group.share or Decimal(0) for group in groups), Decimal(0)) - 1) <= tolerance
        for order in query.order[:1]:
            if order.by in {"cost", "events", "unpriced"}:
                figures = [getattr(group.sums, order.by) for group in groups]
                assert figures == sorted(figures, reverse=order.is_descending)


@settings(CHECKED, max_examples=25)
@given(st.data())
async def test_a_comparison_answers_what_two_questions_give(database: Database, data: st.DataObject) -> None:
    zone = ZoneInfo("Europe/Berlin")
    events = data.draw(st.lists(facts(), max_size=25))
    tenant = await make_tenant(database)
    await write(database, tenant, events)
    start, days = FIRST + timedelta(days=data.draw(st.integers(5, 20))), data.draw(st.integers(1, 14))
    back = timedelta(days=data.draw(st.integers(1, 20)))
    period, earlier = (
        Dates(start, start + timedelta(days=days)),
        Dates(start - back, start - back + timedelta(days=days)),
    )
    grain = data.draw(st.sampled_from((None, Grain.DAY)))

    groups = await walk(database, tenant, Query(period, ("client",), grain, compare=earlier), 7)

    now: dict[tuple[Any, ...], list[Fact]] = defaultdict(list)
    before: dict[tuple[Any, ...], list[Fact]] = defaultdict(list)
    for fact in within(events, period, zone):
        now[fact.client, bucket_start(fact, grain, zone)].append(fact)
    for fact in within(events, earlier, zone):
        before[fact.client, bucket_start(fact, grain, zone, back)].append(fact)
    assert {place(group) for group in groups} == now.keys() | before.keys()
    for group in groups:
        assert shown(group.sums) == added_up(now[place(group)])
        assert group.previous == replace(added_up(before[place(group)]), quantities={})
