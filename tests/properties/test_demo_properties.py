"""Whatever the seed and the last day, the demonstration agency keeps its promises."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import chain, pairwise
from statistics import mean, median
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from outlay.demo.agency import Agency, generate_agency
from outlay.demo.model import DemoEvent
from outlay.demo.rhythm import days, first_day, is_working_day, midnight

seeds = st.integers(0, 2**63)
last_days = st.dates(date(2020, 2, 1), date(2040, 12, 31))
# A small part is enough to see every rule at work; the whole size is looked at once, in the unit tests.
agencies = st.builds(generate_agency, seeds, last_days, st.sampled_from([0.05, 0.1]))
few = settings(max_examples=3, deadline=None)
# Every so many days, which meets each weekday, each month and each campaign in a fraction of the time.
STRIDE_DAYS = 9
strides = st.integers(0, STRIDE_DAYS - 1)
PLACES_MAX = 12


def some_days(agency: Agency, offset: int) -> list[date]:
    return list(days(agency.start, agency.end))[offset::STRIDE_DAYS]


def some_events(agency: Agency, offset: int, *also: date) -> Iterator[DemoEvent]:
    """What happens on some days, spread over the thirteen months, and on those that are named."""
    chosen = sorted({*some_days(agency, offset), *also})
    return chain.from_iterable(agency.events(first=day, last=day) for day in chosen)


def zone_of(agency: Agency) -> ZoneInfo:
    return ZoneInfo(agency.workspace.time_zone)


def places(amount: Decimal) -> int:
    exponent = amount.normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    return max(0, -exponent)


@given(last_days)
def test_thirteen_months_end_on_the_last_day(end: date) -> None:
    start = first_day(end)
    day_before = start - timedelta(days=1)
    assert (end.year * 12 + end.month) - (day_before.year * 12 + day_before.month) == 13
    assert day_before.day == end.day or (day_before.day < end.day and start.day == 1)


@few
@given(agencies)
def test_events_are_unique_ordered_and_cover_the_thirteen_months(agency: Agency) -> None:
    events = list(agency.events())
    zone = zone_of(agency)
    assert len({event.id for event in events}) == len(events)
    assert all(earlier.time <= later.time for earlier, later in pairwise(events))
    assert all(event.time.tzinfo is UTC for event in events)
    assert midnight(agency.start, zone) <= events[0].time
    assert events[-1].time < midnight(agency.end + timedelta(days=1), zone)
    assert {event.time.astimezone(zone).date() for event in events} == set(days(agency.start, agency.end))


@few
@given(agencies, strides)
def test_events_are_the_same_each_time_and_each_day_alone_as_within_the_whole(agency: Agency, offset: int) -> None:
    zone = zone_of(agency)
    first, last = agency.start + timedelta(days=offset), agency.start + timedelta(days=offset + 14)
    events = list(agency.events(first, last))
    assert events == list(agency.events(first, last))
    for day in days(first, last):
        alone = [event for event in events if event.time.astimezone(zone).date() == day]
        assert alone == list(agency.events(day, day))


@few
@given(agencies, strides)
def test_every_name_exists_and_every_campaign_keeps_its_dates(agency: Agency, offset: int) -> None:
    zone = zone_of(agency)
    campaigns = {campaign.key: campaign for campaign in agency.campaigns}
    agents = {agent.key for agent in agency.agents} | {None}
    services_of_categories = {category.key: category.service for category in agency.categories}
    joined_on = {client.key: client.joined_on for client in agency.clients}
    assert set(services_of_categories.values()) == {service.key for service in agency.services}
    for event in some_events(agency, offset):
        assert event.agent in agents
        assert services_of_categories[event.category] == event.service
        if event.campaign is None:
            assert event.client is None
        else:
            assert campaigns[event.campaign].client == event.client
            assert campaigns[event.campaign].runs_on(event.time.astimezone(zone).date())
    for campaign in agency.campaigns:
        assert joined_on[campaign.client] <= campaign.start < agency.end
        assert campaign.start < campaign.end


@few
@given(agencies, strides)
def test_money_and_counts_are_never_negative_and_never_too_fine(agency: Agency, offset: int) -> None:
    for event in some_events(agency, offset):
        cost = agency.cost_of(event)
        assert cost >= 0
        assert places(cost) <= PLACES_MAX
        assert all(quantity >= 0 for quantity in event.quantities.values())
        assert event.quantities.get("cache_read_tokens", 0) <= event.quantities.get("input_tokens", 0)
        assert all(score is None or 0 <= score <= 1 for score in (event.impact, event.quality))
    assert all(price.rate > 0 and places(price.rate) <= PLACES_MAX for price in agency.prices)


@few
@given(agencies, strides)
def test_outcomes_are_unique_ordered_repeatable_and_each_step_narrows(agency: Agency, offset: int) -> None:
    chosen = some_days(agency, offset)
    outcomes = [outcome for day in chosen for outcome in agency.outcomes(first=day, last=day)]
    zone = zone_of(agency)
    campaigns = {campaign.key: campaign for campaign in agency.campaigns}
    funnels: defaultdict[tuple[object, ...], dict[str, Decimal]] = defaultdict(dict)
    for outcome in outcomes:
        campaign = campaigns[outcome.campaign]
        assert campaign.client == outcome.client
        assert campaign.runs_on(outcome.time.astimezone(zone).date())
        assert outcome.quantity > 0
        assert (outcome.money is not None) == (outcome.metric == "revenue")
        assert outcome.money is None or (outcome.money >= 0 and places(outcome.money) <= PLACES_MAX)
        key = (outcome.time, outcome.campaign, outcome.platform, outcome.content_type)
        funnels[key][outcome.metric] = outcome.quantity
    for funnel in funnels.values():
        steps = [funnel.get(step, Decimal(0)) for step in ("impressions", "clicks", "leads", "conversions")]
        assert steps == sorted(steps, reverse=True)
        assert funnel.get("reach", Decimal(0)) <= steps[0]
    assert len({outcome.id for outcome in outcomes}) == len(outcomes)
    assert all(earlier.time <= later.time for earlier, later in pairwise(outcomes))
    fortnight = list(agency.outcomes(chosen[0], chosen[0] + timedelta(days=14)))
    assert fortnight == list(agency.outcomes(chosen[0], chosen[0] + timedelta(days=14)))
    assert fortnight[0] == outcomes[0]


@few
@given(st.builds(generate_agency, seeds, last_days, st.sampled_from([0.25, 1.0])), strides)
def test_each_anomaly_stands_out_of_its_series_by_the_factor_it_claims(agency: Agency, offset: int) -> None:
    zone = zone_of(agency)
    assert len({anomaly.key for anomaly in agency.anomalies}) == 3
    series: dict[tuple[str | None, str], defaultdict[date, Decimal]]
    series = {(anomaly.client, anomaly.service): defaultdict(Decimal) for anomaly in agency.anomalies}
    four_weeks = [day for anomaly in agency.anomalies for day in days(anomaly.day - timedelta(days=28), anomaly.day)]
    for event in some_events(agency, offset, *four_weeks):
        if (event.client, event.service) in series:
            series[event.client, event.service][event.time.astimezone(zone).date()] += agency.cost_of(event)
    for anomaly in agency.anomalies:
        costs = series[anomaly.client, anomaly.service]
        before = days(anomaly.day - timedelta(days=28), anomaly.day - timedelta(days=1))
        ordinary = median(costs[day] for day in before if is_working_day(day))
        assert costs[anomaly.day] >= ordinary * anomaly.factor
        assert costs[anomaly.day] == max(costs.values())


@few
@given(agencies, strides)
def test_the_runaway_is_the_largest_hour_of_its_agent(agency: Agency, offset: int) -> None:
    runaway = agency.runaway
    costs: defaultdict[datetime, Decimal] = defaultdict(Decimal)
    counts: Counter[datetime] = Counter()
    night: list[DemoEvent] = []
    for event in some_events(agency, offset, runaway.started_at.astimezone(zone_of(agency)).date()):
        if event.agent == runaway.agent:
            hour = event.time.replace(minute=0, second=0, microsecond=0)
            costs[hour] += agency.cost_of(event)
            counts[hour] += 1
            if runaway.started_at <= event.time < runaway.stopped_at and event.campaign == runaway.campaign:
                night.append(event)
    for largest in (max(costs, key=lambda hour: costs[hour]), max(counts, key=lambda hour: counts[hour])):
        assert runaway.started_at <= largest < runaway.stopped_at
    assert max(event.retry_count for event in night) > 100
    assert 0 <= runaway.started_at.astimezone(zone_of(agency)).hour < 6


@few
@given(agencies, strides)
def test_weekends_are_quieter_and_cheaper_than_weekdays(agency: Agency, offset: int) -> None:
    zone = zone_of(agency)
    costs: defaultdict[date, Decimal] = defaultdict(Decimal)
    counts: Counter[date] = Counter()
    for event in some_events(agency, offset):
        day = event.time.astimezone(zone).date()
        costs[day] += agency.cost_of(event)
        counts[day] += 1
    weekend = [day for day in counts if day.weekday() >= 5]
    weekdays = [day for day in counts if day.weekday() < 5]
    assert mean(counts[day] for day in weekend) * 3 < mean(counts[day] for day in weekdays) * 2
    assert mean(costs[day] for day in weekend) < mean(costs[day] for day in weekdays)
