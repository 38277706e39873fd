"""`outlay db backup` and `restore` as an operator runs them, and as kill -9 ends them."""

import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from outlay.db import roles
from outlay.db.embedded import EmbeddedConfig, server_state
from outlay.db.embedded.address import RunningServer
from outlay.db.embedded.leftovers import processes_of
from outlay.db.migrate import MIGRATIONS, head
from tests.store.embedded_help import eventually
from tests.support.processes import Server, external
from tests.support.servers import ServerForTests
from tests.support.terminal import Terminal

MANY_CLIENTS = (
    "insert into client (workspace_id, id, key, name, created_at) "
    "select id, gen_random_uuid(), 'client-' || n, repeat('x', 100), now() from workspace, generate_series(1, 100000) n"
)


@contextmanager
def a_folder() -> Iterator[Path]:
    """A short path that the server's account can reach; at its end nothing runs in it."""
    made = Path(tempfile.mkdtemp(prefix="outlay-restore-"))
    made.chmod(0o755)
    try:
        yield made
        cluster = EmbeddedConfig(made / "data").cluster
        assert eventually(lambda: not processes_of(cluster)), "a database process was left behind"
    finally:
        shutil.rmtree(made)


@contextmanager
def a_copy(pattern: Terminal) -> Iterator[Terminal]:
    """The same data directory, and whatever is beside it, once more."""
    with a_folder() as folder:
        # The owners of the files count, which shutil does not copy.
        subprocess.run(["cp", "-a", f"{pattern.folder}/.", str(folder)], check=True)
        yield Terminal({"OUTLAY_DATA_DIR": str(folder / "data")}, folder)


@pytest.fixture
def folder() -> Iterator[Path]:
    with a_folder() as made:
        yield made


@pytest.fixture(scope="module")
def upgraded() -> Iterator[tuple[Terminal, list[str]]]:
    """An installation that began with two upgrades, and what those said."""
    with a_folder() as folder:
        made = Terminal({"OUTLAY_DATA_DIR": str(folder / "data")}, folder)
        yield made, [made.does("db", "upgrade").out for _ in range(2)]


@pytest.fixture(scope="module")
def pattern(upgraded: tuple[Terminal, list[str]]) -> Terminal:
    """An installation with one key, called early; never used, only copied."""
    made, _ = upgraded
    made.does("keys", "create", "--role", "owner", "--name", "early")
    return made


@pytest.fixture(scope="module")
def large_pattern(pattern: Terminal) -> Iterator[Terminal]:
    """The same with so many clients that a restore takes its time, and with a backup of them."""
    with a_copy(pattern) as made:
        workspace = made.does("workspaces", "list", "--json").data[0]["id"]
        made.does("db", "shell", "--role", "owner", "--workspace", workspace, "--", "-qc", MANY_CLIENTS)
        made.does("db", "backup", "b.dump")
        yield made


@pytest.fixture
def terminal(pattern: Terminal) -> Iterator[Terminal]:
    with a_copy(pattern) as made:
        yield made


@pytest.fixture
def large(large_pattern: Terminal) -> Iterator[Terminal]:
    with a_copy(large_pattern) as made:
        yield made


def keys_of(terminal: Terminal) -> set[str]:
    return {key["name"] for key in terminal.does("keys", "list", "--json").data}


def test_an_upgrade_makes_the_database_where_there_is_none(upgraded: tuple[Terminal, list[str]]):
    _, (first, second) = upgraded
    assert "from nothing to" in first
    assert "up to date" in second


def test_an_operator_goes_back_to_a_backup_made_beside_the_server(terminal: Terminal):
    with Server(terminal.settings):
        terminal.does("db", "backup", "b.dump")
        terminal.does("keys", "create", "--role", "owner", "--name", "late")
        refused = terminal.says("db", "restore", "b.dump", "--yes")
        assert refused.code == 1
        assert "stop it first" in refused.err
    asked = terminal.says("db", "restore", "b.dump")
    assert asked.code == 1
    assert "My agency" in asked.err
    assert "--yes" in asked.err
    assert keys_of(terminal) == {"early", "late"}

    assert terminal.runs("db", "restore", "b.dump", "--yes").code == 0

    assert keys_of(terminal) == {"early"}
    assert terminal.does("db", "verify").code == 0


