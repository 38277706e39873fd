"""A backup holds all of a database at one moment; a restore puts it in place wholly or not at all."""

import shutil
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from outlay.db import roles
from outlay.db.backup import PARTIAL, BackupFailed, BackupUnreadable, back_up, look_into, script_of
from outlay.db.migrate import head
from outlay.db.place import DatabaseInUse, NoDatabase, Place
from outlay.db.programs import without_password
from outlay.db.restore import RestoreFailed, check, restore
from tests.store.backup_help import (
    connected,
    databases_of,
    fill,
    fill_from,
    guard_of,
    place_of,
    rows_of,
    truncated,
)
from tests.support.servers import ServerForTests, servers

# What is ours alone is the same on every version of PostgreSQL; what it dumps, loads and guards is not.
newest_only = pytest.mark.parametrize("either_server", ["18"], indirect=True)


def quiet(_: str) -> None:
    """Nobody listens."""


@pytest.fixture
def place(either_server: ServerForTests, worker: str) -> Iterator[Place]:
    name = f"backup_{worker}"
    yield place_of(either_server, either_server.clone(name))
    assert databases_of(either_server, f"{name}_") == set(), "a database was left behind"


@pytest.fixture
def place_18(newest_server: ServerForTests, worker: str) -> Place:
    return place_of(newest_server, newest_server.clone(f"backup_{worker}"))


@pytest.fixture(scope="module")
def made_once(either_server: ServerForTests, worker: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """A database with two workspaces, and its backup from when there was only one; never used, only copied."""
    name, backup = f"backed_up_{worker}", tmp_path_factory.mktemp("backup") / "backup.dump"
    place = place_of(either_server, either_server.clone(name))
    fill(place.urls, "Northlight")
    back_up(place, backup)
    fill(place.urls, "Since then")
    return name, backup


@pytest.fixture
def backup(place: Place, either_server: ServerForTests, made_once: tuple[str, Path], tmp_path: Path) -> Path:
    """Of a database with one workspace, which holds another one since."""
    name, made = made_once
    fill_from(either_server, place, name)
    return Path(shutil.copy(made, tmp_path / "backup.dump"))


def test_a_round_trip_brings_back_every_row_and_everything_that_guards_them(place: Place, tmp_path: Path):
    fill(place.urls, "Northlight")
    fill(place.urls, "Harbour & Pine")
    rows, guard = rows_of(place.urls), guard_of(place.urls)
    assert sum(map(len, rows.values())) > 10

    back_up(place, tmp_path / "b")
    fill(place.urls, "Since then")
    assert rows_of(place.urls) != rows
    restored = restore(place, tmp_path / "b", quiet)

    assert rows_of(place.urls) == rows
    assert guard_of(place.urls) == guard
    assert restored.contents.revision == restored.revision == head()


def test_what_is_restored_still_hides_one_workspace_from_another(place: Place, tmp_path: Path):
    tenant, stranger = fill(place.urls), fill(place.urls)
    back_up(place, tmp_path / "b")
    restore(place, tmp_path / "b", quiet)

    with psycopg.connect(place.urls.app) as app:
        assert app.execute("select count(*) from api_key").fetchone() == (0,)
        app.execute(f"set local outlay.workspace_id = '{tenant.id}'".encode())
        assert app.execute("select distinct workspace_id from api_key").fetchall() == [(tenant.id,)]
        assert tenant.id != stranger.id
    with psycopg.connect(place.urls.owner, autocommit=True) as owner:
        owner.execute("create table made_later (workspace_id uuid)")
    with psycopg.connect(place.urls.operator) as operator:
        assert operator.execute("select count(*) from made_later").fetchone() == (0,)


@pytest.mark.parametrize(("made_by", "restored_by"), [("18", "15"), ("15", "18")])
def test_a_backup_moves_from_one_version_of_postgresql_to_another(
    made_by: str, restored_by: str, worker: str, tmp_path: Path
):
    source, target = (
        place_of(server, server.clone(f"backup_{worker}")) for server in (servers()[made_by], servers()[restored_by])
    )
    fill(source.urls)
    back_up(source, tmp_path / "b")
    restore(target, tmp_path / "b", quiet)

    assert rows_of(target.urls) == rows_of(source.urls)


@newest_only
def test_a_backup_is_for_its_owner_only_and_leaves_nothing_beside_it(place: Place, tmp_path: Path):
    size_bytes = back_up(place, tmp_path / "b")
    assert [path.name for path in tmp_path.iterdir()] == ["b"]
    assert stat.S_IMODE((tmp_path / "b").stat().st_mode) == 0o600
    assert (tmp_path / "b").stat().st_size == size_bytes


def test_a_backup_replaces_no_file_unless_allowed_to(place_18: Place, tmp_path: Path):
    (tmp_path / "b").write_text("precious")
    with pytest.raises(BackupFailed, match="--force"):
        back_up(place_18, tmp_path / "b")
    assert (tmp_path / "b").read_text() == "precious"

    back_up(place_18, tmp_path / "b", replace=True)
    assert look_into(tmp_path / "b").revision == head()


def test_a_backup_that_fails_leaves_neither_a_part_nor_a_changed_file(place_18: Place, tmp_path: Path):
    (tmp_path / "b").write_text("precious")
    with psycopg.connect(place_18.urls.owner, autocommit=True) as owner:
        owner.execute("revoke select on person from outlay_operator")

    with pytest.raises(BackupFailed, match="permission denied for table person"):
        back_up(place_18, tmp_path / "b", replace=True)

    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"b": "precious"}


