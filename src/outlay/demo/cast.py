"""Who the agency is: its services, clients, campaigns and agents, the seed deciding when and how much."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from outlay.demo.draws import Draws
from outlay.demo.model import (
    AgentKind,
    DemoAgent,
    DemoCampaign,
    DemoClient,
    DemoService,
    DemoWorkspace,
    Placement,
)

WORKSPACE: Final = DemoWorkspace(name="Ottersholt Studio", time_zone="America/New_York", currency="USD")

# Nine services share eight colours: the two smallest have the same one, since a chart draws at most seven and "Other".
SERVICES: Final = (
    DemoService("openai", "OpenAI", 1),
    DemoService("anthropic", "Anthropic", 2),
    DemoService("google_ai", "Google AI", 3),
    DemoService("gupshup", "Gupshup", 4),
    DemoService("meta_ads", "Meta Ads", 5),
    DemoService("google_ads", "Google Ads", 6),
    DemoService("human_labor", "Human labor", 7),
    DemoService("google", "Google Search", 8),
    DemoService("scrapingbee", "ScrapingBee", 8),
)

AGENTS: Final = (
    DemoAgent(
        "content-writer",
        "Content Writer",
        AgentKind.AI,
        "CONTENT",
        "content",
        ("claude-sonnet-4-5", "claude-haiku-4-5"),
    ),
    DemoAgent("seo-researcher", "SEO Researcher", AgentKind.AI, "SEO", "content", ("gemini-2.5-pro",)),
    DemoAgent("newsletter-composer", "Newsletter Composer", AgentKind.AI, "EMAIL_MARKETING", "lifecycle", ("gpt-5",)),
    DemoAgent("social-scheduler", "Social Scheduler", AgentKind.AI, "SOCIAL_POSTING", "social", ("gpt-5-mini",)),
    DemoAgent("support-desk", "Support Desk", AgentKind.AI, "CUSTOMER_SUPPORT", "lifecycle", ("gpt-4",)),
    DemoAgent("ad-optimizer", "Ad Optimizer", AgentKind.AI, "AD", "paid-media", ("gpt-5",)),
    DemoAgent("outreach-writer", "Outreach Writer", AgentKind.AI, "OUTREACH", "growth", ("claude-haiku-4-5",)),
    DemoAgent(
        "trend-watcher", "Trend Watcher", AgentKind.AI, "TREND", "social", ("gemini-2.5-flash", "gemini-2.5-pro")
    ),
    DemoAgent("insight-analyst", "Insight Analyst", AgentKind.AI, "INSIGHT", "strategy", ("claude-opus-4-5",)),
    DemoAgent("media-sync", "Media Sync", AgentKind.BOT, None, "paid-media", ()),
    DemoAgent("ines-halloran", "Ines Halloran", AgentKind.PERSON, None, "strategy", ()),
    DemoAgent("tomas-verbeek", "Tomas Verbeek", AgentKind.PERSON, None, "content", ()),
)


@dataclass(frozen=True, slots=True)
class _ClientPlan:
    """A client before the seed has moved it; `joins_after_days` of 0 means it was there from the first day.

    Leads and sales compare with an ordinary client, which has 1000: a bookshop sells often, a roof of panels seldom.
    """

    key: str
    name: str
    industry: str
    joins_after_days: int
    order_value: str
    leads_per_mille: int
    sales_per_mille: int


@dataclass(frozen=True, slots=True)
class _CampaignPlan:
    """A campaign before the seed has moved it; days count from the client's first, and no length means it still runs."""

    key: str
    name: str
    client: str
    campaign_type: str
    style: str
    placements: tuple[tuple[str, str], ...]
    starts_after_days: int = 0
    length_days: int | None = None
    ads_daily: tuple[tuple[str, int], ...] = ()
    messages_daily: int = 0


