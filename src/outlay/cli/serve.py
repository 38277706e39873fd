"""`outlay serve`: owns the database server, migrates once, and runs the processes that answer requests."""

import asyncio
import os
import socket
import sys
from pathlib import Path

import click

from outlay.settings import PREFIX, Settings, load_settings


@click.command()
@click.option("--host", help="The address to listen on.")
@click.option("--port", type=int, help="The port to listen on.")
@click.option("--workers", type=int, help="Processes that serve requests.")
@click.option("--data-dir", type=click.Path(path_type=Path, file_okay=False), help="Where the database lives.")
@click.pass_context
def serve(
    context: click.Context, host: str | None, port: int | None, workers: int | None, data_dir: Path | None
) -> None:
    """Serve Outlay until it is interrupted."""
    from outlay.db.provision import serving

    given_data_dir = data_dir or context.obj["data_dir"]
    settings = load_settings(host=host, port=port, workers=workers, data_dir=given_data_dir)
    _require_free_port(settings)
    with serving(settings, _say) as urls:
        from outlay.app import SERVING_VARIABLE, Serving

        is_embedded = settings.database_url is None
        os.environ[SERVING_VARIABLE] = Serving(urls, is_embedded, os.getpid()).to_text()
        _hand_on(settings)
        asyncio.run(_welcome(settings))
        _run_workers(settings)


async def _welcome(settings: Settings) -> None:
    """Says where to go, with a link for the owner of a new installation."""
    from outlay.app import Serving, open_database
    from outlay.identity.sign_in.first_run import ensure_workspace, way_in

    database = open_database(settings, Serving.from_environment().urls)
    try:
        await ensure_workspace(database)
        link = await way_in(database)
    finally:
        await database.close()
    if link is not None:
        _say(f"\n  Sign in once with this link:\n  {settings.origin}/sign-in/link#token={link.text}\n")
    else:
        _say(f"\n  Outlay is at {settings.origin}\n")


def _run_workers(settings: Settings) -> None:
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    Granian(
        "outlay.app:serving_app",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        workers=settings.workers,
        websockets=True,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        respawn_interval=0.1,
        workers_kill_timeout=settings.shutdown_grace_s,
        process_name=None,
    ).serve()


def _hand_on(settings: Settings) -> None:
    """The workers read settings as we did; what the command line said must reach them too."""
    for name in ("host", "port", "workers", "data_dir"):
        os.environ[PREFIX + name.upper()] = str(getattr(settings, name))


def _require_free_port(settings: Settings) -> None:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise click.ClickException(
                f"{settings.host}:{settings.port} cannot be listened on ({error.strerror}). "
                "Choose another with --port, or end what uses it."
            ) from error


def _say(text: str) -> None:
    click.echo(text)
    sys.stdout.flush()
