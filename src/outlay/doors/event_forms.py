"""Stored events as they travel."""

from datetime import date, datetime
from typing import Any

from pydantic import Field

from outlay.catalog.prices.model import PriceRule, Unpriced
from outlay.doors.http.schemas import Answer, ReferenceOut
from outlay.identity.access.model import Actor, Permission
from outlay.identity.access.rules import permissions_of
from outlay.kit.money import plain
from outlay.ledger.stored import Change, Contents, StoredEvent


class LineOut(Answer):
    """One line of a price."""

    unit: str
    quantity: str
    per: int
    rate: str
    discount_percent: str
    tier: str | None
    source: str
    amount: str


class PriceOut(Answer):
    """Which source, version and rule gave the cost; or why there is none."""

    source: str = Field(examples=["genai-prices"])
    version: str | None
    matched: str | None
    currency: str | None
    unpriced: str | None = Field(None, examples=["unknown_model"])
    about: str | None = None
    lines: list[LineOut]


class ConversionOut(Answer):
    """At which rate an amount came into the workspace's currency."""

    currency: str
    rate: str
    day: date
    how: str


class ContentsOut(Answer):
    """What an event says."""

    client: ReferenceOut | None
    campaign: ReferenceOut | None
    agent: ReferenceOut | None
    kind: str | None
    service: str | None
    category: str | None
    operation: str | None
    model: str | None
    platform: str | None
    content_type: str | None
    labels: dict[str, str]
    quantities: dict[str, str]
    cost: str | None = Field(description="In the workspace's currency; null where it is unpriced.")
    original_cost: str | None
    conversion: ConversionOut | None
    success: bool
    price: PriceOut | None = Field(description="Left out for those who may not see prices.")
    lead: str | None
    latency_ms: int | None
    retry_count: int | None
    impact: str | None
    quality: str | None
    conversion_reached: bool | None
    hold: str | None
    metadata: dict[str, Any]


class ChangeOut(Answer):
    """A void or a correction."""

    kind: str = Field(examples=["correct"])
    recorded_at: datetime
    recorded_by: str
    reason: str
    contents: ContentsOut | None


class EventOut(Answer):
    """An event with its history; `contents` is what counts now, null once it is void."""

    id: str
    source: str
    time: datetime
    operation_id: str | None
    recorded_at: datetime | None = Field(description="When it was recorded, where that was not when it happened.")
    contents: ContentsOut | None
    first: ContentsOut = Field(description="As it was recorded.")
    changes: list[ChangeOut]


def event_out(one: StoredEvent, actor: Actor) -> EventOut:
    """An event as it travels to somebody: what was agreed with whom is the workspace's own business."""
    shows_price = Permission.PRICES_READ in permissions_of(actor)
    return EventOut(
        id=one.id,
        source=one.source,
        time=one.at,
        operation_id=one.operation_id,
        recorded_at=one.recorded_at,
        contents=_contents(one.contents, shows_price=shows_price) if one.contents else None,
        first=_contents(one.first, shows_price=shows_price),
        changes=[_change(change, shows_price=shows_price) for change in one.changes],
    )


def _change(change: Change, *, shows_price: bool) -> ChangeOut:
    return ChangeOut(
        kind=change.kind,
        recorded_at=change.recorded_at,
        recorded_by=change.recorded_by,
        reason=change.reason,
        contents=_contents(change.contents, shows_price=shows_price) if change.contents else None,
    )


def _contents(one: Contents, *, shows_price: bool) -> ContentsOut:
    details = one.details
    return ContentsOut(
        client=ReferenceOut.of(one.client),
        campaign=ReferenceOut.of(one.campaign),
        agent=ReferenceOut.of(one.agent),
        **{name: one.series[name] for name in ("kind", "service", "category", "operation", "model", "platform")},
        content_type=one.series["content_type"],
        labels={**one.series["labels"], **details.get("labels", {})},
        quantities={unit: plain(number) for unit, number in one.quantities.items()},
        cost=None if one.cost is None else plain(one.cost),
        original_cost=None if one.original_cost is None else plain(one.original_cost),
        conversion=ConversionOut(
            currency=one.conversion.currency,
            rate=plain(one.conversion.rate),
            day=date.fromisoformat(one.conversion.day),
            how=one.conversion.how,
        )
        if one.conversion
        else None,
        success=not one.failed,
        price=_price(one) if shows_price else None,
        **{name: details.get(name) for name in ("lead", "latency_ms", "retry_count", "impact", "quality", "hold")},
        conversion_reached=details.get("conversion"),
        metadata=details.get("metadata", {}),
    )


def _price(one: Contents) -> PriceOut:
    rule: PriceRule | Unpriced = one.rule
    if isinstance(rule, Unpriced):
        return PriceOut(
            source="unpriced", version=None, matched=None, currency=None, unpriced=rule.reason.value,
            about=rule.about, lines=[],
        )  # fmt: skip
    lines = [LineOut.model_validate(line.as_json()) for line in one.lines]
    return PriceOut(
        source=rule.source.value, version=rule.version, matched=rule.matched or None, currency=rule.currency,
        lines=lines,
    )  # fmt: skip
