"""What the machine can tell: which processes there are, what they belong to, and who holds a port."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROCESSES = Path("/proc")
_LISTENS, _IS_CONNECTED = "0A", "01"


@dataclass(frozen=True)
class Process:
    """A running process, as it was a moment ago."""

    pid: int
    parent: int
    program: str
    command: str

    @property
    def is_postmaster(self) -> bool:
        """A database server itself; its children say in their command line what they do."""
        return self.program == "postgres" and not self.command.startswith("postgres: ")


def processes_in(folder: Path) -> list[Process]:
    """Every process that belongs to a folder: by its command line, its environment or where it works."""
    return [process for pid in _pids() if pid != os.getpid() and (process := _process_in(pid, folder)) is not None]


def pids_in_tree(root: int) -> list[int]:
    """A process and all its descendants, parents before children."""
    found = [root]
    parents = {pid: parent for pid in _pids() if (parent := _parent_of(pid)) is not None}
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits to be collected does not."""
    return _state_of(pid) not in {None, "Z", "X"}


def is_listened_on(port: int) -> bool:
    """Whether anybody takes connections on the port."""
    return any(local == port and state == _LISTENS for local, _, state, _ in _connections())


def server_of(port: int, client_port: int) -> int | None:
    """Which process holds the serving end of a connection that a client made to the port, once it was accepted."""
    inodes = {
        f"socket:[{inode}]"
        for local, remote, state, inode in _connections()
        if (local, remote, state) == (port, client_port, _IS_CONNECTED)
    }
    for pid in _pids():
        with suppress(OSError):
            for descriptor in (PROCESSES / str(pid) / "fd").iterdir():
                with suppress(OSError):
                    if str(descriptor.readlink()) in inodes:
                        return pid
    return None


def eventually(condition: Callable[[], bool], within_s: float = 20.0) -> bool:
    """Waits for something that another process does; says whether it happened."""
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _pids() -> Iterator[int]:
    yield from (int(entry.name) for entry in PROCESSES.iterdir() if entry.name.isdigit())


def _process_in(pid: int, folder: Path) -> Process | None:
    place, name = PROCESSES / str(pid), str(folder)
    try:
        command = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        works_in = str((place / "cwd").readlink())
        environment = (place / "environ").read_bytes().decode(errors="replace")
        program = (place / "exe").readlink().name
    except OSError:
        return None  # it has ended, or belongs to nobody
    parent = _parent_of(pid)
    belongs = name in command or works_in.startswith(name) or name in environment
    return Process(pid, parent, program, command) if belongs and parent is not None and is_alive(pid) else None


def _parent_of(pid: int) -> int | None:
    fields = _status_of(pid)
    return int(fields[1]) if fields else None


def _state_of(pid: int) -> str | None:
    fields = _status_of(pid)
    return fields[0] if fields else None


def _status_of(pid: int) -> list[str]:
    """The fields after the program's name, which may hold anything."""
    try:
        return (PROCESSES / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return []


def _connections() -> Iterator[tuple[int, int, str, str]]:
    """Local port, remote port, state and inode of every TCP socket."""
    for table in ("tcp", "tcp6"):
        with suppress(FileNotFoundError):
            for line in (PROCESSES / "net" / table).read_text().splitlines()[1:]:
                fields = line.split()
                local, remote = (int(address.rpartition(":")[2], 16) for address in fields[1:3])
                yield local, remote, fields[3], fields[9]
