"""Somebody at a terminal: the real `outlay` as a process of its own, or its commands in this one, which is cheaper."""

import json
import os
import subprocess
import tempfile
import traceback
from collections.abc import Mapping
from contextlib import chdir
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from outlay.cli import cli
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
    """Somebody at a terminal with some settings; nothing of whoever runs the tests leaks in.

    Commands run in this process, so they can be called from the main thread only, and not while a loop runs.
    """

    settings: Mapping[str, str] = field(default_factory=dict)
    folder: Path = field(default_factory=lambda: Path(tempfile.gettempdir()))

    @property
    def environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not _is_setting(name)}
        return inherited | dict(self.settings)

    def with_settings(self, **settings: str) -> "Terminal":
        """The same with further settings."""
        return replace(self, settings={**self.settings, **settings})

    def start(self, *arguments: str | Path) -> "subprocess.Popen[str]":
        """The real program, still running."""
        return subprocess.Popen(
            [OUTLAY, *arguments],
            env=self.environment,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def runs(self, *arguments: str | Path) -> Said:
        """Runs the real program to its end, whatever that is."""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=120)
        return Said(process.returncode, out, err)

    def says(self, *arguments: str | Path) -> Said:
        """Runs a command to its end, whatever that is; programs that it starts are heard as well."""
        settings: dict[str, str | None] = {name: None for name in os.environ if _is_setting(name)}
        runner = CliRunner(env=settings | dict(self.settings), capture="fd")
        with chdir(self.folder):
            result = runner.invoke(cli, [str(argument) for argument in arguments], prog_name=OUTLAY.name)
        if result.exception is None or isinstance(result.exception, SystemExit):
            return Said(result.exit_code, result.stdout, result.stderr)
        # Click hides what nobody expected, where the program would end with a traceback.
        return Said(1, result.stdout, result.stderr + "".join(traceback.format_exception(result.exception)))

    def does(self, *arguments: str | Path) -> Said:
        """Runs a command that must succeed."""
        said = self.says(*arguments)
        assert said.code == 0, f"outlay {' '.join(map(str, arguments))}: {said.err}"
        return said


def _is_setting(variable: str) -> bool:
    return variable.startswith(("OUTLAY_", "PG"))
