"""Writes the whole database into one file, beside whoever uses it, and says what such a file holds.

A backup is one moment of the database: everything committed before it and nothing after. The file appears under its
name only when it is complete.
"""

import fcntl
import os
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psycopg

from outlay.db.embedded import free_disk_bytes
from outlay.db.place import NoDatabase, Place
from outlay.db.programs import Programs, newest_programs, without_password
from outlay.kit.errors import OutlayError

OnBytes = Callable[[int], None]

PARTIAL = ".partial"
MEBIBYTE = 1024 * 1024
# The database may live on the same disk, and must be able to write while we do.
DISK_FLOOR_BYTES = 64 * MEBIBYTE
# Rows are compressed and indexes left out, yet with less space than this part of its database none will fit.
_LEAST_PART_OF_DATABASE = 10
_LOOK_EVERY_S = 0.2
_ENDED_BY_SIGPIPE = -13


class BackupFailed(OutlayError):
    """The backup was not written; no file was changed. The detail says why."""

    status, code, title = 500, "backup_failed", "The backup was not written"


class BackupUnreadable(OutlayError):
    """The file is not a backup of Outlay, is damaged, or was made by a newer Outlay. Nothing was changed."""

    status, code, title = 422, "backup_unreadable", "The backup cannot be used"


@dataclass(frozen=True)
class Contents:
    """What is known of a backup before it is restored."""

    revision: str
    tables: int
    made_at: str
    made_by: str


def back_up(place: Place, target: Path, *, replace: bool = False, on_bytes: OnBytes = lambda _: None) -> int:
    """Writes a backup and gives its size; `replace` allows to take the place of a file."""
    if target.is_dir():
        raise BackupFailed(f"{target} is a directory: name a file in it.")
    if target.exists() and not replace:
        raise BackupFailed(f"{target} exists already: choose another name, or allow it to be replaced with --force.")
    if not target.absolute().parent.is_dir():
        raise BackupFailed(f"The directory {target.absolute().parent} does not exist: make it first.")
    _require_space(target, _database_bytes(place))
    with _partial_file(target) as (partial, file):
        _dump(place, file, target, on_bytes)
        look_into(partial)
        os.fsync(file.fileno())
        size_bytes = os.fstat(file.fileno()).st_size
        partial.rename(target)
    _sync_directory(target.absolute().parent)
    return size_bytes


def look_into(backup: Path) -> Contents:
    """What a backup holds, by its table of contents and the schema's revision in it."""
    try:
        with backup.open("rb") as file:
            file.read(1)
    except OSError as error:
        raise BackupUnreadable(f"{backup} cannot be read: {error.strerror}.") from error
    programs = newest_programs()
    listing = _output_of(programs, backup, "--list")
    rows = _output_of(programs, backup, "--data-only", "--table=alembic_version", "--file=-")
    revision = re.search(r"^COPY public\.alembic_version .*\n(\w+)$", rows, re.MULTILINE)
    if revision is None:
        raise BackupUnreadable(f"{backup} is a dump of another program's database: name a file of `outlay db backup`.")
    made_at = re.search(r"^; Archive created at (.*)$", listing, re.MULTILINE)
    made_by = re.search(r"^; +Dumped from database version: (.*)$", listing, re.MULTILINE)
    return Contents(
        revision=revision[1],
        tables=len(re.findall(r"^\d+; \d+ \d+ TABLE ", listing, re.MULTILINE)),
        made_at=made_at[1] if made_at else "an unknown time",
        made_by=f"PostgreSQL {made_by[1]}" if made_by else "PostgreSQL",
    )


@contextmanager
def script_of(backup: Path) -> Iterator[IO[bytes]]:
    """The SQL that a backup stands for, as a stream; leaving fails when the file did not hold all of it."""
    command = newest_programs().command("pg_restore", "--no-owner", "--no-tablespaces", "--file=-", backup.absolute())
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, env=_environment())
        assert process.stdout is not None
        try:
            yield process.stdout
        finally:
            process.stdout.close()
            code = process.wait()
            errors.seek(0)
            # Closing the stream before its end stops the program in its way: then the error lies elsewhere.
            if code not in {0, _ENDED_BY_SIGPIPE}:
                raise _unreadable(backup, errors.read().decode(errors="replace"))


def require_floor(place: Path) -> None:
    """Raises when so little disk space is left that going on could harm the database."""
    free_bytes = free_disk_bytes(place)
    if free_bytes < DISK_FLOOR_BYTES:
        raise BackupFailed(
            f"Only {free_bytes // MEBIBYTE} MB of disk space are left at {place}: free some space there and try again."
        )


