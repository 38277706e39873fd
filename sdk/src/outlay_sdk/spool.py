"""Events on disk for as long as the server does not take them; shared by processes, bounded, oldest first."""

import os
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from outlay_sdk.notices import Notices
from outlay_sdk.segment import LOCKS_WORK, SUFFIX, Excerpt, Segment
from outlay_sdk.stats import Counters

_SEGMENT_BYTES_MAX = 1024 * 1024
_SEGMENTS_AT_LEAST = 8
_CREATE_ATTEMPTS = 3


class SpoolUnavailable(OSError):
    """Nothing can be kept on this disk."""


@dataclass(frozen=True)
class Batch:
    """Events from the spool that are to be sent together."""

    segment: Segment
    excerpt: Excerpt

    @property
    def lines(self) -> list[bytes]:
        return self.excerpt.lines


class Spool:
    """A folder of segments. Each is held by one process, by a lock that its death releases; others then adopt it."""

    def __init__(self, places: Sequence[Path], bytes_max: int, counters: Counters, notices: Notices) -> None:
        self._places = places if LOCKS_WORK else ()
        self._bytes_max = bytes_max
        self._segment_bytes_max = min(_SEGMENT_BYTES_MAX, bytes_max // _SEGMENTS_AT_LEAST)
        self._counters = counters
        self._notices = notices
        self.start_anew()

    def start_anew(self) -> None:
        """As if nothing had been written: at the beginning, and in a forked child."""
        self.lock = threading.RLock()
        self._folder: Path | None = None
        self._sealed: list[Segment] = []  # the oldest first
        self._active: Segment | None = None
        self._being_sent: Segment | None = None
        self._last_name = 0
        self._to_sync: list[int] = []
        self._folder_is_synced = True
        self.dropped = 0  # events of this process that had to make room

    def forget_parent(self) -> None:
        """In a forked child: the parent's segments are the parent's."""
        for segment in self._held():
            segment.release()
        self._close_duplicates()  # each would hold its segment's lock
        self.start_anew()

    # --- what there is ------------------------------------------------------------------------------------------

    @property
    def folder(self) -> Path | None:
        return self._folder

    @property
    def is_empty(self) -> bool:
        return not self._sealed and self._active is None

    @property
    def has_sealed(self) -> bool:
        return bool(self._sealed)

    @property
    def has_foreign(self) -> bool:
        with self.lock:
            return any(segment.foreign for segment in self._sealed)

    @property
    def active_events(self) -> int:
        active = self._active
        return active.events if active else 0

    @property
    def active_since(self) -> float:
        active = self._active
        return active.since if active else 0.0

    @property
    def events(self) -> int:
        """How many events of this process wait here."""
        with self.lock:
            return sum(segment.events for segment in self._held())

    @property
    def size_bytes(self) -> int:
        with self.lock:
            return sum(segment.size for segment in self._held())

    def has_files(self) -> bool:
        """Whether there is something that an earlier process may have left."""
        with suppress(OSError):
            folder = self._find_folder(create=False)
            return folder is not None and any(folder.glob(f"*{SUFFIX}"))
        return False

    # --- writing ------------------------------------------------------------------------------------------------

    def append(self, lines: Sequence[bytes], now: float) -> int:
        """Keeps events behind all others and says how many of them, from the first; not all where the disk fails.

        They outlive this process at once, and the machine after `sync`.
        """
        kept = 0
        try:
            with self.lock:
                while kept < len(lines):
                    kept += self._append_some(lines, kept, now)
        except OSError as error:
            self._tell(error)
        return kept

    def prepend(self, lines: Sequence[bytes], now: float) -> int:
        """Keeps events before all others: they were on their way when the server went away. All or none."""
        if not lines:
            return 0
        try:
            with self.lock:
                first = self._create(before=min((segment.path.name for segment in self._held()), default=None))
                self._add_sealed(first)
                first.append(lines, now)
        except OSError as error:
            self._tell(error)
            return 0
        return len(lines)

    def sync(self) -> None:
        """Brings what was written to the disk itself; the lock is not held while the disk works."""
        try:
            with self.lock:
                self._collect_unsynced()
            for descriptor in self._to_sync:
                os.fsync(descriptor)
        except OSError as error:
            self._tell(error)
        self._close_duplicates()

    # --- sending ------------------------------------------------------------------------------------------------

    def next_batch(self, events_max: int, bytes_max: int) -> Batch | None:
        """The oldest events here, which stay until they are settled."""
        with self.lock:
            if not self._sealed:
                self._seal()
            while self._sealed:
                segment = self._sealed[0]
                if not segment.is_finished:
                    excerpt = segment.read(events_max, bytes_max)
                    self._count_damaged(excerpt.damaged)
                    if excerpt.lines:
                        self._being_sent = segment
                        return Batch(segment, excerpt)
                    segment.advance(excerpt, 0)
                if segment.is_finished:
                    self._sealed.pop(0)
                    self.dropped += segment.events  # written by us and unreadable: nobody should wait for them
                    segment.remove()
            return None

    def settle(self, batch: Batch, count: int) -> int:
        """So many events of the batch are done with; says how many of them this process had tracked."""
        with self.lock:
            segment = batch.segment
            self._being_sent = None
            if segment not in self._sealed:  # released meanwhile
                return 0
            segment.advance(batch.excerpt, count)
            if segment.is_finished:
                self._sealed.remove(segment)
                segment.remove()
            return 0 if segment.foreign else count

    def adopt(self) -> None:
        """Takes over what processes left that have ended."""
        try:
            with self.lock:
                folder = self._find_folder(create=False)
                mine = {segment.path for segment in self._held()}
                for path in sorted(folder.glob(f"*{SUFFIX}") if folder else []):
                    if path not in mine and (segment := Segment.adopt(path)):
                        self._add_sealed(segment)
        except OSError as error:
            self._tell(error)

    def release(self) -> None:
        """Leaves everything to other processes."""
        with self.lock:
            for segment in self._held():
                if segment.is_finished:
                    segment.remove()
                segment.release()
            self._sealed, self._active = [], None

    # --- within -------------------------------------------------------------------------------------------------

    def _append_some(self, lines: Sequence[bytes], start: int, now: float) -> int:
        """Writes as many as the current segment has room for, one at least."""
        if self._active is None:
            self._active = self._create()
        stop, size = start, self._active.size
        while stop < len(lines) and (stop == start or size < self._segment_bytes_max):
            size += len(lines[stop]) + 1
            stop += 1
        self._active.append(lines[start:stop], now)
        if self._active.size >= self._segment_bytes_max:
            self._seal()
        return stop - start

    def _collect_unsynced(self) -> None:
        for segment in self._held():
            if not segment.is_synced:
                segment.is_synced = True
                self._to_sync.append(segment.duplicate())
        if self._folder and not self._folder_is_synced:
            self._folder_is_synced = True
            self._to_sync.append(os.open(self._folder, os.O_RDONLY | os.O_CLOEXEC))

    def _tell(self, error: OSError) -> None:
        self._notices.once(f"disk {error.errno}", "Events cannot be kept on disk: %s", error)

    def _close_duplicates(self) -> None:
        with self.lock:
            while self._to_sync:
                os.close(self._to_sync.pop())

    def _held(self) -> list[Segment]:
        return [*self._sealed, *([self._active] if self._active else [])]

    def _seal(self) -> None:
        if self._active:
            self._add_sealed(self._active)
            self._active = None

    def _add_sealed(self, segment: Segment) -> None:
        self._sealed.append(segment)
        self._sealed.sort(key=lambda one: one.path.name)

    def _create(self, before: str | None = None) -> Segment:
        folder = self._find_folder(create=True)
        if folder is None:
            raise SpoolUnavailable("there is no folder of ours to write to")
        self._make_room(folder)
        for _ in range(_CREATE_ATTEMPTS):
            # Names sort by age; a random end keeps processes apart that begin a file in the same nanosecond.
            self._last_name = max(self._last_name + 1, time.time_ns())
            number = int(before.partition("-")[0]) - 1 if before else self._last_name
            segment = Segment.create(folder / f"{number:020d}-{os.urandom(4).hex()}{SUFFIX}")
            if segment:
                self._folder_is_synced = False
                return segment
        raise SpoolUnavailable("no file could be locked")

    def _find_folder(self, *, create: bool) -> Path | None:
        if self._folder is None:
            for place in self._places:
                if create:
                    with suppress(OSError):
                        place.mkdir(mode=0o700, parents=True, exist_ok=True)
                if _is_ours(place):
                    self._folder = place
                    break
        elif create and not self._folder.is_dir():
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # somebody tidied up
        return self._folder

    def _make_room(self, folder: Path) -> None:
        """Removes the oldest segments that are ours or nobody's until another one fits."""
        sizes = {}
        for entry in os.scandir(folder):
            if entry.name.endswith(SUFFIX):
                with suppress(OSError):
                    sizes[entry.name] = entry.stat().st_size
        total = sum(sizes.values())
        mine = {segment.path.name: segment for segment in self._sealed}
        for name in sorted(sizes):
            if total + self._segment_bytes_max <= self._bytes_max:
                return
            segment = mine.get(name) or Segment.adopt(folder / name)
            if segment is None or segment is self._being_sent:
                continue
            self._drop(segment)
            total -= sizes[name]

    def _drop(self, segment: Segment) -> None:
        lost = segment.rest()
        if segment in self._sealed:
            self._sealed.remove(segment)
        self.dropped += segment.events
        self._counters.add("dropped", lost)
        segment.remove()
        message = "The spool has reached its limit of %d bytes; the %d oldest events were dropped."
        self._notices.once("spool full", message, self._bytes_max, lost)

    def _count_damaged(self, count: int) -> None:
        if count:
            self._counters.add("damaged", count)
            self._notices.once("damaged", "%d lines of the spool are not whole and were skipped.", count)


def _is_ours(place: Path) -> bool:
    """Whether the folder is there and nobody else can have put it there for us to write into."""
    try:
        state = place.lstat()
    except OSError:
        return False
    return place.is_dir() and not place.is_symlink() and state.st_uid == os.geteuid()
