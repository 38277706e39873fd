"""`outlay openapi`: the description of the API."""

import click

from outlay.cli.console import Console, print_json


@click.command()
@click.pass_obj
def openapi(console: Console) -> None:
    """Print the description of the API.

    It needs no database.
    """
    from outlay.app import make_api, make_services
    from outlay.db.roles import DatabaseUrls

    nowhere = DatabaseUrls(owner="", app="", operator="")
    print_json(make_api(make_services(console.settings(), nowhere, is_embedded=False)).openapi())
