"""The terminal's door: one module per group of commands; what a command needs is imported when it runs."""

from importlib import import_module
from pathlib import Path

import click

from outlay import __version__
from outlay.cli.console import Console, Failure

# Where each command is, and what it is for. The words stand here as well, so that help need not import everything.
COMMANDS = {
    "audit": ("outlay.cli.audit:audit", "Show what was done, and prove that nobody changed the record."),
    "config": ("outlay.cli.config:config", "Show the effective settings."),
    "db": ("outlay.cli.db:db", "Upgrade, back up, restore, verify the database."),
    "demo": ("outlay.cli.demo:demo", "Fill an empty workspace with a made-up agency, and serve it."),
    "fx": ("outlay.cli.fx:fx", "Import and show exchange rates."),
    "jobs": ("outlay.cli.jobs:jobs", "Show background jobs, and run failed ones again."),
    "keys": ("outlay.cli.keys:keys", "Make, list and revoke API keys."),
    "openapi": ("outlay.cli.openapi:openapi", "Print the description of the API."),
    "price": ("outlay.cli.price:price", "Say what something costs, and why."),
    "serve": ("outlay.cli.serve:serve", "Serve Outlay until it is interrupted."),
    "users": ("outlay.cli.users:users", "List and invite people, and let in who is locked out."),
    "worker": ("outlay.cli.jobs:worker", "Run background jobs until interrupted."),
    "workspaces": ("outlay.cli.workspaces:workspaces", "List and make workspaces."),
}

_QUIET = "outlay.quiet"


class LazyGroup(click.Group):
    """Imports a command when it is called, and turns expected errors into one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Every command's name."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """The command of that name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command = getattr(import_module(module), name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """The list of commands, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> object:
        """Runs the command; `--debug` shows where an error comes from."""
        # Warnings come before the command reads its own options, and one that is to be quiet wants none.
        ctx.meta[_QUIET] = "--quiet" in ctx.args
        try:
            return super().invoke(ctx)
        except (click.UsageError, Failure, click.Abort, click.exceptions.Exit):
            raise
        except click.ClickException as error:
            raise Failure(error.format_message()) from error
        except Exception as error:
            from outlay.cli.expected import one_line

            line = one_line(error)
            if line is None or ctx.params["debug"]:
                raise
            raise Failure(line) from error


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="outlay")
@click.option("--data-dir", type=click.Path(path_type=Path, file_okay=False), help="Where the database lives.")
@click.option("--debug", is_flag=True, help="Show the traceback of errors.")
@click.pass_context
def cli(context: click.Context, data_dir: Path | None, debug: bool) -> None:  # noqa: FBT001 - click's way
    """Outlay: what every client, campaign and agent costs."""
    from outlay.settings import unknown_variables

    context.obj = Console(data_dir=data_dir, debug=debug, quiet=context.meta[_QUIET])
    for warning in unknown_variables():
        context.obj.say(f"warning: {warning}")


def main() -> None:
    """The program `outlay`."""
    cli.main()
