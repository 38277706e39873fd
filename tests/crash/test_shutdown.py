"""SIGTERM and SIGINT: requests in flight finish, new ones are refused, the database stops cleanly, and all of it soon."""

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from tests.crash.installation import Installation, workers_of
from tests.crash.machine import eventually
from tests.crash.pending import PendingRequest

BODY = {"key": "slow", "name": "Slow"}


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_a_request_in_flight_finishes_and_the_database_stops_cleanly(
    installation: Installation, told: signal.Signals
) -> None:
    with installation.serve() as server:
        with (
            _audit_held(installation) as holder,
            PendingRequest(installation.port, "/clients", BODY, installation.headers) as request,
        ):
            _wait_until_somebody_waits(holder)
            server.process.send_signal(told)
            assert eventually(lambda: not _takes_connections(installation.port)), "new connections are taken"
            assert not request.has_begun_to_answer()

            holder.rollback()
            answer = request.answer()
        assert (answer.status, answer.text.count('"key":"slow"')) == (201, 1), answer.text
        assert server.process.wait(15) == 0, server.output()

    assert installation.postgres_log().rstrip().endswith("database system is shut down")
    installation.assert_nothing_is_left()
    with installation.serve(workers=1):
        assert "slow" in installation.stored_keys()
    assert "automatic recovery in progress" not in installation.postgres_log()


def test_ctrl_c_in_a_terminal_tells_every_process_and_the_server_still_ends_well(installation: Installation) -> None:
    with installation.serve() as server:
        with (
            _audit_held(installation) as holder,
            PendingRequest(installation.port, "/clients", BODY, installation.headers) as request,
        ):
            _wait_until_somebody_waits(holder)
            # What the terminal does: all processes of the foreground group at once.
            for pid in (*workers_of(server), server.process.pid):
                os.kill(pid, signal.SIGINT)
            assert eventually(lambda: not _takes_connections(installation.port)), "new connections are taken"
            holder.rollback()
            assert request.answer().status == 201
        assert server.process.wait(15) == 0, server.output()
    assert installation.postgres_log().rstrip().endswith("database system is shut down")


def test_a_request_that_never_finishes_is_given_up_after_the_grace(installation: Installation) -> None:
    with (
        installation.serve({"OUTLAY_SHUTDOWN_GRACE_S": "1"}) as server,
        _audit_held(installation) as holder,
        PendingRequest(installation.port, "/clients", BODY, installation.headers) as request,
    ):
        _wait_until_somebody_waits(holder)
        server.process.send_signal(signal.SIGTERM)

        # Long before the request's own time-out on the lock.
        assert server.process.wait(8) == 0, server.output()
        assert request.status_or_none() != 201
    assert installation.postgres_log().rstrip().endswith("database system is shut down")
    with installation.serve(workers=1):
        assert "slow" not in installation.stored_keys()


def test_a_signal_right_after_the_start_is_not_lost(installation: Installation) -> None:
    server = installation.serve()
    assert eventually(lambda: len(workers_of(server)) == 2)

    assert server.stop(within_s=15) == 0

    assert installation.postgres_log().rstrip().endswith("database system is shut down")


@contextmanager
def _audit_held(installation: Installation) -> Iterator[psycopg.Connection]:
    """Whoever changes anything waits until this is over."""
    with psycopg.connect(installation.urls().owner) as holder:
        workspace = installation.key.split("_")[1]
        holder.execute(f"set outlay.workspace_id = '{workspace}'".encode())
        holder.commit()
        row = holder.execute("select 1 from audit_head for update").fetchone()
        assert row is not None
        yield holder


def _wait_until_somebody_waits(holder: psycopg.Connection) -> None:
    waiting = "select 1 from pg_locks where not granted"
    assert eventually(lambda: holder.execute(waiting).fetchone() is not None), "the request does not wait"


def _takes_connections(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except ConnectionRefusedError:
        return False
    return True
