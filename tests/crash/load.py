"""Writers that keep a server busy: threads that make clients until they are told to stop, and remember every answer."""

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import httpx

from tests.crash.installation import PATIENCE_S, Installation

WRITERS = 4
_PAUSE_S = 0.005
_PAUSE_AFTER_FAILURE_S = 0.05
# However a test ends, its writers end by themselves.
_WRITES_MAX = 3_000


@dataclass
class Answer:
    """What became of one write."""

    key: str
    status: int
    text: str
    retry_after: str | None = None


@dataclass
class Load:
    """`with` keeps writing; afterwards `answers` says what became of each write."""

    installation: Installation
    prefix: str = "load"
    answers: list[Answer] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    @property
    def acknowledged(self) -> set[str]:
        return {answer.key for answer in list(self.answers) if answer.status == 201}

    @property
    def statuses(self) -> Counter[int]:
        """How often each status came; 0 stands for a connection that broke."""
        return Counter(answer.status for answer in list(self.answers))

    def wait_for_acknowledged(self, more: int, within_s: float = PATIENCE_S) -> None:
        """Returns when so many further writes have been acknowledged."""
        wanted, deadline = len(self.acknowledged) + more, time.monotonic() + within_s
        while len(self.acknowledged) < wanted:
            assert time.monotonic() < deadline, f"writes are not acknowledged: {self.statuses}, {self.answers[-3:]}"
            time.sleep(0.02)

    def wait_for_status(self, status: int, more: int = 1, within_s: float = PATIENCE_S) -> None:
        """Returns when so many further writes have been answered so."""
        wanted, deadline = self.statuses[status] + more, time.monotonic() + within_s
        while self.statuses[status] < wanted:
            assert time.monotonic() < deadline, f"nothing is answered {status}: {self.statuses}"
            time.sleep(0.02)

    def _write(self, writer: int) -> None:
        with self.installation.client() as client:
            for number in range(_WRITES_MAX // WRITERS):
                answer = _post(client, f"{self.prefix}-{writer}-{number}")
                self.answers.append(answer)
                if self._stop.wait(_PAUSE_S if answer.status == 201 else _PAUSE_AFTER_FAILURE_S):
                    return

    def __enter__(self) -> Self:
        for writer in range(WRITERS):
            thread = threading.Thread(target=self._write, args=(writer,), name=f"writer-{writer}")
            self._threads.append(thread)
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()


def _post(client: httpx.Client, key: str) -> Answer:
    try:
        response = client.post("/clients", json={"key": key, "name": key})
    except httpx.TransportError as error:
        return Answer(key, 0, repr(error))
    return Answer(key, response.status_code, response.text, response.headers.get("retry-after"))
