"""A rule compiled for the units that an event reports: a few multiplications, one division, one rounding."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from math import lcm
from typing import Final

from outlay.catalog.prices.model import PricedLine, PriceRule, Reason, UnitRate, Unpriced
from outlay.catalog.prices.split import Gap, Share, gaps_in, not_accounted_for, shares_of, unknown_overlaps
from outlay.catalog.units import INPUT_TOKENS
from outlay.kit.errors import InvalidRequest
from outlay.kit.money import PLACES

# Finite and not negative, which the doors see to.
Quantities = Mapping[str, Decimal | int]
NOTHING: Final[Quantities] = {}

_EXACT: Final = Context(prec=60, rounding=ROUND_HALF_EVEN)
_STEP: Final = Decimal(1).scaleb(-PLACES)
_ZERO: Final = Decimal(0)
_PERCENT: Final = Decimal(100)
_SECONDS: Final = ("audio_seconds", "input_audio_seconds")

Terms = tuple[tuple[str, int], ...]


class NotPriced(LookupError):
    """A cost was asked for where there is none: ask `unpriced` first."""


@dataclass(frozen=True, slots=True)
class _Band:
    """The coefficients for calls that read more input tokens than `above`, over the formula's one divisor."""

    above: int
    coefficients: tuple[tuple[str, Decimal], ...]
    constant: Decimal


@dataclass(frozen=True, slots=True)
class _Line:
    """One rate, and how much it is applied to."""

    rate: UnitRate
    terms: Terms
    constant: int

    def quantity(self, quantities: Quantities) -> Decimal:
        return Decimal(self.constant) + sum((Decimal(quantities.get(unit, 0)) * by for unit, by in self.terms), _ZERO)


@dataclass(frozen=True, slots=True)
class PriceFormula:
    """What an event costs by one rule; made for one set of reported units, and wrong for any other."""

    rule: PriceRule
    reported: frozenset[str]
    divisor: Decimal
    bands: tuple[_Band, ...]
    lines: tuple[_Line, ...]
    graduated: tuple[_Line, ...]
    differences: tuple[tuple[str, Terms], ...]
    gaps: tuple[Gap, ...]
    overlaps: tuple[Gap, ...]
    without_price: tuple[str, ...]
    never: Unpriced | None

    @property
    def volumes(self) -> tuple[str, ...]:
        """The units whose count so far this month has to be known."""
        return tuple(line.rate.unit for line in self.graduated)

    def volume(self, quantities: Quantities) -> dict[str, Decimal]:
        """What the event adds to those counts."""
        quantities = self._billed(quantities)
        return {line.rate.unit: line.quantity(quantities) for line in self.graduated}

    def unpriced(self, quantities: Quantities) -> Unpriced | None:
        """Why these quantities have no price; None where they have."""
        if self.never:
            return self.never
        for unit in self.without_price:
            if quantities.get(unit):
                return Unpriced(Reason.UNIT_NOT_PRICED, unit)
        for gap in self.overlaps:
            if all(quantities.get(unit) for unit in gap.beside):
                return Unpriced(Reason.UNIT_NOT_PRICED, gap.missing)
        return None

    def price(self, quantities: Quantities, used: Quantities = NOTHING) -> Decimal | Unpriced:
        """The cost, or why there is none."""
        return self.unpriced(quantities) or self.cost(quantities, used)

    def cost(self, quantities: Quantities, used: Quantities = NOTHING) -> Decimal:
        """The amount, rounded half-even to the places that the database keeps; `used` counts the month so far."""
        quantities = self._checked(quantities)
        band = self._band(quantities)
        total = band.constant
        for unit, coefficient in band.coefficients:
            total = _EXACT.fma(quantities.get(unit, 0), coefficient, total)
        for line in self.graduated:
            for amount, rate, _ in _steps(line, quantities, used):
                total = _EXACT.fma(amount, self._scaled(line.rate, rate), total)
        return _EXACT.quantize(_EXACT.divide(total, self.divisor), _STEP)

    def explain(self, quantities: Quantities, used: Quantities = NOTHING) -> list[PricedLine]:
        """Each rate with its quantity and amount. The amounts add up to the cost: each is what its line adds to the
        rounded sum of the lines before it.
        """
        quantities = self._checked(quantities)
        explained: list[PricedLine] = []
        total, told = _ZERO, _ZERO
        for line, quantity, rate, above, start in self._pieces(quantities, used):
            total = _EXACT.fma(quantity, self._scaled(line.rate, rate), total)
            sum_so_far = _EXACT.quantize(_EXACT.divide(total, self.divisor), _STEP)
            explained.append(
                PricedLine(
                    unit=line.rate.unit,
                    quantity=quantity,
                    per=line.rate.per,
                    rate=rate,
                    discount_percent=line.rate.discount_percent,
                    source=line.rate.source,
                    amount=sum_so_far - told,
                    above=above,
                    from_units=start,
                )
            )
            told = sum_so_far
        return explained

    def _pieces(
        self, quantities: Quantities, used: Quantities
    ) -> Iterator[tuple[_Line, Decimal, Decimal, int | None, Decimal | None]]:
        reads = quantities.get(INPUT_TOKENS, 0)
        for line in self.lines:
            if line.rate.steps:
                for amount, rate, start in _steps(line, quantities, used):
                    yield line, amount, rate, None, start
                continue
            quantity = line.quantity(quantities)
            if quantity:
                above, rate = _cliff(line.rate, reads)
                yield line, quantity, rate, above, None

    def _checked(self, quantities: Quantities) -> Quantities:
        if self.never or self.without_price or self.overlaps:
            unpriced = self.unpriced(quantities)
            if unpriced:
                raise NotPriced(f"{unpriced.reason.value}: {unpriced.about}")
        for gap in self.gaps:
            if all(quantities.get(unit) for unit in gap.beside):
                names = " and ".join(gap.beside)
                raise InvalidRequest.field(f"quantities.{gap.missing}", f"is needed where {names} is given")
        quantities = self._billed(quantities)
        for unit, terms in self.differences:
            if sum(quantities.get(part, 0) * by for part, by in terms) < 0:
                parts = ", ".join(sorted(part for part, by in terms if by < 0))
                raise InvalidRequest.field(f"quantities.{unit}", f"must be at least its parts: {parts}")
        return quantities

    def _billed(self, quantities: Quantities) -> Quantities:
        if not self.rule.seconds_min:
            return quantities
        seconds = next((quantities[unit] for unit in _SECONDS if quantities.get(unit)), 0)
        billed = max(seconds, self.rule.seconds_min) if seconds else 0
        return {**quantities, **dict.fromkeys(_SECONDS, billed)}

    def _band(self, quantities: Quantities) -> _Band:
        if len(self.bands) > 1:
            reads = quantities.get(INPUT_TOKENS, 0)
            for band in reversed(self.bands):
                if reads > band.above:
                    return band
        return self.bands[0]

    def _scaled(self, unit_rate: UnitRate, rate: Decimal) -> Decimal:
        return _scaled(unit_rate, rate, self.divisor)


