"""`outlay config`: the effective settings, with secrets masked."""

import click

from outlay.cli.console import Console, data_dir_option, json_option, print_json, print_table


@click.command()
@click.option("--all", "with_all", is_flag=True, help="Include settings that have their default.")
@json_option
@data_dir_option
@click.pass_obj
def config(console: Console, with_all: bool, as_json: bool) -> None:  # noqa: FBT001 - click's way
    """Show the effective settings.

    Those that differ from their default, or all. Secrets are masked.
    """
    from outlay.settings import shown_settings

    shown = [one for one in shown_settings(console.settings()) if with_all or not one.is_default]
    if as_json:
        values = {
            one.variable: {"value": one.value, "is_default": one.is_default, "description": one.description}
            for one in shown
        }
        print_json(values)
        return
    if not shown:
        console.say("Every setting has its default. `outlay config --all` shows them.")
        return
    print_table(
        [
            {"setting": one.variable, "value": one.value, "default": one.is_default, "what it does": one.description}
            for one in shown
        ]
    )
