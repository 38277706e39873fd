"""The data directory and the socket's directory: made, checked, and refused when they belong to somebody else."""

import hashlib
import os
import re
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from outlay.db.embedded.account import ROOT, Account, user_name
from outlay.db.embedded.config import PORT, EmbeddedConfig
from outlay.db.embedded.errors import EmbeddedError
from outlay.db.embedded.reach import blocking_folder

SOCKET_NAME = f".s.PGSQL.{PORT}"
# A unix socket's whole path has 107 bytes; a few are left over.
SOCKET_DIR_BYTES_MAX = 107 - len(f"/{SOCKET_NAME}") - 5
# A comma would split the path where PostgreSQL and libpq expect a list.
PLAIN_PATH = re.compile(r"[A-Za-z0-9/_.+ -]+")


def prepare_data_directory(config: EmbeddedConfig, account: Account) -> None:
    """Make the data directory if it is missing; refuse it when it, or the cluster in it, is somebody else's."""
    directory = config.directory
    if account.switch:
        _refuse_unreachable(directory, blocking_folder(directory.parent, account), account)
    try:
        # Others may pass through as root's server account must, but see nothing: what lies inside is closed.
        _make_folder(directory, 0o711 if account.switch else 0o700)
        status = directory.stat()
    except OSError as error:
        raise EmbeddedError(
            "data_dir",
            f"The data directory {directory} cannot be made or read ({error.strerror}): choose another with --data-dir.",
        ) from error
    if not stat.S_ISDIR(status.st_mode):
        raise EmbeddedError("data_dir", f"{directory} is not a directory: choose another with --data-dir.")
    _refuse_other_owner(directory, status, {os.geteuid(), account.uid} if account.switch else {os.geteuid()})
    if config.cluster.exists():
        _refuse_other_owner(config.cluster, config.cluster.lstat(), {account.uid})
    if account.switch:
        _let_account_pass(config, account)


def _make_folder(folder: Path, mode: int) -> None:
    """Make what is missing on the way too, with the same mode whatever the umask says."""
    if not folder.exists():
        _make_folder(folder.parent, mode)
        folder.mkdir(exist_ok=True)
        folder.chmod(mode)


def _refuse_other_owner(path: Path, status: os.stat_result, allowed: set[int]) -> None:
    if status.st_uid in allowed:
        return
    owner = user_name(status.st_uid)
    raise EmbeddedError(
        "data_dir_owner",
        f"The data directory {path} belongs to {owner}, not to {user_name(min(allowed - {ROOT} or allowed))}: "
        f"run Outlay as {owner}, or choose another directory with --data-dir.",
    )


def _let_account_pass(config: EmbeddedConfig, account: Account) -> None:
    directory = config.directory
    blocked = blocking_folder(directory, account)
    if blocked == directory and (config.cluster.exists() or not any(directory.iterdir())):
        # An empty or our own directory (a mounted volume, say) may be opened for passing; nothing else is touched.
        directory.chmod(stat.S_IMODE(directory.stat().st_mode) | 0o011)
        blocked = blocking_folder(directory, account)
    _refuse_unreachable(directory, blocked, account)


def _refuse_unreachable(directory: Path, blocked: Path | None, account: Account) -> None:
    if blocked is not None:
        raise EmbeddedError(
            "data_dir_unreachable",
            f"The account {account.name}, which runs PostgreSQL for root, cannot pass {blocked} to {directory}: "
            f"choose a directory it can reach with --data-dir (such as /var/lib/outlay), or run `chmod o+x {blocked}`.",
        )


def choose_socket_directory(config: EmbeddedConfig, account: Account) -> Path:
    """A private directory for the socket, made if needed: beside the data, or elsewhere when that path is too long."""
    beside = config.directory / "run"
    if fits_socket(beside):
        return _private(beside, account)
    name = hashlib.sha256(os.fsencode(config.directory)).hexdigest()[:16]
    for folder in _short_folders(account):
        candidate = folder / name if folder.name == "outlay" else folder / f"outlay-{account.uid}-{name}"
        if fits_socket(candidate) and blocking_folder(folder, account) is None:
            return _private(candidate, account)
    raise EmbeddedError(
        "socket_dir", f"No place is short enough for a socket: choose a shorter data directory than {config.directory}."
    )


def is_temporary(socket_dir: Path, config: EmbeddedConfig) -> bool:
    """Whether the socket's directory lies outside the data directory and goes with the server."""
    return config.directory not in socket_dir.parents


def fits_socket(socket_dir: Path) -> bool:
    """Whether a socket in the directory has a path that the kernel, PostgreSQL and libpq all take."""
    text = str(socket_dir)
    return len(os.fsencode(text)) <= SOCKET_DIR_BYTES_MAX and PLAIN_PATH.fullmatch(text) is not None


def remove_socket_directory(socket_dir: Path) -> None:
    """Take away a temporary directory and what a killed server may have left in it."""
    for name in (SOCKET_NAME, f"{SOCKET_NAME}.lock"):
        with suppress(OSError):
            (socket_dir / name).unlink()
    with suppress(OSError):
        socket_dir.rmdir()


def _short_folders(account: Account) -> list[Path]:
    folders = []
    if account.switch:
        shared = Path("/run/outlay")
        with suppress(OSError):
            _make_folder(shared, 0o755)
        folders.append(shared)
    elif runtime := os.environ.get("XDG_RUNTIME_DIR"):
        folders.append(Path(runtime))
    folders += [Path(tempfile.gettempdir()), Path("/tmp")]  # noqa: S108 - the directory in it is checked below.
    return [folder.resolve() for folder in folders if _nobody_else_can_replace_entries(folder)]


def _nobody_else_can_replace_entries(folder: Path) -> bool:
    try:
        status = folder.stat()
    except OSError:
        return False
    trusted = status.st_uid in (ROOT, os.geteuid())
    shared = bool(status.st_mode & 0o022)
    return stat.S_ISDIR(status.st_mode) and trusted and (not shared or bool(status.st_mode & stat.S_ISVTX))


def _private(path: Path, account: Account) -> Path:
    """The directory at the path, ours alone; somebody else's, or a link, is refused."""
    with suppress(FileExistsError):
        path.mkdir(mode=0o700)
        if account.switch:
            os.chown(path, account.uid, account.gid, follow_symlinks=False)
    status = path.lstat()
    if not stat.S_ISDIR(status.st_mode):
        raise EmbeddedError("socket_dir", f"{path} should be the socket's directory but is something else: remove it.")
    if status.st_uid != account.uid and status.st_uid != os.geteuid():
        raise EmbeddedError(
            "socket_dir",
            f"{path} should be the socket's directory but belongs to {user_name(status.st_uid)}: remove it.",
        )
    # A start that was killed between mkdir and chown leaves root's own directory; it is ours to hand over.
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        os.fchown(descriptor, account.uid, account.gid)
        os.fchmod(descriptor, 0o700)
    finally:
        os.close(descriptor)
    return path
