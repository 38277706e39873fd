"""A price as data: what was in force, where it came from, and what an amount consists of."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any, Final

from outlay.kit.money import plain
from outlay.kit.periods import Instants

ALWAYS: Final = Instants(datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
Context = tuple[tuple[str, str], ...]


class Source(StrEnum):
    """Who says what something costs."""

    REPORTED = "reported"  # the event itself
    OVERRIDE = "override"  # the workspace, for a service and model
    BOOK = "genai-prices"  # the list prices of models
    CATEGORY = "category"  # the workspace, for a category


class Reason(StrEnum):
    """Why something has no price."""

    UNKNOWN_MODEL = "unknown_model"  # no book and no override knows this model at this service
    UNIT_NOT_PRICED = "unit_not_priced"  # something was counted that the price does not mention
    TIER_NOT_PRICED = "tier_not_priced"  # the model has no known price for this tier, batch or speed at that time
    NO_RATE = "no_rate"  # the category had no rate yet at that time
    NO_QUANTITY = "no_quantity"  # nothing was counted and no cost reported


@dataclass(frozen=True, slots=True)
class Unpriced:
    """A state, never a silent zero; `about` names the unit, model, tier or category that lacks a price."""

    reason: Reason
    about: str | None = None


@dataclass(frozen=True, slots=True)
class UnitRate:
    """What a number of one unit costs. At most one of `above` and `steps` is there."""

    unit: str
    per: int
    rate: Decimal
    source: Source
    # Cliff: a call that reads more input tokens than this pays the rate for every unit of the call.
    above: tuple[tuple[int, Decimal], ...] = ()
    # Graduated: from this many units in a month on, each further unit costs the rate.
    steps: tuple[tuple[Decimal, Decimal], ...] = ()
    discount_percent: Decimal = Decimal(0)
    # One is due for each call even where none was counted.
    once: bool = False

    def as_json(self) -> dict[str, Any]:
        """As plain data, without what says nothing."""
        data: dict[str, Any] = {
            "unit": self.unit,
            "per": self.per,
            "rate": plain(self.rate),
            "source": self.source.value,
        }
        if self.above:
            data["above"] = [{"input_tokens": start, "rate": plain(rate)} for start, rate in self.above]
        if self.steps:
            data["steps"] = [{"from": plain(start), "rate": plain(rate)} for start, rate in self.steps]
        if self.discount_percent:
            data["discount_percent"] = plain(self.discount_percent)
        if self.once:
            data["once"] = True
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "UnitRate":
        """What `as_json` wrote."""
        return cls(
            unit=data["unit"],
            per=data["per"],
            rate=Decimal(data["rate"]),
            source=Source(data["source"]),
            above=tuple((tier["input_tokens"], Decimal(tier["rate"])) for tier in data.get("above", ())),
            steps=tuple((Decimal(step["from"]), Decimal(step["rate"])) for step in data.get("steps", ())),
            discount_percent=Decimal(data.get("discount_percent", 0)),
            once=data.get("once", False),
        )


@dataclass(frozen=True)
class Base:
    """The price that an override was applied to."""

    source: Source
    version: str
    matched: str


@dataclass(frozen=True)
class PriceRule:
    """What was in force for a service and model, or a category: enough to compute every amount again.

    `service` and `model` are as they were asked for, `matched` is what they were found to be. `version` is that of the
    book, the id of the override, or the moment from which a category's rate counts.
    """

    source: Source
    version: str
    matched: str = ""
    service: str | None = None
    model: str | None = None
    currency: str = "USD"
    rates: tuple[UnitRate, ...] = ()
    context: Context = ()
    base: Base | None = None
    # A model's price has to account for everything that was counted; a category bills by its one unit.
    complete: bool = True
    # Fewer seconds of sound than these are billed as these.
    seconds_min: int = 0

    def as_json(self) -> dict[str, Any]:
        """As plain data for the database and for readers."""
        data: dict[str, Any] = {
            "source": self.source.value,
            "version": self.version,
            "matched": self.matched,
            "service": self.service,
            "model": self.model,
            "currency": self.currency,
            "complete": self.complete,
            "lines": [rate.as_json() for rate in self.rates],
        }
        if self.context:
            data["context"] = dict(self.context)
        if self.base:
            data["base"] = {
                "source": self.base.source.value,
                "version": self.base.version,
                "matched": self.base.matched,
            }
        if self.seconds_min:
            data["seconds_min"] = self.seconds_min
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "PriceRule":
        """What `as_json` wrote."""
        base = data.get("base")
        return cls(
            source=Source(data["source"]),
            version=data["version"],
            matched=data["matched"],
            service=data["service"],
            model=data["model"],
            currency=data["currency"],
            rates=tuple(UnitRate.from_json(line) for line in data["lines"]),
            context=tuple(sorted(data.get("context", {}).items())),
            base=Base(Source(base["source"]), base["version"], base["matched"]) if base else None,
            complete=data["complete"],
            seconds_min=data.get("seconds_min", 0),
        )

    @cached_property
    def digest(self) -> bytes:
        """The same for the same rule, in every process and every year: 128 bits."""
        canonical = json.dumps(self.as_json(), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(canonical.encode()).digest()[:16]


# The one rule of all events that bring their own cost.
REPORTED: Final = PriceRule(Source.REPORTED, "1")


@dataclass(frozen=True, slots=True)
class PricedLine:
    """One line of an explanation: a quantity at a rate, and what it adds to the cost."""

    unit: str
    quantity: Decimal
    per: int
    rate: Decimal
    discount_percent: Decimal
    source: Source
    amount: Decimal
    # The tier that decided the rate: input tokens above which, or units of the month from which, it counts.
    above: int | None = None
    from_units: Decimal | None = None

    @property
    def tier(self) -> str | None:
        """The tier in words."""
        if self.above is not None:
            return f"calls above {self.above} input tokens"
        return f"from {plain(self.from_units)} units of the month" if self.from_units is not None else None

    def as_json(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "unit": self.unit,
            "quantity": plain(self.quantity),
            "per": self.per,
            "rate": plain(self.rate),
            "discount_percent": plain(self.discount_percent),
            "tier": self.tier,
            "source": self.source.value,
            "amount": plain(self.amount),
        }
