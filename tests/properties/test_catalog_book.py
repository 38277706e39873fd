"""Our formulas and genai-prices agree on every model that it knows, and say no where it would be silent."""

import random
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from genai_prices import Usage
from genai_prices.data_snapshot import get_snapshot
from genai_prices.data_units import unit_data
from genai_prices.types import ModelInfo, Provider
from hypothesis import given, settings
from hypothesis import strategies as st

from outlay.catalog.prices.book import list_price
from outlay.catalog.prices.formula import compile_formula, explain
from outlay.catalog.prices.model import PriceRule, Reason, Unpriced
from outlay.catalog.units import REQUESTS, directions_of
from outlay.kit.errors import InvalidRequest
from outlay.kit.money import rounded

MODELS = [(provider, info) for provider in get_snapshot().providers for info in provider.models]
REPORTED = [unit for unit in unit_data if unit != REQUESTS]
MOMENTS = [
    datetime(2026, 11, 20, 12, tzinfo=UTC), datetime(2026, 11, 20, 20, tzinfo=UTC), datetime(2025, 3, 1, 3, tzinfo=UTC),
    datetime(2027, 6, 1, 9, 30, tzinfo=UTC),
]  # fmt: skip
Context = tuple[tuple[str, str], ...]

moments = st.sampled_from(MOMENTS) | st.datetimes(
    datetime(2024, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)  # noqa: DTZ001 - hypothesis adds the zone
)  # fmt: skip
# Models are drawn by number: a failure would print all of the book otherwise.
numbers = st.integers(0, len(MODELS) - 1)
amounts = st.integers(0, 10**7) | st.sampled_from([0, 1, 9, 10, 199_999, 200_000, 200_001, 272_001, 10**9])


def library(
    provider: Provider, info: ModelInfo, quantities: dict[str, Decimal], at: datetime, context: Context
) -> Decimal | None:
    """What the library says; None where it refuses."""
    try:
        found = info.calc_price(Usage(**quantities), provider, genai_request_timestamp=at, price_context=dict(context))
    except ValueError:
        return None
    return rounded(found.total_price)


def ours(rule: PriceRule, quantities: dict[str, Decimal]) -> Decimal | Unpriced | None:
    try:
        return compile_formula(rule, quantities).price(quantities)
    except InvalidRequest:
        return None


def found_entry(rule: PriceRule) -> tuple[Provider, ModelInfo]:
    provider_id, _, model_id = rule.matched.partition("/")
    every = get_snapshot().providers
    asked = next(one for one in every if one.id == provider_id)
    lenders = [asked, *(one for one in every if one.id in (asked.fallback_model_providers or ()))]
    return asked, next(info for one in lenders for info in one.models if info.id == model_id)


def compare(rule: PriceRule, quantities: dict[str, Decimal], at: datetime, context: Context = ()) -> bool:
    """Whether both have a price; they must not disagree."""
    provider, info = found_entry(rule)
    theirs, mine = library(provider, info, quantities, at, context), ours(rule, quantities)
    if isinstance(mine, Unpriced):
        # Something positive that was reported has no price, which the library leaves out without a word.
        assert mine.reason is Reason.UNIT_NOT_PRICED
        assert quantities[mine.about or ""] > 0
        return False
    if mine is None and all(rate.rate == 0 for rate in rule.rates):
        # A model that is called free: the library has no prices for it and hence no doubts either.
        return False
    if theirs is None:
        # Where both directions of a whole are given and the whole is not, we add up; the library refuses.
        wholes = [rate.unit for rate in rule.rates if rate.unit not in quantities]
        assert mine is None or any(set(directions_of(unit)) & quantities.keys() for unit in wholes)
        return False
    assert mine == theirs, (rule.matched, quantities, at, context)
    lines = explain(rule, quantities)
    assert sum(line.amount for line in lines) == mine
    assert PriceRule.from_json(rule.as_json()) == rule
    return True


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_any_model_costs_what_the_library_says(data: st.DataObject) -> None:
    provider, info = MODELS[data.draw(numbers)]
    at = data.draw(moments)
    variants = [tuple(variant.when.items()) for variant in info.price_variants or ()]
    context = data.draw(st.sampled_from([(), *variants]))
    rule = list_price(provider.id, info.id, at, context).found
    if isinstance(rule, Unpriced):
        assert rule.reason in {Reason.UNKNOWN_MODEL, Reason.TIER_NOT_PRICED}
        return
    priced = [rate.unit for rate in rule.rates if rate.unit != REQUESTS]
    units = data.draw(st.sets(st.sampled_from(priced or REPORTED), min_size=1))
    units |= data.draw(st.sets(st.sampled_from(REPORTED), max_size=2))
    compare(rule, {unit: Decimal(data.draw(amounts)) for unit in sorted(units)}, at, context)


@pytest.mark.parametrize("seed", range(4))
def test_every_model_of_the_book_costs_what_the_library_says(seed: int) -> None:
    """Each model once, with all its units and sizes that make sense together; nearly all must get a price."""
    draws = random.Random(seed)
    at, compared, listed = MOMENTS[seed], 0, 0
    for provider, info in MODELS:
        rule = list_price(provider.id, info.id, at).found
        if not isinstance(rule, PriceRule) or not rule.rates:
            continue
        listed += 1
        sizes = sorted(
            (rate.unit for rate in rule.rates if rate.unit != REQUESTS),
            key=lambda unit: len(unit_data[unit]["dimensions"]),
        )
        quantities = {unit: Decimal(draws.randrange(10 ** (7 - 2 * depth))) for depth, unit in enumerate(sizes[:3])}
        compared += compare(rule, quantities, at)

    assert listed > 1800
    assert compared > listed * 0.8


def test_every_tier_begins_where_the_library_says() -> None:
    checked = 0
    for provider, info in MODELS:
        for at in MOMENTS:
            rule = list_price(provider.id, info.id, at).found
            if not isinstance(rule, PriceRule):
                continue
            for start in sorted({start for rate in rule.rates for start, _ in rate.above}):
                for reads in (start - 1, start, start + 1):
                    sizes = {"input_tokens": reads, "output_tokens": 321, "cache_read_tokens": reads // 3}
                    priced = {rate.unit for rate in rule.rates}
                    quantities = {unit: Decimal(size) for unit, size in sizes.items() if unit in priced}
                    assert compare(rule, quantities, at), (provider.id, info.id)
                    checked += 1

    assert checked > 900


@settings(max_examples=200, deadline=None)
@given(numbers, moments)
def test_a_stretch_holds_what_it_promises(number: int, at: datetime) -> None:
    provider, info = MODELS[number]
    listed = list_price(provider.id, info.id, at)

    assert listed.valid.start <= at < listed.valid.end
    if listed.valid.start.year > 1:
        assert list_price(provider.id, info.id, listed.valid.start) == listed
    if listed.valid.end.year < 9999:
        assert list_price(provider.id, info.id, listed.valid.end).valid.start == listed.valid.end
