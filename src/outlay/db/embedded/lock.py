"""The lock that makes one process the owner of a data directory, and what the owner tells everybody through it."""

import fcntl
import json
import os
import stat
import time
import weakref
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import ClassVar, Literal, Self

from outlay.db.embedded.account import user_name
from outlay.db.embedded.errors import EmbeddedError

StateName = Literal["starting", "ready", "restarting", "failed", "stopping", "stopped"]
# Somebody who only looks takes the lock for an instant; a start must not mistake that for an owner.
LOOKER_GRACE_S = 0.3


@dataclass(frozen=True)
class ServerState:
    """What the owner of a data directory says about itself and its server."""

    pid: int
    supervised: bool
    state: StateName
    detail: str = ""
    socket_dir: str = ""


class DataDirectoryLock:
    """An exclusive flock on a file: it dies with its holder, so it cannot go stale."""

    _held: ClassVar["weakref.WeakSet[DataDirectoryLock]"] = weakref.WeakSet()

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor: int | None = descriptor
        DataDirectoryLock._held.add(self)

    @classmethod
    def try_acquire(cls, path: Path) -> Self | None:
        """Become the owner, or None when somebody else is."""
        deadline = time.monotonic() + LOOKER_GRACE_S
        while True:
            descriptor = _open_lock_file(path)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
                if time.monotonic() > deadline:
                    return None
                time.sleep(0.02)
                continue
            # The last owner removes the file when it leaves: a lock on a removed file is worth nothing.
            if _is_still_at(descriptor, path):
                return cls(path, descriptor)
            os.close(descriptor)

    def announce(self, state: ServerState) -> None:
        """Write what others should know; a full disk must not stop the owner from going on."""
        if self._descriptor is None:
            return
        text = json.dumps(asdict(state)).encode()
        with suppress(OSError):
            os.pwrite(self._descriptor, text, 0)
            os.ftruncate(self._descriptor, len(text))

    def release(self) -> None:
        """Leave nothing behind: the file goes while its lock is still held."""
        if self._descriptor is None:
            return
        with suppress(FileNotFoundError):
            self.path.unlink()
        self.forget()

    def forget(self) -> None:
        """Close the file; the lock goes when the last process that shares it has done so."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    @classmethod
    def forget_in_forked_child(cls) -> None:
        """A forked worker shares the parent's open file; were it to keep it, the lock would outlive the owner."""
        for lock in list(cls._held):
            lock.forget()


os.register_at_fork(after_in_child=DataDirectoryLock.forget_in_forked_child)


def server_state(data_dir: Path) -> ServerState | None:
    """What the owner of the directory last said, or None when nobody owns it."""
    path = Path(data_dir).expanduser().resolve() / "lock"
    for _attempt in range(20):
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        except PermissionError:
            raise _not_ours(path.parent) from None
        try:
            if not _is_locked(descriptor):
                return None
            return ServerState(**json.loads(os.pread(descriptor, 65536, 0)))
        except (ValueError, TypeError):
            # The owner has just taken the lock, or is in the middle of writing: look again.
            time.sleep(0.01)
        finally:
            os.close(descriptor)
    return ServerState(pid=0, supervised=False, state="starting")


def _not_ours(directory: Path) -> EmbeddedError:
    try:
        owner = user_name(directory.stat().st_uid)
    except PermissionError:
        owner = "another user"
    return EmbeddedError("data_dir_owner", f"The data directory {directory} belongs to {owner}: run Outlay as {owner}.")


def _is_locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    return False


def _open_lock_file(path: Path) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise EmbeddedError("lock_file", f"{path} is not a plain file: remove it and start again.")
    return descriptor


def _is_still_at(descriptor: int, path: Path) -> bool:
    try:
        there = path.lstat()
    except FileNotFoundError:
        return False
    here = os.fstat(descriptor)
    return (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino)
