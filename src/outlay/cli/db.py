"""`outlay db`: upgrades, backs up, restores and verifies the database, and opens a shell on it."""

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from outlay.cli.console import Console, Failure, data_dir_option, json_option, print_json
from outlay.cli.retention import retention

if TYPE_CHECKING:
    from outlay.db.place import Place

_MEGABYTE = 1_000_000
_TELL_EVERY_S = 5.0


@click.group()
def db() -> None:
    """Upgrade, back up, restore, verify the database."""


@db.command()
@json_option
@data_dir_option
@click.pass_obj
def upgrade(console: Console, as_json: bool) -> None:  # noqa: FBT001 - click's way
    """Bring the schema up to date; makes the database where there is none."""
    from outlay.db import migrate
    from outlay.db.place import made_where_missing

    with made_where_missing(console.settings(), console.say) as place:
        before, after = migrate.upgrade(place.urls.owner, console.say)
    if as_json:
        print_json({"from": before, "to": after})
    elif before == after:
        click.echo(f"The schema is up to date: {after}.")
    else:
        click.echo(f"The schema went from {before or 'nothing'} to {after}.")


@db.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace the file if it exists.")
@json_option
@data_dir_option
@click.pass_obj
def backup(console: Console, file: Path, force: bool, as_json: bool) -> None:  # noqa: FBT001 - click's way
    """Write everything into FILE, also beside a running server.

    The file holds one moment of the database and everything in it, hashes of keys and passwords included: only its
    owner may read it.
    """
    from outlay.db.backup import back_up
    from outlay.db.place import as_it_stands

    with as_it_stands(console.settings(), console.say) as place:
        size_bytes = back_up(place, file, replace=force, on_bytes=_progress(console))
    if as_json:
        print_json({"file": str(file), "bytes": size_bytes})
    else:
        console.say(f"Wrote {file} ({size_bytes / _MEGABYTE:,.1f} MB). `outlay db restore {file}` brings it back.")


@db.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Replace what is there without asking.")
@json_option
@data_dir_option
@click.pass_obj
def restore(console: Console, file: Path, yes: bool, as_json: bool) -> None:  # noqa: FBT001 - click's way
    """Put the backup FILE in the place of the database.

    Nothing may serve on it meanwhile. Until the backup is loaded, migrated and verified the old database stays; if
    anything goes wrong, it stays for good. Keys revoked since the backup work again: look at `outlay keys list`.
    """
    from outlay.db import restore as restoring
    from outlay.db.place import all_to_oneself

    restoring.check(file)
    with all_to_oneself(console.settings(), console.say) as place:
        _confirm(place, yes=yes)
        restored = restoring.restore(place, file, console.say)
    if as_json:
        print_json({"file": str(file), "made_at": restored.contents.made_at, "schema": restored.revision})
    else:
        console.say(
            f"Restored {file} of {restored.contents.made_at}. Keys, sessions and links are as they were then: "
            "`outlay keys list` shows keys that were revoked since and work again."
        )


@db.command()
@json_option
@data_dir_option
@click.pass_obj
def verify(console: Console, as_json: bool) -> None:  # noqa: FBT001 - click's way
    """Check the database from its pages to its audit log; exit 1 where something is wrong."""
    from outlay.cli.checks import verified
    from outlay.db.place import as_it_stands

    with as_it_stands(console.settings(), console.say) as place:
        found = asyncio.run(verified(place.urls))
    if as_json:
        print_json([{"check": one.check, "ok": one.ok, "faults": one.faults} for one in found])
    for one in () if as_json else found:
        click.echo(f"{'ok ' if one.ok else 'NOT'}  {one.check}")
        for fault in one.faults:
            click.echo(f"       {fault}")
    wrong = sum(not one.ok for one in found)
    if wrong:
        raise Failure(f"{wrong} of {len(found)} checks found something wrong.")


db.add_command(retention)


@db.command(context_settings={"ignore_unknown_options": True})
@click.option(
    "--role", type=click.Choice(["operator", "app", "owner"]), default="operator", show_default=True, help="Connect as."
)
@click.option("--workspace", type=click.UUID, metavar="ID", help="Which workspace the role app sees; none by default.")
@data_dir_option
@click.argument("arguments", nargs=-1, metavar="[-- PSQL ARGUMENTS]")
@click.pass_obj
def shell(console: Console, role: str, workspace: object, arguments: tuple[str, ...]) -> None:
    """Open psql on the database; the operator reads all workspaces and changes nothing."""
    from outlay.db.place import as_it_stands
    from outlay.db.programs import without_password

    with as_it_stands(console.settings(), console.say) as place:
        connection, environment = without_password(getattr(place.urls, role))
        if workspace is not None:
            environment["PGOPTIONS"] = f"-c outlay.workspace_id={workspace}"
        environment.pop("LC_MESSAGES", None)
        command = place.programs.command("psql", f"--dbname={connection}", *arguments)
        # Ctrl-C ends a query in psql, not psql, and not us who may own the server under it.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            code = subprocess.run(command, env=environment, check=False).returncode
        finally:
            signal.signal(signal.SIGINT, before)
    raise click.exceptions.Exit(code)


def _confirm(place: "Place", *, yes: bool) -> None:
    from outlay.db.restore import workspaces_in

    names = workspaces_in(place)
    if not names or yes:
        return
    held = f"{len(names)} workspace{'s' if len(names) > 1 else ''} ({', '.join(names[:5])}{', …' if names[5:] else ''})"
    if not sys.stdin.isatty():
        raise Failure(f"The database holds {held}: say --yes to replace it.")
    if not click.confirm(f"This replaces {held} with the backup. Go on?", err=True):
        raise Failure("Nothing was changed.")


def _progress(console: Console) -> Callable[[int], None]:
    """Tells now and then how far we are; a short backup needs no such word."""
    told_at = time.monotonic()

    def tell(written_bytes: int) -> None:
        nonlocal told_at
        if time.monotonic() - told_at > _TELL_EVERY_S:
            told_at = time.monotonic()
            console.say(f"{written_bytes / _MEGABYTE:,.0f} MB written")

    return tell
