"""`outlay keys`: makes, lists and revokes API keys."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import click

from outlay.cli.console import (
    Console,
    data_dir_option,
    json_option,
    print_json,
    print_rows,
    quiet_option,
    workspace_option,
)
from outlay.identity.access.model import Permission, Role

if TYPE_CHECKING:
    from outlay.identity.keys.model import ApiKey
    from outlay.identity.keys.service import KeyDraft
    from outlay.kit.ids import Token

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class Moment(click.ParamType[datetime]):
    """A date, a date with a time, or how long from now."""

    name = "moment"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The moment in UTC; a date alone ends with its last second."""
        words = str(value)
        if words[:-1].isdecimal() and words[-1] in _UNITS and len(words) < 8:
            return datetime.now(UTC) + timedelta(**{_UNITS[words[-1]]: int(words[:-1])})
        try:
            moment = datetime.fromisoformat(words)
        except ValueError:
            self.fail(
                f"{words!r} is neither a date such as 2027-01-31 nor a time from now such as 30d or 12h.", param, ctx
            )
        if len(words) == len("2027-01-31"):
            moment += timedelta(days=1)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@click.group()
def keys() -> None:
    """Make, list and revoke API keys."""


@keys.command()
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True, help="What the key may do.")
@click.option("--name", default="command line", show_default=True, help="By which it is recognised in lists.")
@click.option("--client", metavar="ID|KEY", help="The client that a portal key is bound to.")
@click.option("--agent", metavar="ID|KEY", help="The agent that an agent key is bound to.")
@click.option("--expires", type=Moment(), metavar="DATE|30d", help="When it ends; never by default.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([permission.value for permission in Permission]),
    metavar="PERMISSION",
    help="Narrow the role to this permission; may be repeated.",
)
@click.option(
    "--rate-limit", type=click.IntRange(min=1), metavar="N", help="Requests a minute; the setting's by default."
)
@workspace_option
@quiet_option("Print the key and nothing else.")
@json_option
@data_dir_option
@click.pass_obj
def create(
    console: Console,
    role: str,
    name: str,
    client: str | None,
    agent: str | None,
    expires: datetime | None,
    scopes: tuple[str, ...],
    rate_limit: int | None,
    workspace: str | None,
    as_json: bool,  # noqa: FBT001 - click's way
) -> None:
    """Make a key and print it, this once.

    Where there is no workspace at all the first one is made, as `outlay serve` would.
    """
    from outlay.identity.keys.service import KeyDraft

    draft = KeyDraft(
        name=name,
        role=Role(role),
        scopes=[Permission(scope) for scope in scopes] or None,
        client=client,
        agent=agent,
        expires_at=expires,
        rate_limit_per_minute=rate_limit,
    )
    key, token = _create(console, workspace, draft)
    if as_json:
        print_json({**_row(key), "secret": token.text})
        return
    console.say(f"A key for the role {role}, called {name}. It is shown this once:")
    click.echo(token.text)


@keys.command("list")
@click.option("--all", "with_revoked", is_flag=True, help="Include revoked keys.")
@workspace_option
@json_option
@data_dir_option
@click.pass_obj
def list_(console: Console, with_revoked: bool, workspace: str | None, as_json: bool) -> None:  # noqa: FBT001
    """List keys, the newest first; never their secrets."""
    from outlay.cli.work import OPERATOR, in_workspace
    from outlay.db.connect import Work
    from outlay.identity.keys import service
    from outlay.kit.paging import PAGE_SIZE_MAX, PageRequest

    async def every(work: Work, _: object) -> list["ApiKey"]:
        found: list[ApiKey] = []
        cursor: str | None = None
        while True:
            request = PageRequest(limit=PAGE_SIZE_MAX, cursor=cursor)
            page = await service.page(work, OPERATOR, request, with_revoked=with_revoked)
            found += page.items
            cursor = page.next
            if cursor is None:
                return found

    rows = [_row(key) for key in in_workspace(console, workspace, every)]
    hidden = ["scopes", "rate_limit_per_minute", "created_by", *([] if with_revoked else ["revoked_at"])]
    print_rows(rows, as_json=as_json, hidden=hidden, nothing="There is no key yet: `outlay keys create` makes one.")


@keys.command()
@click.argument("key_id", metavar="ID", type=click.UUID)
@workspace_option
@data_dir_option
@click.pass_obj
def revoke(console: Console, key_id: UUID, workspace: str | None) -> None:
    """End a key at once, in every process."""
    from outlay.cli.work import OPERATOR, in_workspace
    from outlay.db.connect import Work
    from outlay.identity.keys import service

    async def end(work: Work, _: object) -> None:
        await service.revoke(work, OPERATOR, key_id)

    in_workspace(console, workspace, end)
    console.say(f"The key {key_id} is revoked.")


def _create(console: Console, workspace: str | None, draft: "KeyDraft") -> tuple["ApiKey", "Token"]:
    from outlay.cli.work import OPERATOR, choose_workspace, ensure_first_workspace, with_database
    from outlay.db.connect import Database
    from outlay.identity.keys import service

    async def make(database: Database, _: object) -> tuple["ApiKey", "Token"]:
        if workspace is None and await ensure_first_workspace(database):
            console.say("Made the first workspace.")
        chosen = await choose_workspace(database, workspace)
        async with database.work(chosen.id) as work:
            return await service.create(work, OPERATOR, draft)

    return with_database(console, make)


def _row(key: "ApiKey") -> dict[str, object]:
    return {
        "id": key.id,
        "name": key.name,
        "role": key.role.value,
        "hint": key.hint,
        "scopes": None if key.scopes is None else sorted(scope.value for scope in key.scopes),
        "client": key.client.key if key.client else None,
        "agent": key.agent.key if key.agent else None,
        "rate_limit_per_minute": key.rate_limit_per_minute,
        "created_by": key.created_by,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "last_used_at": key.last_used_at,
        "revoked_at": key.revoked_at,
    }
