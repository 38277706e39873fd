"""What genai-prices knows, without its caches, its guesses and its silences."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from importlib.metadata import version
from typing import Final

from genai_prices.data_snapshot import get_snapshot
from genai_prices.data_units import unit_data
from genai_prices.types import (
    ModelInfo,
    ModelPrice,
    PriceVariant,
    Provider,
    StartDateConstraint,
    TieredPrices,
    TimeOfDateConstraint,
)

from outlay.catalog.prices.model import ALWAYS, Context, PriceRule, Reason, Source, UnitRate, Unpriced
from outlay.catalog.prices.services import normal_name, provider_of
from outlay.catalog.units import INPUT_TOKENS, OUTPUT_TOKENS, REQUESTS
from outlay.kit.errors import InvalidRequest
from outlay.kit.periods import Instants

BOOK_VERSION: Final = version("genai-prices")
MODEL_NAME_CHARACTERS_MAX: Final = 200  # nor has a service's more
CONTEXT_KEYS: Final = ("processing", "route", "search_type", "service_tier", "speed")
_STANDARD: Final = frozenset({"", "auto", "default", "standard", "standard_only", "on_demand", "normal", "sync"})
# Names of models come from callers: however many they make up, this is how many are remembered.
_REMEMBERED_MODELS: Final = 4096
# The one price that is no multiple of what was used: at least ten seconds are billed.
_SECONDS_MIN: Final = {("groq", "whisper-large-v3"): 10, ("groq", "whisper-large-v3-turbo"): 10}
_DAY: Final = timedelta(days=1)

Constraint = StartDateConstraint | TimeOfDateConstraint | None


@dataclass(frozen=True)
class Listed:
    """A list price, or why there is none, and for which moments that is so."""

    found: PriceRule | Unpriced
    valid: Instants = ALWAYS


def normal_context(given: Mapping[str, str]) -> Context:
    """What decides between a model's prices, with words for "as usual" left out; batch is a way of processing."""
    context: dict[str, str] = {}
    for key, value in given.items():
        if key not in CONTEXT_KEYS:
            raise InvalidRequest.field(key, f"is none of {', '.join(CONTEXT_KEYS)}")
        word = value.strip().lower()
        if word in _STANDARD:
            continue
        context["processing" if word == "batch" else key] = word
    return tuple(sorted(context.items()))


def list_price(service: str | None, model: str, at: datetime, context: Context = ()) -> Listed:
    """The list price of a model at a moment."""
    if max(len(model), len(service or "")) > MODEL_NAME_CHARACTERS_MAX:
        return Listed(Unpriced(Reason.UNKNOWN_MODEL, f"{model[:MODEL_NAME_CHARACTERS_MAX]}…"))
    entry = _entry(normal_name(service) if service else None, model.strip().lower())
    if entry is None:
        return Listed(Unpriced(Reason.UNKNOWN_MODEL, model))
    provider, info = entry
    valid = _stretch_around(at, _constraints(info))
    variants = [] if _is_borrowed(provider, info) else list(_active_variants(info, at))
    for key, value in context:
        if not any(variant.when.get(key) == value for variant in variants):
            return Listed(Unpriced(Reason.TIER_NOT_PRICED, f"{key}={value}"), valid)
    rule = PriceRule(
        source=Source.BOOK,
        version=BOOK_VERSION,
        matched=f"{provider.id}/{info.id}",
        service=service,
        model=model,
        rates=_rates(info, info.get_prices(at, dict(context))),
        context=context,
        seconds_min=_SECONDS_MIN.get((provider.id, info.id), 0),
    )
    return Listed(rule, valid)


def models() -> Iterator[tuple[str, str]]:
    """Every provider and model that the book lists, for pages that offer them."""
    for provider in get_snapshot().providers:
        for info in provider.models:
            yield provider.id, info.id


@cache
def _providers() -> dict[str, Provider]:
    return {provider.id: provider for provider in get_snapshot().providers}


@lru_cache(maxsize=_REMEMBERED_MODELS)
def _entry(service: str | None, model: str) -> tuple[Provider, ModelInfo] | None:
    # The providers are asked, not the snapshot: what it remembers of callers' names is never forgotten.
    every = list(_providers().values())
    if service is None:
        provider = next((one for one in every if one.model_match and one.model_match.is_match(model)), None)
    else:
        named = provider_of(service, model)
        provider, model = (_providers().get(named[0]), named[1]) if named else (None, model)
    info = provider.find_model(model, all_providers=every) if provider else None
    return (provider, info) if provider and info else None


def _is_borrowed(provider: Provider, info: ModelInfo) -> bool:
    """Whether the price is another provider's: then its batch and tiers are that provider's too, and none of ours."""
    return not any(info is own for own in provider.models)


def _active_variants(info: ModelInfo, at: datetime) -> Iterator[PriceVariant]:
    for variant in info.price_variants or ():
        if variant.constraint is None or variant.constraint.active(at):
            yield variant


def _constraints(info: ModelInfo) -> list[Constraint]:
    dated = [] if isinstance(info.prices, ModelPrice) else [price.constraint for price in info.prices]
    return [*dated, *(variant.constraint for variant in info.price_variants or ())]


def _rates(info: ModelInfo, prices: ModelPrice) -> tuple[UnitRate, ...]:
    known = ((unit, facts["per"], getattr(prices, facts["price_key"])) for unit, facts in unit_data.items())
    rates = tuple(_rate(unit, per, price) for unit, per, price in known if price is not None)
    if not rates and info.id.endswith(":free"):
        # The book leaves the prices of free models out; the name says that they are zero, and not unknown.
        return tuple(UnitRate(unit, 1_000_000, Decimal(0), Source.BOOK) for unit in (INPUT_TOKENS, OUTPUT_TOKENS))
    return rates


def _rate(unit: str, per: int, price: Decimal | TieredPrices) -> UnitRate:
    rate = UnitRate(unit, per, Decimal(0), Source.BOOK, once=unit == REQUESTS)
    if isinstance(price, Decimal):
        return replace(rate, rate=price)
    return replace(rate, rate=price.base, above=tuple((tier.start, tier.price) for tier in price.tiers))


def _stretch_around(at: datetime, constraints: list[Constraint]) -> Instants:
    """The moments around `at` between which no constraint begins or ends to hold."""
    moment = at.astimezone(UTC)
    days = {constraint.start_date for constraint in constraints if isinstance(constraint, StartDateConstraint)}
    turns = {_midnight(day) for day in days}
    for constraint in constraints:
        if isinstance(constraint, TimeOfDateConstraint):
            for of_day in (constraint.start_time, constraint.end_time):
                today = datetime.combine(moment.date(), _utc(of_day))
                turns |= {today - _DAY, today, today + _DAY}
    return Instants(
        max((turn for turn in turns if turn <= moment), default=ALWAYS.start),
        min((turn for turn in turns if turn > moment), default=ALWAYS.end),
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _utc(of_day: time) -> time:
    if of_day.tzinfo is None:
        return of_day.replace(tzinfo=UTC)
    return datetime.combine(date(2000, 1, 1), of_day).astimezone(UTC).timetz()
