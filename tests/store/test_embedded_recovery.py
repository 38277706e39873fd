"""What the embedded server does after the worst: kill -9 of anybody, files of dead processes, orphans, full log files."""

import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from outlay.db.embedded import EmbeddedError, EmbeddedServer, attach, server_state
from outlay.db.embedded.leftovers import processes_of
from tests.store.embedded_help import (
    ACCOUNT,
    AS_ROOT,
    BOTH_SERVERS,
    Place,
    a_place,
    answers,
    eventually,
    is_alive,
    store,
    stored,
)


@pytest.fixture(params=BOTH_SERVERS)
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    with a_place(request.param) as fresh:
        yield fresh


@pytest.fixture
def place_18() -> Iterator[Place]:
    with a_place() as fresh:
        yield fresh


def as_account(command: list[str]) -> list[str]:
    """The command, run by the user that also runs the server."""
    if not AS_ROOT:
        return command
    return ["setpriv", f"--reuid={ACCOUNT}", "--regid=nogroup", "--clear-groups", "--", *command]


def give_to_account(path: Path) -> None:
    if AS_ROOT:
        shutil.chown(path, ACCOUNT)


@contextmanager
def running(command: list[str]) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def orphan_server(place: Place) -> Iterator["subprocess.Popen[bytes]"]:
    """A server on the cluster that nobody owns, as after the death of an owner whose server did not notice."""
    with EmbeddedServer(place.config) as server:
        store(server.admin_url, 1)
        socket_dir, url, binaries = server.address.socket_dir, server.admin_url, server.address.binaries
    settings = [f"unix_socket_directories={socket_dir}", "listen_addresses="]
    command = [str(binaries / "postgres"), "-D", str(place.config.cluster)]
    with running(as_account(command + [part for setting in settings for part in ("-c", setting)])) as process:
        assert eventually(lambda: answers(url))
        store(url, 2)
        yield process


class Writer:
    """Commits numbers as fast as it can, and remembers which of them were acknowledged."""

    def __init__(self, url: str) -> None:
        self.acknowledged: list[int] = []
        self._thread = threading.Thread(target=self._write, args=[url])
        self._thread.start()

    def _write(self, url: str) -> None:
        with suppress(psycopg.OperationalError), psycopg.connect(url, autocommit=True) as connection:
            for value in range(1, 1_000_000):
                connection.execute("INSERT INTO kept VALUES (%s)", [value])
                self.acknowledged.append(value)

    def has_written(self, count: int) -> bool:
        return eventually(lambda: len(self.acknowledged) >= count)

    def end(self) -> list[int]:
        self._thread.join(30)
        return self.acknowledged


def test_a_pid_file_that_names_somebody_elses_process_does_not_keep_the_server_down(place: Place) -> None:
    with EmbeddedServer(place.config) as server:
        socket_dir = server.address.socket_dir
    # Of the same user, for PostgreSQL itself already distrusts the processes of others.
    with running(as_account(["sleep", "600"])) as somebody:
        contents = (
            f"{somebody.pid}\n{place.config.cluster}\n1700000000\n5432\n{socket_dir}\n\n  5432001         7\nready   \n"
        )
        for stale in (place.config.cluster / "postmaster.pid", socket_dir / ".s.PGSQL.5432.lock"):
            stale.write_text(contents, encoding="ascii")
            give_to_account(stale)
        with EmbeddedServer(place.config) as server:
            assert answers(server.admin_url)
        assert somebody.poll() is None


def test_a_server_that_lost_its_owner_is_stopped_and_replaced(place: Place) -> None:
    said: list[str] = []
    with orphan_server(place) as orphan, EmbeddedServer(place.config, on_state=said.append) as server:
        assert "Stopping a database server whose owner is gone" in said
        assert orphan.wait(30) == 0
        assert server.process_id != orphan.pid
        assert stored(server.admin_url) == [1, 2]


def test_a_command_too_replaces_a_server_that_lost_its_owner(place_18: Place) -> None:
    with orphan_server(place_18) as orphan, attach(place_18.config) as server:
        assert orphan.wait(30) == 0
        assert stored(server.admin_url) == [1, 2]


def test_an_orphan_is_found_even_when_its_pid_file_is_gone(place_18: Place) -> None:
    with orphan_server(place_18) as orphan:
        (place_18.config.cluster / "postmaster.pid").unlink()
        with EmbeddedServer(place_18.config) as server:
            assert orphan.wait(30) is not None
            assert stored(server.admin_url) == [1, 2]


def test_a_killed_server_is_restarted_with_every_commit(place: Place) -> None:
    server = EmbeddedServer(place.config)
    server.start(supervised=True)
    try:
        store(server.admin_url, 11)
        killed = server.process_id
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        assert eventually(lambda: server.state == "ready" and server.process_id != killed)
        assert stored(server.admin_url) == [11]
        state = server_state(place.config.data_dir)
        assert state is not None
        assert state.state == "ready"
    finally:
        server.stop()


