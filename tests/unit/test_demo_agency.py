"""The demonstration agency is complete, believable and the same everywhere."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import astuple
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from zoneinfo import ZoneInfo

import pytest

from outlay.demo.agency import Agency, generate_agency
from outlay.demo.model import AgentKind, DemoEvent, DemoOutcome, Kind
from outlay.demo.rhythm import holiday_factor

LAST_DAY = date(2026, 10, 30)
ZONE = ZoneInfo("America/New_York")

# The types of contract 02.
AGENT_TYPES = {
    "CONTENT", "SEO", "EMAIL_MARKETING", "SOCIAL_POSTING", "CUSTOMER_SUPPORT", "AD", "OUTREACH", "TREND", "INSIGHT",
    "DESIGN", "BRAND_VOICE", "GOAL_PLANNER", "PATTERN_MINER", "SEGMENT_ANALYZER",
}  # fmt: skip
CAMPAIGN_TYPES = {
    "CONTENT_GENERATION", "AD_OPTIMIZATION", "B2B_OUTREACH", "TREND_ANALYSIS", "DESIGN_GENERATION", "SOCIAL_MEDIA",
    "EMAIL", "ADS", "CONTENT", "INFLUENCER", "EVENT", "PRODUCT_LAUNCH",
}  # fmt: skip

# Changes only with a deliberate change of the generator; whoever changes it looks at the totals first.
DIGEST_OF_SEED_1 = "b50ddbea75740ac62a90946c3fbb7815eaf048d9c893f1961cf7ce39ccc61c31"


@pytest.fixture(scope="module")
def agency() -> Agency:
    return generate_agency(1, LAST_DAY)


@pytest.fixture(scope="module")
def events(agency: Agency) -> list[DemoEvent]:
    return list(agency.events())


@pytest.fixture(scope="module")
def outcomes(agency: Agency) -> list[DemoOutcome]:
    return list(agency.outcomes())


def digest_of(facts: Iterable[DemoEvent | DemoOutcome]) -> str:
    digest = sha256()
    for fact in facts:
        values = (str(getattr(fact, name)) for name in type(fact).__slots__)
        digest.update("|".join(values).encode())
    return digest.hexdigest()


def test_the_agency_has_the_promised_size(agency: Agency) -> None:
    assert (len(agency.clients), len(agency.campaigns), len(agency.agents), len(agency.services)) == (8, 20, 12, 9)
    assert {campaign.client for campaign in agency.campaigns} == {client.key for client in agency.clients}
    assert {category.kind for category in agency.categories} == set(Kind)
    assert {agent.kind for agent in agency.agents} == set(AgentKind)


def test_agents_and_campaigns_are_of_the_contract_s_types(agency: Agency) -> None:
    ai_agents = [agent for agent in agency.agents if agent.kind is AgentKind.AI]
    assert {agent.agent_type for agent in ai_agents} <= AGENT_TYPES
    assert all(agent.models for agent in ai_agents)
    assert all(agent.agent_type is None for agent in agency.agents if agent.kind is not AgentKind.AI)
    assert {campaign.campaign_type for campaign in agency.campaigns} <= CAMPAIGN_TYPES


def test_an_agent_uses_only_the_models_it_names(agency: Agency, events: list[DemoEvent]) -> None:
    used = defaultdict(set)
    for event in events:
        if event.model:
            used[event.agent].add(event.model)
    assert used == {agent.key: set(agent.models) for agent in agency.agents if agent.models}


def test_some_clients_were_there_from_the_first_day_and_some_joined_late(agency: Agency) -> None:
    founding = [client for client in agency.clients if client.joined_on == agency.start]
    late = [client for client in agency.clients if client.joined_on > agency.start + timedelta(days=30)]
    assert (len(founding), len(late)) == (4, 4)


def test_a_client_costs_nothing_before_it_joined(agency: Agency, events: list[DemoEvent]) -> None:
    joined_on = {client.key: client.joined_on for client in agency.clients}
    assert all(event.time.astimezone(ZONE).date() >= joined_on[event.client] for event in events if event.client)


def test_the_number_of_events_suits_a_demonstration(events: list[DemoEvent], outcomes: list[DemoOutcome]) -> None:
    assert 60_000 <= len(events) <= 100_000
    assert 30_000 <= len(outcomes) <= 80_000


def test_each_month_costs_what_a_small_agency_spends_and_the_agency_grows(
    agency: Agency, events: list[DemoEvent]
) -> None:
    by_month: defaultdict[str, Decimal] = defaultdict(Decimal)
    for event in events:
        by_month[f"{event.time.astimezone(ZONE):%Y-%m}"] += agency.cost_of(event)
    totals = [by_month[month] for month in sorted(by_month)]
    assert len(totals) == 13
    assert all(Decimal(15_000) < total < Decimal(60_000) for total in totals)
    assert sum(totals[-3:]) > sum(totals[:3]) * Decimal("1.5")


def test_advertisements_cost_most_then_people_then_models_and_every_service_is_used(
    agency: Agency, events: list[DemoEvent]
) -> None:
    kinds = {category.key: category.kind for category in agency.categories}
    by_kind: defaultdict[Kind, Decimal] = defaultdict(Decimal)
    for event in events:
        by_kind[kinds[event.category]] += agency.cost_of(event)
    largest = sorted(by_kind, key=lambda kind: by_kind[kind], reverse=True)
    assert largest[:3] == [Kind.AD_SPEND, Kind.LABOR, Kind.AI]
    assert {event.service for event in events} == {service.key for service in agency.services}
    assert {event.category for event in events} == {category.key for category in agency.categories}


def test_value_exceeds_cost_by_a_believable_factor(
    agency: Agency, events: list[DemoEvent], outcomes: list[DemoOutcome]
) -> None:
    cost = sum(agency.cost_of(event) for event in events)
    revenue = sum(outcome.money for outcome in outcomes if outcome.money)
    assert cost * 2 < revenue < cost * 6


def test_most_work_of_ai_agents_happens_in_business_hours_of_the_workspace(
    agency: Agency, events: list[DemoEvent]
) -> None:
    ai_agents = {agent.key for agent in agency.agents if agent.kind is AgentKind.AI} - {agency.runaway.agent}
    hours = Counter(event.time.astimezone(ZONE).hour for event in events if event.agent in ai_agents)
    assert sum(hours[hour] for hour in range(8, 18)) > hours.total() * 3 // 4
    assert sum(hours[hour] for hour in range(6)) < hours.total() // 20


def test_holidays_are_quieter_than_the_same_weekday_a_week_before(events: list[DemoEvent]) -> None:
    by_day = Counter(event.time.astimezone(ZONE).date() for event in events)
    holidays = [day for day in by_day if day.weekday() < 5 and holiday_factor(day) < 300]
    assert len(holidays) >= 4
    for holiday in holidays:
        week_before = holiday - timedelta(days=7)
        if week_before in by_day and holiday_factor(week_before) == 1000:
            assert by_day[holiday] * 2 < by_day[week_before]


def test_seats_and_plans_are_charged_on_the_first_of_each_month(events: list[DemoEvent]) -> None:
    charges = [event for event in events if event.operation == "monthly_charge"]
    assert {event.time.astimezone(ZONE).day for event in charges} == {1}
    assert Counter(event.category for event in charges) == dict.fromkeys(
        ("openai_seats", "anthropic_seats", "gupshup_platform_fee", "scrapingbee_plan"), 13
    )


def test_operations_tie_their_events_together(events: list[DemoEvent]) -> None:
    services_by_operation = defaultdict(set)
    for event in events:
        services_by_operation[event.operation_id].add(event.service)
    assert Counter(len(services) for services in services_by_operation.values())[3] > 1000

    rows = Counter((event.operation_id, event.category) for event in events if event.model == "gpt-4" and event.success)
    inputs = {operation for operation, category in rows if category == "openai_gpt4_input"}
    assert inputs == {operation for operation, category in rows if category == "openai_gpt4_output"}


def test_there_are_failures_retries_cached_tokens_scores_leads_and_labels(events: list[DemoEvent]) -> None:
    failed = [event for event in events if not event.success]
    assert len(events) // 200 < len(failed) < len(events) // 20
    assert {event.metadata.get("error") for event in failed} == {"rate_limited", "timeout", "unreadable_page"}
    assert any(event.success and event.retry_count for event in events)
    assert any("cache_read_tokens" in event.quantities for event in events)
    assert any(event.impact and event.quality and event.conversion is not None for event in events)
    assert len({event.lead for event in events if event.lead}) > 100
    assert {event.labels["team"] for event in events} >= {"content", "paid-media", "operations"}


def test_a_refused_call_is_free_and_a_call_that_timed_out_is_not(agency: Agency, events: list[DemoEvent]) -> None:
    by_error = defaultdict(set)
    for event in events:
        if "error" in event.metadata:
            by_error[event.metadata["error"]].add(agency.cost_of(event) > 0)
    assert by_error["rate_limited"] == {False}
    assert by_error["timeout"] == {True}


def test_two_prices_change_once_each_on_the_first_of_a_month(agency: Agency) -> None:
    drop, rise = agency.price_changes
    assert drop.factor < 1 < rise.factor
    for change in agency.price_changes:
        local = change.effective_from.astimezone(ZONE)
        assert (local.day, local.hour, local.minute) == (1, 0, 0)
        rates: defaultdict[str, list[Decimal]] = defaultdict(list)
        for price in sorted(agency.prices, key=lambda price: price.effective_from):
            if (price.category, price.model) == (change.category, change.model):
                rates[price.unit].append(price.rate)
        assert rates
        assert all(after == before * change.factor for before, after in rates.values())


def test_the_same_work_is_priced_by_the_rate_of_its_own_day(agency: Agency, events: list[DemoEvent]) -> None:
    rise = agency.price_changes[1]
    unit_costs = {
        (event.time >= rise.effective_from, agency.cost_of(event) / event.quantities["messages"])
        for event in events
        if event.category == rise.category
    }
    assert unit_costs == {(False, Decimal("0.0055")), (True, Decimal("0.0066"))}


def test_cached_tokens_cost_the_cached_rate(agency: Agency, events: list[DemoEvent]) -> None:
    event = next(
        event
        for event in events
        if event.model == "gpt-5" and event.success and "cache_read_tokens" in event.quantities
    )
    fresh = event.quantities["input_tokens"] - event.quantities["cache_read_tokens"]
    by_hand = (
        fresh * Decimal("0.00000125")
        + event.quantities["cache_read_tokens"] * Decimal("0.000000125")
        + event.quantities["output_tokens"] * Decimal("0.00001")
    )
    assert agency.cost_of(event) == by_hand


def test_an_event_earlier_than_every_rate_is_not_priced_as_zero(agency: Agency) -> None:
    long_before = generate_agency(1, LAST_DAY - timedelta(days=800), 0.1)
    early = next(event for event in long_before.events() if event.cost is None)
    with pytest.raises(LookupError, match="no rate for"):
        agency.cost_of(early)


def test_seed_1_gives_the_pinned_agency(agency: Agency, events: list[DemoEvent], outcomes: list[DemoOutcome]) -> None:
    cast = "|".join(
        [str(astuple(client)) for client in agency.clients]
        + [str(astuple(campaign)) for campaign in agency.campaigns]
        + [str(astuple(price)) for price in agency.prices]
    )
    digests = (digest_of(events), digest_of(outcomes), sha256(cast.encode()).hexdigest())
    assert sha256("".join(digests).encode()).hexdigest() == DIGEST_OF_SEED_1


def test_another_seed_another_end_and_another_scale_give_other_ids() -> None:
    agencies = [
        generate_agency(1, LAST_DAY, 0.1),
        generate_agency(2, LAST_DAY, 0.1),
        generate_agency(1, LAST_DAY - timedelta(days=1), 0.1),
        generate_agency(1, LAST_DAY, 0.2),
    ]
    ids = [{event.id for event in agency.events(first=date(2026, 10, 20))} for agency in agencies]
    assert len(set().union(*ids)) == sum(len(members) for members in ids)


def test_a_range_of_days_is_the_same_alone_as_within_the_whole(agency: Agency, events: list[DemoEvent]) -> None:
    first, last = date(2026, 3, 6), date(2026, 3, 9)
    alone = list(agency.events(first=first, last=last))
    assert alone == [event for event in events if first <= event.time.astimezone(ZONE).date() <= last]


def test_the_scale_changes_the_agents_work_and_not_the_advertisements() -> None:
    def totals(scale: float) -> tuple[int, Decimal]:
        part = list(generate_agency(1, LAST_DAY, scale).events(first=date(2026, 10, 19), last=date(2026, 10, 25)))
        advertisements = sum((event.cost or Decimal(0) for event in part if event.service == "meta_ads"), Decimal(0))
        return sum(event.agent == "seo-researcher" for event in part), advertisements

    (few, advertisements_small), (many, advertisements_large) = totals(0.5), totals(2)
    assert many > few * 3
    assert advertisements_small == advertisements_large


@pytest.mark.parametrize("scale", [0, -1, 0.0001])
def test_a_scale_that_gives_nothing_is_refused(scale: float) -> None:
    with pytest.raises(ValueError, match="at least"):
        generate_agency(1, LAST_DAY, scale)
