"""`outlay demo`: gives an empty workspace thirteen months of a made-up agency, and serves it."""

import asyncio
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING

import click

from outlay.cli.console import Console, Failure, data_dir_option, json_option, print_json, workspace_option
from outlay.kit.money import plain
from outlay.settings import Settings, load_settings

if TYPE_CHECKING:
    from outlay.connectors.demo.model import Plan, Progress, Stored
    from outlay.db.connect import Database
    from outlay.db.roles import DatabaseUrls
    from outlay.identity.workspaces.model import Workspace

# Without a terminal a line is written for each further tenth.
_TENTHS = 10
_PER_MILLE = 1000


class What(Enum):
    """What became of the wish for a demonstration."""

    FILLED = "filled"
    RESUMED = "resumed"
    KEPT = "kept"
    OCCUPIED = "occupied"


class Interrupted(Failure):
    """Somebody ended us: what is stored stays, and the next run goes on."""


@dataclass(frozen=True)
class Wishes:
    """What the options said about the agency that is to be stored."""

    workspace: str | None
    seed: int
    scale: float
    end: date | None


@dataclass(frozen=True)
class Outcome:
    """What became of it: what is there, and what is stored where we stored it."""

    what: What
    workspace: "Workspace"
    plan: "Plan | None" = None
    stored: "Stored | None" = None
    seconds: float = 0
    processor_seconds: float = 0


@click.command()
@click.option("--host", help="The address to listen on.")
@click.option("--port", type=int, help="The port to listen on.")
@click.option("--workers", type=int, help="Processes that serve requests.")
@data_dir_option
@workspace_option
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Another number, another agency.")
@click.option(
    "--scale", type=click.FloatRange(0.001, 100), default=1.0, show_default=True, help="How much the agents work."
)
@click.option(
    "--end",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="The agency's last day; today where none is given.",
)
@click.option("--no-serve", is_flag=True, help="End when all is stored; a server that runs meanwhile shows it arrive.")
@json_option
@click.pass_obj
def demo(
    console: Console,
    host: str | None,
    port: int | None,
    workers: int | None,
    workspace: str | None,
    seed: int,
    scale: float,
    end: datetime | None,
    no_serve: bool,  # noqa: FBT001 - click's way
    as_json: bool,  # noqa: FBT001
) -> None:
    """Fill an empty workspace with a made-up agency, and serve it.

    Thirteen months of it are stored as events from outside would be, and served until interrupted.
    Only a workspace without events, clients, campaigns and agents is filled; it takes the agency's name, time zone and
    currency. A fill that was interrupted goes on. What is filled already is served as it is.
    """
    if as_json and not no_serve:
        raise click.UsageError(
            "--json tells what was stored once all is done, which a server never is: add --no-serve."
        )
    wishes = Wishes(workspace, seed, scale, end.date() if end else None)
    if no_serve:
        _fill_only(console, wishes, as_json=as_json)
    else:
        settings = load_settings(host=host, port=port, workers=workers, data_dir=console.data_dir)
        _fill_and_serve(console, wishes, settings)


def _fill_only(console: Console, wishes: Wishes, *, as_json: bool) -> None:
    from outlay.cli.work import with_database

    outcome = with_database(console, lambda database, _: _filled(console, database, wishes))
    if outcome.what is What.OCCUPIED:
        raise Failure(_told(outcome))
    if as_json:
        print_json(_data(outcome))
    else:
        console.say(_told(outcome))


def _fill_and_serve(console: Console, wishes: Wishes, settings: Settings) -> None:
    """Serves in any case: who has data of their own, or several workspaces, is told so and sees them."""
    from outlay.cli.serve import run_server

    async def fill(urls: "DatabaseUrls") -> Outcome:
        from outlay.db.connect import Database

        database = Database(urls, pool_size=2, pool_wait_s=settings.database_pool_wait_s)
        try:
            return await _filled(console, database, wishes)
        finally:
            await database.close()

    def prepare(urls: "DatabaseUrls") -> None:
        try:
            console.say(_told(asyncio.run(fill(urls))))
        except Failure as reason:
            if wishes.workspace is not None or isinstance(reason, Interrupted):
                raise
            console.say(f"Nothing was added. {reason.format_message()}")

    run_server(settings, prepare)


