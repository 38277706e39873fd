"""A rate of a day as it was imported, and a rate as it is found for an event."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

# How old a rate may be. Central banks publish none on weekends and holidays: over Easter or the turn of the year that is
# up to five days, and Golden Week or the Lunar New Year close some markets for a week and the weekends around it. Beyond
# that somebody forgot to import, and an amount at a stale rate would be wrong in silence.
RATE_AGE_DAYS_MAX: Final = 10

SAME: Final = "same"
DIRECT: Final = "direct"
INVERSE: Final = "inverse"


def cross_via(currency: str) -> str:
    """How a rate was found that leads through a third currency."""
    return f"cross via {currency}"


@dataclass(frozen=True, slots=True)
class DatedRate:
    """One `base` was worth `rate` of `quote` on a day, says the source."""

    base: str
    quote: str
    day: date
    rate: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class Rate:
    """What one of a currency is worth in another, and how that was found.

    `day` is the day the rate is of, which may be before the day that was asked for; of a cross it is the older one.
    `legs` are the stored rates it was computed from: none where both currencies are the same, two for a cross.
    """

    value: Decimal
    day: date
    how: str
    source: str
    legs: tuple[DatedRate, ...] = ()


@dataclass(frozen=True, slots=True)
class Series:
    """The rates of a pair that one source gave, in the order of their days, packed: words with spaces between them.

    A day is its number as `date.toordinal` counts.
    """

    base: str
    quote: str
    source: str
    days: str
    rates: str


@dataclass(frozen=True)
class Stored:
    """What storing some rates changed; `replaced` tells the first of the rates that were there before."""

    added: int
    changed: int
    replaced: tuple[str, ...]


@dataclass(frozen=True)
class Imported:
    """What an import did: how many rates were new, other than before, and there already."""

    added: int
    changed: int
    same: int


@dataclass(frozen=True)
class PairSummary:
    """Which days of a pair are known."""

    base: str
    quote: str
    first_day: date
    last_day: date
    rates: int
