"""Who may start where: as root and as an ordinary user, beside a running server, after a crash, on a full disk."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.crash.installation import Installation, copy_of, kill, new_folder
from tests.crash.machine import eventually, is_alive, is_listened_on, processes_in
from tests.crash.people import AS_ROOT, OURSELVES, SOMEBODY, STRANGER, Person
from tests.support.processes import Server, free_port

only_as_root = pytest.mark.skipif(not AS_ROOT, reason="Only root can become other users and mount file systems.")
EVERYBODY = [
    pytest.param(OURSELVES, id="ourselves"),
    pytest.param(SOMEBODY, id="an ordinary user", marks=only_as_root),
]


@pytest.fixture(scope="module")
def busy(pattern: Installation) -> Iterator[tuple[Installation, Server]]:
    """An installation that is being served."""
    with copy_of(pattern) as installation, installation.serve(workers=1) as server:
        yield installation, server


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder for a data directory; nothing may run in it at the end."""
    made = new_folder()
    try:
        yield made
        assert eventually(lambda: not processes_in(made)), f"left behind: {processes_in(made)}"
    finally:
        kill(*(process.pid for process in processes_in(made)))
        shutil.rmtree(made, ignore_errors=True)


def test_a_second_server_on_the_same_data_is_refused_and_the_first_goes_on(busy: tuple[Installation, Server]) -> None:
    installation, server = busy
    port = free_port()

    refusal = OURSELVES.refused_to_serve("--port", str(port), "--data-dir", str(installation.data_dir))

    assert str(installation.data_dir) in refusal
    assert str(server.process.pid) in refusal
    assert not is_listened_on(port)
    with installation.client() as client:
        assert client.get("/me").status_code == 200
    assert "received" not in installation.postgres_log().rpartition("starting PostgreSQL")[2]


def test_a_port_that_is_taken_is_named_and_nothing_is_left_running(
    busy: tuple[Installation, Server], folder: Path
) -> None:
    installation, _ = busy

    refusal = OURSELVES.refused_to_serve("--port", str(installation.port), "--data-dir", str(folder / "data"))

    assert f"127.0.0.1:{installation.port}" in refusal
    assert "--port" in refusal
    assert not (folder / "data").exists()
    with installation.client() as client:
        assert client.get("/me").status_code == 200


def test_of_two_servers_that_start_on_one_port_at_the_same_time_one_is_refused(
    installation: Installation, folder: Path
) -> None:
    port = str(installation.port)
    copy = folder / "data"
    subprocess.run(["cp", "-a", str(installation.data_dir), str(copy)], check=True)

    both = [
        OURSELVES.starts("serve", "--port", port, "--data-dir", str(data_dir))
        for data_dir in (installation.data_dir, copy)
    ]
    try:
        assert eventually(lambda: any(process.poll() is not None for process in both))
        (refused,) = [process for process in both if process.poll() is not None]
        (serving,) = [process for process in both if process.poll() is None]
        said, _ = refused.communicate(timeout=10)
        assert refused.returncode == 1, said
        assert f"127.0.0.1:{port}" in said
        assert eventually(lambda: _is_ready(installation.port))
        serving.send_signal(signal.SIGTERM)
        serving.communicate(timeout=30)
        assert serving.returncode == 0
    finally:
        kill(*(process.pid for process in both if process.poll() is None))
        for process in both:
            process.communicate(timeout=30)


@pytest.mark.parametrize("person", EVERYBODY)
def test_anybody_makes_a_key_and_serves_although_a_stale_pid_file_names_a_foreign_process(
    person: Person, folder: Path
) -> None:
    person.own(folder)
    data_dir, port = folder / "data", free_port()
    key = person.says("keys", "create", "--role", "owner", "--quiet", "--data-dir", str(data_dir)).strip()

    with _foreign_process() as foreign:
        _leave_pid_file(data_dir, foreign)
        with _served(person, data_dir, port):
            assert _post(port, key, "Acme").status_code == 201
            users = {Path(f"/proc/{process.pid}").stat().st_uid for process in processes_in(folder)}
            assert person.uid in users
            (postmaster,) = [process.pid for process in processes_in(folder) if process.is_postmaster]
            assert Path(f"/proc/{postmaster}").stat().st_uid != 0, "PostgreSQL never runs as root"
            assert 0 not in users or person.uid == 0
        assert is_alive(foreign)


@only_as_root
@pytest.mark.parametrize("person", EVERYBODY)
def test_a_data_directory_of_somebody_else_is_refused_by_its_owners_name(person: Person, folder: Path) -> None:
    data_dir = folder / "data"
    data_dir.mkdir(mode=0o755)
    STRANGER.own(data_dir)

    refusal = person.refused_to_serve("--port", str(free_port()), "--data-dir", str(data_dir))

    assert str(data_dir) in refusal
    assert f"belongs to {STRANGER.name}" in refusal
    assert list(data_dir.iterdir()) == []


@only_as_root
@pytest.mark.parametrize("person", EVERYBODY)
def test_a_full_disk_is_refused_before_anything_is_written(person: Person, folder: Path) -> None:
    disk = folder / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=20m,mode=0777", "outlay-test", str(disk)], check=True)
    try:
        refusal = person.refused_to_serve("--port", str(free_port()), "--data-dir", str(disk / "data"))
        assert str(disk / "data") in refusal
        assert "disk space" in refusal
        assert list(disk.iterdir()) == []
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@contextmanager
def _served(person: Person, data_dir: Path, port: int) -> Iterator[None]:
    """`outlay serve` of this person; ends cleanly."""
    process = person.starts("serve", "--port", str(port), "--data-dir", str(data_dir))
    try:
        assert eventually(lambda: _is_ready(port) or process.poll() is not None, within_s=60)
        assert process.poll() is None, process.communicate()[0]
        yield
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=30)
        assert process.returncode == 0, said
    finally:
        if process.poll() is None:
            kill(process.pid)
            process.communicate(timeout=30)
    assert not is_listened_on(port)


def _leave_pid_file(data_dir: Path, pid: int) -> None:
    """What a server that lost its power leaves behind, after its process id was given to somebody else."""
    cluster = data_dir / "cluster"
    stale = cluster / "postmaster.pid"
    stale.write_text(f"{pid}\n{cluster}\n{int(time.time())}\n5432\n{data_dir / 'run'}\n\n  1234  1234\nready\n")
    os.chown(stale, cluster.stat().st_uid, cluster.stat().st_gid)


@contextmanager
def _foreign_process() -> Iterator[int]:
    """A process that has nothing to do with us."""
    with subprocess.Popen(["sleep", "60"]) as process:
        try:
            yield process.pid
        finally:
            process.kill()


def _is_ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def _post(port: int, key: str, name: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {key}"}
    return httpx.post(f"http://127.0.0.1:{port}/api/v1/clients", json={"name": name}, headers=headers, timeout=20)
