"""The price book: categories with the history of their rates, and the workspace's own prices for models."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints

from outlay.catalog import service as catalog
from outlay.catalog.model import Category, Kind, Override
from outlay.catalog.prices.model import Source, UnitRate
from outlay.catalog.rules import PER_MAX, RATES_MAX, STEPS_MAX
from outlay.catalog.service import CategoryDraft, OverrideDraft, RateDraft
from outlay.catalog.units import UNIT_PATTERN
from outlay.doors.http.callers import CallerDependency
from outlay.doors.http.exact import AmountIn, ExactRoute, Moment
from outlay.doors.http.schemas import (
    Answer,
    Body,
    IdInPath,
    Label,
    ListOut,
    Name,
    NameInPath,
    PageDependency,
    Words,
    example,
    problems,
)
from outlay.kit.money import plain

router = APIRouter(prefix="/prices", tags=["prices"], route_class=ExactRoute)

Unit = Annotated[str, StringConstraints(pattern=UNIT_PATTERN)]
Per = Annotated[int, Field(ge=1, le=PER_MAX, strict=True, description="How many units the amount is for.")]
Remark = Annotated[str, Field(max_length=500)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
# The exact decimal as text, as money always travels.
Amount = Annotated[str, BeforeValidator(lambda value: plain(value) if isinstance(value, Decimal) else value)]
OfService = Annotated[Words | None, Query(description="Only those of this service, such as openai.")]


class RateOut(Answer):
    """What so many units cost from a moment on, until the next rate begins."""

    amount: Amount = Field(examples=["0.0055"])
    per: int
    currency: str = Field(examples=["USD"])
    effective_from: datetime
    created_at: datetime
    created_by: str


class CategoryOut(Answer):
    """A billable kind of thing, with the history of its rates."""

    id: UUID
    key: str = Field(examples=["gupshup_template_message"])
    kind: Kind
    service: str = Field(examples=["gupshup"])
    unit: str = Field(examples=["messages"])
    description: str
    rate_first: bool = Field(description="Whether its rate counts even where the model has a price of its own.")
    created_at: datetime
    current_rate: RateOut | None = Field(description="The rate in force now.")
    rates: list[RateOut] = Field(description="The oldest first.")


class RateIn(Body, json_schema_extra=example({"amount": "0.0061", "effective_from": "2027-01-01T00:00:00Z"})):
    """A rate to be appended."""

    amount: AmountIn = Field(examples=["0.0061"])
    per: Per = 1
    currency: Currency = "USD"
    effective_from: Moment | None = Field(None, description="From now on where it is absent.")


class CategoryIn(
    Body,
    json_schema_extra=example(
        {
            "key": "whatsapp_utility",
            "kind": "messaging",
            "service": "gupshup",
            "unit": "messages",
            "rate": {"amount": "4.20", "per": 1000},
        }
    ),
):
    """A category to be made."""

    key: Label = Field(examples=["whatsapp_utility"])
    kind: Kind
    service: Name = Field(examples=["gupshup"])
    unit: Unit = Field(examples=["messages"])
    description: Remark = ""
    rate_first: bool = Field(False, description="Its rate counts even where the model has a price of its own.")
    rate: RateIn | None = Field(None, description="Without one, what it bills has no price yet.")


class StepIn(Body):
    """From so many units in a month on, each further unit costs this; `per` is that of the rate."""

    from_: AmountIn = Field(alias="from", examples=["1000000"])
    rate: AmountIn = Field(examples=["2.00"])


class UnitRateIn(Body):
    """A fixed price for one unit, which replaces the list price."""

    unit: Unit = Field(examples=["cache_read_tokens"])
    rate: AmountIn = Field(examples=["1.25"])
    per: Per = 1_000_000
    steps: list[StepIn] = Field([], max_length=STEPS_MAX, description="By what was used in the month so far.")


class ContextIn(Body):
    """The calls that are meant, where not all are."""

    processing: Label | None = Field(None, examples=["batch"])
    route: Label | None = None
    search_type: Label | None = None
    service_tier: Label | None = Field(None, examples=["priority"])
    speed: Label | None = None

    def given(self) -> dict[str, str]:
        """What was said."""
        return self.model_dump(exclude_none=True)


class OverrideIn(
    Body,
    json_schema_extra=example(
        {
            "service": "openai",
            "model": "gpt-4o*",
            "context": {"processing": "batch"},
            "rates": [
                {"unit": "input_tokens", "rate": "1.10", "steps": [{"from": "1000000000", "rate": "0.95"}]},
                {"unit": "cache_read_tokens", "rate": "0.50"},
            ],
            "discount_percent": "12.5",
            "note": "Frame contract of 2027",
        }
    ),
):
    """A price of the workspace's own: fixed rates for the units they name, a discount on all others, or both."""

    service: Name = Field(examples=["openai"])
    model: Words | None = Field(
        None, description="A name, the beginning of names with a star behind it, or nothing for all."
    )
    context: ContextIn = Field(default_factory=ContextIn, description="Only for calls of this kind, such as batch.")
    rates: list[UnitRateIn] = Field([], max_length=RATES_MAX)
    discount_percent: AmountIn = Field(Decimal(0), description="Taken off the list price of what `rates` leaves out.")
    currency: Currency = "USD"
    effective_from: Moment | None = Field(None, description="From now on where it is absent.")
    effective_until: Moment | None = Field(None, description="Until it is ended where it is absent.")
    note: Remark = ""


