"""The wire: one batch of events over HTTP, and what the server's answer means for it."""

import codecs
import gzip
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum, auto
from typing import TYPE_CHECKING

import msgspec

from outlay_sdk import lifecycle

if TYPE_CHECKING:
    import httpx

_EVENTS_PATH = "/api/v1/events"
# Below this, packing costs more than it saves.
_GZIP_FROM_BYTES = 1000
_GZIP_LEVEL = 4
_REASON_CHARACTERS_MAX = 200


class Verdict(Enum):
    """What is to be done with a batch."""

    TAKEN = auto()
    TOO_LARGE = auto()  # send it in parts
    REFUSED = auto()  # never send it again
    NOT_ALLOWED = auto()  # somebody has to mend the key; keep it
    LATER = auto()  # keep it


class Rejection(msgspec.Struct, frozen=True):
    """Why the server does not want one event."""

    id: str | None = None
    code: str = "unknown"
    message: str = ""


class _Receipt(msgspec.Struct, frozen=True):
    accepted: int
    repeated: int
    rejected: list[Rejection]


_receipt_decoder = msgspec.json.Decoder(_Receipt)


@dataclass(frozen=True)
class Answer:
    """What the server said, or that it said nothing."""

    verdict: Verdict
    reason: str = ""
    accepted: int = 0
    repeated: int = 0
    rejected: Sequence[Rejection] = ()
    retry_after_s: float | None = None


class Transport:
    """Posts to one server with one key. Everything that can go wrong is an answer, never an exception."""

    def __init__(self, api_key: str, base_url: str, user_agent: str) -> None:
        self._api_key = api_key
        self._url = base_url.rstrip("/") + _EVENTS_PATH
        self._user_agent = user_agent
        self._client: httpx.Client | None = None

    def post(self, lines: Sequence[bytes], timeout_s: float) -> Answer:
        try:
            response = self._post(lines, timeout_s)
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller's program must go on
            return Answer(Verdict.LATER, self._safe(f"{type(error).__name__}: {error}"))
        return self._read(response)

    def close(self) -> None:
        if self._client:
            self._client.close()
            self._client = None

    def forget_parent(self) -> None:
        """In a forked child: the connections are the parent's; closing them politely would end them for it."""
        self._client = None

    def _post(self, lines: Sequence[bytes], timeout_s: float) -> "httpx.Response":
        if self._client is None:
            self._client = self._connect()
        body = b"\n".join(lines)
        packing = {}
        if len(body) >= _GZIP_FROM_BYTES:
            body, packing = gzip.compress(body, _GZIP_LEVEL, mtime=0), {"Content-Encoding": "gzip"}
        return self._client.post(self._url, content=body, headers=packing, timeout=timeout_s)

    def _connect(self) -> "httpx.Client":
        headers = {
            "Authorization": f"Bearer {self._api_key}",
            "Content-Type": "application/x-ndjson",
            "User-Agent": self._user_agent,
        }
        with lifecycle.importing:
            # Costs a good part of a second, which belongs to the sending thread and not to the caller's start.
            import httpx  # noqa: PLC0415

            codecs.lookup("idna")  # an import as well, which the first look-up of an address would make
            return httpx.Client(headers=headers)

    def _read(self, response: "httpx.Response") -> Answer:
        status = response.status_code
        if status == 200:
            try:
                receipt = _receipt_decoder.decode(response.content)
            except msgspec.DecodeError:
                # A proxy's page with the status of success: nothing was stored.
                return Answer(Verdict.LATER, "the answer does not come from Outlay: is the address right?")
            return Answer(Verdict.TAKEN, "", receipt.accepted, receipt.repeated, receipt.rejected)
        reason = self._safe(f"{status} {response.text[:_REASON_CHARACTERS_MAX]}".strip())
        if status == 413:
            return Answer(Verdict.TOO_LARGE, reason)
        if status in {400, 415, 422}:
            return Answer(Verdict.REFUSED, reason)
        if status in {401, 403}:
            return Answer(Verdict.NOT_ALLOWED, reason)
        return Answer(Verdict.LATER, reason, retry_after_s=_wait_s(response.headers.get("Retry-After")))

    def _safe(self, text: str) -> str:
        """The text for the log: a server that repeats what it was sent must not put the key there."""
        return text.replace(self._api_key, "…").replace("\n", " ")


def _wait_s(retry_after: str | None) -> float | None:
    """How long the server wants to be left alone: it says so in seconds or by a date."""
    if not retry_after:
        return None
    try:
        seconds = float(retry_after)
    except ValueError:
        try:
            moment = parsedate_to_datetime(retry_after)
        except ValueError:
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        seconds = (moment - datetime.now(UTC)).total_seconds()
    return max(0.0, seconds) if math.isfinite(seconds) else None
