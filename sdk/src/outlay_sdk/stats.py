"""What became of the events of this process, in numbers."""

import threading
from dataclasses import dataclass


@dataclass(frozen=True)
class Stats:
    """A moment's count; each number starts at nought with the client, and again in a forked child."""

    tracked: int  # taken over from callers
    accepted: int  # stored by the server
    repeated: int  # sent once more, since an answer was lost; the server had them already
    rejected: int  # the server read them and said no
    refused: int  # the server did not take the body they were in
    dropped: int  # lost, since neither memory nor disk had room
    damaged: int  # lines of the spool that were not whole
    mistakes: int  # calls that could not be meant as they were written
    mistakes_by_field: dict[str, int]
    failed_attempts: int  # requests that did not succeed and will be made again
    in_memory: int  # waiting here
    in_spool: int  # of this process, waiting on disk
    spool_bytes: int  # on disk, with what was taken over from processes that ended


class Counters:
    """Counts from several threads."""

    def __init__(self) -> None:
        self.start_anew()

    def start_anew(self) -> None:
        """At the beginning, and in a forked child, whose parent's lock somebody may have held."""
        self._lock = threading.RLock()  # reentrant: a signal's handler may track as well
        self._counts: dict[str, int] = {}
        self._mistakes: dict[str, int] = {}

    def add(self, name: str, count: int = 1) -> None:
        with self._lock:
            self._counts[name] = self._counts.get(name, 0) + count

    def mistake(self, about: str) -> None:
        self.add("mistakes")
        with self._lock:
            self._mistakes[about] = self._mistakes.get(about, 0) + 1

    def snapshot(self, *, tracked: int, in_memory: int, in_spool: int, spool_bytes: int) -> Stats:
        with self._lock:
            counts = self._counts.copy()
            mistakes = self._mistakes.copy()
        return Stats(
            tracked=tracked,
            **{
                name: counts.get(name, 0)
                for name in (
                    "accepted", "repeated", "rejected", "refused", "dropped", "damaged", "mistakes", "failed_attempts",
                )
            },
            mistakes_by_field=mistakes,
            in_memory=in_memory,
            in_spool=in_spool,
            spool_bytes=spool_bytes,
        )  # fmt: skip