def test_a_killed_server_is_restarted_although_one_of_its_queries_computes_on(place_18: Place) -> None:
    server = EmbeddedServer(place_18.config)
    server.start(supervised=True)
    computing = threading.Thread(target=_compute, args=[server.admin_url])
    computing.start()
    try:
        assert eventually(lambda: _count_active(server.admin_url) == 1)
        killed = server.process_id
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        assert eventually(lambda: server.state == "ready" and server.process_id != killed)
        assert _count_active(server.admin_url) == 0
    finally:
        server.stop()
        computing.join(30)


def _compute(url: str) -> None:
    with suppress(psycopg.OperationalError), psycopg.connect(url) as connection:
        connection.execute("/* busy */ SELECT count(*) FROM generate_series(1, 1000000000) a")


def _count_active(url: str) -> int:
    query = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '/* busy */%'"
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])


def test_no_acknowledged_write_is_lost_when_the_owner_is_killed_under_load(place: Place) -> None:
    with place.owner() as owner:
        store(owner.url, 0)
        writer = Writer(owner.url)
        assert writer.has_written(200)
        owner.kill()
        acknowledged = writer.end()
    with EmbeddedServer(place.config) as server:
        assert set(acknowledged) <= set(stored(server.admin_url))


def test_no_acknowledged_write_is_lost_when_the_server_is_killed_under_load(place: Place) -> None:
    server = EmbeddedServer(place.config)
    server.start(supervised=True)
    try:
        store(server.admin_url, 0)
        writer = Writer(server.admin_url)
        assert writer.has_written(200)
        for process in processes_of(place.config.cluster):
            with suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)
        acknowledged = writer.end()
        assert eventually(lambda: server.state == "ready" and answers(server.admin_url))
        assert set(acknowledged) <= set(stored(server.admin_url))
    finally:
        server.stop()


def test_a_server_that_cannot_come_back_is_given_up_with_a_reason_that_everybody_can_read(place_18: Place) -> None:
    server = EmbeddedServer(replace(place_18.config, restart_attempts_max=2))
    server.start(supervised=True)
    try:
        with (place_18.config.cluster / "postgresql.conf").open("a", encoding="ascii") as file:
            file.write("\nno_such_setting = 1\n")
        killed = server.process_id
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        assert eventually(lambda: server.state == "failed")
        state = server_state(place_18.config.data_dir)
        assert state is not None
        assert state.state == "failed"
        assert "postgresql.conf" in state.detail or "no_such_setting" in state.detail
        with pytest.raises(EmbeddedError, match="has lost its database"), attach(place_18.config):
            pass
    finally:
        server.stop()
    assert not place_18.config.lock_file.exists()


def test_a_failed_start_names_the_reason_and_frees_the_directory(place_18: Place) -> None:
    with EmbeddedServer(place_18.config):
        pass
    broken = replace(place_18.config, settings={"shared_buffers": "a lot"})
    with pytest.raises(EmbeddedError, match="shared_buffers") as refused:
        EmbeddedServer(broken).start()
    assert refused.value.code == "start_failed"
    assert not place_18.config.lock_file.exists()
    with EmbeddedServer(place_18.config) as server:
        assert answers(server.admin_url)


def test_a_recovery_of_many_seconds_is_waited_for_and_reported(place_18: Place) -> None:
    with EmbeddedServer(place_18.config) as server:
        store(server.admin_url, 21)
    # Recovery asks for two archived files: longer than the ten seconds after which others give up.
    slow = replace(place_18.config, settings={"restore_command": "sleep 6; false"})
    wanted = place_18.config.cluster / "recovery.signal"
    wanted.touch()
    give_to_account(wanted)
    said: list[str] = []
    with EmbeddedServer(slow, on_state=said.append) as server:
        assert stored(server.admin_url) == [21]
    assert any(line.startswith("Waiting for the database to recover") for line in said)


def test_a_start_can_be_interrupted_while_the_server_recovers(place_18: Place) -> None:
    with EmbeddedServer(place_18.config):
        pass
    wanted = place_18.config.cluster / "recovery.signal"
    wanted.touch()
    give_to_account(wanted)
    server = EmbeddedServer(replace(place_18.config, settings={"restore_command": "sleep 600; false"}))
    errors: list[EmbeddedError] = []

    def start() -> None:
        try:
            server.start()
        except EmbeddedError as error:
            errors.append(error)

    starting = threading.Thread(target=start)
    starting.start()
    assert eventually(lambda: any(process.is_postmaster for process in processes_of(place_18.config.cluster)))
    server.stop()
    starting.join(60)
    assert [error.code for error in errors] == ["start_failed"]
    assert processes_of(place_18.config.cluster) == []


def test_a_killed_owners_server_is_gone_before_its_workers_could_use_it_again(place_18: Place) -> None:
    with place_18.owner() as owner, psycopg.connect(owner.url, autocommit=True) as worker:
        owner.kill()
        assert eventually(lambda: not is_alive(owner.server_pid))
        with pytest.raises(psycopg.OperationalError):
            worker.execute("SELECT 1")
