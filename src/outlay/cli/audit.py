"""`outlay audit`: shows what was done, and proves that nobody changed the record."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from outlay.cli.console import Console, data_dir_option, json_option, print_json, print_rows, workspace_option

if TYPE_CHECKING:
    from outlay.identity.audit.model import AuditEntry


@click.group()
def audit() -> None:
    """Show what was done, and prove that nobody changed the record."""


@audit.command("list")
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True, help="How many entries.")
@click.option("--action", metavar="PREFIX", help="Only actions that start so, such as key.")
@click.option("--by", metavar="ID|NAME", help="Only what this one did.")
@workspace_option
@json_option
@data_dir_option
@click.pass_obj
def list_(
    console: Console,
    limit: int,
    action: str | None,
    by: str | None,
    workspace: str | None,
    as_json: bool,  # noqa: FBT001
) -> None:
    """List what was done, the newest first."""
    from outlay.cli.work import OPERATOR, in_workspace
    from outlay.db.connect import Work
    from outlay.identity.audit import service
    from outlay.kit.paging import PageRequest

    async def some(work: Work, _: object) -> list["AuditEntry"]:
        return (await service.entries(work, OPERATOR, PageRequest(limit=limit), action=action, by=by)).items

    rows = [_row(entry) for entry in in_workspace(console, workspace, some)]
    hidden = ("actor_kind", "actor_id", "target_kind", "target_id", "before", "after", "hash")
    print_rows(rows, as_json=as_json, hidden=hidden, nothing="Nothing of that kind was done yet.")


@audit.command()
@workspace_option
@json_option
@data_dir_option
@click.pass_obj
def verify(console: Console, workspace: str | None, as_json: bool) -> None:  # noqa: FBT001 - click's way
    """Recompute the chain of hashes of one workspace, or of all; exit 1 where it is broken."""
    from outlay.cli.checks import verify_chains
    from outlay.cli.work import choose_workspace, with_database
    from outlay.db.connect import Database
    from outlay.identity.workspaces import service as workspaces

    async def run(database: Database, _: object) -> list[dict[str, object]]:
        if workspace is not None:
            chosen = [await choose_workspace(database, workspace)]
        else:
            async with database.directory() as connection:
                chosen = await workspaces.every(connection)
        return [
            {"workspace": one.name, "workspace_id": one.id, **asdict(verification)}
            async for one, verification in verify_chains(database, chosen)
        ]

    rows = with_database(console, run)
    if as_json:
        print_json(rows)
    else:
        print_rows(rows, as_json=False, hidden=["workspace_id"], nothing="There is no workspace yet.")
    broken = [row for row in rows if not row["ok"]]
    for row in broken:
        console.say(
            f"error: The record of {row['workspace']} was changed at entry {row['broken_at']}: compare a backup."
        )
    if broken:
        raise click.exceptions.Exit(1)


def _row(entry: "AuditEntry") -> dict[str, object]:
    return {
        "seq": entry.seq,
        "at": entry.at,
        "action": entry.action,
        "actor": entry.actor_name,
        "actor_kind": entry.actor_kind,
        "actor_id": entry.actor_id,
        "target": entry.target.name,
        "target_kind": entry.target.kind,
        "target_id": entry.target.id,
        "before": entry.before,
        "after": entry.after,
        "ip": entry.ip,
        "hash": entry.hash,
    }
