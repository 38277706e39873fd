"""Who runs Outlay: ourselves, or another user of this machine where we are root and can become one."""

import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from outlay.db.embedded.account import Account
from outlay.db.embedded.reach import can_read

AS_ROOT = os.geteuid() == 0
_PROGRAM = "from outlay.cli import main; main()"
_SOURCES = Path(__file__).parents[2] / "src"


@dataclass(frozen=True)
class Person:
    """Somebody who runs `outlay`; without a name, ourselves."""

    name: str | None

    @property
    def uid(self) -> int:
        return os.geteuid() if self.name is None else pwd.getpwnam(self.name).pw_uid

    def own(self, folder: Path) -> None:
        """Gives a folder to this person."""
        os.chown(folder, self.uid, -1)

    def starts(self, *arguments: str, settings: Mapping[str, str] | None = None) -> "subprocess.Popen[str]":
        """A command of `outlay` in its own process; everything it says comes by one pipe."""
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": _modules(), "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.Popen(
            [*self._identity(), self._python(), "-c", _PROGRAM, *arguments],
            env=environment | dict(settings or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd="/",
        )

    def says(self, *arguments: str) -> str:
        """What a command prints that succeeds."""
        process = self.starts(*arguments)
        said, _ = process.communicate(timeout=60)
        assert process.returncode == 0, said
        return said

    def refused_to_serve(self, *arguments: str, settings: Mapping[str, str] | None = None) -> str:
        """The one line that `outlay serve` ends with at once."""
        process = self.starts("serve", *arguments, settings=settings)
        said, _ = process.communicate(timeout=60)
        assert process.returncode == 1, said
        assert said.startswith("error: "), said
        assert said.count("\n") == 1, said
        return said

    def _identity(self) -> list[str]:
        if self.name is None:
            return []
        entry = pwd.getpwnam(self.name)
        return ["setpriv", f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups", "--"]

    def _python(self) -> str:
        """An interpreter of our version that the person can run: root's own may lie below root's home."""
        if self.name is None:
            return sys.executable
        entry = pwd.getpwnam(self.name)
        account = Account(self.name, entry.pw_uid, entry.pw_gid, (entry.pw_gid,), switch=True)
        version = f"python3.{sys.version_info.minor}"
        candidates = [sys.executable, *filter(None, [shutil.which(version, path="/usr/bin:/usr/local/bin")])]
        for candidate in candidates:
            if can_read(Path(candidate), account, os.X_OK):
                return candidate
        raise AssertionError(f"{self.name} can run none of {candidates}: install {version} where everybody reaches it")


OURSELVES = Person(None)
# These exist everywhere, so that tests add no user to the machine.
SOMEBODY, STRANGER = Person("nobody"), Person("daemon")


def _modules() -> str:
    """Where our modules and those that we depend on lie, for an interpreter outside the environment."""
    installed = find_spec("psycopg")
    assert installed is not None
    assert installed.origin is not None
    return f"{_SOURCES}:{Path(installed.origin).parents[1]}"
