"""Records events for those who may: the way in for every door, import and command."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from outlay.db.connect import Work
from outlay.identity.access.model import Actor, Permission
from outlay.identity.access.rules import require
from outlay.identity.audit import service as audit
from outlay.identity.audit.model import Facts, Target
from outlay.identity.portfolio import names
from outlay.identity.portfolio.model import Kind
from outlay.identity.workspaces import service as workspaces
from outlay.identity.workspaces.model import Workspace
from outlay.kit.errors import InvalidRequest
from outlay.ledger import rules, store
from outlay.ledger.model import EventDraft, Incoming, LedgerInUse, LedgerSettings, Outcome, Verdict, rejected
from outlay.ledger.recorder import Recorder, Turn

# Recognises the sender in the group's own transaction, so that a key which was just revoked stores nothing more.
Recognition = Callable[[Turn], Awaitable[Actor]]
SERIES_MAX: Final = 1_000_000
TRACKED_MAX: Final = 8


@dataclass(frozen=True)
class Receipt:
    """What became of a sender's events, in their order."""

    outcomes: list[Outcome]

    def count(self, verdict: Verdict) -> int:
        """How many of them fared so."""
        return sum(outcome.verdict is verdict for outcome in self.outcomes)


async def record(
    recorder: Recorder,
    workspace_id: UUID,
    recognise: Recognition,
    items: Sequence[EventDraft | Outcome],
) -> Receipt:
    """Stores the events among the items; items that are outcomes already could not be read, and keep theirs."""
    known = recorder.standings.known(workspace_id)
    settings = known.settings if known else LedgerSettings()
    # Before the transaction, as far as possible: what is checked here keeps nobody else waiting.
    now = recorder.clock()
    checked = [_checked(item, now, settings) for item in items]

    async def admit(turn: Turn) -> Sequence[Incoming]:
        nonlocal checked
        actor = await recognise(turn)
        require(actor, Permission.SPEND_WRITE)
        if turn.standing.settings.tracked_labels != settings.tracked_labels:
            checked = [_checked(item, now, turn.standing.settings) for item in items]
        if not actor.scope.is_whole_workspace:
            checked = await _within(turn, actor, checked)
        return [one for one in checked if isinstance(one, Incoming)]

    stored = iter(await recorder.record(workspace_id, admit, len(checked)))
    return Receipt([next(stored) if isinstance(one, Incoming) else one for one in checked])


def as_actor(actor: Actor) -> Recognition:
    """A sender that is known already: imports, commands, and sessions."""

    async def recognise(_: Turn) -> Actor:
        return actor

    return recognise


async def settings(work: Work, actor: Actor) -> LedgerSettings:
    """What the workspace decided about its ledger."""
    require(actor, Permission.WORKSPACE_READ)
    return await store.settings(work.connection, work.workspace_id)


async def change_settings(
    work: Work, actor: Actor, *, create_names: bool | None = None, series_max: int | None = None
) -> LedgerSettings:
    """Changes what is given and leaves the rest."""
    require(actor, Permission.WORKSPACE_MANAGE)
    await store.lock(work.connection, work.workspace_id)
    before = await store.settings(work.connection, work.workspace_id)
    if series_max is not None and not 1 <= series_max <= SERIES_MAX:
        raise InvalidRequest.field("series_max", f"must be from 1 to {SERIES_MAX}")
    after = replace(
        before,
        create_names=before.create_names if create_names is None else create_names,
        series_max=series_max or before.series_max,
    )
    if after != before:
        await store.change_settings(work.connection, work.workspace_id, after)
        work.announce("workspace")
        target = Target("ledger", str(work.workspace_id), "ledger")
        await audit.record(work, actor, "ledger.change", target, before=_facts(before), after=_facts(after))
    return after


async def change_workspace(
    work: Work, actor: Actor, *, name: str | None = None, time_zone: str | None = None, currency: str | None = None
) -> Workspace:
    """Changes a workspace; the zone and the currency only as long as no sums were kept in them."""
    require(actor, Permission.WORKSPACE_MANAGE)
    before = await workspaces.get(work)
    if time_zone not in {None, before.time_zone} or currency not in {None, before.currency}:
        await store.lock(work.connection, work.workspace_id)
        if await store.count_series(work.connection, work.workspace_id):
            raise LedgerInUse("Costs are kept by this workspace's days and in its currency already.")
    return await workspaces.change(work, actor, name=name, time_zone=time_zone, currency=currency)


def _facts(one: LedgerSettings) -> Facts:
    return {"create_names": one.create_names, "series_max": one.series_max}


def _checked(item: EventDraft | Outcome, now: datetime, wanted: LedgerSettings) -> Incoming | Outcome:
    if isinstance(item, Outcome):
        return item
    try:
        return rules.checked(item, now, wanted.tracked_labels)
    except rules.Unsound as fault:
        return rejected(fault.path, fault.message)


async def _within(turn: Turn, actor: Actor, checked: Sequence[Incoming | Outcome]) -> list[Incoming | Outcome]:
    """An agent's own key reports for that agent: its events need not name it, and none may name another."""
    agent_id = actor.scope.agent_id
    if agent_id is None:
        return [rejected("client", "this credential reads only", "not_allowed") for _ in checked]
    named = {one.dimensions.agent for one in checked if isinstance(one, Incoming) and one.dimensions.agent}
    found = await names.find(turn.work, Kind.AGENT, named) if named else {}
    return [one if isinstance(one, Outcome) else _as_agent(one, agent_id, found) for one in checked]


def _as_agent(one: Incoming, agent_id: UUID, found: dict[str, names.Named]) -> Incoming | Outcome:
    named = one.dimensions.agent
    if named is None:
        draft = msgspec.structs.replace(one.draft, agent=str(agent_id))
        dimensions = one.dimensions._replace(agent=str(agent_id))
        return replace(
            one, draft=draft, dimensions=dimensions, digest=rules.digest_of(draft, dimensions, one.quantities)
        )
    known = found.get(named)
    if known is None or known.id != agent_id:
        return rejected("agent", "this key reports for its own agent only", "not_allowed")
    return one
