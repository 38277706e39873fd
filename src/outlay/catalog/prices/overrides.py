"""Which of a workspace's own prices applies, and what it makes of the price it was agreed on."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Final

from outlay.catalog.model import Override
from outlay.catalog.prices.model import ALWAYS, Base, Context, PriceRule, Source, UnitRate
from outlay.catalog.prices.services import normal_name
from outlay.kit.periods import Instants

ANY_ENDING: Final = "*"


def applying(
    overrides: Iterable[Override], service: str | None, names: Collection[str], context: Context, at: datetime
) -> tuple[Override | None, Instants]:
    """The most specific override in force, the latest of several; and for which moments the answer stays the same.

    An exact name goes before the beginning of one, a longer beginning before a shorter, and any of them before the
    whole service; then one for a way of calling before one for all calls.
    """
    asked = normal_name(service) if service else None
    fitting = [
        one
        for one in overrides
        if normal_name(one.service) == asked and _fits(one, names) and set(one.context) <= set(context)
    ]
    current = [one for one in fitting if _is_in_force(one, at)]
    turns = {turn for one in fitting for turn in (one.effective_from, one.effective_until) if turn}
    valid = Instants(
        max((turn for turn in turns if turn <= at), default=ALWAYS.start),
        min((turn for turn in turns if turn > at), default=ALWAYS.end),
    )
    return max(current, key=_precedence, default=None), valid


def applied(override: Override, to: PriceRule | None) -> PriceRule:
    """The override's rates, and what is left of the price it was applied to; amounts of two currencies never mix."""
    if to and to.source is Source.CATEGORY:
        override, to = _beside_category(override, to)
    rest = to if to and to.currency == override.currency else None
    named = {rate.unit for rate in override.rates}
    once = {rate.unit for rate in rest.rates if rate.once} if rest else set()
    return PriceRule(
        source=Source.OVERRIDE,
        version=str(override.id),
        matched=f"{override.service}/{override.model or ANY_ENDING}",
        currency=override.currency,
        rates=(
            *(replace(rate, once=rate.unit in once) for rate in override.rates),
            *_discounted(rest, override.discount_percent, named),
        ),
        context=rest.context if rest else (),
        base=Base(rest.source, rest.version, rest.matched) if rest else None,
        complete=rest.complete if rest else True,
        seconds_min=rest.seconds_min if rest else 0,
    )


def _beside_category(override: Override, rule: PriceRule) -> tuple[Override, PriceRule | None]:
    """A category bills by one unit: either a price for the very model takes its place, or it is billed otherwise."""
    if override.model and override.rates:
        return override, None
    billed = {rate.unit for rate in rule.rates}
    return replace(override, rates=tuple(rate for rate in override.rates if rate.unit in billed)), rule


def _discounted(rule: PriceRule | None, percent: Decimal, named: Collection[str]) -> Iterator[UnitRate]:
    return (replace(rate, discount_percent=percent) for rate in (rule.rates if rule else ()) if rate.unit not in named)


def _fits(override: Override, names: Collection[str]) -> bool:
    if override.model is None:
        return True
    pattern = override.model.lower()
    if pattern.endswith(ANY_ENDING):
        return any(name.lower().startswith(pattern[:-1]) for name in names)
    return any(name.lower() == pattern for name in names)


def _is_in_force(override: Override, at: datetime) -> bool:
    return override.effective_from <= at and (override.effective_until is None or at < override.effective_until)


def _precedence(override: Override) -> tuple[int, int, int, datetime, datetime]:
    model = override.model or ""
    exactness = 0 if not model else 1 if model.endswith(ANY_ENDING) else 2
    return exactness, len(model), len(override.context), override.effective_from, override.created_at
