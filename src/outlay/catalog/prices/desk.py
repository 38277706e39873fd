"""Where a workspace's events get their price: its overrides over the list prices of models over its categories."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from outlay.catalog.model import Ask, Category, Override, Rate
from outlay.catalog.prices.book import Listed, list_price
from outlay.catalog.prices.formula import NOTHING, PriceFormula, Quantities, compile_formula
from outlay.catalog.prices.model import ALWAYS, PriceRule, Reason, Source, UnitRate, Unpriced
from outlay.catalog.prices.overrides import applied, applying
from outlay.kit.periods import Instants

_FORMULAS_MAX: Final = 8192
_STRETCHES_MAX: Final = 8


@dataclass(frozen=True, slots=True)
class _Compiled:
    valid: Instants
    formula: PriceFormula | Unpriced


class PriceDesk:
    """All prices of one workspace at one revision of its catalogue. It is asked for formulas, which it remembers."""

    def __init__(
        self, categories: Iterable[Category] = (), overrides: Iterable[Override] = (), revision: UUID | None = None
    ) -> None:
        self.revision = revision
        self._categories = {category.key: category for category in categories}
        self._overrides = tuple(overrides)
        self._compiled: dict[tuple[Ask, frozenset[str]], deque[_Compiled]] = {}

    def price(self, ask: Ask, at: datetime, quantities: Quantities, used: Quantities = NOTHING) -> Decimal | Unpriced:
        """What this much costs, or why nobody knows; `used` counts the month so far where the formula asks for it."""
        formula = self.formula(ask, at, frozenset(quantities))
        return formula if isinstance(formula, Unpriced) else formula.price(quantities, used)

    def formula(self, ask: Ask, at: datetime, reported: frozenset[str]) -> PriceFormula | Unpriced:
        """The formula in force for events that report these units; the same object for as long as the same price holds."""
        stretches = self._compiled.get((ask, reported))
        if stretches is None:
            if len(self._compiled) >= _FORMULAS_MAX:
                self._compiled.clear()
            stretches = self._compiled[ask, reported] = deque(maxlen=_STRETCHES_MAX)
        for known in stretches:
            if known.valid.start <= at < known.valid.end:
                return known.formula
        listed = self.rule(ask, at)
        found = listed.found
        formula = found if isinstance(found, Unpriced) else compile_formula(found, reported)
        stretches.appendleft(_Compiled(listed.valid, formula))
        return formula

    def category(self, key: str) -> Category | None:
        """The category of this key."""
        return self._categories.get(key)

    def rule(self, ask: Ask, at: datetime) -> Listed:
        """What is in force for this at a moment, and how long it stays so."""
        base = self._base(ask, at)
        under = base.found if isinstance(base.found, PriceRule) else None
        names = {ask.model} if ask.model else set()
        service = ask.service
        if under and under.source is Source.BOOK:
            names.add(under.matched.partition("/")[2])
        elif under and self._categories[under.matched].rate_first:
            # What a category insists on is not changed by what was agreed for the model.
            names, service = set(), under.service
        override, valid = applying(self._overrides, service, names, ask.context, at)
        valid = _both(base.valid, valid)
        if override is None or (under is None and not override.rates):
            return Listed(base.found, valid)  # nothing of its own, or a discount on nothing known
        rule = applied(override, under)
        if all(rate.source is not Source.OVERRIDE and not rate.discount_percent for rate in rule.rates):
            return Listed(base.found, valid)
        return Listed(replace(rule, service=ask.service, model=ask.model), valid)

    def _base(self, ask: Ask, at: datetime) -> Listed:
        """The model's price where one is known, else the category's; the other way round where the category insists."""
        category = self._categories.get(ask.category) if ask.category else None
        by_category = _rate_of(category, at) if category else None
        if ask.model is None:
            return by_category or Listed(Unpriced(Reason.NO_RATE, ask.category or ask.service))
        if category and by_category and category.rate_first and isinstance(by_category.found, PriceRule):
            return by_category
        by_model = list_price(ask.service, ask.model, at, ask.context)
        if by_category is None:
            return by_model
        valid = _both(by_model.valid, by_category.valid)
        is_unknown = isinstance(by_model.found, Unpriced) and by_model.found.reason is Reason.UNKNOWN_MODEL
        if is_unknown and isinstance(by_category.found, PriceRule):
            return Listed(by_category.found, valid)
        return Listed(by_model.found, valid)


def _rate_of(category: Category, at: datetime) -> Listed:
    """The last rate that began; before the first there is none."""
    current: Rate | None = None
    for rate in category.rates:
        if rate.effective_from > at:
            valid = Instants(current.effective_from if current else ALWAYS.start, rate.effective_from)
            break
        current = rate
    else:
        valid = Instants(current.effective_from if current else ALWAYS.start, ALWAYS.end)
    if current is None:
        return Listed(Unpriced(Reason.NO_RATE, category.key), valid)
    rule = PriceRule(
        source=Source.CATEGORY,
        version=current.effective_from.astimezone(UTC).isoformat(),
        matched=category.key,
        service=category.service,
        currency=current.currency,
        rates=(UnitRate(category.unit, current.per, current.amount, Source.CATEGORY),),
        complete=False,
    )
    return Listed(rule, valid)


def _both(one: Instants, other: Instants) -> Instants:
    return Instants(max(one.start, other.start), min(one.end, other.end))
