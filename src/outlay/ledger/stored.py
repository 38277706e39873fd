"""An event as it is stored, with its history, and which events are wanted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from outlay.catalog.prices.formula import explain
from outlay.catalog.prices.model import PricedLine, PriceRule, Source, Unpriced
from outlay.identity.portfolio.model import Reference
from outlay.kit.periods import Instants


@dataclass(frozen=True)
class Conversion:
    """At which rate an amount came into the workspace's currency."""

    currency: str
    rate: Decimal
    day: str
    how: str


@dataclass(frozen=True)
class Contents:
    """What an event says at one time: as it came, or as it was corrected."""

    series: Mapping[str, Any]
    client: Reference | None
    campaign: Reference | None
    agent: Reference | None
    quantities: Mapping[str, Decimal]
    cost: Decimal | None
    failed: bool
    rule: PriceRule | Unpriced
    original_cost: Decimal | None = None
    conversion: Conversion | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    # Where prices are graduated: what the month had used up before this event.
    used_before: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def lines(self) -> list[PricedLine]:
        """What the amount consists of, where the rule alone says so."""
        if self.cost is None or not isinstance(self.rule, PriceRule) or self.rule.source is Source.REPORTED:
            return []
        return explain(self.rule, self.quantities, self.used_before)


@dataclass(frozen=True)
class Change:
    """A void or a correction: what it made of the event, by whom and why."""

    kind: str
    recorded_at: datetime
    recorded_by: str
    reason: str
    contents: Contents | None


@dataclass(frozen=True)
class StoredEvent:
    """An event with its history; `contents` is what counts now, None once it is void."""

    id: str
    source: str
    at: datetime
    operation_id: str | None
    recorded_at: datetime | None
    first: Contents
    changes: tuple[Change, ...] = ()

    @property
    def contents(self) -> Contents | None:
        """What counts now."""
        return self.changes[-1].contents if self.changes else self.first


@dataclass(frozen=True)
class EventFilter:
    """Which events are wanted; of each list, any."""

    within: Instants
    series: Mapping[str, Sequence[str]] = field(default_factory=dict)
    clients: Sequence[UUID] = ()
    campaigns: Sequence[UUID] = ()
    agents: Sequence[UUID] = ()
    source: str | None = None
    search: str | None = None
    unpriced: bool = False
    failed: bool = False
    cost_min: Decimal | None = None
    cost_max: Decimal | None = None
