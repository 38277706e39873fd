"""What can be asked of spend, and what is answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID

from outlay.identity.access.model import Scope
from outlay.identity.portfolio.model import Kind, Reference
from outlay.kit.paging import PageRequest
from outlay.kit.periods import Dates, Grain, Instants

# Columns of a series by which spend can be grouped and filtered. A tracked label is a dimension too: `label:team`.
DIMENSIONS: Final = (
    "client",
    "campaign",
    "agent",
    "kind",
    "service",
    "category",
    "operation",
    "model",
    "platform",
    "content_type",
    "unit",
)
PORTFOLIO: Final = {kind.value: kind for kind in Kind}
LABEL_PREFIX: Final = "label:"
BUCKET: Final = "bucket"
PREVIOUS: Final = "previous"
TOKENS: Final = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens")
COUNTS: Final = ("events", "failed", "unpriced", *TOKENS)
QUANTITIES: Final = "quantities"
MEASURES: Final = ("cost", *COUNTS)
EVERYTHING: Final = (*MEASURES, QUANTITIES)


class Comparison(StrEnum):
    """What a period is held against, where its dates are not given."""

    PREVIOUS = "previous"  # as many whole months before it, or as many days
    YEAR = "year"  # whole months a year earlier, other days 52 weeks earlier, so that weekdays match


@dataclass(frozen=True)
class Filter:
    """Which values of a dimension are wanted, or unwanted; None stands for "without".

    Clients, campaigns and agents are named by id, key or a former key.
    """

    dimension: str
    values: tuple[str | None, ...]
    is_excluded: bool = False


@dataclass(frozen=True)
class Condition:
    """A filter whose names are ids: what the database is asked for."""

    dimension: str
    values: tuple[UUID, ...] | tuple[str, ...]
    with_none: bool
    is_excluded: bool


@dataclass(frozen=True)
class EventFilter:
    """What only single events know. Where any of it is asked for, events are read instead of rollups."""

    leads: tuple[str | None, ...] = ()
    sources: tuple[str, ...] = ()
    operation_ids: tuple[str | None, ...] = ()
    metadata: tuple[tuple[str, tuple[str | None, ...]], ...] = ()
    labels: tuple[tuple[str, tuple[str | None, ...]], ...] = ()  # those that the workspace does not track

    @property
    def is_empty(self) -> bool:
        """Whether rollups can answer."""
        return self == EventFilter()


@dataclass(frozen=True)
class Order:
    """One thing to sort by: a measure, the bucket, a dimension that is grouped by, or what the period before cost."""

    by: str
    is_descending: bool = False


@dataclass(frozen=True)
class Query:
    """A question about spend. Local days where it can be; moments for hours of a day."""

    period: Dates | Instants
    group_by: tuple[str, ...] = ()
    grain: Grain | None = None
    measures: tuple[str, ...] = EVERYTHING  # fewer are cheaper; the cost is always among them
    filters: tuple[Filter, ...] = ()
    events: EventFilter = EventFilter()
    cost_min: Decimal | None = None
    cost_max: Decimal | None = None
    compare: Comparison | Dates | Instants | None = None
    order: tuple[Order, ...] = ()
    page: PageRequest = field(default_factory=PageRequest)
    with_extremes: bool = False  # the cheapest and the dearest event of each group, which only events know


class Source(StrEnum):
    """Where a slice of a period is read."""

    DAYS = "days"
    HOURS = "hours"
    EVENTS = "events"


@dataclass(frozen=True)
class Slice:
    """A half-open piece of a period and where it is read; its bounds are days for days, and moments otherwise."""

    source: Source
    start: date
    end: date
    is_previous: bool = False


@dataclass(frozen=True)
class Shift:
    """How far a moment of the period compared with is moved to lie in the bucket it is held against."""

    months: int
    time: timedelta
    first: date
    last: date


@dataclass(frozen=True)
class Plan:
    """A checked question: what to read, and how it is cut."""

    slices: tuple[Slice, ...]
    grain: Grain | None
    zone: str
    group_by: tuple[str, ...]
    order: tuple[Order, ...]
    shift: Shift | None
    measures: tuple[str, ...]
    with_extremes: bool


@dataclass(frozen=True)
class Question:
    """A plan with everything else that the database must be told."""

    workspace_id: UUID
    scope: Scope
    plan: Plan
    conditions: Sequence[Condition] = ()
    events: EventFilter = EventFilter()
    cost_min: Decimal | None = None
    cost_max: Decimal | None = None
    # Names to sort clients, campaigns and agents by, where that is asked for.
    names: Mapping[str, Mapping[UUID, str]] = field(default_factory=dict)
    # The sort key of the last group of the page before.
    after: tuple[object, ...] | None = None
    limit: int = 1

    @property
    def is_compared(self) -> bool:
        """Whether there is a period to be held against."""
        return any(piece.is_previous for piece in self.plan.slices)


@dataclass(frozen=True)
class Bucket:
    """A stretch of time that figures are given for. Partial: the period, or the present, cuts it short."""

    start: date
    end: date
    is_partial: bool


@dataclass(frozen=True)
class Sums:
    """What was counted. `quantities` are by unit, without the tokens, which have counts of their own."""

    cost: Decimal = Decimal(0)
    events: int = 0
    failed: int = 0
    unpriced: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    quantities: Mapping[str, Decimal] = field(default_factory=dict)
    cost_least: Decimal | None = None
    cost_most: Decimal | None = None

    @property
    def units(self) -> dict[str, Decimal]:
        """Everything that was counted by unit, tokens among it; what is zero is left out."""
        tokens = {name: Decimal(getattr(self, name)) for name in TOKENS}
        return {unit: amount for unit, amount in {**tokens, **self.quantities}.items() if amount}


Value = Reference | str | None


@dataclass(frozen=True)
class Group:
    """One row: its place in each dimension that was grouped by, and its bucket where there is a grain."""

    values: Mapping[str, Value]
    bucket: date | None
    sums: Sums
    share: Decimal | None  # of the total; None where the total is zero
    previous: Sums | None = None
    change: Decimal | None = None  # against the period before, as a fraction; None where that was zero


@dataclass(frozen=True)
class Report:
    """The answer: totals over all pages, and one page of groups."""

    period: Dates | Instants
    compared_with: Dates | Instants | None
    grain: Grain | None
    measures: tuple[str, ...]
    time_zone: str
    currency: str
    buckets: tuple[Bucket, ...]
    total: Sums
    previous_total: Sums | None
    change: Decimal | None
    group_count: int
    groups: tuple[Group, ...]
    next: str | None


@dataclass(frozen=True)
class Choice:
    """A value that a dimension has: what a filter is given for it, and how it is shown. None stands for "without"."""

    value: str | None
    name: str | None
    id: UUID | None = None
