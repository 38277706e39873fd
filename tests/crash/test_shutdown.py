"""SIGTERM and SIGINT: requests in flight finish, new ones are refused, the database stops cleanly, and all of it soon."""

import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import psycopg
import pytest

from tests.crash.installation import Installation, copy_of, workers_of
from tests.crash.machine import eventually
from tests.crash.pending import PendingRequest
from tests.support.processes import Server


@pytest.fixture(scope="module")
def installation(pattern: Installation) -> Iterator[Installation]:
    """One for all tests here: the next start is the proof that the last stop was clean."""
    with copy_of(pattern) as made:
        yield made


def terminate(server: Server) -> None:
    server.process.send_signal(signal.SIGTERM)


def press_ctrl_c(server: Server) -> None:
    """A terminal tells all processes of its foreground group at once."""
    for pid in (*workers_of(server), server.process.pid):
        os.kill(pid, signal.SIGINT)


@pytest.mark.parametrize("tell", [terminate, press_ctrl_c])
def test_a_request_in_flight_finishes_and_the_database_stops_cleanly(
    installation: Installation, tell: Callable[[Server], None]
) -> None:
    key = tell.__name__.replace("_", "-")
    with installation.serve() as server:
        with (
            _audit_held(installation) as holder,
            PendingRequest(installation.port, "/clients", {"key": key, "name": key}, installation.headers) as request,
        ):
            _wait_until_somebody_waits(holder)
            tell(server)
            assert eventually(lambda: not _takes_connections(installation.port)), "new connections are taken"
            assert not request.has_begun_to_answer()

            holder.rollback()
            answer = request.answer()
        assert (answer.status, answer.text.count(f'"key":"{key}"')) == (201, 1), answer.text
        assert server.process.wait(30) == 0, server.output()

    _assert_stopped_cleanly(installation)


def test_a_request_that_never_finishes_is_given_up_after_the_grace(installation: Installation) -> None:
    with (
        installation.serve({"OUTLAY_SHUTDOWN_GRACE_S": "1"}) as server,
        _audit_held(installation) as holder,
        PendingRequest(installation.port, "/clients", {"name": "Never"}, installation.headers) as request,
    ):
        _wait_until_somebody_waits(holder)
        server.process.send_signal(signal.SIGTERM)

        assert server.process.wait(30) == 0, server.output()
        assert request.status_or_none() is None, "the server waited until the request gave up on the lock"
    _assert_stopped_cleanly(installation)


def test_a_signal_right_after_the_start_is_not_lost(installation: Installation) -> None:
    with ExitStack() as stack:
        server = installation.serve({"OUTLAY_SHUTDOWN_GRACE_S": "600"})
        stack.push(server)
        assert eventually(lambda: len(workers_of(server)) == 2)

        assert server.stop() == 0, server.output()

    _assert_stopped_cleanly(installation)


def _assert_stopped_cleanly(installation: Installation) -> None:
    installation.assert_nothing_is_left()
    log = installation.postgres_log()
    assert log.rstrip().endswith("database system is shut down")
    # This start, which came after the stop before it, had nothing to mend.
    assert "automatic recovery in progress" not in log


@contextmanager
def _audit_held(installation: Installation) -> Iterator[psycopg.Connection]:
    """Whoever changes anything waits until this is over."""
    holder = psycopg.connect(installation.urls().owner)
    try:
        workspace = installation.key.split("_")[1]
        holder.execute(f"set outlay.workspace_id = '{workspace}'".encode())
        holder.commit()
        assert holder.execute("select 1 from audit_head for update").fetchone() is not None
        yield holder
    finally:
        # Not by leaving the connection's own block, which would commit, and the database may have ended.
        holder.close()


def _wait_until_somebody_waits(holder: psycopg.Connection) -> None:
    waiting = "select 1 from pg_locks where not granted"
    assert eventually(lambda: holder.execute(waiting).fetchone() is not None), "the request does not wait"


def _takes_connections(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except ConnectionRefusedError:
        return False
    return True
