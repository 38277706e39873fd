"""A door to knock at, clients that are closed at the end, and programs that use the package as a stranger would."""

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from outlay_sdk import Outlay
from tests.sdk.door import KEY, Door

Connect = Callable[..., Outlay]
Program = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def door() -> Iterator[Door]:
    door = Door()
    door.open()
    yield door
    door.close()


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    return tmp_path / "spool"


@pytest.fixture
def connect(door: Door, spool: Path) -> Iterator[Connect]:
    """Makes clients that are impatient, so that tests are quick."""
    clients: list[Outlay] = []

    def make(**options: Any) -> Outlay:
        chosen = {"spool_dir": spool, "batch_wait_s": 0.02, "retry_first_s": 0.02, "retry_s_max": 0.1, **options}
        client = Outlay(chosen.pop("api_key", KEY), chosen.pop("base_url", door.url), **chosen)
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.close(0)


@pytest.fixture
def program(door: Door, spool: Path) -> Iterator[Program]:
    """Starts Python with some lines of code; the address, the key and the spool come from the environment."""
    started: list[subprocess.Popen[str]] = []
    settings = {"OUTLAY_URL": door.url, "OUTLAY_API_KEY": KEY, "OUTLAY_SPOOL_DIR": str(spool)}

    def start(code: str, *options: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-W", "error", *options, "-c", textwrap.dedent(code)],
            env={**os.environ, **settings},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def segments(spool: Path) -> list[Path]:
    """The files that wait in a spool, the oldest first."""
    return sorted(spool.glob("*/*.ndjson"))


def spooled_ids(spool: Path) -> list[str]:
    return [json.loads(line)["id"] for path in segments(spool) for line in path.read_text().splitlines()]
