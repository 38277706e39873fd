"""The embedded server's decisions that need no server: settings, maps, paths, modes, patience, log files."""

import os
from pathlib import Path

import pytest

from outlay.db.embedded import ROLES, EmbeddedConfig, RunningServer, check_disk, disk_status
from outlay.db.embedded.account import Account
from outlay.db.embedded.conf import access_rules, forced_settings, render, settings_for, user_map
from outlay.db.embedded.config import MEBIBYTE
from outlay.db.embedded.errors import EmbeddedError
from outlay.db.embedded.lock import DataDirectoryLock, ServerState, server_state
from outlay.db.embedded.logfile import log_since, log_size, reason, rotate_log
from outlay.db.embedded.places import fits_socket
from outlay.db.embedded.reach import allows, blocking_folder
from outlay.db.embedded.supervision import Restarts

GIBIBYTE = 1024 * MEBIBYTE
SOMEBODY = Account("somebody", uid=54321, gid=54321, groups=(54321, 54322), switch=True)


@pytest.mark.parametrize(
    ("memory_bytes", "shared_buffers"),
    [(GIBIBYTE // 2, "64MB"), (2 * GIBIBYTE, "128MB"), (24 * GIBIBYTE, "256MB"), (1024 * GIBIBYTE, "256MB")],
)
def test_memory_for_the_server_grows_with_the_machine_and_stays_modest(memory_bytes: int, shared_buffers: str) -> None:
    assert settings_for(memory_bytes, 18)["shared_buffers"] == shared_buffers


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes", "synchronous_commit"])
def test_durability_is_on_by_default(setting: str) -> None:
    assert settings_for(GIBIBYTE, 15)[setting] == "on"


def test_only_the_kernel_vouches_for_those_who_connect() -> None:
    rules = [line for line in access_rules().splitlines() if not line.startswith("#")]
    assert rules == ["local all all peer map=outlay"]
    assert forced_settings(Path("/c"), Path("/s"), 5432)["listen_addresses"] == ""


def test_named_users_may_come_as_any_role() -> None:
    assert 'outlay "anna" all' in user_map(("anna", "root"), 18)
    on_15 = user_map(("anna",), 15)
    assert all(f'outlay "anna" {role}' in on_15 for role in ROLES)


def test_a_setting_cannot_break_out_of_its_quotes() -> None:
    assert "restore_command = 'echo ''hi'''\n" in render({"restore_command": "echo 'hi'"})


def test_the_url_carries_the_socket_and_no_secret() -> None:
    server = RunningServer(Path("/var/lib/out lay/run"), Path("/b"))
    assert server.url("outlay_app") == "postgresql://outlay_app@/outlay?host=%2Fvar%2Flib%2Fout%20lay%2Frun&port=5432"
    assert server.admin_url.startswith("postgresql://outlay_admin@/postgres?")
    assert server.tool("pg_dump") == Path("/b/pg_dump")


@pytest.mark.parametrize(
    ("path", "fits"),
    [
        ("/var/lib/outlay/run", True),
        ("/" + "x" * 87, True),
        ("/" + "x" * 88, False),
        ("/" + "ü" * 60, False),
        ("/home/a,b/run", False),
    ],
)
def test_a_socket_path_fits_when_the_kernel_and_the_clients_take_it(path: str, fits: bool) -> None:
    assert fits_socket(Path(path)) is fits


def test_the_folder_that_blocks_the_way_is_the_first_one(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    (closed / "inner").mkdir(parents=True)
    for folder in (*tmp_path.parents, tmp_path):
        if folder.stat().st_uid == os.geteuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o011)
    closed.chmod(0o700)
    assert blocking_folder(closed / "inner" / "data", SOMEBODY) == closed
    closed.chmod(0o711)
    assert blocking_folder(closed / "inner" / "data", SOMEBODY) is None


@pytest.mark.parametrize(
    ("uid", "gid", "mode", "allowed"),
    [
        (54321, 0, 0o100, True),
        (54321, 0, 0o011, False),
        (0, 54322, 0o010, True),
        (0, 54322, 0o101, False),
        (0, 0, 0o001, True),
    ],
)
def test_the_first_matching_class_of_a_mode_decides(uid: int, gid: int, mode: int, allowed: bool) -> None:
    status = os.stat_result((mode, 0, 0, 1, uid, gid, 0, 0, 0, 0))
    assert allows(status, SOMEBODY, os.X_OK) is allowed


def test_disk_levels_follow_the_free_space(tmp_path: Path) -> None:
    def level(megabytes: int) -> str:
        return disk_status(tmp_path, free=lambda _directory: megabytes * MEBIBYTE).level

    assert [level(megabytes) for megabytes in (63, 64, 1023, 1024)] == ["full", "low", "low", "enough"]


def test_a_full_disk_is_refused_with_what_is_free_and_what_is_needed(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedError, match=r"Only 3 MB .* 64 MB are needed"):
        check_disk(tmp_path, free=lambda _directory: 3 * MEBIBYTE)


def test_restarts_are_quick_at_first_then_slower_and_end() -> None:
    restarts = Restarts(attempts_max=4)
    pauses = []
    while restarts.may_try(now=0.0):
        pauses.append(restarts.pause_s)
    assert pauses == [0.0, 0.25, 0.5, 1.0]


def test_a_server_that_lived_for_a_while_starts_with_a_clean_slate() -> None:
    restarts = Restarts(attempts_max=1)
    assert restarts.may_try(now=0.0)
    restarts.lives(now=30.0)
    assert not restarts.may_try(now=31.0)
    restarts.lives(now=90.0)
    assert restarts.may_try(now=91.0)


def test_a_log_stays_bounded_while_its_writer_keeps_it_open(tmp_path: Path) -> None:
    log = tmp_path / "postgres.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"old\n" * 100)
        rotate_log(log, bytes_max=100)
        writer.write(b"new\n")
    assert log.read_bytes() == b"new\n"
    assert (tmp_path / "postgres.log.1").stat().st_size == 400
    rotate_log(log, bytes_max=100)
    assert log.read_bytes() == b"new\n"


def test_the_reason_of_a_failure_is_the_worst_line_since_the_start(tmp_path: Path) -> None:
    log = tmp_path / "postgres.log"
    log.write_text("FATAL:  yesterday's\n", encoding="utf-8")
    offset = log_size(log)
    with log.open("a", encoding="utf-8") as file:
        file.write('LOG:  invalid value for "x"\nFATAL:  configuration file "c" contains errors\n')
    assert reason(log_since(log, offset)) == 'configuration file "c" contains errors: invalid value for "x"'
    assert reason([]) == "it said nothing"


def test_only_one_holds_the_lock_and_it_is_gone_after_release(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    first = DataDirectoryLock.try_acquire(path)
    assert first is not None
    assert DataDirectoryLock.try_acquire(path) is None
    first.release()
    assert not path.exists()
    second = DataDirectoryLock.try_acquire(path)
    assert second is not None
    second.release()


def test_what_the_owner_says_last_is_what_others_read(tmp_path: Path) -> None:
    lock = DataDirectoryLock.try_acquire(tmp_path / "lock")
    assert lock is not None
    lock.announce(ServerState(1, supervised=True, state="failed", detail="a long story " * 20))
    lock.announce(ServerState(1, supervised=True, state="ready", socket_dir="/s"))
    assert server_state(tmp_path) == ServerState(1, supervised=True, state="ready", socket_dir="/s")
    lock.release()
    assert server_state(tmp_path) is None


def test_a_file_that_merely_lies_there_is_no_lock(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text('{"pid": 1}', encoding="utf-8")
    assert server_state(tmp_path) is None
    lock = DataDirectoryLock.try_acquire(tmp_path / "lock")
    assert lock is not None
    lock.release()


def test_the_same_directory_has_one_name_whatever_path_leads_to_it(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert EmbeddedConfig(tmp_path / "link").directory == EmbeddedConfig(tmp_path / "real").directory
