"""The agency's prices as a price book keeps them: models by overrides, everything else by its category's rates."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal

from outlay.catalog.model import Category, Kind
from outlay.catalog.prices.model import Source, UnitRate
from outlay.catalog.service import CategoryDraft, OverrideDraft, RateDraft
from outlay.demo.model import AgencyFacts, DemoPrice

# As providers announce their prices.
_TOKENS_PER_RATE = 1_000_000
_NOTE = "Demonstration: what the agency pays"


def categories(agency: AgencyFacts) -> Iterator[CategoryDraft]:
    """Every category that events name, still without rates."""
    for one in agency.categories:
        yield CategoryDraft(one.key, Kind(one.kind.value), one.service, one.unit, one.description)


def rates(agency: AgencyFacts, known: Mapping[str, Category]) -> Iterator[tuple[str, RateDraft]]:
    """Rates by category, the oldest first; one that is in force already is not said again."""
    currency = agency.workspace.currency
    current: dict[str, Decimal | None] = {}
    for price in sorted(_by_category(agency), key=lambda one: one.effective_from):
        before = current.get(price.category, _in_force(known.get(price.category), price.effective_from, currency))
        current[price.category] = price.rate
        if before != price.rate:
            yield price.category, RateDraft(price.rate, 1, currency, price.effective_from)


def overrides(agency: AgencyFacts) -> Iterator[OverrideDraft]:
    """What each model costs from a moment on, the oldest first."""
    service_of = {one.key: one.service for one in agency.categories}
    titles = {(one.service, one.model, one.effective_from): one.title for one in agency.price_changes}
    prices: defaultdict[tuple[datetime, str, str], list[DemoPrice]] = defaultdict(list)
    for price in agency.prices:
        if price.model:
            prices[price.effective_from, service_of[price.category], price.model].append(price)
    for (since, service, model), of_model in sorted(prices.items()):
        yield OverrideDraft(
            service=service,
            model=model,
            rates=tuple(
                UnitRate(one.unit, _TOKENS_PER_RATE, one.rate * _TOKENS_PER_RATE, Source.OVERRIDE) for one in of_model
            ),
            currency=agency.workspace.currency,
            effective_from=since,
            note=titles.get((service, model, since), _NOTE),
        )


def _by_category(agency: AgencyFacts) -> list[DemoPrice]:
    return [price for price in agency.prices if price.model is None]


def _in_force(category: Category | None, at: datetime, currency: str) -> Decimal | None:
    """What one unit costs at a moment by the rates that the category has."""
    begun = [rate for rate in category.rates if rate.effective_from <= at] if category else []
    return begun[-1].amount / begun[-1].per if begun and begun[-1].currency == currency else None
