"""What commands share: settings from the context, words for people on stderr, data for programs on stdout."""

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from outlay.settings import Settings

Row = Mapping[str, object]
Function = TypeVar("Function", bound=Callable[..., Any])

_PIPED_WIDTH = 100_000
_SHORT_TIME = "%Y-%m-%d %H:%M"


class Failure(click.ClickException):
    """What can be expected to fail fails with one line that says what to do next."""

    def show(self, file: Any = None) -> None:
        """Writes the line to stderr."""
        click.echo(f"error: {self.format_message()}", file=file, err=file is None)


@dataclass
class Console:
    """What the options before and after a command's name said; the object of click's context."""

    data_dir: Path | None = None
    debug: bool = False
    quiet: bool = False

    def __getitem__(self, name: str) -> Path | None:
        """For commands that ask by name."""
        return {"data_dir": self.data_dir}[name]

    def settings(self) -> "Settings":
        """The effective settings."""
        from outlay.settings import load_settings

        return load_settings(data_dir=self.data_dir)

    def say(self, text: str) -> None:
        """Tells a person how things go."""
        if not self.quiet:
            click.echo(text, err=True)


def _note_data_dir(context: click.Context, _: click.Parameter, value: Path | None) -> None:
    if value is not None:
        context.ensure_object(Console).data_dir = value


def _note_quiet(context: click.Context, _: click.Parameter, value: bool) -> bool:  # noqa: FBT001 - click's way
    context.ensure_object(Console).quiet |= value
    return value


# The same option before and after a command's name: nobody should have to remember where it goes.
data_dir_option = click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    callback=_note_data_dir,
    expose_value=False,
    help="Where the database lives.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
workspace_option = click.option(
    "--workspace", metavar="ID|NAME", help="Which workspace; needed only when there are several."
)


def quiet_option(text: str) -> Callable[[Function], Function]:
    """An option that leaves nothing but the one thing asked for."""
    return click.option("--quiet", is_flag=True, callback=_note_quiet, expose_value=False, help=text)


def print_json(value: object) -> None:
    """Prints data for a program."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=_jsonable))


def print_rows(rows: Sequence[Row], *, as_json: bool, hidden: Sequence[str] = (), nothing: str = "") -> None:
    """Prints a list: as JSON with everything, or as a table without the hidden columns."""
    if as_json:
        print_json(rows)
    elif rows:
        print_table([{name: value for name, value in row.items() if name not in hidden} for row in rows])
    elif nothing:
        click.echo(nothing, err=True)


def print_table(rows: Sequence[Row]) -> None:
    """Prints a table that fits the terminal; into a pipe one line for each row, whole, without decoration."""
    from rich import box
    from rich.console import Console as RichConsole
    from rich.table import Table
    from rich.text import Text

    to_terminal = sys.stdout.isatty()
    table = Table(box=box.SIMPLE_HEAD if to_terminal else None, pad_edge=False, header_style="bold")
    for name in rows[0]:
        table.add_column(name.replace("_", " "), overflow="fold", no_wrap=not to_terminal)
    for row in rows:
        table.add_row(*(Text(_cell(value)) for value in row.values()))
    console = RichConsole(width=None if to_terminal else _PIPED_WIDTH, no_color="NO_COLOR" in os.environ)
    with console.capture() as captured:
        console.print(table)
    for line in captured.get().splitlines():
        click.echo(line.rstrip())


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, datetime):
        return value.astimezone().strftime(_SHORT_TIME) if sys.stdout.isatty() else value.isoformat()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(sorted(str(item) for item in value)) or "–"
    # Names are other people's words: they must not steer the terminal.
    return "".join(letter if letter.isprintable() else "�" for letter in str(value))


def _jsonable(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return sorted(str(item) for item in value)
    if isinstance(value, bytes):
        return value.hex()
    return str(value)