def compile_formula(rule: PriceRule, reported: Collection[str]) -> PriceFormula:
    """The formula of a rule for events that report these units."""
    counted = frozenset(reported)
    if rule.seconds_min and counted & set(_SECONDS):
        counted |= set(_SECONDS)
    rates = {rate.unit: rate for rate in rule.rates}
    once = {unit for unit, rate in rates.items() if rate.once}
    shares = shares_of(rates.keys(), counted, once)
    lines = tuple(_line(rate, shares[rate.unit]) for rate in rule.rates if not shares[rate.unit].is_empty)
    divisor = Decimal(lcm(*(rate.per for rate in rule.rates)))
    needed = rates.keys() | ({INPUT_TOKENS} if any(rate.above for rate in rule.rates) else set())
    return PriceFormula(
        rule=rule,
        reported=frozenset(reported),
        divisor=divisor,
        bands=tuple(_bands(lines, divisor)),
        lines=lines,
        graduated=tuple(line for line in lines if line.rate.steps),
        differences=tuple((unit, tuple(share.terms.items())) for unit, share in shares.items() if share.takes_away),
        gaps=tuple(gaps_in(needed, counted)) if rule.complete else (),
        overlaps=tuple(unknown_overlaps(rates.keys())),
        without_price=tuple(not_accounted_for(rates.keys(), counted)) if rule.complete else (),
        never=_never(rule, counted, lines),
    )


def explain(rule: PriceRule, quantities: Quantities, used: Quantities = NOTHING) -> list[PricedLine]:
    """What an amount consists of, from the rule alone."""
    return compile_formula(rule, quantities.keys()).explain(quantities, used)


def _never(rule: PriceRule, reported: frozenset[str], lines: tuple[_Line, ...]) -> Unpriced | None:
    if not reported:
        return Unpriced(Reason.NO_QUANTITY)
    if not rule.complete and not lines:
        return Unpriced(Reason.UNIT_NOT_PRICED, min(reported))
    return None


def _line(rate: UnitRate, share: Share) -> _Line:
    return _Line(rate, tuple(share.terms.items()), share.constant)


def _bands(lines: tuple[_Line, ...], divisor: Decimal) -> Iterator[_Band]:
    starts = sorted({start for line in lines for start, _ in line.rate.above})
    for above in (-1, *starts):
        coefficients: dict[str, Decimal] = {}
        constant = _ZERO
        for line in lines:
            if line.rate.steps:
                continue
            scaled = _scaled(line.rate, _cliff(line.rate, above + 1)[1], divisor)
            constant += scaled * line.constant
            for unit, by in line.terms:
                coefficients[unit] = coefficients.get(unit, _ZERO) + scaled * by
        yield _Band(above, tuple((unit, by) for unit, by in coefficients.items() if by), constant)


def _cliff(rate: UnitRate, reads: Decimal | int) -> tuple[int | None, Decimal]:
    """The rate for calls that read this much, and the tier's beginning."""
    for start, amount in reversed(rate.above):
        if reads > start:
            return start, amount
    return None, rate.rate


def _steps(line: _Line, quantities: Quantities, used: Quantities) -> Iterator[tuple[Decimal, Decimal, Decimal]]:
    """The quantity cut where a step of the month begins: pieces with their rate and their step's beginning."""
    begins = Decimal(used.get(line.rate.unit, 0))
    ends = begins + line.quantity(quantities)
    steps = ((_ZERO, line.rate.rate), *line.rate.steps)
    limits = (*(start for start, _ in steps[1:]), None)
    for (start, rate), limit in zip(steps, limits, strict=True):
        piece = (ends if limit is None else min(ends, limit)) - max(begins, start)
        if piece > 0:
            yield piece, rate, start


def _scaled(unit_rate: UnitRate, rate: Decimal, divisor: Decimal) -> Decimal:
    per_unit_over_divisor = _EXACT.multiply(rate, _EXACT.divide(divisor, Decimal(unit_rate.per)))
    if not unit_rate.discount_percent:
        return per_unit_over_divisor
    return _EXACT.multiply(per_unit_over_divisor, (_PERCENT - unit_rate.discount_percent) / _PERCENT)
