"""A server with nothing but the live door, so that a test can say how often it looks after its connections."""

import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Self

import httpx
from fastapi import FastAPI
from starlette.types import ASGIApp

from outlay.db.connect import Database
from outlay.db.roles import DatabaseUrls
from outlay.doors.live import LiveDoor
from outlay.identity.sign_in.model import SessionPolicy
from tests.support.processes import free_port

VARIABLE = "OUTLAYTEST_LIVE"
ROOT = Path(__file__).parents[2]
PUBLIC_ORIGIN = "https://outlay.example.test"
POLICY = SessionPolicy(
    idle=timedelta(hours=24), longest=timedelta(days=30), password_reset=timedelta(hours=1), attempts_max=10
)


def make() -> ASGIApp:
    """What granian serves."""
    database = Database(DatabaseUrls(**json.loads(os.environ[VARIABLE])), pool_size=4, pool_wait_s=5)
    door = LiveDoor(database, POLICY, origin=PUBLIC_ORIGIN, recheck_s=0.5)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await door.start()
        yield
        await door.stop()
        await database.close()

    api = FastAPI(lifespan=lifespan)
    api.get("/")(lambda: "ready")
    return door.around(api)


class LiveServer:
    """Two processes that serve the live door."""

    def __init__(self, urls: DatabaseUrls, *, port: int | None = None, workers: int = 2) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        command = ["granian", "--interface", "asgi", "--factory", "--host", "127.0.0.1", "--port", str(self.port)]
        command += ["--workers", str(workers), "--log-level", "warning", "tests.doors.live_help:make"]
        environment = os.environ | {VARIABLE: json.dumps(vars(urls)), "PYTHONPATH": str(ROOT)}
        self._process = subprocess.Popen([sys.executable, "-m", *command], env=environment, cwd=ROOT)

    def __enter__(self) -> Self:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            assert self._process.poll() is None, "the server ended by itself"
            try:
                httpx.get(self.url, timeout=5).raise_for_status()
            except httpx.TransportError:
                time.sleep(0.05)
            else:
                return self
        raise AssertionError("the server does not become ready")

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise AssertionError("the server does not end") from None
