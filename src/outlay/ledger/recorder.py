"""Group commit: events of one workspace that wait at the same time are stored by one transaction.

Each sender is answered only after its rows are durable. When a group fails, its members are tried again alone, so that
one sender's trouble is not another's.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol
from uuid import UUID

from outlay.db.connect import Database, Work
from outlay.kit.errors import DatabaseUnavailable, OutlayError
from outlay.ledger import stage, store
from outlay.ledger.model import ACCEPTED, CONFLICT, REPEATED, Incoming, Outcome, SpendFact
from outlay.ledger.posting import Posting, line_of, post
from outlay.ledger.standing import Standing, Standings

USAGE_TOPIC: Final = "usage"
GROUP_EVENTS_MAX: Final = 20_000
_WORKSPACES_MAX: Final = 1_000


@dataclass
class Turn:
    """The transaction of a group: what its members are admitted with."""

    work: Work
    standing: Standing
    # What one member found out and the next ones need not: senders often share a key.
    found: dict[Any, Any] = field(default_factory=dict)


# Looks at the sender with the transaction at hand and answers with what is to be stored; an OutlayError refuses.
Admission = Callable[[Turn], Awaitable[Sequence[Incoming]]]


class SpendListener(Protocol):
    """Is told what was added to spend, in the transaction that stores it, after everything else was written."""

    async def spent(self, work: Work, facts: Sequence[SpendFact]) -> None:
        """Counts the facts; an error undoes the storing."""


@dataclass(eq=False)
class _Member:
    """One sender's events, and where it waits."""

    admit: Admission
    answer: asyncio.Future[list[Outcome]]
    size: int


@dataclass
class _Line:
    """Who waits for their turn in a workspace."""

    waiting: deque[_Member] = field(default_factory=deque)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    writer: asyncio.Task[None] | None = None


