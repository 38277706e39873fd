"""What something would cost, and which source, version and rule says so."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from outlay.catalog import service as catalog
from outlay.catalog.model import Ask
from outlay.catalog.prices.book import MODEL_NAME_CHARACTERS_MAX, normal_context
from outlay.catalog.prices.model import PricedLine, PriceRule, Reason, Source
from outlay.catalog.service import Explanation
from outlay.catalog.units import canonical_unit
from outlay.doors.http.callers import CallerDependency
from outlay.doors.http.exact import ExactRoute, Moment, QuantityIn
from outlay.doors.http.schemas import Answer, Body, Label, Words, example
from outlay.doors.prices import ContextIn, Unit
from outlay.kit.errors import InvalidRequest
from outlay.kit.money import plain

router = APIRouter(prefix="/prices", tags=["prices"], route_class=ExactRoute)

_UNITS_MAX = 40
Counts = Annotated[dict[Unit, QuantityIn], Field(max_length=_UNITS_MAX)]


class ExplainIn(
    Body,
    json_schema_extra=example(
        {
            "service": "openai",
            "model": "gpt-4o",
            "quantities": {"input_tokens": 1200, "cache_read_tokens": 1000, "output_tokens": "350"},
        }
    ),
):
    """What is to be priced."""

    service: Words | None = Field(None, examples=["openai"])
    model: Words | None = Field(None, examples=["gpt-4o"], max_length=MODEL_NAME_CHARACTERS_MAX)
    category: Label | None = Field(None, description="The key of the category whose rate counts without a model's.")
    context: ContextIn = Field(default_factory=ContextIn, description="In which way it was called, such as batch.")
    quantities: Counts = Field(description="How much of each unit.")
    at: Moment | None = Field(None, description="When; now where it is absent.")
    used: Counts = Field(default_factory=dict, description="What the month counted before; for steps by volume.")


class UnpricedOut(Answer):
    """Why nobody knows the price."""

    reason: Reason
    about: str | None = Field(description="The unit, model, tier or category that lacks a price.")


class BaseOut(Answer):
    """The price that an override was applied to."""

    source: Source
    version: str
    matched: str


class PriceRuleOut(BaseOut):
    """Who says what it costs, in which version, and what was found for the name that was asked for."""

    base: BaseOut | None


class PricedLineOut(Answer):
    """One line: a quantity at a rate, and what it adds to the cost."""

    unit: str
    quantity: str
    per: int
    rate: str
    discount_percent: str
    tier: str | None
    source: Source
    amount: str


class ExplainOut(Answer):
    """A cost with its lines, or the reason why there is none."""

    cost: str | None = Field(description="Nothing where the price is unknown, which is not zero.", examples=["0.0047"])
    currency: str | None
    unpriced: UnpricedOut | None
    rule: PriceRuleOut | None
    lines: list[PricedLineOut]
    at: datetime


@router.post("/explain", summary="Explain a price")
async def explain_price(asked: ExplainIn, caller: CallerDependency) -> ExplainOut:
    """Line by line, with the source, the version and the rule; nothing is stored."""
    if not asked.model and not asked.category:
        raise InvalidRequest.field("model", "must be given, or category")
    ask = Ask(asked.service or None, asked.model or None, asked.category, normal_context(asked.context.given()))
    at = asked.at or caller.work.now
    quantities, used = _counted("quantities", asked.quantities), _counted("used", asked.used)
    return _explain_out(await catalog.explain(caller.work, caller.actor, ask, at, quantities, used), at)


def _counted(path: str, given: dict[str, Decimal]) -> dict[str, Decimal]:
    """The same by each unit's one name; two spellings of one unit would leave open which of them counts."""
    counted: dict[str, Decimal] = {}
    for unit, number in given.items():
        name = canonical_unit(unit)
        if name in counted:
            raise InvalidRequest.field(f"{path}.{unit}", f"is {name}, which is given already")
        counted[name] = number
    return counted


def _explain_out(found: Explanation, at: datetime) -> ExplainOut:
    return ExplainOut(
        cost=None if found.cost is None else plain(found.cost),
        currency=found.rule.currency if found.rule else None,
        unpriced=UnpricedOut.model_validate(found.unpriced) if found.unpriced else None,
        rule=_rule_out(found.rule) if found.rule else None,
        lines=[_line_out(line) for line in found.lines],
        at=at,
    )


def _rule_out(rule: PriceRule) -> PriceRuleOut:
    return PriceRuleOut.model_validate(rule)


def _line_out(line: PricedLine) -> PricedLineOut:
    return PricedLineOut.model_validate(line.as_json())
