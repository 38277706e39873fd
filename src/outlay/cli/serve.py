"""`outlay serve`: owns the database server, migrates once, and runs the processes that answer requests."""

import asyncio
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from outlay.settings import PREFIX, Settings, load_settings

if TYPE_CHECKING:
    from granian.server.common import AbstractServer

    from outlay.db.roles import DatabaseUrls

# Workers that die so often in a row stay down, and we end; with the pauses between, that takes about half a minute.
_RUNS_MAX = 8
_LISTEN_TO_SIGNALS_EVERY_S = 0.1


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
    given_data_dir = data_dir or context.obj["data_dir"]
    run_server(load_settings(host=host, port=port, workers=workers, data_dir=given_data_dir))


def run_server(settings: Settings, prepare: Callable[["DatabaseUrls"], None] = lambda _: None) -> None:
    """Serves until it is interrupted; `prepare` runs once the database is ready and before anybody comes in."""
    from outlay.db.provision import Handover, serving

    database_lost = threading.Event()

    def end_without_database() -> None:
        # Whoever started us can do more about it than a server that answers 503 for ever.
        database_lost.set()
        os.kill(os.getpid(), signal.SIGTERM)

    with _port_held(settings), serving(settings, _say, end_without_database) as urls:
        Handover(urls, is_embedded=settings.database_url is None, parent_pid=os.getpid()).to_environment()
        _hand_on(settings)
        prepare(urls)
        asyncio.run(_welcome(settings, urls))
        _tell_workers_from_their_first_moment()
        _run_workers(settings)
    if database_lost.is_set():
        raise click.ClickException("The database stays down: postgres.log in the data directory says why.")


async def _welcome(settings: Settings, urls: "DatabaseUrls") -> None:
    """Says where to go, with a link for the owner of a new installation."""
    from outlay.cli.work import ensure_first_workspace
    from outlay.db.connect import Database
    from outlay.identity.sign_in.first_run import way_in

    database = Database(urls, pool_size=1, pool_wait_s=settings.database_pool_wait_s)
    try:
        await ensure_first_workspace(database)
        link = await way_in(database)
    finally:
        await database.close()
    if link is not None:
        _say(f"\n  Sign in once with this link:\n  {settings.origin}/sign-in/link#token={link.text}\n")
    else:
        _say(f"\n  Outlay is at {settings.origin}\n")


def _run_workers(settings: Settings) -> None:
    """Serves until we are told to stop.

    Granian ends when a worker dies twice within seconds, as it may when memory is short. Such a moment passes, so we
    begin again, after a pause that grows.
    """
    from outlay.db.embedded.supervision import Restarts

    runs = Restarts(_RUNS_MAX)
    server: AbstractServer[Any] | None = None
    while runs.may_try(time.monotonic()):
        server = _next_server(settings, server, runs.pause_s)
        # Ending is how Granian tells that a worker has died; one that Ctrl-C in a terminal ended looks the same.
        with suppress(SystemExit):
            server.serve()
        if server.interrupt_signal:
            return
        runs.lives(time.monotonic())
    raise click.ClickException("The workers die as soon as they are started: the lines above say why.")


def _next_server(settings: Settings, last: "AbstractServer[Any] | None", pause_s: float) -> "AbstractServer[Any]":
    """A server that stops at once when the last one was told to: a signal in between must not be lost."""
    server = _server(settings)
    if last is not None:
        _say("Starting the workers again")
        resume_at = time.monotonic() + pause_s
        while time.monotonic() < resume_at and not last.interrupt_signal:
            time.sleep(_LISTEN_TO_SIGNALS_EVERY_S)

        @server.on_startup
        def hand_on_signal() -> None:
            if last.interrupt_signal:
                signal.raise_signal(signal.SIGTERM)

    return server


def _server(settings: Settings) -> "AbstractServer[Any]":
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    return Granian(
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
    )


def _tell_workers_from_their_first_moment() -> None:
    """A worker begins with copies of our handlers, which would lose a signal that comes before it has its own."""
    told = {signal.SIGINT, signal.SIGTERM}

    def listen() -> None:
        for number in told:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, told)

    os.register_at_fork(
        before=partial(signal.pthread_sigmask, signal.SIG_BLOCK, told),
        after_in_parent=partial(signal.pthread_sigmask, signal.SIG_UNBLOCK, told),
        after_in_child=listen,
    )


def _hand_on(settings: Settings) -> None:
    """The workers read settings as we did; what the command line said must reach them too."""
    for name in ("host", "port", "workers", "data_dir"):
        os.environ[PREFIX + name.upper()] = str(getattr(settings, name))


@contextmanager
def _port_held(settings: Settings) -> Iterator[None]:
    """Keeps the port ours from before the first worker listens until the last has ended.

    Workers share the port, which they could also do with those of another server that starts at the same moment.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe, socket.socket(family) as holder:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        try:
            probe.bind((settings.host, settings.port))
            probe.close()
            holder.bind((settings.host, settings.port))
        except OSError as error:
            raise click.ClickException(
                f"{settings.host}:{settings.port} cannot be listened on ({error.strerror}). "
                "Choose another with --port, or end what uses it."
            ) from error
        yield


def _say(text: str) -> None:
    click.echo(text)
    sys.stdout.flush()
