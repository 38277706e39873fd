"""What a new workspace's price book holds, and which categories, rates and overrides are sound."""

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final

from outlay.catalog.model import AGENT_SERVICE, Kind, Seed, agent_category
from outlay.catalog.prices.book import MODEL_NAME_CHARACTERS_MAX, normal_context
from outlay.catalog.prices.model import Context, Source, UnitRate
from outlay.catalog.prices.split import unknown_overlaps
from outlay.catalog.units import TOKENS, UNIT_PATTERN, canonical_unit
from outlay.identity.portfolio.model import AgentType
from outlay.kit.errors import InvalidRequest
from outlay.kit.money import BadAmount, amount

# One more whenever a seed is added; workspaces that began with fewer get the missing ones at their next use.
SEEDS_VERSION: Final = 1
SEED_CURRENCY: Final = "USD"
PER_MAX: Final = 10**12
STEPS_MAX: Final = 20
RATES_MAX: Final = 40
TEXT_CHARACTERS_MAX: Final = 500
SERVICE_CHARACTERS_MAX: Final = 120

_KEY: Final = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
_UNIT: Final = re.compile(UNIT_PATTERN)
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_HUNDRED: Final = Decimal(100)

_PROVIDERS: Final = (
    ("openai_gpt4_input", Kind.AI, "openai", "input_tokens", "0.00003", "What GPT-4 reads"),
    ("openai_gpt4_output", Kind.AI, "openai", "output_tokens", "0.00006", "What GPT-4 writes"),
    ("gupshup_template_message", Kind.MESSAGING, "gupshup", "messages", "0.0055", "Template messages"),
    ("gupshup_session_message", Kind.MESSAGING, "gupshup", "messages", "0.0055", "Messages within a conversation"),
    ("google_search_api", Kind.API, "google", "requests", "0.005", "Search requests"),
    ("scrapingbee_request", Kind.API, "scrapingbee", "requests", "0.001", "Pages fetched"),
)
# Dollars for a thousand tokens.
_AGENT_RATES: Final = {
    AgentType.CONTENT: "0.04",
    AgentType.SEO: "0.03",
    AgentType.EMAIL_MARKETING: "0.05",
    AgentType.SOCIAL_POSTING: "0.03",
    AgentType.CUSTOMER_SUPPORT: "0.04",
    AgentType.AD: "0.06",
    AgentType.OUTREACH: "0.04",
    AgentType.TREND: "0.03",
    AgentType.INSIGHT: "0.05",
    AgentType.DESIGN: "0.07",
    AgentType.BRAND_VOICE: "0.04",
    AgentType.GOAL_PLANNER: "0.05",
    AgentType.PATTERN_MINER: "0.04",
    AgentType.SEGMENT_ANALYZER: "0.05",
}
_OTHER_AGENT_RATE: Final = "0.04"
_TOKENS_PER_AGENT_RATE: Final = 1000


def seeds() -> Iterator[Seed]:
    """The categories that every workspace begins with."""
    for key, kind, service, unit, rate, description in _PROVIDERS:
        yield Seed(key, kind, service, unit, Decimal(rate), 1, description)
    for agent_type in (*AgentType, None):
        yield Seed(
            key=agent_category(agent_type),
            kind=Kind.AI,
            service=AGENT_SERVICE,
            unit=TOKENS,
            rate=Decimal(_AGENT_RATES[agent_type] if agent_type else _OTHER_AGENT_RATE),
            per=_TOKENS_PER_AGENT_RATE,
            description=f"Work of AI agents of the type {agent_type.value if agent_type else 'that nobody named'}",
            # What an agent's work is charged at does not depend on the model it happens to use.
            rate_first=True,
        )


def check_key(key: str) -> str:
    """The category's key, when it has the form of one."""
    if not _KEY.fullmatch(key):
        raise InvalidRequest.field("key", "must start with a letter or digit and hold only a-z, 0-9, dot, dash, _")
    return key


def check_unit(unit: str) -> str:
    """The unit's one name."""
    if not _UNIT.fullmatch(unit):
        raise InvalidRequest.field("unit", "must start with a letter and hold only a-z, 0-9 and _, at most 64 of them")
    return canonical_unit(unit)


