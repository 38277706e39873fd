"""The SQL of spend: one statement for each question, and the values that a dimension has."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Text, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from outlay.identity.access.model import Scope
from outlay.ledger.spend.model import BUCKET, COUNTS, PORTFOLIO, Plan, Question, Sums
from outlay.ledger.spend.shape import WORKSPACE, scope_values, shape_of, values_of
from outlay.ledger.spend.slices import EXTREMES, column_of, in_scope
from outlay.ledger.spend.statement import (
    GROUP,
    PLACE_PREFIX,
    PREVIOUS_PREFIX,
    TOTAL_PREFIX,
    UNITS,
    VALUE_PREFIX,
    sort_terms,
    statement_for,
)
from outlay.ledger.tables import ledger_state

DEFAULT_LABELS = frozenset({"team"})


@dataclass(frozen=True)
class RawGroup:
    """A group as the database gives it: ids instead of names, and its place in the order."""

    values: tuple[UUID | str | None, ...]
    bucket: date | None
    sums: Sums
    previous: Sums | None
    place: tuple[object, ...]


@dataclass(frozen=True)
class Answer:
    """Totals, and one group more than the page has where there is a next one."""

    total: Sums
    previous_total: Sums | None
    group_count: int
    groups: tuple[RawGroup, ...]


async def ask(connection: AsyncConnection, question: Question) -> Answer:
    """Answers a question, in one round trip."""
    statement = statement_for(shape_of(question))
    result = await connection.execute(statement, values_of(question))
    names = list(result.keys())
    # Plain dictionaries: pages are long, and each look at a row of the library costs as much as a whole row here.
    rows = [dict(zip(names, row, strict=True)) for row in result.all()]
    first, plan = rows[0], question.plan
    return Answer(
        total=_sums(first, plan, TOTAL_PREFIX),
        previous_total=_sums(first, plan, f"{TOTAL_PREFIX}{PREVIOUS_PREFIX}") if question.is_compared else None,
        group_count=first["group_count"],
        groups=tuple(_group(row, question) for row in rows if row[GROUP] is not None),
    )


async def values(
    connection: AsyncConnection, workspace_id: UUID, scope: Scope, dimension: str, words: str | None, limit: int | None
) -> list[Any]:
    """The different values of a dimension among the series in scope, in order; None where some have none."""
    column = column_of(dimension)
    confined = in_scope(of_client=scope.client_id is not None, of_agent=scope.agent_id is not None)
    query = select(column.label("value")).where(*confined).distinct()
    if dimension not in PORTFOLIO:
        if words:
            query = query.where(cast(column, Text).icontains(words, autoescape=True))
        found = query.subquery("found")
        query = select(found.c.value).order_by(func.lower(found.c.value).nulls_first(), found.c.value)
    given = {WORKSPACE: workspace_id, **scope_values(scope)}
    return list((await connection.execute(query.limit(limit), given)).scalars())


async def tracked_labels(connection: AsyncConnection, workspace_id: UUID) -> frozenset[str]:
    """The labels that are part of series."""
    query = select(ledger_state.c.tracked_labels).where(ledger_state.c.workspace_id == workspace_id)
    found = (await connection.execute(query)).scalar_one_or_none()
    return DEFAULT_LABELS if found is None else frozenset(found)


def _group(found: Mapping[str, Any], question: Question) -> RawGroup:
    plan = question.plan
    return RawGroup(
        values=tuple(found[f"{VALUE_PREFIX}{index}"] for index in range(len(plan.group_by))),
        bucket=found[BUCKET] if plan.grain else None,
        sums=_sums(found, plan, ""),
        previous=_sums(found, plan, PREVIOUS_PREFIX) if question.is_compared else None,
        place=tuple(found[f"{PLACE_PREFIX}{index}"] for index in range(len(sort_terms(plan)))),
    )


def _sums(found: Mapping[str, Any], plan: Plan, prefix: str) -> Sums:
    figures: dict[str, Any] = {name: int(found[f"{prefix}{name}"]) for name in plan.measures if name in COUNTS}
    if plan.with_extremes and not prefix.endswith(PREVIOUS_PREFIX):
        figures |= {name: found[f"{prefix}{name}"] for name in EXTREMES}
    units = found.get(f"{prefix}{UNITS}")
    quantities = {unit: Decimal(text) for unit, text in json.loads(units).items()} if units else {}
    return Sums(cost=Decimal(found[f"{prefix}cost"]), quantities=quantities, **figures)
