"""The embedded server from its first start to its last stop, with real processes, on both servers."""

import json
import os
import signal
import stat
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from outlay.db.embedded import EmbeddedConfig, EmbeddedError, EmbeddedServer, RunningServer, attach, server_state
from outlay.db.embedded.leftovers import processes_of
from tests.store.embedded_help import (
    BOTH_SERVERS,
    OWNER_PROGRAM,
    Place,
    a_place,
    answers,
    eventually,
    is_alive,
    run_python,
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


def one_value(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def test_a_first_start_makes_a_cluster_that_checks_its_pages_and_sorts_the_same_everywhere(place: Place) -> None:
    with EmbeddedServer(place.config) as server:
        assert server.state == "ready"
        assert one_value(server.admin_url, "SHOW data_checksums") == "on"
        assert one_value(server.admin_url, "SHOW server_encoding") == "UTF8"
        assert one_value(server.admin_url, "SHOW timezone") == "UTC"
        assert one_value(server.admin_url, "SELECT 'a' > 'B' AND upper('é') = 'É'")
        assert one_value(server.admin_url, "SELECT current_user") == "outlay_admin"


def test_nothing_listens_outside_the_private_socket(place: Place) -> None:
    with EmbeddedServer(place.config) as server:
        assert one_value(server.admin_url, "SHOW listen_addresses") == ""
        socket_dir = server.address.socket_dir
        assert stat.S_IMODE(socket_dir.stat().st_mode) == 0o700
        assert stat.S_IMODE((socket_dir / ".s.PGSQL.5432").stat().st_mode) == 0o700
        assert stat.S_IMODE(place.config.cluster.stat().st_mode) == 0o700
        rules = "SELECT string_agg(type || ' ' || auth_method, ',') FROM pg_hba_file_rules"
        assert one_value(server.admin_url, rules) == "local peer"


def test_the_roles_of_outlay_come_in_by_name_once_they_exist(place: Place) -> None:
    with EmbeddedServer(place.config) as server:
        with psycopg.connect(server.admin_url, autocommit=True) as connection:
            connection.execute("CREATE ROLE outlay_app LOGIN")
        assert one_value(server.url("outlay_app", "postgres"), "SELECT current_user") == "outlay_app"


def test_a_second_start_finds_what_the_first_committed(place: Place) -> None:
    with EmbeddedServer(place.config) as first:
        store(first.admin_url, 1)
    with EmbeddedServer(place.config) as second:
        assert stored(second.admin_url) == [1]


def test_a_clean_stop_leaves_no_process_no_lock_no_pid_file_and_no_socket(place: Place) -> None:
    server = EmbeddedServer(place.config)
    server.start(supervised=True)
    pid, socket_dir = server.process_id, server.address.socket_dir
    server.stop()
    server.stop()  # Once more does nothing.
    assert pid is not None
    assert not is_alive(pid)
    assert not place.config.lock_file.exists()
    assert not (place.config.cluster / "postmaster.pid").exists()
    assert list(socket_dir.iterdir()) == []
    assert server.state == "stopped"


def test_a_stop_ends_open_connections_instead_of_waiting_for_them(place: Place) -> None:
    server = EmbeddedServer(place.config)
    server.start()
    with psycopg.connect(server.admin_url) as idle:
        server.stop()
        with pytest.raises(psycopg.OperationalError):
            idle.execute("SELECT 1")


def test_a_second_owner_of_the_same_directory_is_refused_in_one_line(place_18: Place) -> None:
    with place_18.owner() as first, place_18.owner() as second:
        assert second.said["code"] == "already_running"
        assert str(first.process.pid) in str(second.said["message"])
        assert "\n" not in str(second.said["message"])
        assert answers(first.url)
        first.finish()


def test_a_killed_owner_takes_its_server_along_and_the_next_start_has_every_commit(place: Place) -> None:
    with place.owner() as owner:
        store(owner.url, 7)
        owner.kill()
        assert eventually(lambda: not is_alive(owner.server_pid))
    with EmbeddedServer(place.config) as server:
        assert stored(server.admin_url) == [7]


@pytest.mark.parametrize("pause_s", [0.1, 0.2, 0.3, 0.4])
def test_an_owner_killed_during_its_first_start_leaves_nothing_half_made(place_18: Place, pause_s: float) -> None:
    program = run_python(OWNER_PROGRAM, place_18.told(supervised=True))
    # The kill lands somewhere between the import, initdb and the first connection; all of these must be harmless.
    with pytest.raises(subprocess.TimeoutExpired):
        program.wait(pause_s)
    program.kill()
    program.communicate()
    with EmbeddedServer(place_18.config) as server:
        assert answers(server.admin_url)
    assert not list(place_18.config.directory.glob("cluster.new-*"))


def test_ctrl_c_in_the_terminal_does_not_reach_the_server(place_18: Place) -> None:
    with EmbeddedServer(place_18.config) as server:
        assert server.process_id is not None
        assert os.getpgid(server.process_id) != os.getpgid(0)
        assert os.getsid(server.process_id) != os.getsid(0)


def test_the_thread_that_calls_start_may_end_without_taking_the_server_along(place_18: Place) -> None:
    server = EmbeddedServer(place_18.config)
    starter = threading.Thread(target=server.start)
    starter.start()
    starter.join()
    # The kernel sends the death signal at once; a shutdown would refuse this connection and end the process.
    assert not eventually(lambda: server.process_id is None or not is_alive(server.process_id), patience_s=0.5)
    assert answers(server.admin_url)
    server.stop()


def test_a_command_uses_the_server_of_a_running_owner_and_leaves_it_running(place_18: Place) -> None:
    with place_18.owner() as owner:
        with attach(place_18.config) as server:
            assert isinstance(server, RunningServer)
            assert server.admin_url == owner.url
            store(server.admin_url, 3)
        assert stored(owner.url) == [3]
        owner.finish()


def test_a_command_without_an_owner_starts_the_server_and_stops_it_at_its_end(place_18: Place) -> None:
    with attach(place_18.config) as server:
        assert isinstance(server, EmbeddedServer)
        store(server.admin_url, 4)
    assert processes_of(place_18.config.cluster) == []
    assert not place_18.config.lock_file.exists()


def test_a_command_that_came_second_keeps_its_server_until_it_has_finished(place_18: Place) -> None:
    first_is_in, second_is_in, first_leaves = threading.Event(), threading.Event(), threading.Event()
    values: list[list[int]] = []

    def first_command() -> None:
        with attach(place_18.config) as server:
            store(server.admin_url, 5)
            first_is_in.set()
            second_is_in.wait(30)
        first_leaves.set()

    thread = threading.Thread(target=first_command)
    thread.start()
    assert first_is_in.wait(60)
    with attach(place_18.config) as guest:
        assert isinstance(guest, RunningServer)
        second_is_in.set()
        # The first command wants to stop its server now, and waits for this guest.
        assert not first_leaves.wait(0.5)
        values.append(stored(guest.admin_url))
    assert first_leaves.wait(60)
    thread.join()
    assert values == [[5]]


def test_a_serving_owner_waits_for_a_command_that_is_under_way(place_18: Place) -> None:
    said: list[str] = []
    with attach(place_18.config) as command_server:
        store(command_server.admin_url, 6)
        serving = EmbeddedServer(place_18.config, on_state=said.append)
        starting = threading.Thread(target=serving.start, kwargs={"supervised": True})
        starting.start()
        assert eventually(lambda: any("Waiting for a command" in line for line in said))
        assert stored(command_server.admin_url) == [6]
    starting.join(60)
    assert stored(serving.admin_url) == [6]
    serving.stop()


def test_everybody_can_read_how_the_server_does(place_18: Place) -> None:
    assert server_state(place_18.config.data_dir) is None
    with EmbeddedServer(place_18.config) as server:
        state = server_state(place_18.config.data_dir)
        assert state is not None
        assert (state.state, state.pid, state.supervised) == ("ready", os.getpid(), False)
        assert state.socket_dir == str(server.address.socket_dir)
    assert server_state(place_18.config.data_dir) is None


def test_a_path_too_long_for_a_socket_gets_a_private_one_elsewhere_that_goes_with_the_server(place_18: Place) -> None:
    deep = place_18.folder / ("long" * 20) / ("longer" * 10)
    config = EmbeddedConfig(deep, account=place_18.config.account)
    with EmbeddedServer(config) as server:
        socket_dir = server.address.socket_dir
        assert len(str(socket_dir)) <= 90
        assert stat.S_IMODE(socket_dir.lstat().st_mode) == 0o700
        assert answers(server.admin_url)
    assert not socket_dir.exists()


def test_data_of_another_major_version_is_refused_with_the_way_on(place_18: Place) -> None:
    with EmbeddedServer(place_18.config):
        pass
    version_file = place_18.config.cluster / "PG_VERSION"
    version_file.write_text("14\n", encoding="ascii")
    with pytest.raises(
        EmbeddedError, match=r"PostgreSQL 14 made the data .*`outlay db backup FILE`.*restore"
    ) as refused:
        EmbeddedServer(place_18.config).start()
    assert refused.value.code == "version_mismatch"
    assert not place_18.config.lock_file.exists()


def test_settings_given_from_outside_win(place_18: Place) -> None:
    config = EmbeddedConfig(place_18.config.data_dir, account=place_18.config.account, settings={"work_mem": "3MB"})
    with EmbeddedServer(config) as server:
        assert one_value(server.admin_url, "SHOW work_mem") == "3MB"


def test_binaries_that_are_not_there_are_named(place_18: Place) -> None:
    config = EmbeddedConfig(place_18.config.data_dir, binaries=Path("/nowhere/bin"), account=place_18.config.account)
    with pytest.raises(EmbeddedError, match="/nowhere/bin has no postgres and no initdb"):
        EmbeddedServer(config).start()


FORKING_PROGRAM = """
import json, os, sys, time
from pathlib import Path
from outlay.db.embedded import EmbeddedConfig, EmbeddedServer
server = EmbeddedServer(EmbeddedConfig(Path(sys.argv[1]), account=sys.argv[2]))
server.start()
if os.fork() == 0:
    server.stop()
    print(json.dumps({"worker": os.getpid(), "url": server.admin_url}), flush=True)
    time.sleep(600)
sys.stdin.read()
"""


def test_a_forked_worker_neither_stops_the_server_nor_keeps_the_lock_of_its_killed_parent(place_18: Place) -> None:
    parent = run_python(FORKING_PROGRAM, str(place_18.config.data_dir), place_18.config.account)
    assert parent.stdout is not None
    said = json.loads(parent.stdout.readline())
    try:
        assert answers(said["url"])
        parent.kill()
        parent.wait()
        with EmbeddedServer(place_18.config) as next_server:
            assert answers(next_server.admin_url)
            assert is_alive(said["worker"])
    finally:
        parent.kill()
        os.kill(said["worker"], signal.SIGKILL)
        parent.communicate()
