"""Stored events: one with its price explained and its history, pages of them, voids and corrections."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import Field

from outlay.db.connect import Work
from outlay.doors.event_forms import EventOut, event_out
from outlay.doors.http.callers import Caller, CallerDependency, caller_beforehand
from outlay.doors.http.exact import AmountIn, ExactRoute
from outlay.doors.http.schemas import (
    Body,
    ListOut,
    PageDependency,
    Words,
    example,
    problems,
)
from outlay.doors.http.services import ServicesDependency
from outlay.identity.access.model import Actor
from outlay.identity.portfolio import service as portfolio
from outlay.identity.portfolio.model import Kind
from outlay.identity.workspaces import service as workspaces
from outlay.kit.errors import InvalidRequest
from outlay.kit.periods import Dates, Instants, instants_of, local_date
from outlay.ledger import adjust, events
from outlay.ledger.stored import EventFilter

router = APIRouter(tags=["events"], route_class=ExactRoute)

DAYS_SHOWN: Final = 30
EventId = Annotated[str, Path(max_length=200, description="The event's id, as it was sent.")]
OfSource = Annotated[Words | None, Query(description="Who sent it; needed where several sent this id.")]
Wanted = Annotated[list[Words] | None, Query()]
_NOTHING: Final = UUID(int=0)
_DAY_LENGTH: Final = len("2026-11-20")


class Reason(Body, json_schema_extra=example({"reason": "A test run"})):
    """Why an event is voided."""

    reason: str = Field(min_length=1, max_length=adjust.REASON_CHARACTERS_MAX)


class Correction(Reason, json_schema_extra=example({"reason": "Booked on the wrong client", "client": "acme"})):
    """What to say instead; what is not named stays. Where units or the model change, the price is found anew."""

    client: Words | None = None
    campaign: Words | None = None
    agent: Words | None = None
    lead: Words | None = None
    service: Words | None = None
    category: Words | None = None
    operation: Words | None = None
    model: Words | None = None
    platform: Words | None = None
    content_type: Words | None = None
    labels: dict[str, str] | None = None
    quantities: dict[str, AmountIn] | None = None
    cost: AmountIn | None = Field(None, description="Null takes a reported cost away, so that the price book decides.")
    currency: Words | None = None
    success: bool | None = None


def _moment(text: str, zone: ZoneInfo, path: str, *, is_end: bool) -> datetime:
    """A moment as it is given: a day in the workspace's zone, its end inclusive, or a moment with its offset."""
    try:
        if len(text) == _DAY_LENGTH:
            day = date.fromisoformat(text)
            within = instants_of(Dates(day, day + timedelta(days=1)), zone)
            return within.end if is_end else within.start
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        raise InvalidRequest.field(path, "must be a day such as 2026-11-20, or a moment with its offset") from error
    if moment.tzinfo is None:
        raise InvalidRequest.field(path, "must name its offset from UTC")
    return moment.astimezone(UTC)


async def _within(work: Work, start: str | None, end: str | None) -> Instants:
    zone = ZoneInfo((await workspaces.get(work)).time_zone)
    today = local_date(work.now, zone)
    until = _moment(end, zone, "end", is_end=True) if end else None
    default = instants_of(Dates(today - timedelta(days=DAYS_SHOWN - 1), today + timedelta(days=2)), zone)
    since = _moment(start, zone, "start", is_end=False) if start else default.start
    return Instants(since, until or default.end)


@router.get("/events")
async def list_events(
    caller: CallerDependency,
    page: PageDependency,
    start: Annotated[str | None, Query(description="A day or a moment; 30 days ago by default.")] = None,
    end: Annotated[str | None, Query(description="A day, inclusive, or a moment.")] = None,
    client: Wanted = None,
    campaign: Wanted = None,
    agent: Wanted = None,
    kind: Wanted = None,
    service: Wanted = None,
    category: Wanted = None,
    operation: Wanted = None,
    model: Wanted = None,
    platform: Wanted = None,
    content_type: Wanted = None,
    source: OfSource = None,
    q: Annotated[Words | None, Query(description="An id, an operation's id or a lead, whole.")] = None,
    unpriced: bool = False,  # noqa: FBT001, FBT002 - a query's parameter
    failed: bool = False,  # noqa: FBT001, FBT002
    cost_min: Annotated[Decimal | None, Query(ge=0)] = None,
    cost_max: Annotated[Decimal | None, Query(ge=0)] = None,
) -> ListOut[EventOut]:
    """List events, the latest first."""
    work, actor = caller.work, caller.actor
    wanted = EventFilter(
        within=await _within(work, start, end),
        series={
            "kind": kind or (), "service": service or (), "category": category or (), "operation": operation or (),
            "model": model or (), "platform": platform or (), "content_type": content_type or (),
        },
        clients=await _ids(work, actor, Kind.CLIENT, client or ()),
        campaigns=await _ids(work, actor, Kind.CAMPAIGN, campaign or ()),
        agents=await _ids(work, actor, Kind.AGENT, agent or ()),
        source=source,
        search=q or None,
        unpriced=unpriced,
        failed=failed,
        cost_min=cost_min,
        cost_max=cost_max,
    )  # fmt: skip
    return ListOut[EventOut].of(await events.page(work, actor, wanted, page), lambda one: event_out(one, actor))


@router.get("/events/{event_id:path}")
async def read_event(caller: CallerDependency, event_id: EventId, source: OfSource = None) -> EventOut:
    """Show one event, its price explained."""
    return event_out(await events.get(caller.work, caller.actor, event_id, source), caller.actor)


@router.post("/events/{event_id:path}/void", responses=problems(409))
async def void_event(
    caller: Annotated[Caller, Depends(caller_beforehand)],
    services: ServicesDependency,
    request: Request,
    event_id: EventId,
    body: Reason,
    source: OfSource = None,
) -> EventOut:
    """Take an event out of all sums; it stays, with the reason."""
    actor = caller.actor.seen_from(request.state.ip)
    async with services.recorder.turn(caller.work.workspace_id) as work:
        voided = await adjust.void(services.recorder, work, actor, event_id, source, body.reason)
        return event_out(voided, actor)


@router.post("/events/{event_id:path}/correct", responses=problems(409))
async def correct_event(
    caller: Annotated[Caller, Depends(caller_beforehand)],
    services: ServicesDependency,
    request: Request,
    event_id: EventId,
    body: Correction,
    source: OfSource = None,
) -> EventOut:
    """Put other contents in the place of an event's; the original stays."""
    changes = body.model_dump(exclude_unset=True)
    reason = str(changes.pop("reason"))
    actor = caller.actor.seen_from(request.state.ip)
    async with services.recorder.turn(caller.work.workspace_id) as work:
        corrected = await adjust.correct(services.recorder, work, actor, event_id, source, reason, changes)
        return event_out(corrected, actor)


async def _ids(work: Work, actor: Actor, kind: Kind, names: Sequence[str]) -> list[UUID]:
    """What is named, as far as the actor sees it; a name that nobody knows matches nothing."""
    found = [await portfolio.find(work, kind, name, actor.scope) for name in names]
    return [entry.id if entry else _NOTHING for entry in found]
