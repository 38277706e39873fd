"""Which rates are sound, and which rate counts for an amount on a day."""

import re
from array import array
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal, localcontext
from itertools import groupby
from typing import Final, NamedTuple
from uuid import UUID

from outlay.catalog.exchange.model import DIRECT, INVERSE, RATE_AGE_DAYS_MAX, SAME, DatedRate, Rate, Series, cross_via
from outlay.kit.errors import InvalidRequest
from outlay.kit.money import PLACES, plain, rounded

# No currency is worth a billion of another one; whoever says so has lost a decimal point.
RATE_MAX: Final = Decimal(10) ** 9
SOURCE_CHARACTERS_MAX: Final = 120
_FOUND_MAX: Final = 8192
_DIGITS: Final = 60
_ONE: Final = Decimal(1)
# What rounding may change of a rate that is given with more places than are kept: a millionth of it.
_ROUNDING_SHARE: Final = Decimal(10) ** 6
_CURRENCY: Final = re.compile(r"[A-Z]{3}")


class _Leg(NamedTuple):
    """A step from one currency to another: a stored rate, which is a factor or, the other way round, a divisor."""

    factor: Decimal
    divisor: Decimal
    stored: DatedRate


class _Days(NamedTuple):
    """A pair's rates, unpacked: three columns beside each other in the order of the days."""

    days: "array[int]"
    rates: list[str]
    sources: list[str]


class Exchange:
    """All rates of one workspace at one revision. What it is asked for it remembers, so ask it for each event."""

    def __init__(self, series: Iterable[Series] = (), revision: UUID | None = None) -> None:
        self.revision = revision
        self._packed: defaultdict[tuple[str, str], list[Series]] = defaultdict(list)
        self._neighbours: defaultdict[str, set[str]] = defaultdict(set)
        self.size = 0
        for one in series:
            self._packed[one.base, one.quote].append(one)
            self._neighbours[one.base].add(one.quote)
            self._neighbours[one.quote].add(one.base)
            self.size += one.days.count(" ") + 1
        self._unpacked: dict[tuple[str, str], _Days] = {}
        self._found: dict[tuple[str, str, date], Rate | None] = {}

    def rate(self, currency: str, into: str, day: date) -> Rate | None:
        """What one of a currency is worth in another on a day; None where no rate leads there."""
        asked = (currency, into, day)
        try:
            return self._found[asked]
        except KeyError:
            if len(self._found) >= _FOUND_MAX:
                self._found.clear()
            found = self._found[asked] = self._find(currency, into, day)
            return found

    def _find(self, currency: str, into: str, day: date) -> Rate | None:
        if currency == into:
            return Rate(_ONE, day, SAME, "")
        leg = self._leg(currency, into, day)
        if leg:
            return _rate(DIRECT if leg.stored.base == currency else INVERSE, leg)
        crosses = self._crosses(currency, into, day)
        # The freshest; of equally fresh ones the first by its name, so that every process finds the same.
        return max(crosses, key=lambda cross: cross.day, default=None)

    def _crosses(self, currency: str, into: str, day: date) -> Iterator[Rate]:
        for between in sorted(self._neighbours.get(currency, set()) & self._neighbours.get(into, set())):
            first, second = self._leg(currency, between, day), self._leg(between, into, day)
            cross = _rate(cross_via(between), first, second) if first and second else None
            if cross:
                yield cross

    def _leg(self, currency: str, into: str, day: date) -> _Leg | None:
        direct = self._stored(currency, into, day)
        if direct:
            return _Leg(direct.rate, _ONE, direct)
        inverse = self._stored(into, currency, day)
        return _Leg(_ONE, inverse.rate, inverse) if inverse else None

    def _stored(self, base: str, quote: str, day: date) -> DatedRate | None:
        """The latest rate of a pair that a day may use."""
        known = self._days(base, quote)
        if known is None:
            return None
        wanted = day.toordinal()
        place = bisect_right(known.days, wanted) - 1
        if place < 0 or wanted - known.days[place] > RATE_AGE_DAYS_MAX:
            return None
        of = date.fromordinal(known.days[place])
        return DatedRate(base, quote, of, Decimal(known.rates[place]), known.sources[place])

    def _days(self, base: str, quote: str) -> _Days | None:
        known = self._unpacked.get((base, quote))
        if known is None and (base, quote) in self._packed:
            known = self._unpacked[base, quote] = _unpacked(self._packed[base, quote])
        return known


