"""kill -9 of the serving parent, of workers and of the database, under load: nothing acknowledged is lost, all recovers."""

import os
import signal
from collections.abc import Iterator

import httpx
import pytest

from tests.crash.installation import Installation, copy_of, kill, servants, workers_of, workers_other_than
from tests.crash.load import WRITERS, Load
from tests.crash.machine import eventually, is_alive, is_listened_on
from tests.support.processes import Server


@pytest.fixture(scope="module")
def shared(pattern: Installation) -> Iterator[tuple[Installation, Server]]:
    """A server that outlives what is done to it, from one test to the next, and in the end stops as it should."""
    with copy_of(pattern) as installation:
        with installation.serve() as server:
            yield installation, server
        assert server.process.returncode == 0, server.output()


def test_a_killed_parent_takes_everything_along_and_the_next_start_finds_every_acknowledged_write(
    installation: Installation,
) -> None:
    with installation.serve() as server, Load(installation) as load:
        load.wait_for_acknowledged(50)
        workers, postmaster = workers_of(server), installation.postmaster()
        assert len(workers) == 2

        kill(server.process.pid)

        assert eventually(lambda: not any(map(is_alive, workers))), "workers outlive their parent"
        assert eventually(lambda: not is_listened_on(installation.port)), "an orphan holds the port"
        assert eventually(lambda: not is_alive(postmaster)), "the database outlives its owner"
    assert server.process.returncode == -signal.SIGKILL
    installation.assert_nothing_is_left()

    with installation.serve():
        assert load.acknowledged <= installation.stored_keys()


def test_all_processes_killed_at_once_leave_nothing_that_the_next_start_cannot_mend(installation: Installation) -> None:
    with installation.serve() as server, Load(installation) as load:
        load.wait_for_acknowledged(50)
        kill(installation.postmaster(), *workers_of(server), server.process.pid)

    with installation.serve():
        assert "automatic recovery in progress" in installation.postgres_log()
        assert load.acknowledged <= installation.stored_keys()


def test_a_killed_worker_is_replaced_while_the_other_goes_on(shared: tuple[Installation, Server]) -> None:
    installation, server = shared
    with Load(installation, "worker") as load:
        load.wait_for_acknowledged(20)
        first, second = workers_of(server)

        kill(first)

        assert eventually(lambda: len(workers_other_than(server, first, second)) == 1), "nobody took its place"
        (successor,) = workers_other_than(server, first, second)
        assert eventually(lambda: servants(installation.port) == {second, successor})
        load.wait_for_acknowledged(20)
    assert load.acknowledged <= installation.stored_keys()
    assert load.statuses.keys() <= {201, 0}, "a request fails only by a broken connection"
    # Each writer may lose the connection that it had, and one more that nobody had taken yet.
    assert load.statuses[0] <= 2 * WRITERS


def test_workers_that_die_within_seconds_of_each_other_are_replaced_again_and_again(
    shared: tuple[Installation, Server],
) -> None:
    installation, server = shared
    with Load(installation, "workers") as load:
        load.wait_for_acknowledged(5)
        # As soon as they are there they are killed again, until Granian has had enough: a slow machine must not
        # stretch the deaths so far apart that each looks like the first.
        for _ in range(10):
            before = workers_of(server)
            kill(*before)
            assert eventually(lambda: len(workers_other_than(server, *before)) == 2), server.output()  # noqa: B023
            if "Starting the workers again" in server.output():
                break
        load.wait_for_acknowledged(20)
    assert load.acknowledged <= installation.stored_keys()
    assert load.statuses.keys() <= {201, 0}
    assert "Starting the workers again" in server.output(), "the test does not reach what it is about"


def test_a_killed_database_is_answered_503_with_retry_after_until_it_is_back(
    shared: tuple[Installation, Server],
) -> None:
    installation, server = shared
    with Load(installation, "database") as load:
        load.wait_for_acknowledged(50)
        postmaster = installation.postmaster()

        kill(postmaster)

        load.wait_for_status(503)
        load.wait_for_acknowledged(50)
        assert installation.postmaster() != postmaster
        server.wait_until_ready()
    assert load.acknowledged <= installation.stored_keys()
    _assert_refused_properly(load)


def test_while_the_database_is_down_readiness_names_it_and_no_request_hangs(
    shared: tuple[Installation, Server],
) -> None:
    installation, server = shared
    with Load(installation, "down") as load:
        load.wait_for_acknowledged(20)
        # A parent that is held cannot start the database again.
        os.kill(server.process.pid, signal.SIGSTOP)
        try:
            kill(installation.postmaster())
            load.wait_for_status(503, more=20)
            readiness = httpx.get(f"{server.origin}/readyz", timeout=20)
            liveness = httpx.get(f"{server.origin}/healthz", timeout=20)
            last = load.answers[-10:]
        finally:
            os.kill(server.process.pid, signal.SIGCONT)

        assert readiness.status_code == 503
        assert readiness.json()["failing"] == ["database", "schema"]
        assert int(readiness.headers["retry-after"]) >= 1
        assert liveness.status_code == 200
        assert {answer.status for answer in last} == {503}
        load.wait_for_acknowledged(20)
        server.wait_until_ready()
    assert load.acknowledged <= installation.stored_keys()
    _assert_refused_properly(load)


def _assert_refused_properly(load: Load) -> None:
    """Nobody was left waiting and nobody met a fault: who could not be served was told to come back."""
    assert load.statuses.keys() == {201, 503}, load.statuses
    refused = [answer for answer in load.answers if answer.status == 503]
    assert all(int(answer.retry_after or 0) >= 1 for answer in refused)
    assert all('"code":"database_unavailable"' in answer.text for answer in refused)


def test_a_database_that_stays_down_ends_the_server_so_that_somebody_starts_it_anew(installation: Installation) -> None:
    control = installation.data_dir / "cluster" / "global" / "pg_control"
    with installation.serve() as server:
        control.rename(control.with_name("pg_control.away"))
        kill(installation.postmaster())

        assert server.process.wait(60) == 1
        assert "The database stays down" in server.output()
    installation.assert_nothing_is_left()
    control.with_name("pg_control.away").rename(control)

    with installation.serve(), installation.client() as client:
        assert client.get("/me").status_code == 200
