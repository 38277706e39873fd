"""The real `outlay` at a terminal: a process of its own for each command."""

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.processes import OUTLAY


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """What it printed for programs."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Terminal:
    """Somebody at a terminal with some settings; nothing of whoever runs the tests leaks in."""

    settings: Mapping[str, str] = field(default_factory=dict)
    folder: Path = field(default_factory=lambda: Path(tempfile.gettempdir()))

    @property
    def environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("OUTLAY_", "PG"))}
        return inherited | dict(self.settings)

    def start(self, *arguments: str | Path) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [OUTLAY, *arguments],
            env=self.environment,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def says(self, *arguments: str | Path) -> Said:
        """Runs a command to its end, whatever that is."""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=120)
        return Said(process.returncode, out, err)

    def does(self, *arguments: str | Path) -> Said:
        """Runs a command that must succeed."""
        said = self.says(*arguments)
        assert said.code == 0, f"outlay {' '.join(map(str, arguments))}: {said.err}"
        return said
