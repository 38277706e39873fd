"""Group commit: events of one workspace that wait at the same time are stored by one transaction.

Each sender is answered only after its rows are durable. When a group fails, its members are tried again alone, so that
one sender's trouble is not another's.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Protocol
from uuid import UUID

from outlay.db.connect import Database, Work
from outlay.kit.errors import DatabaseUnavailable, OutlayError
from outlay.ledger import stage, store
from outlay.ledger.model import ACCEPTED, CONFLICT, MONTH_CLOSED, REPEATED, Incoming, Outcome, SpendFact
from outlay.ledger.posting import Posting, line_of, post, signature_of
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
        for is_last in (False, False, True):
            try:
                await self._write_group(workspace_id, [member])
            except Overtaken as error:
                if is_last:
                    _refuse([member], DatabaseUnavailable(str(error), retry_after_s=1))
            except Exception as error:  # noqa: BLE001 - the sender is told, and the next ones are not kept waiting
                return _refuse([member], error)
            else:
                return None
        return None

    async def _write_group(self, workspace_id: UUID, group: Sequence[_Member]) -> None:
        answers: list[tuple[_Member, list[Outcome] | Exception]] = []
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
                closed = await self._ensure_months(work, events)
                outcomes = await self._store(turn, events, closed) if events else []
                start = 0
                for member, incoming in admitted:
                    answers.append((member, outcomes[start : start + len(incoming)]))
                    start += len(incoming)
        except BaseException:
            self.standings.forget(workspace_id)
            # A month may have been taken out since it was seen.
            self._months.clear()
            raise
        for member, answer in answers:
            if member.answer.done():
                continue  # the sender hung up; its events are stored all the same
            if isinstance(answer, Exception):
                member.answer.set_exception(answer)
            else:
                member.answer.set_result(answer)

    async def _ensure_months(self, work: Work, events: Sequence[Incoming]) -> set[tuple[int, int]]:
        """Makes what is missing; the months that were taken out, which take no events any more."""
        closed: set[tuple[int, int]] = set()
        for year, month in sorted({(one.at.year, one.at.month) for one in events} - self._months):
            # Each in a transaction of its own: two that make the same months in another order wait for each other.
            async with self._database.side(work.workspace_id) as connection:
                is_open = await store.ensure_month(connection, date(year, month, 1))
            (self._months if is_open else closed).add((year, month))
        return closed

    async def _store(
        self, turn: Turn, events: Sequence[Incoming], closed: Collection[tuple[int, int]]
    ) -> list[Outcome]:
        work, standing = turn.work, turn.standing
        first: dict[tuple[int, int], Incoming] = {}
        for one in events:
            first.setdefault(one.content, one)
        stored = await self._stored_before(turn, first.values(), closed)
        group = [one for one in first.values() if one.key not in stored] if stored else list(first.values())
        if closed:
            late = {one.content: MONTH_CLOSED for one in group if (one.at.year, one.at.month) in closed}
            posted = await post(work, standing, [one for one in group if one.content not in late])
            posted.refused.update(late)
        else:
            posted = await post(work, standing, group)
        recorded = work.now.timestamp()
        lines = [line_of(posting, standing, recorded) for posting in posted.postings]
        fresh = await stage.write(work.connection, work.workspace_id, lines) if lines else set[int]()
        old = {one.key for one in group} - fresh if posted.refused or len(fresh) < len(lines) else set[int]()
        if not old.isdisjoint(posted.counted & {posting.incoming.key for posting in posted.postings}):
            raise Overtaken("An event was stored by another process at the same moment.")
        if old:
            stored |= await stage.stored_digests(work.connection, work.workspace_id, list(old))
        if posted.volumes:
            await store.set_volumes(work.connection, work.workspace_id, posted.volumes)
        if fresh:
            work.announce(USAGE_TOPIC)
            if self._listeners:
                await self.tell(work, _facts(posted.postings, fresh))
        new = {one.incoming.key: one.incoming for one in posted.postings if one.incoming.key in fresh}
        return [_outcome(one, new.get(one.key), stored.get(one.key), posted.refused) for one in events]

    @staticmethod
    async def _stored_before(
        turn: Turn, events: Iterable[Incoming], closed: Collection[tuple[int, int]]
    ) -> dict[int, int]:
        """The digests of events that are stored already, as far as one has to know before names are made for them."""
        tracks = turn.standing.tracks
        keys = [one.key for one in events if signature_of(one) not in tracks or (one.at.year, one.at.month) in closed]
        return await stage.stored_digests(turn.work.connection, turn.work.workspace_id, keys) if keys else {}


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


def _outcome(
    one: Incoming, new: Incoming | None, stored: int | None, refused: Mapping[tuple[int, int], Outcome]
) -> Outcome:
    """What became of an event, next to the one of its key that was stored now, or the digest of what was before."""
    if one is new:
        return ACCEPTED
    digest = new.digest if new else stored
    if digest is None:
        return refused[one.content]
    return REPEATED if digest == one.digest else CONFLICT


def _facts(postings: Sequence[Posting], fresh: set[int]) -> list[SpendFact]:
    return [
        SpendFact(posting.track.series_id, posting.incoming.at, posting.priced.cost, posting.hold)
        for posting in postings
        if posting.incoming.key in fresh and posting.priced.cost is not None
    ]
