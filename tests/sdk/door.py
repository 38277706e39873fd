"""The wire of `/api/v1/events` as a real HTTP server that can be told to fail: what a good server does only by chance."""

import gzip
import json
import socket
import threading
from collections import Counter, deque
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = f"ok_{'1' * 32}_{'a' * 64}"


@dataclass(frozen=True)
class Asked:
    """A request, as it was read."""

    headers: dict[str, str]
    body: bytes
    events: list[dict[str, Any]]


@dataclass
class Door:
    """Stores events like the ledger's door, or gives the next of the prepared answers instead."""

    port: int = 0
    body_bytes_max: int = 10 * 1024 * 1024
    keys: set[str] = field(default_factory=lambda: {KEY})
    asked: list[Asked] = field(default_factory=list)
    stored: dict[str, dict[str, Any]] = field(default_factory=dict)
    times_received: Counter[str] = field(default_factory=Counter)
    answers: deque[tuple[int, dict[str, str], bytes]] = field(default_factory=deque)
    opened: threading.Event = field(default_factory=threading.Event)
    _server: ThreadingHTTPServer | None = None
    _connections: set[socket.socket] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def open(self) -> None:
        """Listens, on the same port as before."""
        self.opened.set()
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), self._handler())
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def close(self) -> None:
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None
        while self._connections:  # those that are kept alive would go on answering
            with suppress(OSError):
                self._connections.pop().shutdown(socket.SHUT_RDWR)

    def answers_next(self, status: int, body: object = b"", **headers: str) -> None:
        """The next request is answered like this and stores nothing."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.answers.append((status, {name.replace("_", "-"): value for name, value in headers.items()}, content))

    def answer(self, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        plain = gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body
        events = [json.loads(line) for line in plain.splitlines()]
        self.asked.append(Asked(headers, body, events))
        self.opened.wait(20)
        if self.answers:
            return self.answers.popleft()
        if headers.get("authorization", "").removeprefix("Bearer ") not in self.keys:
            return 401, {}, b'{"code":"unauthenticated"}'
        if len(plain) > self.body_bytes_max:
            return 413, {}, b'{"code":"too_large"}'
        return 200, {}, json.dumps(self._store(events)).encode()

    def _store(self, events: list[dict[str, Any]]) -> dict[str, Any]:
        accepted = repeated = 0
        rejected = []
        for index, event in enumerate(events):
            self.times_received[event["id"]] += 1
            if event.get("client") == "nobody":
                rejected.append({"index": index, "id": event["id"], "code": "unknown_client", "message": "No such."})
            elif event["id"] in self.stored:
                assert self.stored[event["id"]] == event, "a repeat is the same event"
                repeated += 1
            else:
                self.stored[event["id"]] = event
                accepted += 1
        return {"accepted": accepted, "repeated": repeated, "rejected": rejected}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        door = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def setup(self) -> None:
                super().setup()
                door._connections.add(self.connection)

            def finish(self) -> None:
                door._connections.discard(self.connection)
                with suppress(OSError):
                    super().finish()

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                path_is_right = self.path == "/api/v1/events"
                status, more, content = door.answer(headers, body) if path_is_right else (404, {}, b"")
                self.send_response(status)
                for name, value in {**more, "Content-Length": str(len(content))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """The tests say what happened."""

        return Handler
