"""`outlay jobs` and `outlay worker`: what happens in the background."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from outlay.cli.console import Console, data_dir_option, json_option, print_json, print_rows

if TYPE_CHECKING:
    from outlay.jobs.model import Job

_STATUSES = ("waiting", "running", "succeeded", "failed", "cancelled", "aborted")


@click.group()
def jobs() -> None:
    """Show background jobs, and run failed ones again."""


@jobs.command("list")
@click.option("--status", "statuses", type=click.Choice(_STATUSES), multiple=True, help="Only these; may be repeated.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="How many jobs.")
@json_option
@data_dir_option
@click.pass_obj
def list_(console: Console, statuses: tuple[str, ...], limit: int, as_json: bool) -> None:  # noqa: FBT001
    """List the newest jobs; those that are not done, unless told otherwise."""
    from outlay.cli.work import with_database
    from outlay.db.connect import Database
    from outlay.jobs import service
    from outlay.jobs.model import UNFINISHED, JobStatus

    wanted = {JobStatus[name.upper()] for name in statuses} or UNFINISHED

    async def some(database: Database, _: object) -> list["Job"]:
        return await service.jobs_list(database, statuses=wanted, limit=limit)

    rows = [_row(job) for job in with_database(console, some)]
    print_rows(rows, as_json=as_json, hidden=["queue"], nothing="There is no such job.")


@jobs.command()
@click.argument("job_id", metavar="ID", type=int)
@json_option
@data_dir_option
@click.pass_obj
def retry(console: Console, job_id: int, as_json: bool) -> None:  # noqa: FBT001 - click's way
    """Run a failed job once more, or one that waits for its next attempt at once."""
    from outlay.cli.work import with_database
    from outlay.db.connect import Database
    from outlay.jobs import service

    async def again(database: Database, _: object) -> "Job":
        return await service.retry(database, job_id)

    job = with_database(console, again)
    if as_json:
        print_json(_row(job))
    else:
        console.say(f"Job {job_id} ({job.task}) runs again as soon as a worker is free.")


def _row(job: "Job") -> dict[str, object]:
    return {**asdict(job), "status": job.status.name.lower()}
