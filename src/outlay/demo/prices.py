"""What things cost: categories, dated rates, and the little price book that prices the demonstration's own events."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from outlay.demo.model import DemoCategory, DemoEvent, DemoPrice, DemoPriceChange, Kind
from outlay.demo.rhythm import midnight

CATEGORIES: Final = (
    DemoCategory("openai_text", "openai", Kind.AI, "token", "Text models of OpenAI, priced by model"),
    DemoCategory("openai_gpt4_input", "openai", Kind.AI, "token", "What GPT-4 reads, booked as a row of its own"),
    DemoCategory("openai_gpt4_output", "openai", Kind.AI, "token", "What GPT-4 writes, booked as a row of its own"),
    DemoCategory("anthropic_text", "anthropic", Kind.AI, "token", "Text models of Anthropic, priced by model"),
    DemoCategory("google_ai_text", "google_ai", Kind.AI, "token", "Text models of Google, priced by model"),
    DemoCategory("gupshup_template_message", "gupshup", Kind.MESSAGING, "message", "Template messages"),
    DemoCategory("gupshup_session_message", "gupshup", Kind.MESSAGING, "message", "Messages within a conversation"),
    DemoCategory("google_search_api", "google", Kind.API, "request", "Search requests"),
    DemoCategory("scrapingbee_request", "scrapingbee", Kind.API, "request", "Pages fetched"),
    DemoCategory("openai_seats", "openai", Kind.TOOL, "seat", "Seats for the team, by the month"),
    DemoCategory("anthropic_seats", "anthropic", Kind.TOOL, "seat", "Seats for the team, by the month"),
    DemoCategory("gupshup_platform_fee", "gupshup", Kind.TOOL, "month", "The messaging account's monthly fee"),
    DemoCategory("scrapingbee_plan", "scrapingbee", Kind.TOOL, "month", "The page fetching plan's monthly fee"),
    DemoCategory("meta_ads_spend", "meta_ads", Kind.AD_SPEND, "amount", "Advertisements, as the account reports them"),
    DemoCategory(
        "google_ads_spend", "google_ads", Kind.AD_SPEND, "amount", "Advertisements, as the account reports them"
    ),
    DemoCategory("strategy_hours", "human_labor", Kind.LABOR, "hour", "Strategy and review by people"),
    DemoCategory("design_hours", "human_labor", Kind.LABOR, "hour", "Design and production by people"),
)

# Dollars for a million tokens: fresh input, input read from the cache, output. These are the providers' list prices.
_MODEL_RATES: Final = (
    ("openai_text", "gpt-5", "1.25", "0.125", "10"),
    ("openai_text", "gpt-5-mini", "0.25", "0.025", "2"),
    ("anthropic_text", "claude-sonnet-4-5", "3", "0.3", "15"),
    ("anthropic_text", "claude-opus-4-5", "5", "0.5", "25"),
    ("anthropic_text", "claude-haiku-4-5", "1", "0.1", "5"),
    ("google_ai_text", "gemini-2.5-pro", "1.25", "0.125", "10"),
    ("google_ai_text", "gemini-2.5-flash", "0.3", "0.03", "2.5"),
)

# Dollars for one unit of what has no model, or has its own row for each direction.
_UNIT_RATES: Final = (
    ("openai_gpt4_input", "gpt-4", "input_tokens", "0.00003"),
    ("openai_gpt4_output", "gpt-4", "output_tokens", "0.00006"),
    ("gupshup_template_message", None, "messages", "0.0055"),
    ("gupshup_session_message", None, "messages", "0.0055"),
    ("google_search_api", None, "requests", "0.005"),
    ("scrapingbee_request", None, "requests", "0.001"),
    ("strategy_hours", None, "hours", "64"),
    ("design_hours", None, "hours", "56"),
)

_MILLIONTH: Final = Decimal("0.000001")
_MODEL_DROP: Final = Decimal("0.8")
_MESSAGE_RISE: Final = Decimal("1.2")
_DAYS_BEFORE_END_OF_DROP: Final = 165
_DAYS_BEFORE_END_OF_RISE: Final = 65


def price_changes(end: date, zone: ZoneInfo) -> tuple[DemoPriceChange, ...]:
    """Both begin with a month, as announced prices do."""
    drop = (end - timedelta(days=_DAYS_BEFORE_END_OF_DROP)).replace(day=1)
    rise = (end - timedelta(days=_DAYS_BEFORE_END_OF_RISE)).replace(day=1)
    return (
        DemoPriceChange(
            key="model-price-drop",
            title="Claude Sonnet costs a fifth less under the yearly agreement",
            service="anthropic",
            category="anthropic_text",
            model="claude-sonnet-4-5",
            effective_from=midnight(drop, zone),
            factor=_MODEL_DROP,
        ),
        DemoPriceChange(
            key="message-price-rise",
            title="Template messages cost a fifth more",
            service="gupshup",
            category="gupshup_template_message",
            model=None,
            effective_from=midnight(rise, zone),
            factor=_MESSAGE_RISE,
        ),
    )


def prices(start: date, zone: ZoneInfo, changes: Iterable[DemoPriceChange]) -> tuple[DemoPrice, ...]:
    """The rates of the first day, then a dated successor for each change: no rate is ever overwritten."""
    first = _rates_of_the_first_day(midnight(start, zone))
    successors = tuple(
        DemoPrice(price.category, price.model, price.unit, price.rate * change.factor, change.effective_from)
        for change in changes
        for price in first
        if (price.category, price.model) == (change.category, change.model)
    )
    return first + successors


def _rates_of_the_first_day(since: datetime) -> tuple[DemoPrice, ...]:
    tokens = tuple(
        DemoPrice(category, model, unit, Decimal(dollars) * _MILLIONTH, since)
        for category, model, fresh, cached, output in _MODEL_RATES
        for unit, dollars in (("input_tokens", fresh), ("cache_read_tokens", cached), ("output_tokens", output))
    )
    units = tuple(DemoPrice(category, model, unit, Decimal(rate), since) for category, model, unit, rate in _UNIT_RATES)
    return tokens + units


class PriceBook:
    """Prices events by the rates in force when they happened."""

    def __init__(self, rates: Iterable[DemoPrice]) -> None:
        self._rates: dict[tuple[str, str | None, str], tuple[list[datetime], list[Decimal]]] = {}
        for price in sorted(rates, key=lambda rate: rate.effective_from):
            since, amounts = self._rates.setdefault((price.category, price.model, price.unit), ([], []))
            since.append(price.effective_from)
            amounts.append(price.rate)

    def cost(self, event: DemoEvent) -> Decimal:
        """The event's own cost when its provider reported one, else quantity times rate, unit by unit."""
        if event.cost is not None:
            return event.cost
        billable = _billable(event.quantities)
        return sum((quantity * self._rate(event, unit) for unit, quantity in billable.items()), Decimal(0))

    def _rate(self, event: DemoEvent, unit: str) -> Decimal:
        since, amounts = self._rates[event.category, event.model, unit]
        position = bisect_right(since, event.time) - 1
        if position < 0:
            raise LookupError(f"no rate for {event.category} {event.model} {unit} at {event.time}")
        return amounts[position]


def _billable(quantities: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Cached tokens are part of the input count but have a cheaper rate, so they leave it before pricing."""
    billable = dict(quantities)
    if "cache_read_tokens" in billable:
        billable["input_tokens"] -= billable["cache_read_tokens"]
    return billable
