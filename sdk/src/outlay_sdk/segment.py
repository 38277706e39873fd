"""One file of the spool: events as lines of JSON, locked by the process that holds it for as long as it lives."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows, where the client keeps events in memory only
    fcntl = None  # type: ignore[assignment]

SUFFIX = ".ndjson"
LOCKS_WORK = fcntl is not None


@dataclass(frozen=True)
class Excerpt:
    """Some whole lines of a segment that were not sent yet."""

    lines: list[bytes]
    ends: list[int]  # where in the file each of the lines ends
    end: int  # where the next excerpt begins
    damaged: int  # what was read and is no event


class Segment:
    """A held file; whoever uses it holds the spool's lock, since a released file's number may belong to another."""

    def __init__(self, path: Path, descriptor: int, size: int, *, foreign: bool) -> None:
        self.path = path
        self.size = size
        self.foreign = foreign  # written by a process that has ended
        self.events = 0  # written by this process and not settled
        self.since = 0.0  # when its first event was written
        self.is_synced = True
        self._descriptor: int | None = descriptor
        self._position = 0

    @classmethod
    def create(cls, path: Path) -> "Segment | None":
        """A new file, or None where somebody who tidied up was quicker to lock it."""
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_APPEND | os.O_CLOEXEC, 0o600)
        return cls._hold(path, descriptor, foreign=False)

    @classmethod
    def adopt(cls, path: Path) -> "Segment | None":
        """The file of a process that has ended, or None: then it is somebody's, or has gone."""
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW)
        except OSError:
            return None
        return cls._hold(path, descriptor, foreign=True)

    @classmethod
    def _hold(cls, path: Path, descriptor: int, *, foreign: bool) -> "Segment | None":
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            state = os.fstat(descriptor)
        except BlockingIOError:
            os.close(descriptor)
            return None
        except OSError:
            os.close(descriptor)
            raise
        if state.st_nlink == 0:  # its holder removed it between our opening and our locking it
            os.close(descriptor)
            return None
        return cls(path, descriptor, state.st_size, foreign=foreign)

    @property
    def is_finished(self) -> bool:
        return self._position >= self.size

    def append(self, lines: Sequence[bytes], now: float) -> None:
        """Writes the lines, all or none."""
        assert self._descriptor is not None
        data = b"\n".join(lines) + b"\n"
        written = 0
        try:
            while written < len(data):
                written += os.write(self._descriptor, memoryview(data)[written:])
        except OSError:
            os.ftruncate(self._descriptor, self.size)
            raise
        if not self.events:
            self.since = now
        self.size += len(data)
        self.events += len(lines)
        self.is_synced = False

    def read(self, events_max: int, bytes_max: int) -> Excerpt:
        """The next lines; a last line without an end was cut off by the death of its writer and is damaged."""
        assert self._descriptor is not None
        start = self._position
        chunk = os.pread(self._descriptor, bytes_max, start)
        whole = chunk.rfind(b"\n") + 1
        if not whole:
            # Either the file ends within a line, or this is longer than any line that was written by us.
            return Excerpt([], [], start + len(chunk) if chunk else self.size, 1 if chunk else 0)
        lines: list[bytes] = []
        ends: list[int] = []
        end, damaged = start, 0
        for line in chunk[: whole - 1].split(b"\n"):
            if len(lines) == events_max:
                break
            end += len(line) + 1
            if _is_event(line):
                lines.append(line)
                ends.append(end)
            else:
                damaged += 1
        return Excerpt(lines, ends, end, damaged)

    def advance(self, excerpt: Excerpt, settled: int) -> None:
        """So many of the excerpt's lines need not be sent again."""
        if settled == len(excerpt.lines):
            self._position = excerpt.end
        elif settled:
            self._position = excerpt.ends[settled - 1]
        if not self.foreign:
            self.events -= settled

    def rest(self) -> int:
        """How many events are not settled."""
        if not self.foreign:
            return self.events
        assert self._descriptor is not None
        with os.fdopen(os.dup(self._descriptor), "rb") as file:
            file.seek(self._position)
            return sum(1 for _ in file)

    def duplicate(self) -> int:
        """The file under a number of its own, for work without the spool's lock."""
        assert self._descriptor is not None
        return os.dup(self._descriptor)

    def release(self) -> None:
        """Leaves the file to whoever comes next. A forked child only lets go of its parent's lock."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)
        self.release()


def _is_event(line: bytes) -> bool:
    try:
        return isinstance(msgspec.json.decode(line), dict)
    except (ValueError, RecursionError):
        return False
