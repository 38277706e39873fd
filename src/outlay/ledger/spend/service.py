"""Answers questions about spend, as far as the one who asks may see."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from outlay.db.connect import Work
from outlay.identity.access.model import Actor, Permission
from outlay.identity.access.rules import require
from outlay.identity.portfolio import names
from outlay.identity.portfolio import service as portfolio
from outlay.identity.portfolio.model import Kind, Reference
from outlay.identity.workspaces import service as workspaces
from outlay.kit.errors import InvalidRequest, NotFound
from outlay.kit.paging import page_of
from outlay.kit.periods import Dates, Grain, Instants
from outlay.ledger.spend import rules, store
from outlay.ledger.spend.model import (
    BUCKET,
    DIMENSIONS,
    LABEL_PREFIX,
    MEASURES,
    PORTFOLIO,
    PREVIOUS,
    Choice,
    Condition,
    Filter,
    Group,
    Plan,
    Query,
    Question,
    Report,
    Value,
)
from outlay.ledger.spend.statement import sort_terms
from outlay.ledger.spend.store import Answer, RawGroup

References = dict[str, dict[UUID, Reference]]


async def spend(work: Work, actor: Actor, query: Query) -> Report:
    """What was spent. The scope of the actor is added to whatever they ask for."""
    require(actor, Permission.SPEND_READ)
    workspace = await workspaces.get(work)
    zone = ZoneInfo(workspace.time_zone)
    query = await _with_known_labels(work, query)
    plan = rules.plan(query, zone)
    question = Question(
        workspace_id=work.workspace_id,
        scope=actor.scope,
        plan=plan,
        conditions=[await _condition(work, actor, one) for one in query.filters],
        events=query.events,
        cost_min=query.cost_min,
        cost_max=query.cost_max,
        names=await _sort_names(work, actor, plan),
        after=_after(query, plan),
        limit=query.page.limit + 1,
    )
    answer = await store.ask(work.connection, question)
    mark = rules.fingerprint(query)
    page = page_of(answer.groups, query.page, lambda group: [mark, *group.place])
    known = await _references(work, plan, page.items)
    return Report(
        period=rules.settled(query, zone),
        compared_with=rules.compared(query, zone),
        grain=query.grain,
        measures=plan.measures,
        time_zone=workspace.time_zone,
        currency=workspace.currency,
        buckets=rules.buckets_of(rules.settled(query, zone), query.grain, zone, work.now),
        total=answer.total,
        previous_total=answer.previous_total,
        change=rules.change(answer.total, answer.previous_total),
        group_count=answer.group_count,
        groups=tuple(_group(group, plan, known, answer) for group in page.items),
        next=page.next,
    )


async def period(work: Work, start: date | None, end: date | None) -> Dates | Instants:
    """The period that somebody means who writes down one or both of its ends, or none."""
    workspace = await workspaces.get(work)
    return rules.period_between(start, end, ZoneInfo(workspace.time_zone), work.now)


async def dimension_values(work: Work, actor: Actor, dimension: str, words: str | None, limit: int) -> list[Choice]:
    """What a filter on a dimension can be set to: what occurs among the series that the actor sees, by name."""
    require(actor, Permission.SPEND_READ)
    if not rules.is_dimension(dimension):
        raise InvalidRequest.field("dimension", f"is no dimension: {rules.nearest(dimension, DIMENSIONS)}")
    if dimension not in PORTFOLIO:
        found = await store.values(work.connection, work.workspace_id, actor.scope, dimension, words, limit)
        return [Choice(value, value) for value in found]
    ids = await store.values(work.connection, work.workspace_id, actor.scope, dimension, None, None)
    known = await portfolio.references(work, PORTFOLIO[dimension], ids)
    wanted = (words or "").casefold()
    choices = [
        Choice(one.key, one.name, one.id)
        for one in sorted(known.values(), key=lambda one: (one.name.casefold(), one.key))
        if wanted in one.name.casefold() or wanted in one.key
    ]
    nobody = [Choice(None, None)] if None in ids and not wanted else []
    return [*nobody, *choices][:limit]


async def _with_known_labels(work: Work, query: Query) -> Query:
    """Filters by labels that are part of no series are asked of the events."""
    used = [name for name in (*query.group_by, *(one.dimension for one in query.filters)) if _is_label(name)]
    if not used:
        return query
    tracked = await store.tracked_labels(work.connection, work.workspace_id)
    for name in query.group_by:
        if _is_label(name) and name.removeprefix(LABEL_PREFIX) not in tracked:
            known = ", ".join(f"{LABEL_PREFIX}{label}" for label in sorted(tracked))
            raise InvalidRequest.field("group_by", f"names a label that is not tracked; tracked are: {known or 'none'}")
    untracked = [one for one in query.filters if _is_label(one.dimension) and _label(one) not in tracked]
    if any(one.is_excluded for one in untracked):
        raise InvalidRequest.field("filter", "cannot exclude by a label that is not tracked")
    singly = tuple((_label(one), one.values) for one in untracked)
    return replace(
        query,
        filters=tuple(one for one in query.filters if one not in untracked),
        events=replace(query.events, labels=(*query.events.labels, *singly)),
    )


async def _condition(work: Work, actor: Actor, wanted: Filter) -> Condition:
    """A filter by ids. A name that nobody here has is an error; whose sight is narrow is not told which there are."""
    given = [value for value in wanted.values if value is not None]
    with_none = None in wanted.values
    if wanted.dimension not in PORTFOLIO:
        return Condition(wanted.dimension, tuple(given), with_none, wanted.is_excluded)
    kind = PORTFOLIO[wanted.dimension]
    found = await names.find(work, kind, given) if given else {}
    if actor.scope.is_whole_workspace:
        missing = [place for place, name in enumerate(given, start=1) if name not in found]
        if missing:
            raise NotFound(f"{wanted.dimension}: nothing here has the id, key or name at place {missing[0]}.")
    return Condition(wanted.dimension, tuple(one.id for one in found.values()), with_none, wanted.is_excluded)


async def _sort_names(work: Work, actor: Actor, plan: Plan) -> dict[str, dict[UUID, str]]:
    """The names of clients, campaigns or agents where groups are to be sorted by them."""
    sorted_by: dict[str, dict[UUID, str]] = {}
    for one in plan.order:
        if one.by in PORTFOLIO:
            ids = await store.values(work.connection, work.workspace_id, actor.scope, one.by, None, None)
            known = await portfolio.references(work, PORTFOLIO[one.by], ids)
            sorted_by[one.by] = {each.id: each.name for each in known.values()}
    return sorted_by


def _after(query: Query, plan: Plan) -> tuple[object, ...] | None:
    """Where the page begins. A cursor of another question would lead to a place that does not exist in this one."""
    kinds = [_kind(name, plan) for name, _ in sort_terms(plan)]
    after = query.page.after(_same(rules.fingerprint(query)), *kinds)
    return after[1:] if after else None


def _kind(name: str, plan: Plan) -> Callable[[str], object]:
    if name == BUCKET:
        return datetime.fromisoformat if plan.grain is Grain.HOUR else date.fromisoformat
    if name == "group_id":
        return int
    return rules.number if name in {*MEASURES, PREVIOUS, rules.ANY_TOKENS} else str


def _same(expected: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        if text != expected:
            raise ValueError
        return text

    return check


async def _references(work: Work, plan: Plan, groups: Sequence[RawGroup]) -> References:
    known: References = {}
    for index, name in enumerate(plan.group_by):
        if name in PORTFOLIO:
            ids = [value for group in groups if isinstance(value := group.values[index], UUID)]
            known[name] = await portfolio.references(work, Kind(name), ids)
    return known


def _group(raw: RawGroup, plan: Plan, known: References, answer: Answer) -> Group:
    values: dict[str, Value] = {}
    for name, value in zip(plan.group_by, raw.values, strict=True):
        values[name] = known[name].get(value) if isinstance(value, UUID) else value
    return Group(
        values=values,
        bucket=raw.bucket,
        sums=raw.sums,
        share=rules.share(raw.sums.cost, answer.total.cost),
        previous=raw.previous,
        change=rules.change(raw.sums, raw.previous),
    )


def _is_label(name: str) -> bool:
    return name.startswith(LABEL_PREFIX)


def _label(wanted: Filter) -> str:
    return wanted.dimension.removeprefix(LABEL_PREFIX)