def _dump(place: Place, file: IO[bytes], target: Path, on_bytes: OnBytes) -> None:
    """Lets pg_dump write into the open file.

    It is named by its number, so that nobody can put another file in its way between two opens. As standard output it
    could not be wound back to note where each table lies. What is not logged (windows of rate limits) would not outlive
    a crash either, and is left out.
    """
    connection, environment = without_password(place.urls.operator)
    arguments = ("--format=custom", "--no-unlogged-table-data", "--no-sync", "--no-password")
    where = (f"--file=/dev/fd/{file.fileno()}", f"--dbname={connection}")
    command = place.programs.command("pg_dump", *arguments, *where)
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            env=environment,
            pass_fds=(file.fileno(),),
        )
        try:
            while process.poll() is None:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(_LOOK_EVERY_S)
                on_bytes(os.fstat(file.fileno()).st_size)
                require_floor(target.absolute().parent)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
        if process.returncode != 0:
            errors.seek(0)
            raise BackupFailed(f"pg_dump stopped: {_one_line(errors.read().decode(errors='replace'))}")


@contextmanager
def _partial_file(target: Path) -> Iterator[tuple[Path, IO[bytes]]]:
    """A private file beside the target; whatever happens, it does not stay under that name."""
    partial = target.with_name(target.name + PARTIAL)
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise BackupFailed(f"{partial} cannot be written: {error.strerror}.") from error
    with os.fdopen(descriptor, "wb") as file:
        _claim(descriptor, partial, target)
        try:
            yield partial, file
        except BaseException as error:
            partial.unlink(missing_ok=True)
            if isinstance(error, OSError):
                raise BackupFailed(f"{target} cannot be written: {error.strerror}.") from error
            raise


def _claim(descriptor: int, partial: Path, target: Path) -> None:
    """Makes the open file ours alone and empty, or raises when another backup writes to it, or has just finished it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not os.path.samestat(partial.lstat(), os.fstat(descriptor)):
            raise BlockingIOError
    except (BlockingIOError, FileNotFoundError):
        raise BackupFailed(f"Another backup is being written to {target}: wait for it.") from None
    os.fchmod(descriptor, 0o600)
    os.ftruncate(descriptor, 0)


def _database_bytes(place: Place) -> int:
    with psycopg.connect(place.urls.operator, connect_timeout=10) as connection:
        row = connection.execute(
            "select to_regclass('public.alembic_version') is not null, pg_database_size(current_database())"
        ).fetchone()
    assert row is not None
    if not row[0]:
        raise NoDatabase("There is nothing to back up yet: the database is empty.")
    return int(row[1])


def _require_space(target: Path, database_bytes: int) -> None:
    require_floor(target.absolute().parent)
    needed_bytes = DISK_FLOOR_BYTES + database_bytes // _LEAST_PART_OF_DATABASE
    free_bytes = free_disk_bytes(target.absolute().parent)
    if free_bytes < needed_bytes:
        raise BackupFailed(
            f"Only {free_bytes // MEBIBYTE} MB are free at {target.absolute().parent}, and a backup of this database "
            f"needs at least {needed_bytes // MEBIBYTE} MB: free some space, or choose another place."
        )


def _output_of(programs: Programs, backup: Path, *arguments: str) -> str:
    command = programs.command("pg_restore", *arguments, backup.absolute())
    outcome = subprocess.run(command, capture_output=True, check=False, env=_environment())
    if outcome.returncode != 0:
        raise _unreadable(backup, outcome.stderr.decode(errors="replace"))
    return outcome.stdout.decode(errors="replace")


def _unreadable(backup: Path, said: str) -> BackupUnreadable:
    if "does not appear to be a valid archive" in said or "is a text" in said:
        return BackupUnreadable(f"{backup} is not a backup: name a file that `outlay db backup` made.")
    if "unsupported version" in said:
        return BackupUnreadable(f"{backup} was made by a newer PostgreSQL: restore it with a newer Outlay.")
    return BackupUnreadable(f"{backup} is damaged or incomplete ({_one_line(said)}): use another backup.")


def _one_line(said: str) -> str:
    lines = [re.sub(r"^pg_\w+: (error: |detail: )?", "", line) for line in said.splitlines() if line.strip()]
    return "; ".join(lines[:3]).rstrip(".") or "it gave no reason"


def _environment() -> dict[str, str]:
    return {**os.environ, "LC_MESSAGES": "C", "TZ": "UTC"}


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
