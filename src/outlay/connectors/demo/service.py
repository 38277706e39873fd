"""Gives an empty workspace the demonstration agency."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from itertools import islice, takewhile
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from outlay.catalog import service as catalog
from outlay.connectors.demo import marks, prices
from outlay.connectors.demo.marks import DEMONSTRATOR
from outlay.connectors.demo.model import Demonstration, Plan, Progress, Stored
from outlay.db.connect import Database, Work
from outlay.demo.model import AgencyFacts, DemoEvent
from outlay.identity.portfolio import service as portfolio
from outlay.identity.portfolio.model import AgentType, Filter, Kind
from outlay.identity.portfolio.service import Change
from outlay.identity.workspaces import service as workspaces
from outlay.kit.paging import PageRequest
from outlay.kit.periods import Dates, local_date
from outlay.ledger import service as ledger
from outlay.ledger.model import EventDraft, Verdict
from outlay.ledger.recorder import Recorder
from outlay.ledger.service import Receipt
from outlay.ledger.spend import service as spend
from outlay.ledger.spend.model import Query

BATCH_EVENTS: Final = 4_000
# While the database stores some, the next ones are made.
BATCHES_AT_ONCE: Final = 3


class NotStored(Exception):
    """An event of the demonstration was refused, or is stored with other content: this Outlay makes other events."""


async def begin(database: Database, workspace_id: UUID, wanted: Plan) -> Demonstration | None:
    """The demonstration to go on with: the workspace's own, or a new one where it is empty; None where it is not."""
    async with database.work(workspace_id) as work:
        await marks.lock(work)
        found = await marks.demonstration(work)
        if found or not await _is_empty(work):
            return found
        agency = wanted.agency
        given = agency.workspace
        await workspaces.change(work, DEMONSTRATOR, name=given.name, time_zone=given.time_zone, currency=given.currency)
        await _install_prices(work, agency)
        await _introduce(work, agency)
        await marks.mark(work, marks.BEGIN, wanted)
        return Demonstration(wanted, is_finished=False)


async def fill(
    database: Database, workspace_id: UUID, plan: Plan, on_progress: Callable[[Progress], None] = lambda _: None
) -> Stored:
    """Stores every event of the plan, as senders' events are stored, and notes that all are there."""
    recorder = Recorder(database)
    try:
        repeated = await _store(recorder, workspace_id, plan, on_progress)
    finally:
        await recorder.stop()
    async with database.work(workspace_id) as work:
        await marks.lock(work)
        found = await marks.demonstration(work)
        if found and not found.is_finished:
            await marks.mark(work, marks.FINISH, plan)
        return await _stored(work, plan, repeated)


async def _is_empty(work: Work) -> bool:
    # Series are what events leave behind in whatever year they happened.
    if await spend.dimension_values(work, DEMONSTRATOR, Kind.CLIENT.value, None, 1):
        return False
    for kind in Kind:
        for archived in (False, True):
            wanted = Filter(archived=archived)
            if (await portfolio.page(work, DEMONSTRATOR, kind, wanted, PageRequest(limit=1))).items:
                return False
    return True


async def _install_prices(work: Work, agency: AgencyFacts) -> None:
    desk = await catalog.desk(work)
    drafts = list(prices.categories(agency))
    known = {draft.key: found for draft in drafts if (found := desk.category(draft.key))}
    for draft in drafts:
        if draft.key not in known:
            await catalog.add_category(work, DEMONSTRATOR, draft)
    for key, rate in prices.rates(agency, known):
        await catalog.add_rate(work, DEMONSTRATOR, key, rate)
    for override in prices.overrides(agency):
        await catalog.add_override(work, DEMONSTRATOR, override)


