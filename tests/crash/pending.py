"""A request whose answer can be watched for: has anything of it arrived, and what does it say in the end."""

import json
import select
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection
from types import TracebackType
from typing import Any, Self

from tests.crash.installation import PATIENCE_S


@dataclass(frozen=True)
class Received:
    """An answer."""

    status: int
    headers: Mapping[str, str]
    text: str


class PendingRequest:
    """A request that was sent; its answer is read when it is asked for."""

    def __init__(self, port: int, path: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        self._connection.request(
            "POST", f"/api/v1{path}", json.dumps(body), {**headers, "Content-Type": "application/json"}
        )

    def has_begun_to_answer(self, within_s: float = 0.0) -> bool:
        """Whether a byte of the answer, or the end of the connection, has arrived."""
        readable, _, _ = select.select([self._connection.sock], [], [], within_s)
        return bool(readable)

    def answer(self) -> Received:
        """Waits for the whole answer."""
        with closing(self._connection.getresponse()) as response:
            headers = {name.lower(): value for name, value in response.getheaders()}
            return Received(response.status, headers, response.read().decode())

    def status_or_none(self) -> int | None:
        """What the first line says, as far as it arrived; None where the connection broke before."""
        received = b""
        try:
            while b"\r\n" not in received and (part := self._connection.sock.recv(4096)):
                received += part
        except OSError:
            return None
        line = received.split(b"\r\n")[0].split(b" ")
        return int(line[1]) if b"\r\n" in received else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()
