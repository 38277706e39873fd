"""What decides the wording of the statement, and what is only handed to it.

Two questions of one shape are the same statement with other values: it is put together once in a process, and the
database plans it once. Each value has a name of its own.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from outlay.identity.access.model import Scope
from outlay.kit.periods import Grain
from outlay.ledger.spend.model import PORTFOLIO, EventFilter, Order, Question, Source

WORKSPACE: Final = "workspace"


@dataclass(frozen=True)
class Piece:
    """A slice, without its bounds."""

    number: int
    source: Source
    is_previous: bool


@dataclass(frozen=True)
class Wanted:
    """A condition, without its values."""

    number: int
    dimension: str
    with_none: bool
    is_excluded: bool


@dataclass(frozen=True)
class Single:
    """A condition on single events, without its values: a field, or a name within metadata or labels."""

    number: int
    field: str
    is_named: bool
    with_none: bool


@dataclass(frozen=True)
class Shape:
    """Everything about a question but its values."""

    measures: tuple[str, ...]
    group_by: tuple[str, ...]
    grain: Grain | None
    order: tuple[Order, ...]
    pieces: tuple[Piece, ...]
    conditions: tuple[Wanted, ...]
    singles: tuple[Single, ...]
    is_shifted: bool
    of_client: bool
    of_agent: bool
    with_extremes: bool
    has_cost_min: bool
    has_cost_max: bool
    after: tuple[type, ...] | None

    @property
    def is_compared(self) -> bool:
        """Whether there is a period to be held against."""
        return any(piece.is_previous for piece in self.pieces)

    @property
    def is_narrow(self) -> bool:
        """Whether only some of the series are wanted."""
        return bool(self.conditions) or self.of_client or self.of_agent


def shape_of(question: Question) -> Shape:
    """The shape of a question."""
    plan, scope = question.plan, question.scope
    singles = enumerate(_singles(question.events))
    return Shape(
        measures=plan.measures,
        group_by=plan.group_by,
        grain=plan.grain,
        order=plan.order,
        pieces=tuple(Piece(number, one.source, one.is_previous) for number, one in enumerate(plan.slices)),
        conditions=tuple(
            Wanted(number, one.dimension, one.with_none, one.is_excluded)
            for number, one in enumerate(question.conditions)
        ),
        singles=tuple(
            Single(number, field, bool(name), with_none=None in values) for number, (field, name, values) in singles
        ),
        is_shifted=plan.shift is not None,
        of_client=scope.client_id is not None,
        of_agent=scope.agent_id is not None,
        with_extremes=plan.with_extremes,
        has_cost_min=question.cost_min is not None,
        has_cost_max=question.cost_max is not None,
        after=None if question.after is None else tuple(_kind(value) for value in question.after),
    )


def values_of(question: Question) -> dict[str, Any]:
    """What the statement is handed."""
    values: dict[str, Any] = {WORKSPACE: question.workspace_id, "zone": question.plan.zone, "limit": question.limit}
    values |= scope_values(question.scope)
    for number, piece in enumerate(question.plan.slices):
        values |= {f"start_{number}": piece.start, f"end_{number}": piece.end}
    for number, condition in enumerate(question.conditions):
        values[f"wanted_{number}"] = list(condition.values)
    for number, (_, name, wanted) in enumerate(_singles(question.events)):
        values |= {f"single_{number}": [value for value in wanted if value is not None], f"name_{number}": name}
    shift = question.plan.shift
    if shift is not None:
        values |= {"shift_months": shift.months, "shift_time": shift.time}
        values |= {"shift_first": shift.first, "shift_last": shift.last}
    for one in question.plan.order:
        if one.by in PORTFOLIO:
            names = question.names.get(one.by, {})
            values |= {f"ids_of_{one.by}": list(names), f"names_of_{one.by}": list(names.values())}
    values |= {"cost_min": question.cost_min, "cost_max": question.cost_max}
    values |= {f"after_{number}": value for number, value in enumerate(question.after or ())}
    return values


def scope_values(scope: Scope) -> dict[str, Any]:
    """What confines everybody's questions."""
    return {"scope_client": scope.client_id, "scope_agent": scope.agent_id}


def _singles(events: EventFilter) -> list[tuple[str, str, tuple[str | None, ...]]]:
    found: list[tuple[str, str, tuple[str | None, ...]]] = [
        ("lead", "", events.leads),
        ("source", "", events.sources),
        ("operation_id", "", events.operation_ids),
        *(("metadata", name, values) for name, values in events.metadata),
        *(("labels", name, values) for name, values in events.labels),
    ]
    return [one for one in found if one[2]]


def _kind(value: object) -> type:
    for kind in (datetime, date, Decimal, int):
        if isinstance(value, kind):
            return kind
    return str
