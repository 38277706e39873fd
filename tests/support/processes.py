"""The real `outlay serve`, as a process of its own, for tests that come in through the front door."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from outlay.db.roles import DatabaseUrls

OUTLAY = Path(sys.executable).with_name("outlay")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def external(urls: DatabaseUrls) -> dict[str, str]:
    """The settings that name a database which is there already."""
    return {
        "OUTLAY_DATABASE_URL": urls.owner,
        "OUTLAY_DATABASE_APP_URL": urls.app,
        "OUTLAY_DATABASE_OPERATOR_URL": urls.operator,
    }


class Server:
    """A serving process; `with` ends it and fails when it does not end."""

    def __init__(
        self, settings: Mapping[str, str], *arguments: str, port: int | None = None, user: int | None = None
    ) -> None:
        self.port = port or free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self._log = tempfile.TemporaryFile("w+")  # noqa: SIM115 - lives as long as the process
        environment = {name: value for name, value in os.environ.items() if not name.startswith("OUTLAY_")}
        self.process = subprocess.Popen(
            [str(OUTLAY), "serve", "--port", str(self.port), *arguments],
            env=environment | dict(settings),
            stdout=self._log,
            stderr=subprocess.STDOUT,
            cwd=tempfile.gettempdir(),
            user=user,
        )

    def wait_until_ready(self, within_s: float = 60) -> Self:
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise AssertionError(f"the server ended by itself:\n{self.output()}")
            try:
                if httpx.get(f"{self.origin}/readyz", timeout=2).status_code == 200:
                    return self
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"the server does not become ready:\n{self.output()}")

    def output(self) -> str:
        self._log.flush()
        position = self._log.tell()
        self._log.seek(0)
        text = self._log.read()
        self._log.seek(position)
        return text

    def stop(self, within_s: float = 40) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(within_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"the server does not end:\n{self.output()}") from None

    def __enter__(self) -> Self:
        return self.wait_until_ready()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._log.close()
