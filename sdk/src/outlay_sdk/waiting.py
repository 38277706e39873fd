"""Events that wait in memory, and those of them that are on their way."""

from collections import deque


class Waiting:
    """A bounded line of events. Whoever uses it holds the sender's lock."""

    def __init__(self, events_max: int, bytes_max: int) -> None:
        self._events_max = events_max
        self._bytes_max = bytes_max
        self._lines: deque[bytes] = deque()
        self._bytes = 0
        self._on_their_way: list[bytes] = []
        self.since = 0.0  # when the first of those that wait now came

    def __len__(self) -> int:
        """How many wait, without those on their way."""
        return len(self._lines)

    @property
    def events(self) -> int:
        """How many are in memory at all."""
        return len(self._lines) + len(self._on_their_way)

    @property
    def is_full(self) -> bool:
        return len(self._lines) >= self._events_max or self._bytes >= self._bytes_max

    def add(self, line: bytes, now: float) -> None:
        if not self._lines:
            self.since = now
        self._lines.append(line)
        self._bytes += len(line)

    def oldest(self) -> list[bytes]:
        """All that wait, which stay where they are."""
        return list(self._lines)

    def drop_oldest(self, count: int) -> None:
        for _ in range(min(count, len(self._lines))):
            self._bytes -= len(self._lines.popleft())

    def take(self, events_max: int, bytes_max: int) -> list[bytes]:
        """The oldest, which are on their way until `arrived` is called; one at least, where any wait."""
        taken = self._on_their_way
        assert not taken, "one batch at a time"
        size = 0
        while self._lines and len(taken) < events_max and (not taken or size + len(self._lines[0]) <= bytes_max):
            line = self._lines.popleft()
            size += len(line)
            taken.append(line)
        self._bytes -= size
        return taken

    def arrived(self) -> None:
        """Those on their way are settled, or on the disk."""
        self._on_their_way = []

    def put_back(self, lines: list[bytes], now: float) -> None:
        """These were on their way and have to wait again, before all others."""
        self._on_their_way = []
        self._lines.extendleft(reversed(lines))
        self._bytes += sum(map(len, lines))
        self.since = now

    def clear(self) -> list[bytes]:
        """Everything, with those on their way first; nobody knows whether these arrived, and repeats do no harm."""
        lines = [*self._on_their_way, *self._lines]
        self._on_their_way, self._bytes = [], 0
        self._lines.clear()
        return lines
