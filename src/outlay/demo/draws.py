"""Random draws that come out the same on every machine and every Python version."""

from collections.abc import Sequence
from hashlib import sha256
from random import Random
from typing import TypeVar

Item = TypeVar("Item")


class Draws:
    """A stream of draws that belongs to a name, such as one seed, one purpose and one day.

    Named streams are what makes the generator lazy: a day can be made without making the days before it. The stream
    starts from a digest, since `hash()` differs between processes. Only `random()` is used, whose values Python
    guarantees for a seed, and only multiplied by a whole number, which every IEEE machine rounds alike.
    """

    __slots__ = ("_random",)

    def __init__(self, *names: object) -> None:
        digest = sha256("/".join(str(name) for name in names).encode()).digest()
        self._random = Random(int.from_bytes(digest, "big")).random  # noqa: S311 (a demonstration, not a secret)

    def below(self, limit: int) -> int:
        return int(self._random() * limit)

    def between(self, low: int, high: int) -> int:
        """A whole number from low to high, both possible."""
        return low + int(self._random() * (high - low + 1))

    def middling(self, low: int, high: int) -> int:
        """Like `between`, but the middle is likelier than the ends, as sizes of real work are."""
        span = high - low + 1
        return low + (int(self._random() * span) + int(self._random() * span)) // 2

    def chance(self, per_mille: int) -> bool:
        return int(self._random() * 1000) < per_mille

    def pick(self, items: Sequence[Item]) -> Item:
        return items[int(self._random() * len(items))]

    def around(self, value: int, spread_per_mille: int) -> int:
        """The value, moved up or down by at most the spread."""
        return value * (1000 + self.between(-spread_per_mille, spread_per_mille)) // 1000

    def whole(self, thousandths: int) -> int:
        """Thousandths as a whole number, rounded up as often as the remainder says: the mean is kept."""
        return thousandths // 1000 + (1 if self.below(1000) < thousandths % 1000 else 0)
