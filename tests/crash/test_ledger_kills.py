"""kill -9 under a load of events: what was acknowledged is there once, what was not at most once, and all adds up."""

import asyncio
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import httpx

from outlay.catalog import service as catalog
from outlay.catalog.service import OverrideDraft
from outlay.db.connect import Database
from tests.crash.installation import PATIENCE_S, Installation, kill, workers_of, workers_other_than
from tests.crash.machine import eventually
from tests.support.books import Books
from tests.support.prices import LONG_AGO, unit_rate
from tests.support.tenants import TESTER

SENDERS = 4
EVENTS = 8
_BATCHES_MAX = 2_000
_PAUSE_AFTER_FAILURE_S = 0.05


def workspace_of(installation: Installation) -> UUID:
    return UUID(hex=installation.key.split("_")[1])


def body_of(batch: int) -> list[dict[str, Any]]:
    """Events of every kind; each is in two batches that follow one another, so that senders get in each other's way."""
    return [_event(number) for number in range(batch * EVENTS // 2, batch * EVENTS // 2 + EVENTS)]


def _event(number: int) -> dict[str, Any]:
    told: dict[str, Any] = {"id": f"e{number}", "client": f"client {number % 5}", "source": f"proxy-{number % 3}"}
    if number % 3 == 0:
        return told | {"service": "print", "model": "a4", "quantities": {"pages": 2}}
    if number % 3 == 1:
        return told | {"service": "openai", "model": "gpt-4o", "input_tokens": number}
    return told | {"cost": "0.25", "operation": f"step {number % 40}", "success": number % 2 == 0}


@dataclass
class Sending:
    """`with` sends batches, each until it is acknowledged; `told` says what became of each, 0 for a broken connection."""

    installation: Installation
    told: dict[int, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    failures: int = 0
    _begun: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    @property
    def acknowledged(self) -> set[int]:
        return {batch for batch, status in dict(self.told).items() if status == 200}

    def wait_for_acknowledged(self, more: int) -> None:
        wanted, deadline = len(self.acknowledged) + more, time.monotonic() + PATIENCE_S
        while len(self.acknowledged) < wanted:
            assert time.monotonic() < deadline, f"events are not acknowledged: {Counter(self.told.values())}"
            time.sleep(0.02)

    def send(self, client: httpx.Client, batch: int) -> int:
        """Sends a batch; nothing of it may be refused, whatever happened before."""
        try:
            answer = client.post("/events", json=body_of(batch))
        except httpx.TransportError:
            return 0
        if answer.status_code not in {200, 503} or (answer.status_code == 200 and answer.json()["rejected"]):
            self.faults.append(answer.text)
        return answer.status_code

    def _run(self) -> None:
        with self.installation.client() as client:
            while not self._stop.is_set():
                with self._lock:
                    batch, self._begun = self._begun, self._begun + 1
                if batch >= _BATCHES_MAX:
                    return
                self.told[batch] = 0
                while self.told[batch] != 200 and not self._stop.is_set():
                    self.told[batch] = self.send(client, batch)
                    self.failures += self.told[batch] != 200
                    self._stop.wait(0 if self.told[batch] == 200 else _PAUSE_AFTER_FAILURE_S)

    def __enter__(self) -> Self:
        self._stop.clear()
        self._threads = [threading.Thread(target=self._run, name=f"sender-{number}") for number in range(SENDERS)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()


async def agree_on_graduated_prices(installation: Installation) -> None:
    database = Database(installation.urls(), pool_size=2, pool_wait_s=10)
    async with database.work(workspace_of(installation)) as work:
        rates = (unit_rate("pages", "1", steps={100: "0.5", 300: "0.25"}),)
        agreed = OverrideDraft("print", None, rates, currency="EUR", effective_from=LONG_AGO)
        await catalog.add_override(work, TESTER, agreed)
    await database.close()


def expected_total(numbers: set[int]) -> Decimal:
    """What those events cost: the model's price is in dollars, of which nobody knows the worth."""
    pages = 2 * sum(number % 3 == 0 for number in numbers)
    graduated = min(pages, 100) + Decimal("0.5") * max(0, min(pages, 300) - 100) + Decimal("0.25") * max(0, pages - 300)
    return graduated + Decimal("0.25") * sum(number % 3 == 2 for number in numbers)


def numbers_of(batches: set[int]) -> set[int]:
    return {int(event["id"][1:]) for batch in batches for event in body_of(batch)}


def assert_kept(installation: Installation, sending: Sending) -> None:
    """Every event that was acknowledged is there once; none that was not sent, and none twice."""
    books = Books.of(installation.urls(), workspace_of(installation))
    books.assert_sound()
    stored = Counter(int(event_id[1:]) for event_id in books.ids)
    assert set(stored.values()) == {1}
    assert numbers_of(sending.acknowledged) <= stored.keys() <= numbers_of(set(sending.told))
    assert books.total == expected_total(set(stored))
    assert sending.faults == []


def test_events_survive_the_end_of_workers_parent_and_database_and_are_counted_once(installation: Installation) -> None:
    sending = Sending(installation)
    with installation.serve() as server:
        asyncio.run(agree_on_graduated_prices(installation))
        with sending:
            sending.wait_for_acknowledged(12)
            before = workers_of(server)
            kill(before[0])
            assert eventually(lambda: len(workers_other_than(server, *before)) == 1), server.output()
            sending.wait_for_acknowledged(12)
            kill(installation.postmaster())
            sending.wait_for_acknowledged(12)
            kill(server.process.pid)
    installation.assert_nothing_is_left()

    with installation.serve() as server:
        assert_kept(installation, sending)
        with sending:
            sending.wait_for_acknowledged(12)
            kill(installation.postmaster(), *workers_of(server), server.process.pid)

    with installation.serve():
        assert_kept(installation, sending)
        assert sending.failures, "nothing was interrupted: the test does not reach what it is about"
        with installation.client() as client:
            for batch in sending.told:
                sending.told[batch] = sending.send(client, batch)
        assert set(sending.told.values()) == {200}
        assert_kept(installation, sending)
        assert "deadlock detected" not in installation.postgres_log()