def test_what_a_killed_backup_left_is_in_nobodys_way(place_18: Place, tmp_path: Path):
    (tmp_path / f"b{PARTIAL}").write_bytes(b"x" * 10_000_000)
    back_up(place_18, tmp_path / "b")
    assert look_into(tmp_path / "b").revision == head()
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


def test_a_link_in_place_of_the_part_leads_nowhere(place_18: Place, tmp_path: Path):
    (tmp_path / "victim").write_text("precious")
    (tmp_path / f"b{PARTIAL}").symlink_to(tmp_path / "victim")
    with pytest.raises(BackupFailed, match=PARTIAL):
        back_up(place_18, tmp_path / "b")
    assert (tmp_path / "victim").read_text() == "precious"


def test_an_empty_database_is_not_worth_a_backup(newest_server: ServerForTests, worker: str, tmp_path: Path):
    with psycopg.connect(newest_server.admin_url, autocommit=True) as admin:
        admin.execute(f'drop database if exists "backup_{worker}" with (force)'.encode())
        admin.execute(f'create database "backup_{worker}" owner {roles.OWNER}'.encode())
    with pytest.raises(NoDatabase):
        back_up(place_of(newest_server, newest_server.urls(f"backup_{worker}")), tmp_path / "b")
    assert list(tmp_path.iterdir()) == []


@newest_only
def test_a_backup_beside_writers_is_one_moment(place: Place, tmp_path: Path):
    """Each writer adds to both sides in one transaction; a backup of two moments would hold unequal sides."""
    over, written = threading.Event(), []

    def write() -> None:
        with psycopg.connect(place.urls.owner, autocommit=True) as owner:
            while not over.is_set():
                with owner.transaction():
                    owner.execute("insert into aaa_side select from generate_series(1, 50)")
                    owner.execute("insert into zzz_side select from generate_series(1, 50)")
                written.append(50)

    with psycopg.connect(place.urls.owner, autocommit=True) as owner:
        for side in ("aaa_side", "zzz_side"):
            owner.execute(f"create table {side} (workspace_id uuid)".encode())
    writers = [threading.Thread(target=write) for _ in range(2)]
    for writer in writers:
        writer.start()
    try:
        for attempt in range(3):
            before = len(written)
            back_up(place, tmp_path / f"b{attempt}")
            assert len(written) > before, "nobody wrote meanwhile"
    finally:
        over.set()
        for writer in writers:
            writer.join()

    # The two tables have no guard, so the check of the restored database refuses them, as it should.
    for attempt in range(3):
        sides = _sides_in(tmp_path / f"b{attempt}")
        assert sides[0] == sides[1] > 0


def _sides_in(backup: Path) -> list[int]:
    """How many rows each side has in a backup."""
    counts, name = {"aaa_side": 0, "zzz_side": 0}, None
    with script_of(backup) as script:
        for line in script:
            if line.startswith(b"COPY public."):
                name = line.split()[1].decode().removeprefix("public.")
            elif line == b"\\.\n":
                name = None
            elif name in counts:
                counts[name] += 1
    return [counts["aaa_side"], counts["zzz_side"]]


def test_a_truncated_backup_is_refused_and_the_database_untouched(place: Place, backup: Path, tmp_path: Path):
    before = rows_of(place.urls)
    for part in (0.0, 0.01, 0.2, 0.6, 0.9, 0.999):
        with pytest.raises(BackupUnreadable, match=r"not a backup|damaged or incomplete"):
            restore(place, truncated(backup, tmp_path / "cut", part), quiet)
    assert rows_of(place.urls) == before


