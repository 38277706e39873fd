"""What the work brought: value facts per campaign, placement and day, each metric a share of the one before it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from outlay.demo.desk import SOURCE
from outlay.demo.draws import Draws
from outlay.demo.model import AgencyFacts, DemoCampaign, DemoClient, DemoOutcome, Placement
from outlay.demo.recipes import RECIPES, WORK_BY_STYLE
from outlay.demo.rhythm import ADS_BY_WEEKDAY, WORK_BY_WEEKDAY, days, growth, holiday_factor, midnight, warm_up
from outlay.demo.standing import ad_spend

# Platforms settle a day's figures late in the evening.
_SETTLED: Final = timedelta(hours=23, minutes=30)
_HOUR: Final = Decimal(60)
_HUNDREDTH: Final = Decimal("0.01")
_IMPRESSIONS_PER_DOLLAR: Final = 96


@dataclass(frozen=True, slots=True)
class _Funnel:
    """How a day's views turn into customers: organic views, then shares in hundred-thousandths of the step before."""

    organic_views: int
    engagement: int
    clicks: int
    leads: int
    conversions: int


_FUNNELS: Final = {
    "paid": _Funnel(400, 2400, 1350, 6200, 17_000),
    "content": _Funnel(2600, 3600, 2100, 2400, 11_000),
    "social": _Funnel(5200, 5200, 800, 1900, 9000),
    "lifecycle": _Funnel(3400, 9000, 3300, 5200, 16_000),
    "outreach": _Funnel(260, 9500, 5200, 9000, 6500),
    "care": _Funnel(700, 16_000, 4200, 7000, 15_000),
}


def outcomes_of(facts: AgencyFacts, first: date, last: date) -> Iterator[DemoOutcome]:
    zone = ZoneInfo(facts.workspace.time_zone)
    clients = {client.key: client for client in facts.clients}
    for day in days(first, last):
        # The end of the day less half an hour, which a day of 23 or 25 hours does not move.
        settled_at = midnight(day + timedelta(days=1), zone) - (timedelta(days=1) - _SETTLED)
        for campaign in facts.campaigns:
            if campaign.runs_on(day):
                yield from _outcomes_of_campaign(facts, campaign, clients[campaign.client], day, settled_at)


def _outcomes_of_campaign(
    facts: AgencyFacts, campaign: DemoCampaign, client: DemoClient, day: date, settled_at: datetime
) -> Iterator[DemoOutcome]:
    """Zeroes are left out: nothing happened, so there is no fact."""
    draws = Draws(facts.seed, "outcomes", campaign.key, day.toordinal())
    places = len(campaign.placements)
    views = _views(facts, campaign, day)
    saved = _minutes_saved(facts, campaign, day)
    for number, placement in enumerate(campaign.placements):
        figures = _figures(draws, _FUNNELS[campaign.style], views // places, client)
        figures["time_saved"] = (Decimal(draws.around(saved // places, 200)) / _HOUR).quantize(_HUNDREDTH), None
        for metric, (quantity, money) in figures.items():
            if quantity:
                yield _outcome(facts, campaign, placement, day, settled_at, f"{number}-{metric}", quantity, money)


def _figures(
    draws: Draws, funnel: _Funnel, views: int, client: DemoClient
) -> dict[str, tuple[Decimal, Decimal | None]]:
    impressions = draws.around(views, 160)
    reach = impressions * draws.between(580, 760) // 1000
    engagement = _share(draws, impressions, funnel.engagement)
    clicks = _share(draws, impressions, funnel.clicks)
    leads = min(clicks, _share(draws, clicks, funnel.leads * client.leads_per_mille // 1000))
    conversions = min(leads, _share(draws, leads, funnel.conversions * client.sales_per_mille // 1000))
    counts = {
        "impressions": impressions,
        "reach": reach,
        "engagement": engagement,
        "clicks": clicks,
        "leads": leads,
        "conversions": conversions,
    }
    figures: dict[str, tuple[Decimal, Decimal | None]] = {
        metric: (Decimal(count), None) for metric, count in counts.items()
    }
    revenue = (client.order_value * conversions * draws.between(780, 1240) / 1000).quantize(_HUNDREDTH)
    figures["revenue"] = Decimal(conversions), revenue
    return figures


def _share(draws: Draws, whole: int, hundred_thousandths: int) -> int:
    return draws.whole(draws.around(whole * hundred_thousandths // 100, 220))


def _views(facts: AgencyFacts, campaign: DemoCampaign, day: date) -> int:
    """Views that were paid for follow the day's spend; the others follow the week."""
    paid = sum(
        (ad_spend(facts, campaign, service, budget, day) for service, budget in campaign.ad_budgets_daily), Decimal(0)
    )
    organic = _FUNNELS[campaign.style].organic_views * ADS_BY_WEEKDAY[day.weekday()] // 1000
    organic = organic * growth(facts.start, facts.end, day, 620) // 1000 * warm_up(campaign.start, day) // 1000
    return int(paid * _IMPRESSIONS_PER_DOLLAR) + organic + campaign.messages_daily // 2


def _minutes_saved(facts: AgencyFacts, campaign: DemoCampaign, day: date) -> int:
    """What the agents' operations of an ordinary day would have taken people, on a day like this one."""
    ordinary = sum(
        operations_per_mille * RECIPES[agent].saved_minutes
        for agent, operations_per_mille in WORK_BY_STYLE[campaign.style]
    )
    load = WORK_BY_WEEKDAY[day.weekday()] * holiday_factor(day) // 1000
    return ordinary // 1000 * load // 1000 * growth(facts.start, facts.end, day, 560) // 1000 // 6


def _outcome(
    facts: AgencyFacts,
    campaign: DemoCampaign,
    placement: Placement,
    day: date,
    settled_at: datetime,
    number_and_metric: str,
    quantity: Decimal,
    money: Decimal | None,
) -> DemoOutcome:
    return DemoOutcome(
        id=f"{SOURCE}-{facts.fingerprint}-{day:%Y%m%d}-{campaign.key}-{number_and_metric}",
        time=settled_at,
        client=campaign.client,
        campaign=campaign.key,
        platform=placement.platform,
        content_type=placement.content_type,
        metric=number_and_metric.split("-", 1)[1],
        quantity=quantity,
        money=money,
    )
