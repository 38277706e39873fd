"""What costs money without an operation: advertisements, broadcasts, people's hours and charges on the first of a month."""

from datetime import date
from decimal import Decimal
from typing import Final

from outlay.demo.desk import Desk
from outlay.demo.draws import Draws
from outlay.demo.incidents import BID_LIMIT_REMOVED, REPEATED_BROADCAST
from outlay.demo.model import AgencyFacts, DemoAgent, DemoCampaign, Placement
from outlay.demo.rhythm import ADS_BY_WEEKDAY, ORDINARY, growth, holiday_factor, warm_up

_CENT: Final = Decimal("0.01")
_QUARTER_HOUR: Final = Decimal("0.25")
_ADS_GROW_FROM: Final = 780
_MESSAGES_GROW_FROM: Final = 700
_HOURS_GROW_FROM: Final = 720

# The advertisement accounts are read four times a day; shares of the day's spend, by local hour, in per mille.
_ACCOUNT_READINGS: Final = ((8, 210), (12, 260), (17, 310), (22, 220))
_PLATFORMS_OF_ADS: Final = {
    "meta_ads": (Placement("facebook", "ad"), Placement("instagram", "ad")),
    "google_ads": (Placement("google", "ad"),),
}
_BROADCAST: Final = Placement("whatsapp", "template")
_BROADCAST_HOURS: Final = (9, 11, 15)
_PEOPLE: Final = (
    ("ines-halloran", "strategy_hours", ("plan", "review", "client_meeting")),
    ("tomas-verbeek", "design_hours", ("design", "video_edit", "review")),
)
_SEATS_AT_FIRST: Final = 8
_SEATS_AT_LAST: Final = 12


def _surge(facts: AgencyFacts, key: str, campaign: DemoCampaign, service: str, day: date) -> int:
    """How many times its ordinary size a series has on this day: once, except on the day of its anomaly."""
    for anomaly in facts.anomalies:
        if (anomaly.key, anomaly.campaign, anomaly.service, anomaly.day) == (key, campaign.key, service, day):
            return anomaly.surge
    return 1


def ad_spend(facts: AgencyFacts, campaign: DemoCampaign, service: str, budget: Decimal, day: date) -> Decimal:
    """One day's advertisements of one campaign. Outcomes ask too, so the draws belong to the campaign and the day."""
    spread = Draws(facts.seed, "ads", campaign.key, service, day.toordinal()).between(-95, 95)
    per_mille = ADS_BY_WEEKDAY[day.weekday()] * growth(facts.start, facts.end, day, _ADS_GROW_FROM) // 1000
    per_mille = per_mille * warm_up(campaign.start, day) // 1000 * (1000 + spread) // 1000
    if holiday_factor(day) != ORDINARY:
        per_mille = per_mille * 860 // 1000
    cents = int(budget) * per_mille // 10 * _surge(facts, BID_LIMIT_REMOVED, campaign, service, day)
    return cents * _CENT


def advertisements(desk: Desk) -> None:
    reader = _agent(desk.facts, "media-sync")
    for campaign in desk.running:
        for service, budget in campaign.ad_budgets_daily:
            left = ad_spend(desk.facts, campaign, service, budget, desk.day)
            whole, platforms = left, _PLATFORMS_OF_ADS[service]
            for reading, (hour, share) in enumerate(_ACCOUNT_READINGS):
                is_last = reading == len(_ACCOUNT_READINGS) - 1
                amount = left if is_last else (whole * share / 1000).quantize(_CENT)
                left -= amount
                desk.write(
                    desk.at_hour(hour), desk.next_operation(), service, f"{service}_spend", "read_account", {},
                    campaign=campaign, agent=reader, placement=platforms[reading % len(platforms)], cost=amount,
                    latency_ms=desk.draws.between(300, 1400),
                )  # fmt: skip


def broadcasts(desk: Desk) -> None:
    """Template messages go out on weekdays in a few batches; on the day of the anomaly each batch is repeated."""
    if desk.day.weekday() >= 5:
        return
    composer = _agent(desk.facts, "newsletter-composer")
    per_mille = (
        holiday_factor(desk.day) * growth(desk.facts.start, desk.facts.end, desk.day, _MESSAGES_GROW_FROM) // 1000
    )
    for campaign in desk.running:
        batch = campaign.messages_daily * per_mille // 1000 * warm_up(campaign.start, desk.day) // 1000
        batch //= len(_BROADCAST_HOURS)
        repeats = _surge(desk.facts, REPEATED_BROADCAST, campaign, "gupshup", desk.day)
        for hour in _BROADCAST_HOURS if batch else ():
            for _ in range(repeats):
                desk.write(
                    desk.at_hour(hour), desk.next_operation(), "gupshup", "gupshup_template_message",
                    "gupshup_template_message", {"messages": Decimal(desk.draws.around(batch, 140))},
                    campaign=campaign, agent=composer, placement=_BROADCAST, latency_ms=desk.draws.between(900, 5200),
                )  # fmt: skip


def hours_of_people(desk: Desk) -> None:
    """Only hours that people book on campaigns; the rest of the payroll is not the ledger's business."""
    if desk.day.weekday() >= 5 or holiday_factor(desk.day) < ORDINARY // 2:
        return
    hours_per_mille = growth(desk.facts.start, desk.facts.end, desk.day, _HOURS_GROW_FROM)
    for person, category, tasks in _PEOPLE:
        account = _agent(desk.facts, person)
        entries = desk.draws.between(3, 5)
        quarters = desk.draws.between(18, 25) * hours_per_mille // 1000
        for entry in range(entries):
            campaign = desk.draws.pick(desk.running)
            spent = quarters // entries + (1 if entry < quarters % entries else 0)
            desk.write(
                desk.at_hour(10 + entry * 2), desk.next_operation(), "human_labor", category, desk.draws.pick(tasks),
                {"hours": spent * _QUARTER_HOUR}, campaign=campaign, agent=account,
                placement=desk.draws.pick(campaign.placements),
            )  # fmt: skip


def charges_of_the_month(desk: Desk) -> None:
    """Seats and plans, invoiced on the first; they belong to the agency itself, so they have no client."""
    if desk.day.day != 1:
        return
    passed, total = (desk.day - desk.facts.start).days, (desk.facts.end - desk.facts.start).days
    seats = _SEATS_AT_FIRST + (_SEATS_AT_LAST - _SEATS_AT_FIRST) * passed // total
    charges = (
        ("openai", "openai_seats", "seats", seats, Decimal(30)),
        ("anthropic", "anthropic_seats", "seats", seats // 2, Decimal(30)),
        ("gupshup", "gupshup_platform_fee", "months", 1, Decimal(120)),
        ("scrapingbee", "scrapingbee_plan", "months", 1, Decimal(99)),
    )
    for service, category, unit, quantity, each in charges:
        desk.write(
            desk.at_hour(0), desk.next_operation(), service, category, "monthly_charge", {unit: Decimal(quantity)},
            cost=quantity * each,
        )  # fmt: skip


def _agent(facts: AgencyFacts, key: str) -> DemoAgent:
    return next(agent for agent in facts.agents if agent.key == key)