async def _filled(console: Console, database: "Database", wishes: Wishes) -> Outcome:
    """Fills the workspace as far as it needs filling."""
    from outlay.cli.work import choose_workspace, ensure_first_workspace
    from outlay.connectors.demo import marks

    await ensure_first_workspace(database)
    chosen = await choose_workspace(database, wishes.workspace)
    async with database.work(chosen.id) as work:
        found = await marks.demonstration(work)
    if found and found.is_finished:
        # Asked first: what filling needs is slow to import, and this is nearly every start.
        return Outcome(What.KEPT, chosen, found.plan)
    try:
        with _ended_by(signal.SIGTERM):
            return await _filled_now(console, database, chosen, wishes)
    except asyncio.CancelledError:
        raise Interrupted("Interrupted: `outlay demo` goes on where it stopped.") from None


async def _filled_now(console: Console, database: "Database", chosen: "Workspace", wishes: Wishes) -> Outcome:
    from outlay.connectors.demo import service
    from outlay.connectors.demo.model import Plan

    wanted = Plan.made(database.clock(), seed=wishes.seed, scale=wishes.scale, end=wishes.end)
    started, processor_started = time.monotonic(), time.process_time()
    given = await service.begin(database, chosen.id, wanted)
    if given is None:
        return Outcome(What.OCCUPIED, chosen)
    what = What.FILLED if given.plan == wanted else What.RESUMED
    name = given.plan.agency.workspace.name
    console.say(
        f"Storing {name}: {given.plan.agency.start} to {given.plan.end}, an agency made up from {_of(given.plan)}"
    )
    try:
        with _progress_shown(console) as show:
            stored = await service.fill(database, chosen.id, given.plan, show)
    except service.NotStored as reason:
        words = "What was begun is another agency than this version makes up: --data-dir has room for a new one."
        raise Failure(f"{words} ({reason})") from reason
    took = time.monotonic() - started, time.process_time() - processor_started
    return Outcome(what, replace(chosen, name=name), given.plan, stored, *took)


@contextmanager
def _ended_by(number: signal.Signals) -> Iterator[None]:
    """The signal cancels what runs, as Ctrl-C does: what was handed over is stored, and the database is left in order."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task
    loop.add_signal_handler(number, task.cancel)
    try:
        yield
    finally:
        loop.remove_signal_handler(number)


@contextmanager
def _progress_shown(console: Console) -> Iterator[Callable[["Progress"], None]]:
    """A bar on a terminal; elsewhere a line for each tenth."""
    if console.quiet or not sys.stderr.isatty():
        yield _line_by_line(console)
        return
    from rich.console import Console as RichConsole
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (BarColumn(), TaskProgressColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Bar(*columns, console=RichConsole(stderr=True), transient=True) as bar:
        task = bar.add_task("")
        yield lambda one: bar.update(
            task, total=one.days_in_all, completed=one.days, description=f"{one.events:,} events"
        )


def _line_by_line(console: Console) -> Callable[["Progress"], None]:
    told = 0

    def show(one: "Progress") -> None:
        nonlocal told
        tenths = _TENTHS * one.days // one.days_in_all
        if tenths > told:
            told = tenths
            console.say(f"  {tenths * 100 // _TENTHS} % of the days, {one.events:,} events")

    return show


def _told(outcome: Outcome) -> str:
    name = repr(outcome.workspace.name)
    if outcome.plan is None:
        return f"{name} has data of its own: nothing was added. Another --data-dir has room for the demonstration."
    if outcome.stored is None:
        return f"{name} has its demonstration already ({_of(outcome.plan)}, to {outcome.plan.end}): nothing was added."
    stored = outcome.stored
    new = stored.events - stored.repeated
    before = f" beside {stored.repeated:,} that were there" if outcome.what is What.RESUMED else ""
    unpriced = f"; {stored.unpriced:,} have no price" if stored.unpriced else ""
    return (
        f"Stored {new:,} events{before} in {outcome.seconds:.1f} s ({outcome.processor_seconds:.1f} s of processor time "
        f"here): {stored.cost:,.2f} {stored.currency}{unpriced}."
    )


def _data(outcome: Outcome) -> dict[str, object]:
    """For programs: amounts as text, seconds as numbers."""
    data: dict[str, object] = {"what": outcome.what.value, "workspace": str(outcome.workspace.id)}
    if outcome.plan:
        data |= outcome.plan.as_facts()
    if outcome.stored:
        data |= {**asdict(outcome.stored), "cost": plain(outcome.stored.cost)}
        data |= {"seconds": round(outcome.seconds, 3), "processor_seconds": round(outcome.processor_seconds, 3)}
    return data


def _of(plan: "Plan") -> str:
    scale = "" if plan.scale_per_mille == _PER_MILLE else f", scale {plan.scale_per_mille / _PER_MILLE:g}"
    return f"seed {plan.seed}{scale}"