class Recorder:
    """Stores events, for one process."""

    def __init__(self, database: Database, listeners: Sequence[SpendListener] = ()) -> None:
        self.standings = Standings()
        self.clock = database.clock
        self._database = database
        self._listeners = listeners
        self._lines: dict[UUID, _Line] = {}
        self._months: set[tuple[int, int]] = set()

    async def record(self, workspace_id: UUID, admit: Admission, size: int = 1) -> list[Outcome]:
        """Stores what `admit` lets in, together with whoever else waits; the outcome of each event, in their order."""
        line = self._line(workspace_id)
        member = _Member(admit, asyncio.get_running_loop().create_future(), size)
        line.waiting.append(member)
        if line.writer is None or line.writer.done():
            line.writer = asyncio.create_task(self._write(workspace_id, line), name="outlay-recorder")
        return await member.answer

    @asynccontextmanager
    async def turn(self, workspace_id: UUID) -> AsyncIterator[Work]:
        """A transaction that nobody else of this process writes beside; for voids and corrections."""
        async with self._line(workspace_id).turn:
            try:
                async with self._database.work(workspace_id) as work:
                    yield work
            except BaseException:
                self.standings.forget(workspace_id)
                raise

    async def stop(self) -> None:
        """Waits until all who wait have their answer."""
        writers = [line.writer for line in self._lines.values() if line.writer]
        await asyncio.gather(*writers, return_exceptions=True)

    async def tell(self, work: Work, facts: Sequence[SpendFact]) -> None:
        """Hands facts to those who listen."""
        for listener in self._listeners:
            await listener.spent(work, facts)

    def _line(self, workspace_id: UUID) -> _Line:
        known = self._lines.get(workspace_id)
        if known is None:
            if len(self._lines) >= _WORKSPACES_MAX:
                self._lines = {each: line for each, line in self._lines.items() if line.waiting or line.turn.locked()}
            known = self._lines[workspace_id] = _Line()
        return known

    async def _write(self, workspace_id: UUID, line: _Line) -> None:
        while line.waiting:
            async with line.turn:
                # Whoever came while we waited for the turn is part of the group.
                group = _next_group(line.waiting)
                try:
                    await self._write_group(workspace_id, group)
                except DatabaseUnavailable as error:
                    _refuse(group, error)
                except Exception:  # noqa: BLE001 - whatever it was, it was one member's: the others are stored
                    for member in group:
                        await self._write_alone(workspace_id, member)

    async def _write_alone(self, workspace_id: UUID, member: _Member) -> None:
        try:
            await self._write_group(workspace_id, [member])
        except Exception as error:  # noqa: BLE001 - the sender is told, and the next ones are not kept waiting
            _refuse([member], error)

    async def _write_group(self, workspace_id: UUID, group: Sequence[_Member]) -> None:
        answers: list[tuple[_Member, list[Outcome] | Exception]] = []
        months: set[tuple[int, int]] = set()
        try:
            async with self._database.work(workspace_id) as work:
                turn = Turn(work, await self.standings.of(work))
                admitted: list[tuple[_Member, Sequence[Incoming]]] = []
                for member in group:
                    try:
                        admitted.append((member, await member.admit(turn)))
                    except DatabaseUnavailable:
                        raise
                    except OutlayError as refusal:
                        answers.append((member, refusal))
                events = [one for _, incoming in admitted for one in incoming]
                months = await self._ensure_months(work, events)
                outcomes = await self._store(turn, events) if events else []
                start = 0
                for member, incoming in admitted:
                    answers.append((member, outcomes[start : start + len(incoming)]))
                    start += len(incoming)
        except BaseException:
            self.standings.forget(workspace_id)
            raise
        self._months |= months
        for member, answer in answers:
            if member.answer.done():
                continue  # the sender hung up; its events are stored all the same
            if isinstance(answer, Exception):
                member.answer.set_exception(answer)
            else:
                member.answer.set_result(answer)

    async def _ensure_months(self, work: Work, events: Sequence[Incoming]) -> set[tuple[int, int]]:
        needed: dict[tuple[int, int], datetime] = {}
        for one in events:
            moment = one.at.astimezone(work.now.tzinfo)
            needed.setdefault((moment.year, moment.month), moment)
        missing = needed.keys() - self._months
        for month in sorted(missing):
            await store.ensure_month(work.connection, needed[month].date())
        return set(missing)

    async def _store(self, turn: Turn, events: Sequence[Incoming]) -> list[Outcome]:
        work, standing = turn.work, turn.standing
        first: dict[int, Incoming] = {}
        for one in events:
            first.setdefault(one.key, one)
        posted = await post(work, standing, list(first.values()))
        recorded = work.now.timestamp()
        lines = [line_of(posting, standing, recorded) for posting in posted.postings]
        fresh = await stage.write(work.connection, work.workspace_id, lines) if lines else set[int]()
        outcomes = dict(posted.refused)
        if len(fresh) < len(lines):
            stored = [one.incoming for one in posted.postings if one.incoming.key not in fresh]
            if not posted.counted.isdisjoint(one.key for one in stored):
                raise Overtaken
            outcomes |= await self._known(work, stored)
        if posted.volumes:
            await store.set_volumes(work.connection, work.workspace_id, posted.volumes)
        if fresh:
            work.announce(USAGE_TOPIC)
            if self._listeners:
                await self.tell(work, _facts(posted.postings, fresh))
        return _in_order(events, first, outcomes)

    @staticmethod
    async def _known(work: Work, events: Sequence[Incoming]) -> dict[int, Outcome]:
        stored = await stage.stored_digests(work.connection, work.workspace_id, [one.key for one in events])
        return {one.key: REPEATED if stored[one.key] == one.digest else CONFLICT for one in events}


class Overtaken(Exception):
    """An event was stored by somebody else while its graduated price was computed: once more, knowing that."""


def _next_group(waiting: deque[_Member]) -> list[_Member]:
    group = [waiting.popleft()]
    size = group[0].size
    while waiting and size + waiting[0].size <= GROUP_EVENTS_MAX:
        size += waiting[0].size
        group.append(waiting.popleft())
    return group


def _refuse(group: Sequence[_Member], error: Exception) -> None:
    for member in group:
        if not member.answer.done():
            member.answer.set_exception(error)


def _in_order(events: Sequence[Incoming], first: dict[int, Incoming], outcomes: dict[int, Outcome]) -> list[Outcome]:
    """The outcome of each event; a repeat within the group fares like one that came later."""
    ordered: list[Outcome] = []
    for one in events:
        original = first[one.key]
        outcome = outcomes.get(one.key, ACCEPTED)
        if one is not original and outcome in {ACCEPTED, REPEATED}:
            outcome = REPEATED if one.digest == original.digest else CONFLICT
        ordered.append(outcome)
    return ordered


def _facts(postings: Sequence[Posting], fresh: set[int]) -> list[SpendFact]:
    return [
        SpendFact(posting.track.series_id, posting.incoming.at, posting.priced.cost, posting.hold)
        for posting in postings
        if posting.incoming.key in fresh and posting.priced.cost is not None
    ]