def check_service(service: str) -> str:
    """The service's name, when it can be one."""
    return _text("service", service.strip(), SERVICE_CHARACTERS_MAX, needed=True)


def check_words(path: str, words: str) -> str:
    """A remark or a description."""
    return _text(path, words.strip(), TEXT_CHARACTERS_MAX)


def check_currency(code: str) -> str:
    """The currency's code, when it has the form of ISO 4217."""
    if not _CURRENCY.fullmatch(code):
        raise InvalidRequest.field("currency", "must be three capital letters of ISO 4217, such as USD")
    return code


def check_amount(path: str, value: Decimal) -> Decimal:
    """An amount that something may cost; what we cannot keep exactly is refused, and not rounded."""
    try:
        kept = amount(value)
    except BadAmount as error:
        raise InvalidRequest.field(path, str(error)) from error
    if kept != value:
        raise InvalidRequest.field(path, "has more decimal places than can be kept: name the price of more units")
    if kept < 0:
        raise InvalidRequest.field(path, "must not be negative")
    return kept


def check_per(per: int) -> int:
    """How many units an amount is for."""
    if not 1 <= per <= PER_MAX:
        raise InvalidRequest.field("per", f"must be from 1 to {PER_MAX}")
    return per


def check_moment(path: str, moment: datetime) -> datetime:
    """A moment that says which one it is."""
    if moment.tzinfo is None:
        raise InvalidRequest.field(path, "must name its offset from UTC")
    return moment


def check_model(model: str | None) -> str | None:
    """A model's name, the beginning of names with a star behind it, or None for all."""
    name = _text("model", (model or "").strip(), MODEL_NAME_CHARACTERS_MAX)
    if "*" in name[:-1]:
        raise InvalidRequest.field("model", "may have a star at its end only")
    return None if name in {"", "*"} else name


def check_context(context: Mapping[str, str]) -> Context:
    """What distinguishes the calls that are meant."""
    return normal_context(context)


def check_discount(percent: Decimal) -> Decimal:
    """A discount in percent, from nothing to everything."""
    percent = check_amount("discount_percent", percent)
    if percent > _HUNDRED:
        raise InvalidRequest.field("discount_percent", "must be from 0 to 100")
    return percent


def check_rates(rates: Collection[UnitRate]) -> tuple[UnitRate, ...]:
    """The rates of an override, each unit once, with steps that begin ever later."""
    if len(rates) > RATES_MAX:
        raise InvalidRequest.field("rates", f"must be at most {RATES_MAX}")
    checked = tuple(_check_rate(f"rates.{index}", rate) for index, rate in enumerate(rates))
    units = [rate.unit for rate in checked]
    if len(set(units)) < len(units):
        raise InvalidRequest.field("rates", "must name each unit once")
    for gap in unknown_overlaps(units):
        names = " and ".join(gap.beside)
        raise InvalidRequest.field("rates", f"must name {gap.missing} as well, which is what {names} have in common")
    return checked


def _check_rate(path: str, rate: UnitRate) -> UnitRate:
    starts = [start for start, _ in rate.steps]
    if len(starts) > STEPS_MAX:
        raise InvalidRequest.field(f"{path}.steps", f"must be at most {STEPS_MAX}")
    if any(not start.is_finite() for start in starts) or starts != sorted(set(starts)) or (starts and starts[0] <= 0):
        raise InvalidRequest.field(f"{path}.steps", "must begin above 0, each later than the one before")
    return UnitRate(
        unit=check_unit(rate.unit),
        per=check_per(rate.per),
        rate=check_amount(f"{path}.rate", rate.rate),
        source=Source.OVERRIDE,
        steps=tuple(
            (check_amount(f"{path}.steps", start), check_amount(f"{path}.steps", each)) for start, each in rate.steps
        ),
    )


def _text(path: str, text: str, characters_max: int, *, needed: bool = False) -> str:
    if needed and not text:
        raise InvalidRequest.field(path, "must not be empty")
    if len(text) > characters_max:
        raise InvalidRequest.field(path, f"must have at most {characters_max} characters")
    if not text.isprintable():
        raise InvalidRequest.field(path, "must hold printable characters only")
    return text
