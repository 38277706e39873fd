"""What is counted twice is billed once: how much of each priced unit is left when its priced parts have been taken out."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from outlay.catalog.units import REQUESTS, directions_of, is_part_of, overlap, properties_of, unit_with


@dataclass(slots=True)
class Share:
    """How much of a priced unit is billed, as sums and differences of what was reported, and a constant."""

    terms: dict[str, int] = field(default_factory=dict)
    constant: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing that was reported says how much it is."""
        return not self.terms and not self.constant

    @property
    def takes_away(self) -> bool:
        """Whether it can become negative."""
        return any(factor < 0 for factor in self.terms.values())


@dataclass(frozen=True, slots=True)
class Gap:
    """A unit that has to be reported when all of the others are there."""

    missing: str
    beside: tuple[str, ...]


def shares_of(priced: Collection[str], reported: Collection[str], once: Collection[str] = ()) -> dict[str, Share]:
    """The share of each priced unit: what was reported of it, less the shares of its priced parts."""
    shares: dict[str, Share] = {}
    for unit in sorted(priced, key=lambda name: (-len(properties_of(name)), name)):
        share = _reported(unit, reported, is_once=unit in once)
        for part, taken in shares.items():
            if is_part_of(part, unit):
                for name, factor in taken.terms.items():
                    share.terms[name] = share.terms.get(name, 0) - factor
        share.terms = {name: factor for name, factor in share.terms.items() if factor}
        shares[unit] = share
    return shares


def _reported(unit: str, reported: Collection[str], *, is_once: bool) -> Share:
    if unit in reported:
        return Share({unit: 1})
    if is_once:
        return Share(constant=1)
    return Share({part: 1 for part in directions_of(unit) if part in reported})


def gaps_in(needed: Collection[str], reported: Collection[str]) -> Iterator[Gap]:
    """What is missing: a part was reported without the whole, or two units without what they have in common."""
    for unit in needed:
        if unit in reported or unit == REQUESTS or any(part in reported for part in directions_of(unit)):
            continue
        yield from (Gap(unit, (part,)) for part in sorted(reported) if is_part_of(part, unit))
        yield from (Gap(unit, pair) for pair, common in _meeting_pairs(reported) if common == properties_of(unit))


def unknown_overlaps(priced: Collection[str]) -> Iterator[Gap]:
    """Pairs of priced units that have something in common which has no price of its own."""
    for pair, common in _meeting_pairs(priced):
        between = unit_with(common)
        if between not in priced:
            yield Gap(between or " and ".join(pair), pair)


def not_accounted_for(priced: Collection[str], reported: Collection[str]) -> Iterator[str]:
    """What was reported and is neither priced, nor a part of what is priced, nor the sum of reported parts.

    How many requests there were says nothing about a model's price beside other counts.
    """
    for unit in sorted(reported):
        is_sum = any(part in reported for part in directions_of(unit))
        beside_others = unit == REQUESTS and len(reported) > 1
        if unit in priced or is_sum or beside_others or any(is_part_of(unit, whole) for whole in priced):
            continue
        yield unit


def _meeting_pairs(units: Collection[str]) -> Iterator[tuple[tuple[str, str], frozenset[tuple[str, str]]]]:
    ordered = sorted(units)
    for index, one in enumerate(ordered):
        for other in ordered[index + 1 :]:
            common = overlap(one, other)
            if common is not None:
                yield (one, other), common
