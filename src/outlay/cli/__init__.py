"""The terminal's door: one module per group of commands; what a command needs is imported when it runs."""

import sys
from pathlib import Path

import click

from outlay import __version__
from outlay.cli.serve import serve
from outlay.settings import SettingsError, unknown_variables


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="outlay")
@click.option("--data-dir", type=click.Path(path_type=Path, file_okay=False), help="Where the database lives.")
@click.pass_context
def cli(context: click.Context, data_dir: Path | None) -> None:
    """Outlay: what every client, campaign and agent costs."""
    context.obj = {"data_dir": data_dir}
    for warning in unknown_variables():
        click.echo(f"warning: {warning}", err=True)


cli.add_command(serve)


def main() -> None:
    """Runs a command; what can be expected to fail fails with one line."""
    try:
        cli.main(standalone_mode=True)
    except SettingsError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(1)