_CLIENTS: Final = (
    _ClientPlan("corvale-outdoor", "Corvale Outdoor", "outdoor equipment", 0, "84", 1800, 1900),
    _ClientPlan("maristone-dental", "Maristone Dental", "dental practices", 0, "240", 1000, 1000),
    _ClientPlan("pellworth-kitchens", "Pellworth Kitchens", "fitted kitchens", 0, "2900", 900, 220),
    _ClientPlan("quillhaven-books", "Quillhaven Books", "bookshops", 0, "31", 2600, 2500),
    _ClientPlan("sundrel-solar", "Sundrel Solar", "solar installation", 45, "6200", 700, 100),
    _ClientPlan("tamwick-coffee", "Tamwick Coffee", "coffee subscriptions", 96, "38", 2300, 2400),
    _ClientPlan("verisand-insurance", "Verisand Insurance", "home insurance", 171, "410", 900, 550),
    _ClientPlan("yarrowby-hotels", "Yarrowby Hotels", "country hotels", 248, "320", 1000, 1000),
)

_BLOG: Final = ("website", "article")
_EMAIL: Final = ("email", "newsletter")
_CHAT: Final = ("whatsapp", "chat")
_INSTAGRAM: Final = ("instagram", "post")
_FACEBOOK: Final = ("facebook", "post")
_LINKEDIN: Final = ("linkedin", "post")
_REEL: Final = ("instagram", "video")
_META_AD: Final = ("facebook", "ad")
_SEARCH_AD: Final = ("google", "ad")

# fmt: off
_CAMPAIGNS: Final = (
    _CampaignPlan("corvale-always-on", "Always-on ads", "corvale-outdoor", "ADS", "paid", (_META_AD, _SEARCH_AD),
                  ads_daily=(("meta_ads", 108), ("google_ads", 70))),
    _CampaignPlan("corvale-field-guides", "Field guides", "corvale-outdoor", "CONTENT_GENERATION", "content",
                  (_BLOG, _INSTAGRAM)),
    _CampaignPlan("corvale-trail-launch", "Trail shoe launch", "corvale-outdoor", "PRODUCT_LAUNCH", "paid",
                  (_META_AD, _REEL), 232, 76, ads_daily=(("meta_ads", 124),)),
    _CampaignPlan("maristone-local-search", "Local search", "maristone-dental", "ADS", "paid", (_SEARCH_AD,),
                  ads_daily=(("google_ads", 80),)),
    _CampaignPlan("maristone-recall", "Recall reminders", "maristone-dental", "EMAIL", "lifecycle", (_EMAIL, _CHAT),
                  messages_daily=2400),
    _CampaignPlan("maristone-aligners", "Aligner awareness", "maristone-dental", "SOCIAL_MEDIA", "social",
                  (_INSTAGRAM, _FACEBOOK), 124, 150, ads_daily=(("meta_ads", 46),)),
    _CampaignPlan("pellworth-showroom", "Showroom visits", "pellworth-kitchens", "ADS", "paid", (_META_AD, _SEARCH_AD),
                  ads_daily=(("meta_ads", 64), ("google_ads", 55))),
    _CampaignPlan("pellworth-journal", "Design journal", "pellworth-kitchens", "CONTENT", "content", (_BLOG,), 30),
    _CampaignPlan("pellworth-trade", "Trade partners", "pellworth-kitchens", "B2B_OUTREACH", "outreach", (_LINKEDIN,),
                  62, 150),
    _CampaignPlan("quillhaven-newsletter", "Weekly newsletter", "quillhaven-books", "EMAIL", "lifecycle", (_EMAIL,)),
    _CampaignPlan("quillhaven-readers", "Reader community", "quillhaven-books", "SOCIAL_MEDIA", "social",
                  (_INSTAGRAM, _FACEBOOK)),
    _CampaignPlan("sundrel-homeowners", "Homeowner leads", "sundrel-solar", "ADS", "paid", (_META_AD, _SEARCH_AD),
                  ads_daily=(("meta_ads", 86), ("google_ads", 98))),
    _CampaignPlan("sundrel-installers", "Installer outreach", "sundrel-solar", "B2B_OUTREACH", "outreach",
                  (_LINKEDIN,), 118),
    _CampaignPlan("sundrel-explainers", "Savings explainers", "sundrel-solar", "CONTENT_GENERATION", "content",
                  (_BLOG, _LINKEDIN), 41),
    _CampaignPlan("tamwick-subscriptions", "Subscription growth", "tamwick-coffee", "ADS", "paid", (_META_AD,),
                  ads_daily=(("meta_ads", 58),)),
    _CampaignPlan("tamwick-creators", "Creator programme", "tamwick-coffee", "INFLUENCER", "social", (_REEL,), 90, 190),
    _CampaignPlan("verisand-quotes", "Quote requests", "verisand-insurance", "ADS", "paid", (_SEARCH_AD,),
                  ads_daily=(("google_ads", 96),)),
    _CampaignPlan("verisand-renewals", "Renewal messages", "verisand-insurance", "EMAIL", "lifecycle", (_EMAIL, _CHAT),
                  14, messages_daily=1800),
    _CampaignPlan("yarrowby-direct", "Direct bookings", "yarrowby-hotels", "ADS", "paid", (_META_AD, _SEARCH_AD),
                  ads_daily=(("meta_ads", 70), ("google_ads", 58))),
    _CampaignPlan("yarrowby-guest-care", "Guest care", "yarrowby-hotels", "SOCIAL_MEDIA", "care", (_CHAT,), 21,
                  messages_daily=1200),
)
# fmt: on


