"""An installation of Outlay for one test: a data directory and a port of its own, and what may be done to them."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import httpx

from outlay.db import roles
from outlay.db.embedded import server_state
from outlay.db.embedded.address import socket_url
from outlay.db.provision import DATABASE
from outlay.db.roles import DatabaseUrls
from tests.crash.machine import (
    Process,
    eventually,
    is_alive,
    is_listened_on,
    pids_in_tree,
    processes_in,
    server_of,
)
from tests.support.processes import Server, free_port

# Requests must be answered soon in these tests, whatever happens to the database.
SETTINGS = {"OUTLAY_DATABASE_POOL_WAIT_S": "2", "OUTLAY_LOG_LEVEL": "warning"}
# Beyond every time-out of the server's own.
PATIENCE_S = 20.0


@dataclass(frozen=True)
class Installation:
    """A data directory that holds a workspace, and the key of its owner."""

    folder: Path
    port: int
    key: str

    @property
    def data_dir(self) -> Path:
        return self.folder / "data"

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}

    def serve(self, settings: Mapping[str, str] | None = None, *, workers: int = 2) -> Server:
        """`outlay serve` here; starts at once and is ready when `with` says so."""
        arguments = ("--workers", str(workers), "--data-dir", str(self.data_dir))
        return Server(SETTINGS | dict(settings or {}), *arguments, port=self.port)

    def client(self) -> httpx.Client:
        """The native API with the owner's key."""
        origin = f"http://127.0.0.1:{self.port}/api/v1"
        return httpx.Client(base_url=origin, headers=self.headers, timeout=PATIENCE_S, verify=False)

    def urls(self) -> DatabaseUrls:
        """The running database, for a test that looks in from behind."""
        state = server_state(self.data_dir)
        assert state is not None, "no database runs here"
        place = Path(state.socket_dir)
        return DatabaseUrls(*(socket_url(place, role, DATABASE) for role in (roles.OWNER, roles.APP, roles.OPERATOR)))

    def processes(self) -> list[Process]:
        return processes_in(self.folder)

    def postmaster(self) -> int:
        """The process id of the database server."""
        (found,) = [process.pid for process in self.processes() if process.is_postmaster]
        return found

    def stored_keys(self) -> set[str]:
        """The keys of all clients that the running server knows."""
        with self.client() as client:
            found: set[str] = set()
            cursor: str | None = None
            while True:
                page = client.get("/clients", params={"limit": 500, **({"cursor": cursor} if cursor else {})})
                assert page.status_code == 200, page.text
                found |= {row["key"] for row in page.json()["items"]}
                cursor = page.json()["next"]
                if cursor is None:
                    return found

    def postgres_log(self) -> str:
        return (self.data_dir / "postgres.log").read_text(encoding="utf-8", errors="replace")

    def assert_nothing_is_left(self) -> None:
        """No process of this installation, and nobody on its port; a killed server's last children take a moment."""
        assert eventually(lambda: not self.processes()), f"left behind: {self.processes()}"
        assert eventually(lambda: not is_listened_on(self.port)), "somebody still listens on the port"


def new_folder() -> Path:
    """An empty folder that everybody may pass, as the account must that runs PostgreSQL for root."""
    folder = Path(tempfile.mkdtemp(prefix="outlay-crash-", dir="/tmp"))
    folder.chmod(0o755)
    return folder


@contextmanager
def copy_of(pattern: Installation) -> Iterator[Installation]:
    """A fresh installation like the pattern; at its end nothing of it may be left."""
    made = replace(pattern, folder=new_folder(), port=free_port())
    # The owners of the files count, which shutil does not copy.
    subprocess.run(["cp", "-a", str(pattern.data_dir), str(made.data_dir)], check=True)
    try:
        yield made
        made.assert_nothing_is_left()
    finally:
        kill(*(process.pid for process in made.processes()))
        shutil.rmtree(made.folder, ignore_errors=True)


def workers_of(server: Server) -> list[int]:
    """The processes that answer requests: copies of the serving parent, in the order of their age."""
    itself = _command(server.process.pid)
    return [pid for pid in pids_in_tree(server.process.pid)[1:] if _command(pid) == itself and is_alive(pid)]


def workers_other_than(server: Server, *before: int) -> list[int]:
    """Those that answer requests now and did not before."""
    return [pid for pid in workers_of(server) if pid not in before]


def servants(port: int) -> set[int]:
    """Which processes take fresh connections."""
    found = set()
    for _ in range(16):
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            found.add(server_of(port, connection.getsockname()[1]))
    return {pid for pid in found if pid is not None}


def kill(*pids: int) -> None:
    """Kill -9, each by its id."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
