"""`outlay jobs` and `outlay worker`: what happens in the background."""

import asyncio
import signal
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from outlay.cli.console import Console, Failure, data_dir_option, json_option, print_json, print_rows

if TYPE_CHECKING:
    from outlay.db.roles import DatabaseUrls
    from outlay.jobs.model import Job
    from outlay.settings import Settings

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


@click.command()
@data_dir_option
@click.pass_obj
def worker(console: Console) -> None:
    """Run background jobs until interrupted.

    The server runs them itself unless OUTLAY_JOBS_IN_SERVER is false. Several workers share the work.
    """
    from outlay.db.embedded import server_state
    from outlay.db.provision import visiting
    from outlay.kit.logs import configure_logs

    settings = console.settings()
    if settings.database_url is None and server_state(settings.data_dir) is None:
        raise Failure(f"No Outlay serves {settings.data_dir}: start `outlay serve` first, whose database this shares.")
    with visiting(settings, console.say) as urls:
        configure_logs(settings.log_level, settings.log_format)
        console.say("Waiting for jobs.")
        asyncio.run(_work(settings, urls))


async def _work(settings: "Settings", urls: "DatabaseUrls") -> None:
    """Runs jobs until a signal; those at hand may finish in the time that settings allow."""
    from outlay.app import make_jobs, make_services
    from outlay.db.announce import PgAnnouncer

    services = make_services(settings, urls, is_embedded=settings.database_url is None)
    announcer = services.database.announcer = PgAnnouncer(urls)
    jobs = make_jobs(services)
    told_to_end = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, told_to_end.set)
    await announcer.start()
    await jobs.start(concurrency=settings.jobs_concurrency, grace_s=settings.shutdown_grace_s)
    await told_to_end.wait()
    await jobs.stop()
    await announcer.stop()
    await services.database.close()


def _row(job: "Job") -> dict[str, object]:
    return {**asdict(job), "status": job.status.name.lower()}