async def _introduce(work: Work, agency: AgencyFacts) -> None:
    """Clients, campaigns and agents have names, which events do not tell."""
    for client in agency.clients:
        await portfolio.create(work, DEMONSTRATOR, Kind.CLIENT, Change(key=client.key, name=client.name))
    for campaign in agency.campaigns:
        draft = Change(key=campaign.key, name=campaign.name, client=campaign.client)
        await portfolio.create(work, DEMONSTRATOR, Kind.CAMPAIGN, draft)
    for agent in agency.agents:
        agent_type = AgentType(agent.agent_type) if agent.agent_type else None
        draft = Change(key=agent.key, name=agent.name, agent_type=agent_type)
        await portfolio.create(work, DEMONSTRATOR, Kind.AGENT, draft)


async def _store(recorder: Recorder, workspace_id: UUID, plan: Plan, on_progress: Callable[[Progress], None]) -> int:
    """Hands the events over in batches, several at a time; how many of them were there already."""
    agency = plan.agency
    days = (_last_day(plan) - agency.start).days + 1
    sender = ledger.as_actor(DEMONSTRATOR)
    waiting: deque[tuple[asyncio.Task[Receipt], Progress]] = deque()
    repeated = events = 0

    async def settle() -> None:
        nonlocal repeated
        task, progress = waiting[0]
        repeated += _repeated(await task)
        waiting.popleft()
        on_progress(progress)

    try:
        for batch in _batches(_happened(agency.events(), plan)):
            events += len(batch)
            day = local_date(batch[-1].time, ZoneInfo(agency.workspace.time_zone))
            progress = Progress((day - agency.start).days + 1, days, events)
            drafts = [draft_of(event) for event in batch]
            task = asyncio.create_task(ledger.record(recorder, workspace_id, sender, drafts))
            waiting.append((task, progress))
            if len(waiting) < BATCHES_AT_ONCE:
                await asyncio.sleep(0)  # lets it begin
            else:
                await settle()
        while waiting:
            await settle()
    finally:
        for task, _ in waiting:
            task.cancel()
    return repeated


def draft_of(event: DemoEvent) -> EventDraft:
    """The event as a sender would tell it."""
    return EventDraft(
        id=event.id,
        source=event.source,
        time=event.time,
        operation_id=event.operation_id,
        client=event.client,
        campaign=event.campaign,
        agent=event.agent,
        lead=event.lead,
        service=event.service,
        category=event.category,
        operation=event.operation,
        model=event.model,
        platform=event.platform,
        content_type=event.content_type,
        labels=dict(event.labels),
        quantities=dict(event.quantities),
        cost=event.cost,
        currency=event.currency,
        success=event.success,
        latency_ms=event.latency_ms,
        retry_count=event.retry_count,
        impact=event.impact,
        quality=event.quality,
        conversion=event.conversion,
        metadata=dict(event.metadata),
    )


def _happened(events: Iterable[DemoEvent], plan: Plan) -> Iterator[DemoEvent]:
    """The events are in the order of time, so what comes after the first that has not happened has not either."""
    return takewhile(lambda event: event.time <= plan.until, events)


def _batches(events: Iterator[DemoEvent]) -> Iterator[list[DemoEvent]]:
    while batch := list(islice(events, BATCH_EVENTS)):
        yield batch


def _repeated(receipt: Receipt) -> int:
    for outcome in receipt.outcomes:
        if outcome.verdict not in {Verdict.ACCEPTED, Verdict.REPEATED}:
            raise NotStored(f"{outcome.code}: {outcome.message}")
    return receipt.count(Verdict.REPEATED)


async def _stored(work: Work, plan: Plan, repeated: int) -> Stored:
    days = Dates(plan.agency.start, _last_day(plan) + timedelta(days=1))
    report = await spend.spend(work, DEMONSTRATOR, Query(period=days))
    total = report.total
    return Stored(total.events, repeated, total.unpriced, total.cost, report.currency)


def _last_day(plan: Plan) -> date:
    agency = plan.agency
    return min(plan.end, local_date(plan.until, ZoneInfo(agency.workspace.time_zone)))
