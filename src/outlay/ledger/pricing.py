"""What an event costs in the workspace's currency, by which rule and at which rate; or why nobody knows."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from outlay.catalog.exchange.model import Rate
from outlay.catalog.prices.formula import NOTHING, PriceFormula, Quantities
from outlay.catalog.prices.model import REPORTED, PriceRule, Reason, Unpriced
from outlay.kit.errors import InvalidRequest
from outlay.kit.money import product, rounded
from outlay.kit.periods import local_date
from outlay.ledger.model import Incoming
from outlay.ledger.standing import Standing, Track

UNPRICED_SOURCE: Final = "unpriced"
# What numeric(24, 12) holds.
_COST_MAX: Final = Decimal(10) ** 12


@dataclass(frozen=True, slots=True)
class Priced:
    """The cost in the workspace's currency and how it came about. Without a cost, the rule says why there is none."""

    cost: Decimal | None
    rule: PriceRule | Unpriced
    original: Decimal | None = None
    currency: str | None = None
    exchange: Rate | None = None
    # Where prices are graduated: what the month had used up before.
    used_before: Quantities | None = None


def formula_of(standing: Standing, track: Track, incoming: Incoming) -> PriceFormula | Unpriced | None:
    """The formula in force for an event; None where the event brings its own cost."""
    if incoming.draft.cost is not None:
        return None
    return standing.desk.formula(track.ask, incoming.at, incoming.units)


def priced(
    standing: Standing, formula: PriceFormula | Unpriced | None, incoming: Incoming, used: Quantities = NOTHING
) -> Priced:
    """The cost of an event; `used` counts the month so far where the formula asks for it.

    What cannot be priced for reasons of the event's own is an InvalidRequest.
    """
    if formula is None:
        assert incoming.draft.cost is not None
        return _in_currency(
            standing, REPORTED, rounded(incoming.draft.cost), incoming.draft.currency or standing.currency, incoming.at
        )
    if isinstance(formula, Unpriced):
        return Priced(None, formula)
    unpriced = formula.unpriced(incoming.quantities)
    if unpriced:
        return Priced(None, unpriced)
    return _in_currency(
        standing, formula.rule, formula.cost(incoming.quantities, used), formula.rule.currency, incoming.at
    )


def digest_of(rule: PriceRule | Unpriced) -> bytes:
    """The same for the same rule, or the same reason for having none."""
    if isinstance(rule, PriceRule):
        return rule.digest
    return hashlib.sha256(json.dumps(as_json(rule), sort_keys=True).encode()).digest()[:16]


def as_json(rule: PriceRule | Unpriced) -> dict[str, Any]:
    """As it is stored."""
    if isinstance(rule, PriceRule):
        return rule.as_json()
    return {"source": UNPRICED_SOURCE, "reason": rule.reason.value, "about": rule.about}


def rule_from_json(data: dict[str, Any]) -> PriceRule | Unpriced:
    """What `as_json` wrote."""
    if data["source"] == UNPRICED_SOURCE:
        return Unpriced(Reason(data["reason"]), data["about"])
    return PriceRule.from_json(data)


def _in_currency(standing: Standing, rule: PriceRule, amount: Decimal, currency: str, at: datetime) -> Priced:
    into = standing.currency
    _check_cost(amount, currency)
    if currency == into:
        return Priced(amount, rule)
    rate = standing.exchange.rate(currency, into, local_date(at, standing.zone))
    if rate is None:
        return Priced(None, Unpriced(Reason.NO_RATE, f"{currency} to {into}"), amount, currency)
    cost = product(amount, rate.value)
    _check_cost(cost, into)
    return Priced(cost, rule, amount, currency, rate)


def _check_cost(amount: Decimal, currency: str) -> None:
    if amount >= _COST_MAX:
        raise InvalidRequest.field("cost", f"comes to {amount:.0f} {currency}, which must be below {_COST_MAX:f}")