class OverrideEnd(Body, json_schema_extra=example({"at": "2027-12-31T23:00:00Z"})):
    """When an override stops to count."""

    at: Moment | None = Field(None, description="Now where it is absent.")


class StepOut(Answer):
    """From so many units in a month on, each further unit costs this."""

    model_config = ConfigDict(populate_by_name=True)

    from_: str = Field(alias="from")
    rate: str


class UnitRateOut(Answer):
    """A fixed price for one unit."""

    unit: str
    rate: str
    per: int
    steps: list[StepOut]


class OverrideOut(Answer):
    """A price of the workspace's own."""

    id: UUID
    service: str
    model: str | None = Field(description="Nothing for all models of the service.")
    context: dict[str, str]
    rates: list[UnitRateOut]
    discount_percent: Amount
    currency: str
    effective_from: datetime
    effective_until: datetime | None
    note: str
    created_at: datetime
    created_by: str


@router.get("/categories", summary="List categories")
async def list_categories(
    caller: CallerDependency,
    page: PageDependency,
    *,
    kind: Annotated[Kind | None, Query(description="Only those of this kind.")] = None,
    service: OfService = None,
) -> ListOut[CategoryOut]:
    """By service and key, each with the history of its rates."""
    found = await catalog.categories(caller.work, caller.actor, page, kind=kind, service=service)
    return ListOut[CategoryOut].of(found, _category_out(caller.work.now))


@router.post("/categories", status_code=201, summary="Make a category", responses=problems(409))
async def create_category(draft: CategoryIn, caller: CallerDependency) -> CategoryOut:
    """With its first rate, where one is given."""
    wanted = CategoryDraft(
        **draft.model_dump(exclude={"rate"}), rate=RateDraft(**draft.rate.model_dump()) if draft.rate else None
    )
    return _category_out(caller.work.now)(await catalog.add_category(caller.work, caller.actor, wanted))


@router.get("/categories/{name}", summary="One category")
async def get_category(name: NameInPath, caller: CallerDependency) -> CategoryOut:
    """By id or key."""
    return _category_out(caller.work.now)(await catalog.category(caller.work, caller.actor, name))


@router.post("/categories/{name}/rates", status_code=201, summary="Append a rate", responses=problems(409))
async def append_rate(name: NameInPath, draft: RateIn, caller: CallerDependency) -> CategoryOut:
    """The rates before it stay for what happened before it; what events cost already does not change."""
    wanted = RateDraft(**draft.model_dump())
    return _category_out(caller.work.now)(await catalog.add_rate(caller.work, caller.actor, name, wanted))


@router.get("/overrides", summary="List overrides")
async def list_overrides(
    caller: CallerDependency,
    page: PageDependency,
    *,
    service: OfService = None,
    model: Annotated[Words | None, Query(description="Only those for this model, as they name it.")] = None,
    with_ended: Annotated[bool, Query(description="Those that are over too.")] = False,
) -> ListOut[OverrideOut]:
    """The newest first; those that are yet to begin are among them."""
    found = await catalog.overrides(
        caller.work, caller.actor, page, service=service, model=model, with_ended=with_ended
    )
    return ListOut[OverrideOut].of(found, _override_out)


@router.post("/overrides", status_code=201, summary="Make an override")
async def create_override(draft: OverrideIn, caller: CallerDependency) -> OverrideOut:
    """What is there already stays; of several the most specific one counts, and then the latest."""
    wanted = OverrideDraft(
        **draft.model_dump(exclude={"rates", "context"}),
        rates=tuple(_unit_rate(rate) for rate in draft.rates),
        context=draft.context.given(),
    )
    return _override_out(await catalog.add_override(caller.work, caller.actor, wanted))


@router.post("/overrides/{override_id}/end", summary="End an override", responses=problems(409))
async def end_override(override_id: IdInPath, end: OverrideEnd, caller: CallerDependency) -> OverrideOut:
    """What it priced before keeps that price."""
    return _override_out(await catalog.end_override(caller.work, caller.actor, override_id, end.at))


def _category_out(now: datetime) -> Callable[[Category], CategoryOut]:
    def shown(one: Category) -> CategoryOut:
        current = next((rate for rate in reversed(one.rates) if rate.effective_from <= now), None)
        return CategoryOut.model_validate({**vars(one), "current_rate": current})

    return shown


def _override_out(one: Override) -> OverrideOut:
    rates: list[dict[str, Any]] = [{"steps": [], **rate.as_json()} for rate in one.rates]
    return OverrideOut.model_validate({**vars(one), "rates": rates, "context": dict(one.context)})


def _unit_rate(given: UnitRateIn) -> UnitRate:
    steps = tuple((step.from_, step.rate) for step in given.steps)
    return UnitRate(given.unit, given.per, given.rate, Source.OVERRIDE, steps=steps)
