"""`outlay price`: says what something costs and why."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

import click

from outlay.cli.console import (
    Console,
    data_dir_option,
    json_option,
    print_json,
    print_table,
    workspace_option,
)

if TYPE_CHECKING:
    from outlay.catalog.model import Ask
    from outlay.catalog.service import Explanation
    from outlay.db.connect import Work


class Amount(click.ParamType[Decimal]):
    """A quantity that is not negative."""

    name = "number"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """The number, exactly as it was written."""
        try:
            number = Decimal(str(value).replace("_", ""))
        except InvalidOperation:
            self.fail(f"{value!r} is not a number.", param, ctx)
        if not number.is_finite() or number < 0:
            self.fail(f"{value!r} must be finite and not negative.", param, ctx)
        return number


class When(click.ParamType[datetime]):
    """A date, which begins in UTC, or a date with a time."""

    name = "moment"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The moment in UTC where no offset is given."""
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no date such as 2027-01-31 or 2027-01-31T18:30+01:00.", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class Counted(click.ParamType[tuple[str, Decimal]]):
    """A unit and how many of it."""

    name = "unit=number"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, Decimal]:
        """The unit's name and the number."""
        unit, equals, number = str(value).partition("=")
        if not unit or not equals:
            self.fail(f"{value!r} is not of the form audio_seconds=60.", param, ctx)
        return unit, Amount().convert(number, param, ctx)


@click.group()
def price() -> None:
    """Say what something costs, and why."""


@price.command()
@click.option("--service", help="Whose it is, such as openai or gupshup.")
@click.option("--model", help="Which model.")
@click.option("--category", metavar="KEY", help="The category whose rate counts where no model's price does.")
@click.option("--input", "input_tokens", type=Amount(), help="Tokens read, those from the cache included.")
@click.option("--output", "output_tokens", type=Amount(), help="Tokens written.")
@click.option("--cache-read", "cache_read_tokens", type=Amount(), help="Tokens read from the cache.")
@click.option("--cache-write", "cache_write_tokens", type=Amount(), help="Tokens written to the cache.")
@click.option("--quantity", "others", type=Counted(), multiple=True, help="Anything else, such as audio_seconds=60.")
@click.option("--used", type=Counted(), multiple=True, help="How many there were this month; for steps by volume.")
@click.option("--tier", help="The service tier, such as flex, priority or batch.")
@click.option("--at", type=When(), metavar="DATE", help="When; now by default.")
@click.option("--list-price", is_flag=True, help="Leave the workspace's own prices out; needs no database.")
@workspace_option
@json_option
@data_dir_option
@click.pass_obj
def explain(
    console: Console,
    /,
    service: str | None,
    model: str | None,
    category: str | None,
    others: tuple[tuple[str, Decimal], ...],
    used: tuple[tuple[str, Decimal], ...],
    tier: str | None,
    at: datetime | None,
    list_price: bool,  # noqa: FBT001 - click's way
    workspace: str | None,
    as_json: bool,  # noqa: FBT001
    **tokens: Decimal | None,
) -> None:
    """Show which source, version and rule gives each line of a price."""
    from outlay.catalog import service as catalog
    from outlay.catalog.model import Ask
    from outlay.catalog.prices.book import normal_context
    from outlay.catalog.prices.desk import PriceDesk
    from outlay.catalog.units import canonical_unit
    from outlay.cli.work import OPERATOR, in_workspace

    if model is None and category is None:
        raise click.UsageError("Name a --model or a --category.")
    counted = {canonical_unit(unit): number for unit, number in (*tokens.items(), *others) if number is not None}
    so_far = {canonical_unit(unit): number for unit, number in used}
    ask = Ask(service, model, category, normal_context({"service_tier": tier}) if tier else ())
    moment = at or datetime.now(UTC)

    async def explained(work: "Work", _: object) -> "Explanation":
        return await catalog.explain(work, OPERATOR, ask, moment, counted, so_far)

    if list_price:
        found = catalog.explanation(PriceDesk(), ask, moment, counted, so_far)
    else:
        found = in_workspace(console, workspace, explained)
    if as_json:
        print_json(_as_json(ask, moment, counted, found))
    else:
        _show(console, found)


def _as_json(ask: "Ask", at: datetime, counted: Mapping[str, Decimal], found: "Explanation") -> dict[str, object]:
    from outlay.kit.money import plain

    return {
        "service": ask.service,
        "model": ask.model,
        "category": ask.category,
        "at": at,
        "quantities": {unit: plain(number) for unit, number in counted.items()},
        "cost": None if found.cost is None else plain(found.cost),
        "currency": found.rule.currency if found.rule else None,
        "unpriced": {"reason": found.unpriced.reason.value, "about": found.unpriced.about} if found.unpriced else None,
        "lines": [line.as_json() for line in found.lines],
        "rule": found.rule.as_json() if found.rule else None,
    }


def _show(console: Console, found: "Explanation") -> None:
    from outlay.kit.money import plain

    if found.rule:
        console.say(f"{found.rule.source.value} {found.rule.version}: {found.rule.matched}")
        if found.rule.base:
            base = found.rule.base
            console.say(f"on top of {base.source.value} {base.version}: {base.matched}")
    if found.unpriced:
        about = f" ({found.unpriced.about})" if found.unpriced.about else ""
        click.echo(f"unpriced: {found.unpriced.reason.value}{about}")
        return
    assert found.cost is not None
    assert found.rule is not None
    rows: list[dict[str, object]] = [
        {
            "unit": line.unit,
            "quantity": plain(line.quantity),
            "rate": f"{plain(line.rate)} per {line.per}",
            "discount": f"{plain(line.discount_percent)} %" if line.discount_percent else "",
            "tier": line.tier or "",
            "from": line.source.value,
            "amount": plain(line.amount),
        }
        for line in found.lines
    ]
    total: dict[str, object] = dict.fromkeys(("unit", "quantity", "rate", "discount", "tier", "from"), "")
    print_table([*rows, total | {"unit": "total", "amount": f"{plain(found.cost)} {found.rule.currency}"}])
