"""The core: takes events from any thread, and sends them from one of its own. What the server does not take now is kept.

Order: events go through memory straight to the server. Once anything lies in the spool, everything goes through the
spool, so that the oldest event is always the next to be sent.
"""

import threading
import time
from collections import deque
from collections.abc import Sequence

from outlay_sdk import lifecycle
from outlay_sdk.delivery import Delivery
from outlay_sdk.notices import Notices, logger
from outlay_sdk.options import Options
from outlay_sdk.spool import Spool
from outlay_sdk.stats import Counters, Stats
from outlay_sdk.waiting import Waiting

_QUEUE_BYTES_MAX = 32 * 1024 * 1024
_BATCH_BYTES_MAX = 1024 * 1024
# How often to look whether another process has left something behind.
_LOOK_AROUND_S = 15.0
_DISK_PAUSE_S = 1.0
_AFTER_SURPRISE_S = 1.0


class Sender:
    """The lock of `_news` guards memory and counts; the spool has its own, which is taken second."""

    def __init__(
        self, options: Options, delivery: Delivery, spool: Spool, counters: Counters, notices: Notices
    ) -> None:
        self._options = options
        self._delivery = delivery
        self._spool = spool
        self._counters = counters
        self._notices = notices
        self._begin()

    def _begin(self) -> None:
        self._news = threading.Condition()  # its lock is reentrant: a signal's handler may track as well
        self._waiting = Waiting(self._options.queue_events_max, _QUEUE_BYTES_MAX)
        self._thread: threading.Thread | None = None
        self._late: deque[bytes] = deque()  # handed over, and not yet taken in
        self._is_adding = False
        self._tracked = 0
        self._settled = 0
        self._wanted = 0  # somebody waits until so many events are settled
        self._looked_around_at = 0.0
        self._disk_retry_at = 0.0
        self._closing_until: float | None = None
        self._is_closed = False

    # --- called by the program's threads ------------------------------------------------------------------------

    def add(self, lines: Sequence[bytes]) -> bool:
        """Takes events over; never waits for the server. Says no when the client is closed."""
        with self._news:
            if self._is_closed:
                return False
            self._tracked += len(lines)
            self._late.extend(lines)
            if self._is_adding:  # a signal's handler tracks in the midst of this: the call it interrupted goes on below
                return True
            self._add_late()
            self._start()
            # The thread wakes for the first of a batch, to know when it is due, and for the last.
            count = len(self._waiting) + self._spool.active_events
            if count <= len(lines) or count >= self._options.batch_events_max:
                self._news.notify_all()
        return True

    def start(self) -> None:
        """Begins to send what earlier processes left."""
        with self._news:
            self._start()

    def flush(self, timeout_s: float) -> bool:
        """Waits until what was tracked before is settled, and what earlier processes left; says whether it is."""
        if threading.current_thread() is self._thread:
            return False
        with self._news:
            if self._is_closed:
                return self._has_settled(self._tracked)
            target, called_at = self._tracked, time.monotonic()
            self._wanted = max(self._wanted, target)
            self._looked_around_at = 0.0
            self._delivery.hurry()
            self._start()
            self._news.notify_all()
            return self._news.wait_for(
                lambda: (self._looked_around_at >= called_at or self._is_closed) and self._has_settled(target),
                timeout_s,
            )

    def begin_to_close(self, timeout_s: float) -> None:
        with self._news:
            if self._closing_until is None:
                self._closing_until = time.monotonic() + timeout_s
            self._news.notify_all()

    def close(self, timeout_s: float) -> None:
        """Sends what can be sent in this time and keeps the rest on disk."""
        self.begin_to_close(timeout_s)
        thread, until = self._thread, self._closing_until
        if thread and until is not None and thread is not threading.current_thread():
            thread.join(max(0.0, until - time.monotonic()))
        with self._news:
            if self._is_closed:
                return
            self._is_closed = True
            rest = [*self._waiting.clear(), *self._late]
            self._late.clear()
            lost = len(rest) - self._keep_at_once(rest)
            if lost:
                self._lose(lost, "neither the server nor the disk took them before the end")
            self._news.notify_all()
        self._spool.sync()
        self._spool.release()

    @property
    def is_closed(self) -> bool:
        return self._is_closed

    def stats(self) -> Stats:
        with self._news:
            return self._counters.snapshot(
                tracked=self._tracked,
                in_memory=self._waiting.events,
                in_spool=self._spool.events,
                spool_bytes=self._spool.size_bytes,
            )

    # --- around a fork ------------------------------------------------------------------------------------------

    def before_fork(self) -> None:
        self._news.acquire()
        self._spool.lock.acquire()

    def after_fork_in_parent(self) -> None:
        self._spool.lock.release()
        self._news.release()

    def after_fork_in_child(self) -> None:
        """The child begins with nothing: what the parent took over, the parent sends."""
        was_closed = self._is_closed
        self._spool.forget_parent()
        self._delivery.start_anew()
        self._counters.start_anew()
        self._begin()
        self._is_closed = was_closed

    # --- under the lock -----------------------------------------------------------------------------------------

    def _add_late(self) -> None:
        self._is_adding = True
        try:
            while self._late:
                lines = [self._late.popleft()]
                if not (self._options.durable and self._keep_at_once(lines)):
                    self._remember(lines[0])
        finally:
            self._is_adding = False

    def _remember(self, line: bytes) -> None:
        if self._waiting.is_full:
            kept = self._keep_at_once(self._waiting.oldest())
            self._waiting.drop_oldest(max(kept, 1))
            if not kept:  # memory is all there is, and the newest events are worth the most
                self._lose(1, "memory is full and the disk takes nothing")
        self._waiting.add(line, time.monotonic())

    def _keep_at_once(self, lines: Sequence[bytes]) -> int:
        """Writes the events to the spool, in this thread, and says how many; a disk that failed gets a pause."""
        now = time.monotonic()
        if now < self._disk_retry_at and not self._is_closed:
            return 0
        kept = self._spool.append(lines, now)
        self._disk_retry_at = 0.0 if kept == len(lines) else now + _DISK_PAUSE_S
        return kept

    def _lose(self, count: int, why: str) -> None:
        self._settled += count
        self._counters.add("dropped", count)
        self._notices.once("dropped", "%d event(s) were dropped: %s.", count, why)

    def _has_settled(self, target: int) -> bool:
        return self._settled + self._spool.dropped >= target and not self._spool.has_foreign

    def _start(self) -> None:
        if self._thread is None and not self._is_closed:
            thread = threading.Thread(target=self._run, name="outlay-sender", daemon=True)
            self._thread = thread  # before it starts: a signal's handler may come by here meanwhile
            try:
                thread.start()
            except RuntimeError as error:  # the interpreter is ending; `close` keeps what is here
                self._thread = None
                self._notices.once("no thread", "Events are kept and not sent now: %s", error)
                return
            lifecycle.watch_this_process()

    # --- the sending thread -------------------------------------------------------------------------------------

    def _run(self) -> None:
        news = self._news
        while True:
            with news:
                while (idle_s := self._idle_s()) > 0:
                    news.wait(idle_s)
                self._add_late()
                if self._is_done():
                    break
            try:
                self._step()
            except Exception as error:  # noqa: BLE001 - the program must not notice more than a line in its log
                self._counters.add("failed_attempts")
                self._notices.once("surprise", "Sending events failed in a way nobody foresaw; it goes on: %r", error)
                logger.debug("What happened:", exc_info=True)
                time.sleep(_AFTER_SURPRISE_S)
        self._delivery.close()

    def _is_done(self) -> bool:
        """Closing ends when all is sent, when the server is away, or when the time is up."""
        if self._closing_until is None:
            return False
        now = time.monotonic()
        is_empty = not self._waiting and self._spool.is_empty
        return is_empty or now < self._delivery.retry_at or now >= self._closing_until

    def _idle_s(self) -> float:
        """How long nothing has to be done."""
        if self._closing_until is not None or self._late:
            return 0.0
        now = time.monotonic()
        due = [self._looked_around_at + _LOOK_AROUND_S if self._looked_around_at else now]
        if self._waiting:
            ready = self._batch_due(len(self._waiting), self._waiting.since)
            # Away and without a disk, there is nothing to be done but to wait for either.
            due.append(max(ready, min(self._delivery.retry_at, self._disk_retry_at)))
        if not self._spool.is_empty:
            due.append(max(self._spool_due(), self._delivery.retry_at))
        return min(due) - now

    def _spool_due(self) -> float:
        """A full segment at once; one that is still written to, when it holds a batch."""
        if self._spool.has_sealed or not self._spool.active_events:
            return 0.0
        return self._batch_due(self._spool.active_events, self._spool.active_since)

    def _batch_due(self, events: int, since: float) -> float:
        is_wanted = self._wanted > self._settled + self._spool.dropped or self._closing_until is not None
        return 0.0 if is_wanted or events >= self._options.batch_events_max else since + self._options.batch_wait_s

    def _step(self) -> None:
        now = time.monotonic()
        if not self._looked_around_at or now >= self._looked_around_at + _LOOK_AROUND_S:
            self._look_around()
        is_waiting_due = bool(self._waiting) and self._batch_due(len(self._waiting), self._waiting.since) <= now
        is_away = now < self._delivery.retry_at
        if is_waiting_due and (is_away or not self._spool.is_empty):
            self._spill()
            is_waiting_due = False
        self._spool.sync()
        if is_away:
            return
        batch = None
        if not self._spool.is_empty and self._spool_due() <= now:
            batch = self._spool.next_batch(self._options.batch_events_max, _BATCH_BYTES_MAX)
        if batch:
            self._settle(self._spool.settle(batch, self._delivery.deliver(batch.lines, self._timeout_s())))
        elif is_waiting_due:
            self._deliver_waiting()
        else:
            self._settle(0)

    def _look_around(self) -> None:
        self._spool.adopt()
        with self._news:
            self._looked_around_at = time.monotonic()
            self._news.notify_all()

    def _spill(self) -> None:
        """Moves what waits in memory behind what lies in the spool."""
        with self._news:
            lines = self._waiting.take(self._options.queue_events_max, _QUEUE_BYTES_MAX)
        self._arrived(lines, self._spool.append(lines, time.monotonic()))

    def _deliver_waiting(self) -> None:
        with self._news:
            lines = self._waiting.take(self._options.batch_events_max, _BATCH_BYTES_MAX)
        count = self._delivery.deliver(lines, self._timeout_s())
        self._settle(count)
        rest = lines[count:]
        with self._news:
            kept = 0 if self._is_closed else self._spool.prepend(rest, time.monotonic())
        self._arrived(rest, kept)
        self._spool.sync()

    def _arrived(self, lines: list[bytes], count: int) -> None:
        """So many of what was on its way need not be remembered any more; the others wait again."""
        with self._news:
            if self._is_closed:  # `close` has kept them
                return
            if count < len(lines):
                self._disk_retry_at = time.monotonic() + _DISK_PAUSE_S
                self._waiting.put_back(lines[count:], time.monotonic())
            else:
                self._waiting.arrived()

    def _settle(self, count: int) -> None:
        with self._news:
            self._settled += count
            self._news.notify_all()

    def _timeout_s(self) -> float:
        timeout_s = self._options.request_timeout_s
        if self._closing_until is not None:
            timeout_s = min(timeout_s, max(0.1, self._closing_until - time.monotonic()))
        return timeout_s