def test_a_bad_file_is_refused_before_a_database_is_made(folder: Path):
    (folder / "not-a-backup").write_text("hello")
    nowhere = Terminal({"OUTLAY_DATA_DIR": str(folder / "data")}, folder)
    for name, words in (("not-a-backup", "is not a backup"), ("missing", "No such file")):
        said = nowhere.says("db", "restore", name)
        assert said.code == 1
        assert words in said.err
        assert said.err.count("\n") == 1
    assert [path.name for path in folder.iterdir()] == ["not-a-backup"]


def test_an_older_backup_fills_an_empty_machine_without_a_question_and_is_brought_up_to_date(
    newest_server: ServerForTests, worker: str, folder: Path
):
    older = min(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
    assert older < head()
    urls = newest_server.urls(f"older_{worker}")
    with psycopg.connect(newest_server.admin_url, autocommit=True) as admin:
        admin.execute(f'drop database if exists "older_{worker}" with (force)'.encode())
        admin.execute(f'create database "older_{worker}" owner {roles.OWNER}'.encode())
    migrate_to(older, urls.owner)
    terminal = Terminal(external(urls), folder)
    terminal.does("db", "backup", "older.dump")
    assert terminal.says("db", "verify").code == 1, "making a backup must not migrate"

    elsewhere = Terminal({"OUTLAY_DATA_DIR": str(folder / "data")}, folder)
    said = elsewhere.does("db", "restore", "older.dump", "--json")

    assert said.data["schema"] == head()
    assert f"from {older} to {head()}" in said.err
    assert elsewhere.does("db", "verify").code == 0


def migrate_to(revision: str, owner_url: str) -> None:
    """Runs the first steps only."""
    engine = create_engine(owner_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.commit()
    engine.dispose()


def test_kill_9_in_the_middle_of_a_restore_leaves_the_old_database(large: Terminal):
    large.does("keys", "create", "--role", "owner", "--name", "late")

    restoring = large.start("db", "restore", "b.dump", "--yes")
    wait_until_rows_are_loaded(large.folder / "data")
    restoring.send_signal(signal.SIGKILL)
    restoring.communicate(timeout=60)

    assert keys_of(large) == {"early", "late"}
    leftover = large.says("db", "verify", "--json")
    assert leftover.code == 1
    assert [one["check"] for one in leftover.data if not one["ok"]] == ["nothing is left of an ended restore"]
    large.does("db", "restore", "b.dump", "--yes")
    assert keys_of(large) == {"early"}


def wait_until_rows_are_loaded(data_dir: Path) -> None:
    """Until the new database exists beside the old one and its clients are being written."""
    busy = "select 1 from pg_stat_progress_copy where datname = 'outlay_restoring' and tuples_processed > 1000"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        state = server_state(data_dir)
        if state is not None and state.state == "ready":
            server = RunningServer(Path(state.socket_dir), Path())
            with psycopg.connect(server.admin_url, autocommit=True) as admin:
                while time.monotonic() < deadline:
                    if admin.execute(busy).fetchone():
                        return
                    time.sleep(0.005)
        time.sleep(0.01)
    raise AssertionError("no row was loaded within a minute")


def test_ctrl_c_in_the_middle_of_a_restore_cleans_up_after_itself(large: Terminal):
    restoring = large.start("db", "restore", "b.dump", "--yes")
    wait_until_rows_are_loaded(large.folder / "data")
    restoring.send_signal(signal.SIGINT)
    _, err = restoring.communicate(timeout=60)

    assert restoring.returncode == 1
    assert "Traceback" not in err
    assert keys_of(large) == {"early"}


def test_a_database_of_somebody_elses_server_is_backed_up_and_restored(
    either_server: ServerForTests, worker: str, folder: Path
):
    """The owner of such a database may not make others at first; the message says what an administrator does then."""
    name = f"outside_{worker}"
    terminal = Terminal(external(either_server.clone(name)), folder)
    terminal.does("keys", "create", "--role", "owner", "--name", "early")
    terminal.does("db", "backup", "b.dump")
    terminal.does("keys", "create", "--role", "owner", "--name", "late")
    refused = terminal.says("db", "restore", "b.dump", "--yes")
    assert refused.code == 1
    assert "alter role outlay_owner createdb" in refused.err
    assert keys_of(terminal) == {"early", "late"}

    with psycopg.connect(either_server.admin_url, autocommit=True) as admin:
        admin.execute(f"alter role {roles.OWNER} createdb".encode())
        try:
            terminal.does("db", "restore", "b.dump", "--yes")
        finally:
            admin.execute(f"alter role {roles.OWNER} nocreatedb".encode())

    assert keys_of(terminal) == {"early"}