def clients(seed: int, start: date) -> tuple[DemoClient, ...]:
    draws = Draws(seed, "clients")
    return tuple(_client(plan, slot, start, draws) for slot, plan in enumerate(_CLIENTS, start=1))


def _client(plan: _ClientPlan, slot: int, start: date, draws: Draws) -> DemoClient:
    """The founding clients stay where they are, so that the anomalies have a history to stand out from."""
    moved_days = draws.between(-10, 10)
    joins_after_days = plan.joins_after_days + moved_days if plan.joins_after_days else 0
    return DemoClient(
        key=plan.key,
        name=plan.name,
        industry=plan.industry,
        slot=slot,
        joined_on=start + timedelta(days=joins_after_days),
        activity_per_mille=draws.between(850, 1180),
        order_value=Decimal(plan.order_value),
        leads_per_mille=plan.leads_per_mille,
        sales_per_mille=plan.sales_per_mille,
    )


def campaigns(seed: int, end: date, members: tuple[DemoClient, ...]) -> tuple[DemoCampaign, ...]:
    draws = Draws(seed, "campaigns")
    joined_on = {client.key: client.joined_on for client in members}
    return tuple(_campaign(plan, joined_on[plan.client], end, draws) for plan in _CAMPAIGNS)


def _campaign(plan: _CampaignPlan, joined_on: date, end: date, draws: Draws) -> DemoCampaign:
    """A campaign that still runs has its end planned some months after the last generated day."""
    late_days, longer_days, planned_days = draws.between(0, 8), draws.between(-7, 12), draws.between(60, 200)
    start = joined_on + timedelta(days=plan.starts_after_days + late_days) if plan.starts_after_days else joined_on
    last = end + timedelta(days=planned_days)
    if plan.length_days is not None:
        last = start + timedelta(days=plan.length_days + longer_days)
    return DemoCampaign(
        key=plan.key,
        name=plan.name,
        client=plan.client,
        campaign_type=plan.campaign_type,
        style=plan.style,
        start=start,
        end=last,
        placements=tuple(Placement(*placement) for placement in plan.placements),
        ad_budgets_daily=tuple((service, Decimal(dollars)) for service, dollars in plan.ads_daily),
        messages_daily=plan.messages_daily,
    )
