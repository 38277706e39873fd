"""`outlay fx`: imports exchange rates, and says which one counts on a day and why."""

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from outlay.cli.console import (
    Console,
    Failure,
    data_dir_option,
    json_option,
    print_json,
    print_rows,
    print_table,
    workspace_option,
)

if TYPE_CHECKING:
    from outlay.catalog.exchange.model import Imported, PairSummary, Rate
    from outlay.db.connect import Work

# From so many rates on an import takes long enough for somebody to wonder.
_MANY_RATES = 20_000


class Currency(click.ParamType[str]):
    """A currency's code."""

    name = "currency"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The code in capital letters."""
        code = str(value).upper()
        if len(code) != 3 or not (code.isascii() and code.isalpha()):
            self.fail(f"{value!r} is not a currency such as USD.", param, ctx)
        return code


class Day(click.ParamType[date]):
    """A day."""

    name = "date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day as it is written in ISO 8601."""
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no date such as 2026-01-31.", param, ctx)


@click.group()
def fx() -> None:
    """Import and show exchange rates."""


@fx.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--source", metavar="NAME", help="Who says so; the file's name by default.")
@click.option("--base", type=Currency(), help="What the rates are against, where the file does not say so.")
@workspace_option
@json_option
@data_dir_option
@click.pass_obj
def import_(
    console: Console,
    /,
    file: Path,
    source: str | None,
    base: str | None,
    workspace: str | None,
    as_json: bool,  # noqa: FBT001 - click's way
) -> None:
    """Import exchange rates from a file: all of them, or none where one is wrong.

    FILE is a CSV with the columns date, base, quote and rate, meaning that one base was worth so much of the quote; or
    the European Central Bank's, with a column for each currency and a line for each day, or its zip. What was imported
    before is corrected where the file says otherwise.
    """
    from outlay.catalog.exchange import service
    from outlay.catalog.exchange.files import FILE_BYTES_MAX, read_rates
    from outlay.cli.work import OPERATOR, in_workspace

    if file.stat().st_size > FILE_BYTES_MAX:
        raise Failure(f"{file} has more than {FILE_BYTES_MAX // 10**6} MB: import it in parts.")
    rates = read_rates(file.read_bytes(), source=source or file.name, base=base)

    def tell(stored: int) -> None:
        if len(rates) >= _MANY_RATES:
            console.say(f"{stored:,} of {len(rates):,} rates")

    async def store(work: "Work", _: object) -> "Imported":
        return await service.import_rates(work, OPERATOR, rates, on_progress=tell)

    imported = in_workspace(console, workspace, store)
    if as_json:
        print_json(asdict(imported))
    else:
        click.echo(f"added {imported.added}, changed {imported.changed}, same {imported.same}")


@fx.command("list")
@workspace_option
@json_option
@data_dir_option
@click.pass_obj
def list_(console: Console, /, workspace: str | None, as_json: bool) -> None:  # noqa: FBT001 - click's way
    """List the pairs of currencies, and which days of them are known."""
    from outlay.catalog.exchange import service
    from outlay.cli.work import OPERATOR, in_workspace

    async def every(work: "Work", _: object) -> list["PairSummary"]:
        return await service.pairs(work, OPERATOR)

    rows = [asdict(one) for one in in_workspace(console, workspace, every)]
    print_rows(
        rows, as_json=as_json, nothing="There are no exchange rates yet: `outlay fx import` reads a file of them."
    )


@fx.command()
@click.argument("currency", type=Currency())
@click.argument("into", type=Currency())
@click.option("--on", type=Day(), metavar="DATE", help="The day; today in the workspace's time zone by default.")
@workspace_option
@json_option
@data_dir_option
@click.pass_obj
def show(
    console: Console,
    /,
    currency: str,
    into: str,
    on: date | None,
    workspace: str | None,
    as_json: bool,  # noqa: FBT001 - click's way
) -> None:
    """Show what one of a CURRENCY is worth in another on a day, and why."""
    from zoneinfo import ZoneInfo

    from outlay.catalog.exchange import service
    from outlay.cli.work import OPERATOR, in_workspace
    from outlay.identity.workspaces import service as workspaces
    from outlay.kit.periods import local_date

    async def find(work: "Work", _: object) -> tuple[date, "Rate | None"]:
        day = on or local_date(work.now, ZoneInfo((await workspaces.get(work)).time_zone))
        return day, await service.rate(work, OPERATOR, currency, into, day)

    day, found = in_workspace(console, workspace, find)
    if as_json:
        print_json(_as_json(currency, into, day, found))
    else:
        _show(currency, into, day, found)


def _as_json(currency: str, into: str, day: date, found: "Rate | None") -> dict[str, object]:
    from outlay.kit.money import plain

    shown: dict[str, object] = {"currency": currency, "into": into, "on": day, "rate": None, "unpriced": "no_rate"}
    if found is None:
        return shown
    return shown | {
        "rate": plain(found.value),
        "day": found.day,
        "how": found.how,
        "source": found.source,
        "legs": [{**asdict(leg), "rate": plain(leg.rate)} for leg in found.legs],
        "unpriced": None,
    }


def _show(currency: str, into: str, day: date, found: "Rate | None") -> None:
    from outlay.catalog.exchange.model import RATE_AGE_DAYS_MAX
    from outlay.kit.money import plain

    if found is None:
        click.echo(
            f"no_rate: nothing leads from {currency} to {into} on {day} or in the {RATE_AGE_DAYS_MAX} days before"
        )
        return
    click.echo(f"1 {currency} = {plain(found.value)} {into} on {day} ({found.how})")
    if found.legs:
        print_table(
            [
                {"day": leg.day, "rate": f"1 {leg.base} = {plain(leg.rate)} {leg.quote}", "source": leg.source}
                for leg in found.legs
            ]
        )
