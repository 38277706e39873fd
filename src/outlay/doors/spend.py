"""Spend: what was spent by anything over any stretch of time, and what it can be filtered by."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from pydantic import Field

from outlay.doors.http.callers import Caller, CallerDependency
from outlay.doors.http.schemas import Answer, ListOut, ReferenceOut, Words
from outlay.doors.spend_parameters import Asked, SpendParameters
from outlay.identity.portfolio.model import Reference
from outlay.kit.money import plain
from outlay.kit.paging import PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX
from outlay.kit.periods import Dates, Grain, Instants
from outlay.ledger.spend import service as spending
from outlay.ledger.spend.model import (
    EVERYTHING,
    LABEL_PREFIX,
    QUANTITIES,
    TOKENS,
    Choice,
    Comparison,
    Group,
    Report,
    Sums,
)
from outlay.ledger.spend.model import Query as Question

router = APIRouter(prefix="/spend", tags=["spend"])

Money = Annotated[str, Field(examples=["1204.18"], description="The exact decimal, in the workspace's currency.")]


class PeriodOut(Answer):
    """Days, both included, or moments from the first to before the last."""

    start: str = Field(examples=["2026-11-01"])
    end: str = Field(examples=["2026-11-30"])


class BucketOut(Answer):
    """A bucket of the period, whether anything was spent in it or not."""

    start: str = Field(examples=["2026-11-01"])
    end: str = Field(examples=["2026-11-02"], description="Where the next one starts.")
    partial: bool = Field(description="The period, or the present, cuts it short.")


class BeforeOut(Answer):
    """The same in the period compared with; measures that were not asked for are left out."""

    cost: Money
    events: int = 0
    failed: int = 0
    unpriced: int = 0


class SumsOut(BeforeOut):
    """What was counted; measures that were not asked for are left out."""

    quantities: dict[str, str] = Field(
        default_factory=dict, examples=[{"input_tokens": "120000"}], description="By unit."
    )
    cost_least: str | None = Field(None, description="The cheapest event.")
    cost_most: str | None = Field(None, description="The dearest event.")


class GroupOut(SumsOut):
    """One group: what it is in each dimension that was grouped by, which may be nothing, and its figures."""

    client: ReferenceOut | None = None
    campaign: ReferenceOut | None = None
    agent: ReferenceOut | None = None
    kind: str | None = None
    service: str | None = None
    category: str | None = None
    operation: str | None = None
    model: str | None = None
    platform: str | None = None
    content_type: str | None = None
    unit: str | None = None
    labels: dict[str, str | None] = Field(default_factory=dict)
    bucket: str | None = Field(None, description="Where its bucket starts.", examples=["2026-11-01"])
    share: str | None = Field(description="Its fraction of the total cost.", examples=["0.31250000"])
    previous: BeforeOut | None = None
    change: str | None = Field(None, description="By which fraction the cost changed.", examples=["-0.12500000"])


class SpendOut(Answer):
    """Totals over all pages, and one page of groups."""

    start: str = Field(examples=["2026-11-01"])
    end: str = Field(examples=["2026-11-30"])
    grain: Grain | None
    time_zone: str = Field(examples=["Europe/Berlin"])
    currency: str = Field(examples=["EUR"])
    compared_with: PeriodOut | None
    total: SumsOut
    previous_total: BeforeOut | None
    change: str | None
    buckets: list[BucketOut]
    group_count: int = Field(description="On all pages.")
    groups: list[GroupOut]
    next: str | None


class ChoiceOut(Answer):
    """What a filter can be set to; `none` for what has no value."""

    value: str = Field(examples=["openai"])
    name: str | None = Field(description="Nothing for `none`.")
    id: UUID | None = Field(description="Of a client, a campaign or an agent.")


@router.get("", summary="What was spent", response_model_exclude_unset=True)
async def get_spend(
    request: Request, caller: CallerDependency, _parameters: Annotated[SpendParameters, Query()]
) -> SpendOut:
    """Any measures, grouped by any dimensions, in buckets of any length, compared with another period.

    Lists are written with commas, by repeating the parameter, or as `client[]=`. `not.client=acme` leaves a client
    out, `label.team=red` filters by a label, `metadata.run=7` by what events carry along.
    """
    question = await question_of(caller, Asked.read(request.query_params.multi_items()))
    return _spend_out(await spending.spend(caller.work, caller.actor, question))


@router.get("/values", summary="What spend can be filtered by")
async def list_values(
    caller: CallerDependency,
    dimension: Annotated[str, Query(max_length=80, examples=["service"], description="Such as service or label:team.")],
    q: Annotated[Words | None, Query(description="Words in it.")] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_SIZE_MAX)] = PAGE_SIZE_DEFAULT,
) -> ListOut[ChoiceOut]:
    """The values of a dimension that occur in what the caller sees, in the order of their names."""
    found = await spending.dimension_values(caller.work, caller.actor, dimension, q, limit)
    return ListOut[ChoiceOut](items=[_choice_out(one) for one in found])


async def question_of(caller: Caller, asked: Asked) -> Question:
    """The question that the parameters ask, in the workspace's own time."""
    comparison = asked.comparison()
    held_against: Comparison | Dates | Instants | None
    if isinstance(comparison, tuple):
        held_against = await spending.period(caller.work, *comparison)
    else:
        held_against = comparison
    question = Question(
        period=await spending.period(caller.work, asked.bound("start"), asked.bound("end")),
        group_by=asked.group_by(),
        grain=asked.choice("grain", Grain),
        filters=asked.filters(),
        events=asked.events(),
        cost_min=asked.amount("cost_min"),
        cost_max=asked.amount("cost_max"),
        compare=held_against,
        order=asked.order(),
        page=asked.page(),
        with_extremes=asked.flag("extremes"),
    )
    return replace(question, measures=asked.measures() or EVERYTHING)


