"""Who runs the embedded server, who may connect, and what is said when a directory is somebody else's or out of reach."""

import getpass
import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from outlay.db.embedded import EmbeddedConfig, EmbeddedError, EmbeddedServer
from outlay.db.embedded.account import server_account
from outlay.db.embedded.binaries import find_binaries
from outlay.db.embedded.leftovers import processes_of
from tests.store.embedded_help import (
    ACCOUNT,
    AS_ROOT,
    BOTH_SERVERS,
    DEBIAN_15,
    STRANGER,
    Place,
    a_place,
    answers,
    only_as_root,
    run_python,
    store,
    stored,
)

CONNECT = "import psycopg, sys; psycopg.connect(sys.argv[1]).close()"


@pytest.fixture(params=BOTH_SERVERS)
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    with a_place(request.param) as fresh:
        yield fresh


@pytest.fixture
def place_18() -> Iterator[Place]:
    with a_place() as fresh:
        yield fresh


def users_of(place: Place) -> set[str]:
    """The owners of all database processes; one may end while we look, as autovacuum workers do."""
    owners = set()
    for process in processes_of(place.config.cluster):
        with suppress(FileNotFoundError):
            owners.add(pwd.getpwuid(Path(f"/proc/{process.pid}").stat().st_uid).pw_name)
    return owners


def connection_error(url: str, user: str) -> str:
    """What a user of this machine is told who tries to connect, or nothing when it may."""
    process = run_python(
        f"try: exec({CONNECT!r})\nexcept psycopg.OperationalError as error: print(error)", url, user=user
    )
    output, _nothing = process.communicate(timeout=60)
    return output


@contextmanager
def open_to_everybody(server: EmbeddedServer, place: Place) -> Iterator[None]:
    """Take away every protection by file modes, so that only the server's own rules remain."""
    socket_dir = server.address.socket_dir
    for path, mode in ((place.config.directory, 0o755), (socket_dir, 0o755), (socket_dir / ".s.PGSQL.5432", 0o777)):
        path.chmod(mode)
    yield
    socket_dir.chmod(0o700)


def test_the_server_runs_as_the_account_when_root_starts_it_and_as_ourselves_otherwise(place: Place) -> None:
    with EmbeddedServer(place.config) as server:
        assert answers(server.admin_url)
        assert users_of(place) == {ACCOUNT if AS_ROOT else getpass.getuser()}


@only_as_root
def test_another_user_cannot_reach_the_socket_and_would_be_refused_if_it_could(place: Place) -> None:
    with EmbeddedServer(place.config) as server:
        assert "Permission denied" in connection_error(server.admin_url, STRANGER)
        with open_to_everybody(server, place):
            assert "Peer authentication failed" in connection_error(server.admin_url, STRANGER)
            assert "Peer authentication failed" in connection_error(server.url(STRANGER, "postgres"), STRANGER)
            # The account itself comes in over the same socket, so what refused the stranger was its name.
            assert connection_error(server.admin_url, ACCOUNT) == ""


@only_as_root
def test_an_ordinary_user_starts_uses_and_stops_a_server_of_its_own(place: Place) -> None:
    shutil.chown(place.folder, ACCOUNT)
    for value in (1, 2):
        with place.owner(user=ACCOUNT) as owner:
            assert "url" in owner.said, owner.said
            assert users_of(place) == {ACCOUNT}
            assert place.config.directory.stat().st_mode & 0o777 == 0o700
            assert connection_error(owner.url, ACCOUNT) == ""
            # Root did not start this one, so root is a stranger too.
            assert not answers(owner.url)
            owner.finish()
        assert owner.process.returncode == 0, value


@only_as_root
def test_an_ordinary_users_server_ends_with_its_killed_owner(place_18: Place) -> None:
    shutil.chown(place_18.folder, ACCOUNT)
    with place_18.owner(user=ACCOUNT) as owner:
        owner.kill()
    with place_18.owner(user=ACCOUNT) as owner:
        assert "url" in owner.said, owner.said
        owner.finish()


@only_as_root
def test_a_data_directory_of_somebody_else_is_refused_naming_the_owner(place_18: Place) -> None:
    directory = place_18.config.directory
    directory.mkdir()
    shutil.chown(directory, STRANGER)
    with pytest.raises(EmbeddedError, match=f"{directory} belongs to {STRANGER}") as refused:
        EmbeddedServer(place_18.config).start()
    assert refused.value.code == "data_dir_owner"
    with place_18.owner(user=ACCOUNT) as owner:
        assert owner.said["code"] == "data_dir_owner"
        assert f"belongs to {STRANGER}" in str(owner.said["message"])
    assert list(directory.iterdir()) == []


@only_as_root
def test_roots_data_directory_is_refused_to_an_ordinary_user_naming_root(place_18: Place) -> None:
    with EmbeddedServer(place_18.config), place_18.owner(user=STRANGER) as owner:
        assert owner.said["code"] == "data_dir_owner"
        assert "belongs to root" in str(owner.said["message"])


