"""For commands: use the server that a running owner has, else own one for as long as the command takes."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from outlay.db.embedded.address import RunningServer
from outlay.db.embedded.binaries import find_binaries
from outlay.db.embedded.config import EmbeddedConfig, OnState, say_nothing
from outlay.db.embedded.errors import EmbeddedError
from outlay.db.embedded.lock import ServerState, server_state
from outlay.db.embedded.server import EmbeddedServer

POLL_S = 0.1
# How long a command that started the server waits for the commands that came to use it meanwhile.
GUEST_PATIENCE_S = 60.0


@contextmanager
def attach(config: EmbeddedConfig, *, on_state: OnState = say_nothing) -> Iterator[EmbeddedServer | RunningServer]:
    """The server of this data directory, whoever owns it; what we started is stopped at the end.

    A guest holds a shared lock on the cluster's directory for the length of its visit, and a command that owns the
    server takes that lock alone before it stops: so two commands at once do not end each other's server.
    """
    deadline = time.monotonic() + config.start_timeout_s
    while True:
        visit = _begin_visit(config)
        if visit is not None:
            server, door = visit
            try:
                yield server
            finally:
                os.close(door)
            return
        own = EmbeddedServer(config, on_state=on_state)
        # While somebody starts, restarts or stops the server there is nothing to do but to wait.
        if server_state(config.directory) is None and _became_owner(own):
            try:
                yield own
            finally:
                with _closed_to_guests(config):
                    own.stop()
            return
        if time.monotonic() > deadline:
            raise EmbeddedError(
                "start_timeout", f"The database in {config.directory} does not become ready: see its log."
            )
        time.sleep(POLL_S)


def _became_owner(server: EmbeddedServer) -> bool:
    try:
        server.start()
    except EmbeddedError as error:
        if error.code == "already_running":
            return False
        raise
    return True


def _begin_visit(config: EmbeddedConfig) -> tuple[RunningServer, int] | None:
    if _ready_state(config) is None:
        return None
    try:
        door = os.open(config.cluster, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    with suppress(BlockingIOError):
        fcntl.flock(door, fcntl.LOCK_SH | fcntl.LOCK_NB)
        # The owner may have begun to stop before we came in: only what it says now counts.
        state = _ready_state(config)
        if state is not None:
            return RunningServer(Path(state.socket_dir), find_binaries(config)), door
    os.close(door)
    return None


def _ready_state(config: EmbeddedConfig) -> ServerState | None:
    state = server_state(config.directory)
    if state is not None and state.state == "failed":
        raise EmbeddedError(
            "server_failed",
            f"The running Outlay (process {state.pid}) has lost its database; restart it ({state.detail}).",
        )
    return state if state is not None and state.state == "ready" else None


@contextmanager
def _closed_to_guests(config: EmbeddedConfig) -> Iterator[None]:
    """Wait until the last guest has left and let no new one in."""
    deadline = time.monotonic() + GUEST_PATIENCE_S
    door = os.open(config.cluster, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        while time.monotonic() < deadline:
            with suppress(BlockingIOError):
                fcntl.flock(door, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            time.sleep(POLL_S)
        yield
    finally:
        os.close(door)
