"""`outlay workspaces`: lists and makes workspaces."""

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import click

from outlay.cli.console import Console, data_dir_option, json_option, print_json, print_rows

if TYPE_CHECKING:
    from outlay.identity.workspaces.model import Workspace

LINK_VALID_FOR = timedelta(days=1)


@click.group()
def workspaces() -> None:
    """List and make workspaces."""


@workspaces.command("list")
@json_option
@data_dir_option
@click.pass_obj
def list_(console: Console, as_json: bool) -> None:  # noqa: FBT001 - click's way
    """List all workspaces, the oldest first."""
    from outlay.cli.work import with_database
    from outlay.db.connect import Database
    from outlay.identity.workspaces import service

    async def every(database: Database, _: object) -> list["Workspace"]:
        async with database.directory() as connection:
            return await service.every(connection)

    rows = [asdict(one) for one in with_database(console, every)]
    print_rows(rows, as_json=as_json, nothing="There is no workspace yet: `outlay workspaces create` makes one.")


@workspaces.command()
@click.argument("name")
@click.option("--zone", default="UTC", show_default=True, help="The time zone that decides its days.")
@click.option("--currency", default="USD", show_default=True, help="The currency in which it counts.")
@click.option("--owner-email", required=True, metavar="EMAIL", help="The address of its first owner.")
@click.option("--owner-name", required=True, metavar="NAME", help="The name of its first owner.")
@json_option
@data_dir_option
@click.pass_obj
def create(
    console: Console,
    name: str,
    zone: str,
    currency: str,
    owner_email: str,
    owner_name: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Make a workspace, and print a link that lets its owner in once."""
    from outlay.catalog import service as catalog
    from outlay.cli.work import OPERATOR, with_database
    from outlay.db.connect import Database
    from outlay.identity.links import service as links
    from outlay.identity.links.model import LinkKind
    from outlay.identity.people import rules
    from outlay.identity.people import service as people
    from outlay.identity.workspaces import service
    from outlay.settings import Settings

    async def make(database: Database, settings: Settings) -> dict[str, object]:
        email = rules.check_email(owner_email)
        async with database.work(uuid4()) as work:
            made = await service.create(work, OPERATOR, name=name, time_zone=zone, currency=currency)
            await catalog.seed(work)
            owner = await people.add_owner(work, OPERATOR, name=owner_name, email=email)
            _, token = await links.issue(work, LinkKind.SIGN_IN, LINK_VALID_FOR, person_id=owner.id)
        return {**asdict(made), "owner": email, "link": f"{settings.origin}/sign-in/link#token={token.text}"}

    made = with_database(console, make)
    if as_json:
        print_json(made)
        return
    console.say(f"The workspace {name} ({made['id']}). Its owner signs in once with this link, within a day:")
    click.echo(made["link"])