@only_as_root
def test_a_cluster_of_another_account_is_refused_naming_it(place_18: Place) -> None:
    with EmbeddedServer(place_18.config):
        pass
    with pytest.raises(EmbeddedError, match=f"cluster belongs to {ACCOUNT}"):
        EmbeddedServer(replace(place_18.config, account=STRANGER)).start()


@only_as_root
def test_a_folder_that_the_account_cannot_pass_is_named_and_nothing_is_made_in_it(place_18: Place) -> None:
    closed = place_18.folder / "closed"
    closed.mkdir(mode=0o700)
    config = EmbeddedConfig(closed / "deeper" / "data", account=ACCOUNT)
    with pytest.raises(EmbeddedError, match=rf"cannot pass {closed} .*chmod o\+x {closed}") as refused:
        EmbeddedServer(config).start()
    assert refused.value.code == "data_dir_unreachable"
    assert list(closed.iterdir()) == []


@only_as_root
def test_an_empty_directory_that_only_root_can_open_is_put_right(place_18: Place) -> None:
    place_18.config.directory.mkdir(mode=0o700)
    with EmbeddedServer(place_18.config) as server:
        assert answers(server.admin_url)


@only_as_root
def test_a_directory_with_other_peoples_files_is_not_opened_up(place_18: Place) -> None:
    place_18.config.directory.mkdir(mode=0o700)
    (place_18.config.directory / "diary.txt").touch()
    with pytest.raises(EmbeddedError, match=f"cannot pass {place_18.config.directory}"):
        EmbeddedServer(place_18.config).start()
    assert place_18.config.directory.stat().st_mode & 0o777 == 0o700


@only_as_root
def test_programs_out_of_the_accounts_reach_are_copied_once_and_only_the_account_runs_the_copy(place_18: Place) -> None:
    original = find_binaries(place_18.config).parent
    closed = place_18.folder / "closed"
    closed.mkdir(mode=0o700)
    shutil.copytree(original, closed / original.parent.name / original.name, ignore=shutil.ignore_patterns("include"))
    libraries = f"{original.parent.name}.libs"
    shutil.copytree(original.parents[1] / libraries, closed / libraries)
    unreachable = closed / original.parent.name / original.name / "bin"
    config = replace(place_18.config, binaries=unreachable)
    copies = []
    for value in (1, 2):
        with EmbeddedServer(config) as server:
            store(server.admin_url, value)
            program = Path(f"/proc/{server.process_id}/exe").resolve()
            assert place_18.config.directory in program.parents
            assert server.address.tool("pg_dump") == unreachable / "pg_dump"
        copies.append((program, program.stat().st_ino))
    assert copies[0] == copies[1]
    with EmbeddedServer(place_18.config) as server:
        assert stored(server.admin_url) == [1, 2]


@only_as_root
def test_a_missing_account_is_made_without_a_home_or_a_shell() -> None:
    name = f"outlay-{uuid.uuid4().hex[:8]}"
    try:
        account = server_account(name)
        entry = pwd.getpwnam(name)
        assert (account.uid, account.switch) == (entry.pw_uid, True)
        assert entry.pw_shell == "/usr/sbin/nologin"
        assert not Path(entry.pw_dir).exists()
        assert server_account(name) == account
    finally:
        subprocess.run(["userdel", name], check=True)


@only_as_root
def test_an_account_that_cannot_be_made_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(
        EmbeddedError, match=r"run `useradd .*start Outlay as an ordinary user, or set OUTLAY_DATABASE_URL"
    ):
        server_account("not:a:name")


@only_as_root
def test_root_is_no_unprivileged_account() -> None:
    with pytest.raises(EmbeddedError, match="root itself"):
        server_account("root")


@only_as_root
@pytest.mark.parametrize("trap", ["somebody else's directory", "a link"])
def test_a_socket_directory_that_somebody_else_put_there_is_refused(place_18: Place, trap: str) -> None:
    deep = place_18.folder / ("long" * 20) / ("longer" * 10)
    there = Path("/run/outlay") / hashlib.sha256(os.fsencode(deep)).hexdigest()[:16]
    there.parent.mkdir(mode=0o755, exist_ok=True)
    if trap == "a link":
        target = tempfile.mkdtemp(dir=place_18.folder)
        there.symlink_to(target)
    else:
        there.mkdir()
        shutil.chown(there, STRANGER)
    try:
        with pytest.raises(EmbeddedError, match=f"{there} should be the socket's directory") as refused:
            EmbeddedServer(EmbeddedConfig(deep, account=ACCOUNT)).start()
        assert refused.value.code == "socket_dir"
    finally:
        there.unlink() if there.is_symlink() else there.rmdir()


def test_data_made_by_one_server_is_refused_by_the_other(place_18: Place) -> None:
    with EmbeddedServer(place_18.config):
        pass
    with pytest.raises(EmbeddedError, match=r"PostgreSQL 18 made the data .* brings 15"):
        EmbeddedServer(replace(place_18.config, binaries=DEBIAN_15)).start()
