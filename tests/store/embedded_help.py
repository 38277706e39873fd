"""What the tests of the embedded server share: a place to put one, programs that own one, and a look at what is left."""

import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest

from outlay.db.embedded import EmbeddedConfig
from outlay.db.embedded.account import Account
from outlay.db.embedded.leftovers import processes_of
from outlay.db.embedded.reach import can_read

DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")
# None is the server in the wheel.
BOTH_SERVERS = [pytest.param(None, id="embedded-18"), pytest.param(DEBIAN_15, id="debian-15")]
# Exists everywhere, so that tests add no user to the machine.
ACCOUNT = "nobody"
# Another unprivileged user, who must not come in.
STRANGER = "daemon"
AS_ROOT = os.geteuid() == 0
only_as_root = pytest.mark.skipif(not AS_ROOT, reason="Only root can become other users and mount file systems.")
SOURCES = Path(__file__).parents[2] / "src"

OWNER_PROGRAM = """
import json, sys
from pathlib import Path
from outlay.db.embedded import EmbeddedConfig, EmbeddedError, EmbeddedServer
told = json.loads(sys.argv[1])
config = EmbeddedConfig(
    Path(told["data_dir"]), binaries=told["binaries"] and Path(told["binaries"]), account=told["account"]
)
server = EmbeddedServer(config)
try:
    server.start(supervised=told["supervised"])
except EmbeddedError as error:
    print(json.dumps({"code": error.code, "message": str(error)}), flush=True)
    sys.exit(1)
print(json.dumps({"server": server.process_id, "url": server.admin_url}), flush=True)
sys.stdin.read()
server.stop()
print(json.dumps({"stopped": True}), flush=True)
"""


@dataclass
class Owner:
    """A process of its own that owns, or tried to own, a server."""

    process: "subprocess.Popen[str]"
    said: dict[str, object]

    @property
    def url(self) -> str:
        return str(self.said["url"])

    @property
    def server_pid(self) -> int:
        return int(str(self.said["server"]))

    def finish(self) -> None:
        """Ask for a clean stop and wait for it."""
        self.process.communicate(timeout=60)

    def kill(self) -> None:
        """Kill -9."""
        self.process.kill()
        self.process.communicate(timeout=60)


@dataclass
class Place:
    """A directory that everybody may pass, for one test's data."""

    folder: Path
    binaries: Path | None

    @property
    def config(self) -> EmbeddedConfig:
        return EmbeddedConfig(self.folder / "data", binaries=self.binaries, account=ACCOUNT)

    def told(self, *, supervised: bool) -> str:
        """What the owner's program is told."""
        told = {
            "data_dir": str(self.config.data_dir),
            "binaries": self.binaries and str(self.binaries),
            "account": ACCOUNT,
            "supervised": supervised,
        }
        return json.dumps(told)

    @contextmanager
    def owner(self, *, supervised: bool = True, user: str | None = None) -> Iterator[Owner]:
        process = run_python(OWNER_PROGRAM, self.told(supervised=supervised), user=user)
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            assert line, "the owner ended without a word"
            yield Owner(process, json.loads(line))
        finally:
            if process.poll() is None:
                process.kill()
            process.communicate(timeout=60)


@contextmanager
def a_place(binaries: Path | None = None) -> Iterator[Place]:
    """A fresh place; at its end nothing may run in it and nothing remains of it."""
    folder = Path(tempfile.mkdtemp(prefix="outlay-embedded-", dir="/tmp"))
    folder.chmod(0o755)
    place = Place(folder, binaries)
    try:
        yield place
        # A server whose owner was killed may be writing its last checkpoint.
        assert eventually(lambda: not processes_of(place.config.cluster)), "a database process was left behind"
    finally:
        shutil.rmtree(folder)


def run_python(program: str, *arguments: str, user: str | None = None) -> "subprocess.Popen[str]":
    """Run a program with this project's modules, as another user when one is named."""
    command = [sys.executable, "-c", program, *arguments]
    if user is not None:
        entry = pwd.getpwnam(user)
        identity = [f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups"]
        command = ["setpriv", *identity, "--", str(python_for(user)), *command[1:]]
    psycopg_home = find_spec("psycopg")
    assert psycopg_home is not None
    assert psycopg_home.origin is not None
    packages = Path(psycopg_home.origin).parents[1]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{SOURCES}:{packages}", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, cwd="/")


def python_for(user: str) -> Path:
    """An interpreter of our version that the user can run: root's own may lie below root's home."""
    entry = pwd.getpwnam(user)
    account = Account(user, entry.pw_uid, entry.pw_gid, (entry.pw_gid,), switch=True)
    candidates = [Path(sys.executable), Path(f"/usr/bin/python3.{sys.version_info.minor}")]
    for candidate in candidates:
        if candidate.exists() and can_read(candidate, account, os.X_OK):
            return candidate
    raise AssertionError(f"{user} can run none of {candidates}: install python3 where everybody can reach it")


def eventually(condition: Callable[[], bool], patience_s: float = 30.0) -> bool:
    """Wait for something that happens in another process."""
    deadline = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits to be collected does not."""
    try:
        return (
            Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[0] != "Z"
        )
    except OSError:
        return False


def store(url: str, value: int) -> None:
    """Commit a value."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (value int)")
        connection.execute("INSERT INTO kept VALUES (%s)", [value])


def stored(url: str) -> list[int]:
    """The committed values."""
    with psycopg.connect(url, autocommit=True) as connection:
        return [row[0] for row in connection.execute("SELECT value FROM kept ORDER BY value")]


def answers(url: str) -> bool:
    """Whether a connection succeeds now."""
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True
