"""Usage events: the way in for everything that is spent."""

from typing import Any, Final

import msgspec
from fastapi import APIRouter, Request, Response
from pydantic import Field

from outlay.doors.event_bodies import ITEMS_MAX, MEDIA_TYPES, EventBody, body_bytes, media_type, read
from outlay.doors.http.recognition import KnownKeys
from outlay.doors.http.schemas import Answer
from outlay.doors.http.services import Services
from outlay.ledger import service as ledger
from outlay.ledger.model import EventDraft, Verdict
from outlay.ledger.service import Receipt

_EXAMPLE: Final = {
    "id": "0198c5a2-7d1e-7c3a-9f54-2b6d1c9e8a70",
    "time": "2026-11-20T09:30:00Z",
    "client": "acme",
    "campaign": "spring-launch",
    "agent": "copywriter",
    "service": "openai",
    "model": "gpt-4o-mini",
    "operation": "chat",
    "input_tokens": 1500,
    "output_tokens": 600,
}
_CLOUD_EVENT: Final = {
    "specversion": "1.0",
    "id": "chatcmpl-1",
    "source": "litellm-proxy",
    "type": "chat",
    "subject": "acme",
    "time": "2026-11-20T09:30:00Z",
    "data": {"model": "gpt-4o-mini", "service": "openai", "prompt_tokens": 1500, "completion_tokens": 600},
}
_DESCRIPTION: Final = f"""
Stores one event, an array of them, one on each line, or CloudEvents; at most {ITEMS_MAX:,} at once, plain or as gzip.

Each event stands for itself: the answer names those that were not stored, by their place, and why; the rest is durable
once the answer is there. `source` and `id` name an event for ever: a repeat is acknowledged and counts nothing, the same
name with other content is refused as a `conflict`. Clients, campaigns and agents are named by id, key or any text, and
made on first sight.
"""


class RejectedOut(Answer):
    """An event that was not stored."""

    index: int = Field(description="Its place in the body, from 0.")
    id: str | None
    code: str = Field(examples=["invalid_request"])
    message: str = Field(examples=["input_tokens: must be a whole number from 0 to 2147483647"])


class ReceiptOut(Answer):
    """What became of the events of a body."""

    accepted: int = Field(examples=[1])
    repeated: int = Field(description="Stored before, with the same content.", examples=[0])
    rejected: list[RejectedOut]


class IngestDoor:
    """The way in; it remembers which keys worked lately."""

    path: Final = "/api/v1/events"

    def __init__(self, services: Services) -> None:
        self._services = services
        self._known_keys = KnownKeys()

    async def store(self, request: Request) -> Response:
        """Stores the events of a request."""
        request.state.is_routine = True
        kind = media_type(request)
        workspace_id, recognise = await self._known_keys.recognition(request, self._services)
        body = read(await body_bytes(request, self._services.settings.body_bytes_max), kind)
        receipt = await ledger.record(self._services.recorder, workspace_id, recognise, body.items)
        return Response(msgspec.json.encode(_answer(body, receipt)), media_type="application/json")

    def router(self) -> APIRouter:
        """The same for the application, with its description."""
        router = APIRouter(tags=["events"])
        description = {"requestBody": _request_body(), "security": [{"key": []}, {"session": []}]}

        @router.post("/events", response_model=ReceiptOut, description=_DESCRIPTION, openapi_extra=description)
        async def store_events(request: Request) -> Response:
            """Store events."""
            return await self.store(request)

        return router


def _answer(body: EventBody, receipt: Receipt) -> dict[str, Any]:
    return {
        "accepted": receipt.count(Verdict.ACCEPTED),
        "repeated": receipt.count(Verdict.REPEATED),
        "rejected": [
            {"index": index, "id": body.ids[index], "code": outcome.code, "message": outcome.message}
            for index, outcome in enumerate(receipt.outcomes)
            if outcome.verdict in {Verdict.REJECTED, Verdict.CONFLICT}
        ],
    }


def _request_body() -> dict[str, Any]:
    (schema,), definitions = msgspec.json.schema_components([EventDraft], ref_template="#/components/schemas/{name}")
    event = definitions[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    one_or_many = {
        "anyOf": [event, {"type": "array", "items": event, "maxItems": ITEMS_MAX}],
        "examples": [_EXAMPLE],
    }
    content: dict[str, Any] = {
        kind: {"schema": {"type": "string"} if "nd" in kind or "jsonl" in kind else {"type": "object"}}
        for kind in MEDIA_TYPES
    }
    content["application/json"] = {"schema": one_or_many}
    content["application/cloudevents+json"]["example"] = _CLOUD_EVENT
    content["application/cloudevents-batch+json"] = {
        "schema": {"type": "array", "items": {"type": "object"}},
        "example": [_CLOUD_EVENT],
    }
    return {"required": True, "content": content}