def _spend_out(report: Report) -> SpendOut:
    zone = ZoneInfo(report.time_zone)
    return SpendOut(
        **_period(report.period, zone),
        grain=report.grain,
        time_zone=report.time_zone,
        currency=report.currency,
        compared_with=PeriodOut(**_period(report.compared_with, zone)) if report.compared_with else None,
        total=SumsOut.model_construct(**_sums(report.total, report.measures)),
        previous_total=_before(report.previous_total, report.measures),
        change=_fraction(report.change),
        buckets=[
            BucketOut(start=_moment(one.start, zone), end=_moment(one.end, zone), partial=one.is_partial)
            for one in report.buckets
        ],
        group_count=report.group_count,
        groups=[_group_out(group, report, zone) for group in report.groups],
        next=report.next,
    )


def _group_out(group: Group, report: Report, zone: ZoneInfo) -> GroupOut:
    fields: dict[str, Any] = {
        name: ReferenceOut.of(value) if isinstance(value, Reference) else value
        for name, value in group.values.items()
        if not name.startswith(LABEL_PREFIX)
    }
    labels = {
        name.removeprefix(LABEL_PREFIX): value for name, value in group.values.items() if name.startswith(LABEL_PREFIX)
    }
    if labels:
        fields["labels"] = labels
    if group.bucket is not None:
        fields["bucket"] = _moment(group.bucket, zone)
    if report.compared_with is not None:
        fields |= {"previous": _before(group.previous, report.measures), "change": _fraction(group.change)}
    return GroupOut.model_construct(**fields, **_sums(group.sums, report.measures), share=_fraction(group.share))


def _sums(sums: Sums, measures: tuple[str, ...]) -> dict[str, Any]:
    shown: dict[str, Any] = {"cost": plain(sums.cost), **_counts(sums, measures)}
    if QUANTITIES in measures or not set(TOKENS).isdisjoint(measures):
        shown["quantities"] = {unit: plain(amount) for unit, amount in sums.units.items()}
    if sums.cost_least is not None and sums.cost_most is not None:
        shown |= {"cost_least": plain(sums.cost_least), "cost_most": plain(sums.cost_most)}
    return shown


def _before(sums: Sums | None, measures: tuple[str, ...]) -> BeforeOut | None:
    if sums is None:
        return None
    return BeforeOut.model_construct(cost=plain(sums.cost), **_counts(sums, measures))


def _counts(sums: Sums, measures: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(sums, name) for name in ("events", "failed", "unpriced") if name in measures}


def _period(period: Dates | Instants, zone: ZoneInfo) -> dict[str, str]:
    if isinstance(period, Dates):
        return {"start": period.start.isoformat(), "end": (period.end - timedelta(days=1)).isoformat()}
    return {"start": _moment(period.start, zone), "end": _moment(period.end, zone)}


def _moment(moment: date, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).isoformat() if isinstance(moment, datetime) else moment.isoformat()


def _fraction(number: Decimal | None) -> str | None:
    return None if number is None else f"{number:f}"


def _choice_out(choice: Choice) -> ChoiceOut:
    return ChoiceOut(value=choice.value or "none", name=choice.name, id=choice.id)