def test_a_damaged_backup_is_refused_and_the_database_untouched(place: Place, backup: Path):
    before = rows_of(place.urls)
    damaged = bytearray(backup.read_bytes())
    # The contents come first and the rows after them; here are rows.
    middle = damaged.rindex(b"\x78\x9c") + 8
    damaged[middle : middle + 8] = b"\xff" * 8
    backup.write_bytes(damaged)

    with pytest.raises((BackupUnreadable, RestoreFailed)):
        restore(place, backup, quiet)
    assert rows_of(place.urls) == before


@newest_only
def test_a_backup_of_a_newer_outlay_is_refused_before_anything_happens(place: Place, tmp_path: Path):
    with psycopg.connect(place.urls.owner, autocommit=True) as owner:
        owner.execute("update alembic_version set version_num = '9999'")
    back_up(place, tmp_path / "b")
    with pytest.raises(BackupUnreadable, match=f"newer Outlay.*9999.*{head()}"):
        check(tmp_path / "b")


def test_another_programs_dump_is_refused(newest_server: ServerForTests, worker: str, tmp_path: Path):
    with psycopg.connect(newest_server.admin_url, autocommit=True) as admin:
        admin.execute(f'drop database if exists "backup_{worker}" with (force)'.encode())
        admin.execute(f'create database "backup_{worker}" owner {roles.OWNER}'.encode())
    urls = newest_server.urls(f"backup_{worker}")
    with psycopg.connect(urls.owner, autocommit=True) as owner:
        owner.execute("create table alembic_version (another int)")
        owner.execute("alter default privileges grant select on tables to outlay_operator")
        owner.execute("grant select on alembic_version to outlay_operator")
    # Writing it fails as well, since the file would be of no use.
    with pytest.raises(BackupUnreadable, match="another program"):
        back_up(place_of(newest_server, urls), tmp_path / "b")
    assert list(tmp_path.iterdir()) == []


@newest_only
def test_a_restored_database_that_is_not_sound_is_not_put_in_place(place: Place, tmp_path: Path):
    fill(place.urls)
    with psycopg.connect(place.urls.owner, autocommit=True) as owner:
        owner.execute("alter table api_key no force row level security")
        back_up(place, tmp_path / "b")
        owner.execute("alter table api_key force row level security")
    before = rows_of(place.urls), guard_of(place.urls)

    with pytest.raises(RestoreFailed, match="api_key: row-level security is not forced"):
        restore(place, tmp_path / "b", quiet)
    assert (rows_of(place.urls), guard_of(place.urls)) == before


@newest_only
def test_nobody_who_is_connected_loses_the_database_under_them(place: Place, backup: Path):
    before = rows_of(place.urls)
    with connected(place.urls.app), pytest.raises(DatabaseInUse, match=r"outlay_app \(1\)"):
        restore(place, backup, quiet)
    assert rows_of(place.urls) == before


@newest_only
def test_who_connects_in_the_middle_keeps_the_database_as_it_was(place: Place, backup: Path):
    before = rows_of(place.urls)
    guests = []

    def somebody_comes(state: str) -> None:
        if "in place" in state:
            guests.append(psycopg.connect(place.urls.app, autocommit=True))

    with pytest.raises(DatabaseInUse, match="connected to the database"):
        restore(place, backup, somebody_comes)
    assert guests[0].execute("select 1").fetchone() == (1,)
    guests[0].close()
    assert rows_of(place.urls) == before


def test_rights_and_settings_of_the_database_itself_stay(place: Place, backup: Path, either_server: ServerForTests):
    name = place.database
    with psycopg.connect(either_server.admin_url, autocommit=True) as admin:
        admin.execute(f"revoke all on database {name} from public".encode())
        admin.execute(f"grant connect on database {name} to outlay_app, outlay_operator".encode())
        admin.execute(f"alter database {name} set search_path = public, pg_catalog".encode())
        admin.execute(f"alter role outlay_app in database {name} set work_mem = '7MB'".encode())
    guard = guard_of(place.urls)

    restore(place, backup, quiet)

    assert guard_of(place.urls) == guard
    with psycopg.connect(place.urls.app) as app:
        assert app.execute("show work_mem").fetchone() == ("7MB",)
        assert app.execute("show search_path").fetchone() == ("public, pg_catalog",)


def test_no_password_is_shown_to_whoever_lists_processes():
    shown, environment = without_password("postgresql://me:hunter2@db.example.test:6432/outlay?sslmode=require")
    assert "hunter2" not in shown
    assert environment["PGPASSWORD"] == "hunter2"
    assert "sslmode=require" in shown
