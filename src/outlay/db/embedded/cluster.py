"""The cluster on disk: made whole or not at all, and refused when another major version made it."""

import os
import shutil
import tempfile
from pathlib import Path

from outlay.db.embedded.account import Account
from outlay.db.embedded.binaries import major
from outlay.db.embedded.conf import INCLUDE
from outlay.db.embedded.config import SUPERUSER, EmbeddedConfig
from outlay.db.embedded.errors import EmbeddedError
from outlay.db.embedded.leftovers import wait_for
from outlay.db.embedded.spawn import run

UNFINISHED_PREFIX = "cluster.new-"
UNFINISHED_PATIENCE_S = 10.0
HAS_BUILTIN_LOCALES_SINCE = 17


def ensure_cluster(config: EmbeddedConfig, binaries: Path, version: str, account: Account) -> bool:
    """Make the cluster unless there is one of our version; says whether it is new. The lock must be held."""
    for leftover in config.directory.glob(f"{UNFINISHED_PREFIX}*"):
        _remove_unfinished(leftover)
    if not config.cluster.exists():
        _make(config, binaries, version, account)
        return True
    _refuse_other_version(config, version)
    return False


def _refuse_other_version(config: EmbeddedConfig, version: str) -> None:
    try:
        made_by = (config.cluster / "PG_VERSION").read_text(encoding="ascii").strip()
    except OSError as error:
        raise EmbeddedError(
            "cluster",
            f"{config.cluster} is not a PostgreSQL cluster ({error.strerror}: PG_VERSION): "
            "put it right from a backup, or choose another directory with --data-dir.",
        ) from error
    if made_by != str(major(version)):
        raise EmbeddedError(
            "version_mismatch",
            f"PostgreSQL {made_by} made the data in {config.directory} and this Outlay brings {version}: run "
            "`outlay db backup FILE` with the Outlay that made it, move the directory away, and run `outlay db restore FILE`.",
        )


def _make(config: EmbeddedConfig, binaries: Path, version: str, account: Account) -> None:
    unfinished = Path(tempfile.mkdtemp(prefix=UNFINISHED_PREFIX, dir=config.directory))
    try:
        os.chown(unfinished, account.uid, account.gid)
        _initdb(unfinished, binaries, version, account)
        with (unfinished / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(INCLUDE)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(config.cluster)
        _sync_directory(config.directory)
    except BaseException:
        _remove_unfinished(unfinished)
        raise


def _remove_unfinished(folder: Path) -> None:
    """What a killed initdb was working on: its last child may write a little longer, so removing it may take turns."""

    def gone() -> bool:
        shutil.rmtree(folder, ignore_errors=True)
        return not folder.exists()

    if not wait_for(gone, UNFINISHED_PATIENCE_S):
        raise EmbeddedError("data_dir", f"{folder} is left from an interrupted start: remove it, then start again.")


def _initdb(target: Path, binaries: Path, version: str, account: Account) -> None:
    common: list[str | Path] = [binaries / "initdb", "--pgdata", target, "--username", SUPERUSER, "--auth", "peer"]
    common += ["--encoding", "UTF8", "--lc-messages", "C", "--no-instructions", "--data-checksums"]
    output = ""
    for locale in _locales(major(version)):
        code, output = run([*common, *locale], account)
        if code == 0:
            return
        if "invalid locale" not in output:
            break
    said = [line.strip() for line in output.splitlines() if "error:" in line or "FATAL:" in line or "PANIC:" in line]
    detail = said[0] if said else " ".join(output.split())[-300:]
    if "No space left on device" in output:
        raise EmbeddedError(
            "disk_full",
            f"The disk is too full for a new database in {target.parent}: free some space there ({detail}).",
        )
    raise EmbeddedError("initdb", f"PostgreSQL cannot make a database in {target.parent}: {detail}")


def _locales(major_version: int) -> list[list[str]]:
    """Preferred first: the same order and case rules on every machine, whatever its C library."""
    if major_version >= HAS_BUILTIN_LOCALES_SINCE:
        return [["--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C"]]
    return [["--locale", "C.UTF-8"], ["--locale", "C"]]


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
