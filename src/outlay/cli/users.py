"""`outlay users`: lists and invites people, and lets in who is locked out."""

from datetime import timedelta
from typing import TYPE_CHECKING

import click

from outlay.cli.console import (
    Console,
    Failure,
    data_dir_option,
    json_option,
    print_json,
    print_rows,
    quiet_option,
    workspace_option,
)
from outlay.identity.access.model import Role

if TYPE_CHECKING:
    from outlay.identity.people.model import User

LINK_VALID_FOR = timedelta(hours=1)


@click.group()
def users() -> None:
    """List and invite people, and let in who is locked out."""


@users.command("list")
@workspace_option
@json_option
@data_dir_option
@click.pass_obj
def list_(console: Console, workspace: str | None, as_json: bool) -> None:  # noqa: FBT001 - click's way
    """List the members of a workspace."""
    from outlay.cli.work import OPERATOR, in_workspace
    from outlay.db.connect import Work
    from outlay.identity.people import service

    async def every(work: Work, _: object) -> list["User"]:
        return await service.users(work, OPERATOR)

    rows = [_row(user) for user in in_workspace(console, workspace, every)]
    print_rows(rows, as_json=as_json, nothing="This workspace has no member: invite an owner.")


@users.command()
@click.argument("email")
@workspace_option
@quiet_option("Print the link and nothing else.")
@data_dir_option
@click.pass_obj
def link(console: Console, email: str, workspace: str | None) -> None:
    """Print a link that lets a member sign in once, without a password."""
    from outlay.cli.work import OPERATOR, in_workspace
    from outlay.db.connect import Work
    from outlay.identity.audit import service as audit
    from outlay.identity.audit.model import Target
    from outlay.identity.links import service as links
    from outlay.identity.links.model import LinkKind
    from outlay.identity.people import service as people
    from outlay.settings import Settings

    async def make(work: Work, settings: Settings) -> str:
        found = [user for user in await people.users(work, OPERATOR) if user.email.lower() == email.strip().lower()]
        if not found:
            raise Failure(f"Nobody with the address {email} is a member: `outlay users list` shows who is.")
        _, token = await links.issue(work, LinkKind.SIGN_IN, LINK_VALID_FOR, person_id=found[0].id)
        await audit.record(work, OPERATOR, "user.link", Target("user", str(found[0].id), found[0].name))
        return f"{settings.origin}/sign-in/link#token={token.text}"

    address = in_workspace(console, workspace, make)
    console.say(f"Whoever opens this link within {_hours(LINK_VALID_FOR)} is signed in as {email}; it works once:")
    click.echo(address)


@users.command()
@click.argument("email")
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role if role is not Role.AGENT]),
    required=True,
    help="What the new member may do.",
)
@click.option("--client", metavar="ID|KEY", help="The client that a portal user is bound to.")
@workspace_option
@quiet_option("Print the link and nothing else.")
@json_option
@data_dir_option
@click.pass_obj
def invite(
    console: Console,
    email: str,
    role: str,
    client: str | None,
    workspace: str | None,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Invite somebody, and print the link to hand to them."""
    from outlay.cli.work import OPERATOR, in_workspace
    from outlay.db.connect import Work
    from outlay.identity.people import service
    from outlay.settings import Settings

    async def make(work: Work, settings: Settings) -> dict[str, object]:
        invitation, token = await service.invite(
            work,
            OPERATOR,
            email=email,
            role=Role(role),
            client=client,
            valid_for=timedelta(days=settings.invitation_days),
        )
        return {
            "id": invitation.id,
            "email": invitation.email,
            "role": role,
            "client": client,
            "expires_at": invitation.expires_at,
            "link": f"{settings.origin}/invite#token={token.text}",
        }

    made = in_workspace(console, workspace, make)
    if as_json:
        print_json(made)
        return
    console.say(f"Hand this link to {email}; it works once, for a limited time. No mail was sent:")
    click.echo(made["link"])


def _hours(span: timedelta) -> str:
    hours = span // timedelta(hours=1)
    return "an hour" if hours == 1 else f"{hours} hours"


def _row(user: "User") -> dict[str, object]:
    return {
        "id": user.id,
        "name": user.name,
        "email": user.email,
        "role": user.role.value,
        "client": user.client.key if user.client else None,
        "joined_at": user.joined_at,
        "last_seen_at": user.last_seen_at,
    }