def packed(rates: Iterable[DatedRate]) -> list[Series]:
    """Rates of which each pair and day is named once, as series."""
    ordered = sorted(rates, key=lambda one: (one.base, one.quote, one.source, one.day))
    series = []
    for (base, quote, source), group in groupby(ordered, key=lambda one: (one.base, one.quote, one.source)):
        ones = list(group)
        days = " ".join(str(one.day.toordinal()) for one in ones)
        series.append(Series(base, quote, source, days, " ".join(plain(one.rate) for one in ones)))
    return series


def check_currency(path: str, code: str) -> str:
    """The currency's code, when it has the form of ISO 4217."""
    if not _CURRENCY.fullmatch(code):
        raise InvalidRequest.field(path, f"{code[:20]!r} is not a currency of three capital letters, such as USD")
    return code


def check_value(path: str, number: Decimal) -> Decimal:
    """What one of a currency may be worth in another, at the places that are kept."""
    if not number.is_finite():
        raise InvalidRequest.field(path, "the rate is not a number")
    if number <= 0:
        raise InvalidRequest.field(path, f"the rate {number:.6g} is not above 0")
    if number > RATE_MAX:
        raise InvalidRequest.field(path, f"the rate {number:.6g} is above {RATE_MAX:f}, which no currency is worth")
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and -exponent <= PLACES:
        return number
    kept = rounded(number)
    if abs(kept - number) * _ROUNDING_SHARE > number:
        message = (
            f"the rate {number:.6g} has too few digits within {PLACES} places: give it with the currencies exchanged"
        )
        raise InvalidRequest.field(path, message)
    return kept


def check_source(source: str) -> str:
    """Who says so."""
    name = source.strip()
    if not 1 <= len(name) <= SOURCE_CHARACTERS_MAX or not name.isprintable():
        raise InvalidRequest.field("source", f"must be 1 to {SOURCE_CHARACTERS_MAX} printable characters")
    return name


def check_rate(one: DatedRate, path: str = "rates") -> DatedRate:
    """A rate that can be stored."""
    check_currency(path, one.base)
    check_currency(path, one.quote)
    if one.base == one.quote:
        raise InvalidRequest.field(path, f"{one.base} is given against itself")
    value, source = check_value(path, one.rate), check_source(one.source)
    return one if value is one.rate and source == one.source else replace(one, rate=value, source=source)


def check_rates(rates: Iterable[DatedRate]) -> list[DatedRate]:
    """Rates that can be stored together: each pair has one on a day."""
    by_key: dict[tuple[str, str, date], DatedRate] = {}
    for index, one in enumerate(rates):
        checked = check_rate(one, f"rates.{index}")
        known = by_key.setdefault((one.base, one.quote, one.day), checked)
        if known.rate != checked.rate:
            raise InvalidRequest.field(f"rates.{index}", contradiction(checked, known))
    return list(by_key.values())


def contradiction(one: DatedRate, known: DatedRate) -> str:
    """What is wrong where a pair has two rates on a day."""
    return f"{one.base}/{one.quote} of {one.day} is {plain(one.rate)} here and {plain(known.rate)}"


def _rate(how: str, *legs: _Leg) -> Rate | None:
    """The legs one after the other, computed exactly and rounded once; what rounds to nothing is no rate."""
    with localcontext() as context:
        context.prec = _DIGITS
        value, divisor = _ONE, _ONE
        for leg in legs:
            value, divisor = value * leg.factor, divisor * leg.divisor
        value = rounded(value / divisor)
    if not 0 < value <= RATE_MAX:
        return None
    stored = tuple(leg.stored for leg in legs)
    sources = dict.fromkeys(one.source for one in stored)
    return Rate(value, min(one.day for one in stored), how, ", ".join(sources), stored)


def _unpacked(series: list[Series]) -> _Days:
    rows = [
        (int(day), rate, one.source)
        for one in series
        for day, rate in zip(one.days.split(" "), one.rates.split(" "), strict=True)
    ]
    rows.sort()
    days, rates, sources = zip(*rows, strict=True)
    return _Days(array("i", days), list(rates), list(sources))
