"""What an earlier owner may have left: a server that still runs, its children, and files that name dead processes.

A process id in postmaster.pid proves nothing: after kill -9 or in a new container the number may be anybody's. What
counts is which processes work in the cluster, and every PostgreSQL process has it as its working directory. Should one
hide from us (in another process namespace), PostgreSQL itself refuses to start while its shared memory is in use.
"""

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from outlay.db.embedded.config import OnState
from outlay.db.embedded.errors import EmbeddedError
from outlay.db.embedded.places import SOCKET_NAME

PROCESSES = Path("/proc")
POLL_S = 0.02
QUICK_STOP_S = 10.0
# Children notice their server's death when they next wait; those that compute are told.
CHILDREN_GRACE_S = 2.0


@dataclass(frozen=True)
class ServerProcess:
    """A PostgreSQL process that works in the cluster."""

    pid: int
    is_postmaster: bool


def processes_of(cluster: Path) -> list[ServerProcess]:
    """Every live PostgreSQL process whose working directory is the cluster, by whatever path it came there."""
    try:
        wanted = cluster.stat()
    except FileNotFoundError:
        return []
    return [
        ServerProcess(pid, _is_postmaster(pid))
        for pid in _process_ids()
        if _works_in(pid, wanted) and _program(pid) == "postgres"
    ]


def clear_leftovers(cluster: Path, socket_dir: Path, *, on_state: OnState, stop_timeout_s: float) -> None:
    """End what still runs in the cluster and remove the files that would keep a new server from starting.

    The data directory's lock must be held: then whatever runs there has lost its owner.
    """
    if any(process.is_postmaster for process in processes_of(cluster)):
        on_state("Stopping a database server whose owner is gone")
        _end(cluster, [(signal.SIGINT, stop_timeout_s), (signal.SIGQUIT, QUICK_STOP_S), (signal.SIGKILL, 5.0)])
    elif processes_of(cluster):
        on_state("Waiting for the processes of a killed database server")
        _wait_until_gone(cluster, CHILDREN_GRACE_S)
    # Children without a server: nothing that they do can be committed any more.
    _end(cluster, [(signal.SIGTERM, 3.0), (signal.SIGQUIT, 3.0), (signal.SIGKILL, 5.0)])
    _remove_stale_files(cluster, socket_dir)


def _remove_stale_files(cluster: Path, socket_dir: Path) -> None:
    stale = [cluster / "postmaster.pid", socket_dir / SOCKET_NAME, socket_dir / f"{SOCKET_NAME}.lock"]
    if _answers(socket_dir / SOCKET_NAME):
        raise EmbeddedError(
            "in_use",
            f"A process that cannot be seen from here serves {socket_dir / SOCKET_NAME}: "
            "stop the server that uses this data directory (in another container?), then start again.",
        )
    for path in stale:
        path.unlink(missing_ok=True)


def _answers(socket_file: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(1.0)
        try:
            client.connect(str(socket_file))
        except TimeoutError:
            return True
        except OSError:
            return False
    return True


def _end(cluster: Path, steps: list[tuple[signal.Signals, float]]) -> None:
    for signal_to_send, patience_s in steps:
        processes = processes_of(cluster)
        if not processes:
            return
        # The server ends its own children; without one they are told themselves.
        postmasters = [process for process in processes if process.is_postmaster]
        everybody = signal_to_send == signal.SIGKILL or not postmasters
        for process in processes if everybody else postmasters:
            with suppress(ProcessLookupError):
                os.kill(process.pid, signal_to_send)
        if _wait_until_gone(cluster, patience_s):
            return
    if remaining := processes_of(cluster):
        raise EmbeddedError(
            "in_use",
            f"The database processes {[process.pid for process in remaining]} do not end: end them, then start again.",
        )


def _wait_until_gone(cluster: Path, patience_s: float) -> bool:
    return wait_for(lambda: not processes_of(cluster), patience_s)


def wait_for(condition: Callable[[], bool], patience_s: float) -> bool:
    """Wait until the condition holds; says whether it came to."""
    deadline = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_S)
    return True


def _process_ids() -> Iterator[int]:
    with suppress(FileNotFoundError):
        yield from (int(entry.name) for entry in PROCESSES.iterdir() if entry.name.isdigit())


def _works_in(pid: int, wanted: os.stat_result) -> bool:
    try:
        there = (PROCESSES / str(pid) / "cwd").stat()
    except OSError:
        return False
    return (there.st_dev, there.st_ino) == (wanted.st_dev, wanted.st_ino)


def _program(pid: int) -> str:
    try:
        return (PROCESSES / str(pid) / "exe").readlink().name.removesuffix(" (deleted)")
    except OSError:
        return ""


def _is_postmaster(pid: int) -> bool:
    """Children write what they do into their command line, the server keeps its own."""
    try:
        return not (PROCESSES / str(pid) / "cmdline").read_bytes().startswith(b"postgres: ")
    except OSError:
        return False
