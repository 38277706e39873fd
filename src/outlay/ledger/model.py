"""What is told to the ledger, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Final, NamedTuple
from uuid import UUID

import msgspec

from outlay.kit.errors import OutlayError

EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
DEFAULT_SOURCE: Final = "api"

Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class EventDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One cost fact as its sender tells it. Counts of well-known units may stand beside the other fields."""

    id: str
    source: str = DEFAULT_SOURCE
    time: Moment | None = None
    operation_id: str | None = None
    client: str | None = None
    campaign: str | None = None
    agent: str | None = None
    lead: str | None = None
    service: str | None = None
    category: str | None = None
    operation: str | None = None
    model: str | None = None
    platform: str | None = None
    content_type: str | None = None
    labels: dict[str, str] = msgspec.field(default_factory=dict)
    quantities: dict[str, Decimal] = msgspec.field(default_factory=dict)
    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_tokens: int | None = None
    cache_write_tokens: int | None = None
    cost: Decimal | None = None
    currency: str | None = None
    success: bool | None = None
    latency_ms: int | None = None
    retry_count: int | None = None
    impact: Decimal | None = None
    quality: Decimal | None = None
    conversion: bool | None = None
    hold: UUID | None = None
    metadata: dict[str, Any] = msgspec.field(default_factory=dict)


class Dimensions(NamedTuple):
    """What a series is made of, as its senders name it."""

    client: str | None
    campaign: str | None
    agent: str | None
    service: str | None
    category: str | None
    operation: str | None
    model: str | None
    platform: str | None
    content_type: str | None
    labels: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Incoming:
    """A checked event: its identity, its moment, and its counts under their one name."""

    draft: EventDraft
    key: int
    digest: int
    at: datetime
    quantities: Mapping[str, int | Decimal]
    units: frozenset[str]
    context: tuple[tuple[str, str], ...]
    dimensions: Dimensions

    @property
    def content(self) -> tuple[int, int]:
        """What only repeats of it share."""
        return self.key, self.digest


class Verdict(StrEnum):
    """What became of an event."""

    ACCEPTED = "accepted"
    REPEATED = "repeated"
    CONFLICT = "conflict"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one event, and why where it was not stored."""

    verdict: Verdict
    code: str = ""
    message: str = ""


ACCEPTED: Final = Outcome(Verdict.ACCEPTED)
REPEATED: Final = Outcome(Verdict.REPEATED)
CONFLICT: Final = Outcome(
    Verdict.CONFLICT, "conflict", "id: was used before, from the same source, with other content; nothing was changed"
)

MONTH_CLOSED: Final = Outcome(
    Verdict.REJECTED, "month_closed", "time: lies in a month whose events were taken out; it takes no more of them"
)


def rejected(path: str, message: str, code: str = "invalid_request") -> Outcome:
    """An event that is not stored, with the field at fault."""
    return Outcome(Verdict.REJECTED, code, f"{path}: {message}")


@dataclass(frozen=True, slots=True)
class SpendFact:
    """What one stored event or adjustment adds to spend: what budgets are told."""

    series_id: int
    at: datetime
    cost: Decimal
    hold: UUID | None = None


@dataclass(frozen=True)
class LedgerSettings:
    """What a workspace decided about its ledger."""

    create_names: bool = True
    series_max: int = 20_000
    tracked_labels: tuple[str, ...] = field(default=("team",))


class EventsConflict(OutlayError):
    """The event was voided or corrected in the meantime. Look at it again, then repeat what is still wanted."""

    status, code, title = 409, "event_changed", "The event has changed"


class LedgerInUse(OutlayError):
    """The time zone and the currency decide what every sum means; once costs are recorded they stay as they are."""

    status, code, title = 409, "ledger_in_use", "Costs were recorded already"
