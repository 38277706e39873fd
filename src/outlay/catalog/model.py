"""Categories with their dated rates, and a workspace's own prices for models."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID

from outlay.catalog.prices.model import Context, UnitRate
from outlay.identity.portfolio.model import AgentType
from outlay.kit.errors import OutlayError

# Before the first event that any ledger holds: what was there from the beginning counts from here.
FROM_THE_BEGINNING: Final = datetime(2000, 1, 1, tzinfo=UTC)
AGENT_SERVICE: Final = "ai_agents"


class Kind(StrEnum):
    """What sort of thing a category bills for."""

    AI = "ai"
    MESSAGING = "messaging"
    API = "api"
    TOOL = "tool"
    AD_SPEND = "ad_spend"
    LABOR = "labor"


@dataclass(frozen=True)
class Rate:
    """What `per` units cost from a moment on, until the next rate begins."""

    amount: Decimal
    per: int
    currency: str
    effective_from: datetime
    created_at: datetime
    created_by: str


@dataclass(frozen=True)
class Category:
    """A billable kind of thing. Its own rates count where no model's price does, or first where `rate_first` says so."""

    id: UUID
    key: str
    kind: Kind
    service: str
    unit: str
    description: str
    created_at: datetime
    rate_first: bool = False
    rates: tuple[Rate, ...] = ()  # the oldest first


@dataclass(frozen=True)
class Override:
    """A workspace's own price for models of a service, from a moment on and until it ends.

    `model` is a name, the beginning of names with a star behind it, or None for everything the service sells. The
    rates replace the list prices of the units they name; the discount is taken off all others. With a `context`, such
    as `processing=batch`, it counts for such calls only.
    """

    id: UUID
    service: str
    model: str | None
    rates: tuple[UnitRate, ...]
    discount_percent: Decimal
    currency: str
    effective_from: datetime
    effective_until: datetime | None
    note: str
    created_at: datetime
    created_by: str
    context: Context = ()


@dataclass(frozen=True)
class Ask:
    """What is to be priced: whose, which model, under which category, called in which way."""

    service: str | None = None
    model: str | None = None
    category: str | None = None
    context: Context = field(default=())


@dataclass(frozen=True)
class Seed:
    """A category that every workspace begins with."""

    key: str
    kind: Kind
    service: str
    unit: str
    rate: Decimal
    per: int
    description: str
    rate_first: bool = False


def agent_category(agent_type: AgentType | None) -> str:
    """The key of the category by which an AI agent's tokens are priced; an unknown type has one too."""
    return f"agent_{agent_type.value.lower()}" if agent_type else "agent_other"


class RateTaken(OutlayError):
    """The category has a rate that begins at this moment already, and rates are never overwritten. Date it otherwise."""

    status, code, title = 409, "rate_taken", "There is a rate from that moment on"


class OverrideEnded(OutlayError):
    """The override has ended by then already. Add another one instead."""

    status, code, title = 409, "override_ended", "The override has ended"
