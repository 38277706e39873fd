"""Bodies that carry events: one, an array, lines, or CloudEvents; each item is read alone, so that one bad one costs one."""

import json
import re
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
from starlette.requests import Request

from outlay.catalog.units import UNITS, canonical_unit
from outlay.connectors import cloudevents
from outlay.doors.http.problems import BodyTooLarge, MalformedJson, UnsupportedMediaType
from outlay.kit.errors import OutlayError
from outlay.ledger.model import EventDraft, Outcome, rejected

ITEMS_MAX: Final = 10_000
_GZIP: Final = 16 + zlib.MAX_WBITS
_MEMBERS_MAX: Final = 1_000
_JSON: Final = "application/json"
_LINES: Final = ("application/x-ndjson", "application/ndjson", "application/jsonl")
_CLOUD_EVENT: Final = "application/cloudevents+json"
_CLOUD_EVENTS: Final = "application/cloudevents-batch+json"
MEDIA_TYPES: Final = (_JSON, *_LINES, _CLOUD_EVENT, _CLOUD_EVENTS)
_DRAFT: Final = msgspec.json.Decoder(EventDraft)
_RAWS: Final = msgspec.json.Decoder(list[msgspec.Raw])
_FIELDS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
# Reads what msgspec does not: only to find where each item of an array ends.
_LENIENT: Final = json.JSONDecoder()
_BEGINNING: Final = re.compile(r"[ \t\r\n]*\[[ \t\r\n]*")
_COMMA: Final = re.compile(r"[ \t\r\n]*,[ \t\r\n]*")
_END_OF_ARRAY: Final = re.compile(r"[ \t\r\n]*\][ \t\r\n]*")
_OUR_FIELDS: Final = frozenset(EventDraft.__struct_fields__)

Item = EventDraft | Outcome


class TooManyItems(OutlayError):
    """A body may carry 10,000 events. Send more than that in several bodies."""

    status, code, title = 413, "too_many_items", "Too many events at once"


class NotGzip(OutlayError):
    """The body says that it is compressed, and is not, or with something that this server does not unpack."""

    status, code, title = 415, "bad_encoding", "The body cannot be unpacked"


@dataclass(frozen=True)
class EventBody:
    """The items of a body in their order: events, or why an item is none; and the ids as far as they could be read."""

    items: list[Item]
    ids: list[str | None]


async def body_bytes(request: Request, bytes_max: int) -> bytes:
    """The body, unpacked; what grows beyond the limit is not unpacked any further."""
    body = await request.body()
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding in {"", "identity"}:
        return body
    if encoding not in {"gzip", "x-gzip"}:
        raise NotGzip(f"The encoding {encoding[:40]!r} is not supported: send gzip, or nothing compressed.")
    try:
        return _unpacked(body, bytes_max)
    except zlib.error as error:
        raise NotGzip("The body is not gzip, as its Content-Encoding says.") from error


def _unpacked(packed: bytes, bytes_max: int) -> bytes:
    """What is packed; gzip may have several members, one after the other."""
    parts: list[bytes] = []
    room = bytes_max
    for _ in range(_MEMBERS_MAX):
        unpacker = zlib.decompressobj(_GZIP)
        parts.append(unpacker.decompress(packed, room + 1))
        room -= len(parts[-1])
        if room < 0:
            raise BodyTooLarge(f"The unpacked body is larger than {bytes_max} bytes.")
        if not unpacker.eof:
            raise NotGzip("The compressed body ends too early.")
        packed = unpacker.unused_data
        if not packed:
            return b"".join(parts)
    raise NotGzip(f"The body consists of more than {_MEMBERS_MAX} compressed parts.")


def media_type(request: Request) -> str:
    """What the body says it is, where that is something we read."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in MEDIA_TYPES:
        raise UnsupportedMediaType(f"Send the events as one of {', '.join(MEDIA_TYPES)}.")
    return kind


def read(body: bytes, kind: str) -> EventBody:
    """The events of a body of a media type."""
    raws = _raws(body, kind)
    if len(raws) > ITEMS_MAX:
        raise TooManyItems(f"The body holds {len(raws)} events; at most {ITEMS_MAX} are taken at once.")
    decode = _decoded_cloud_event if kind in {_CLOUD_EVENT, _CLOUD_EVENTS} else _decoded
    items: list[Item] = []
    ids: list[str | None] = []
    for raw in raws:
        item = decode(raw)
        items.append(item)
        ids.append(item.id if isinstance(item, EventDraft) else _id_in(raw))
    return EventBody(items, ids)


def _raws(body: bytes, kind: str) -> Sequence[msgspec.Raw | bytes]:
    if kind in _LINES:
        return [line for line in body.split(b"\n") if line.strip()]
    try:
        if body.lstrip()[:1] == b"[":
            return _raws_of_array(body)
        # Read once as a whole: a body that is no JSON at all is refused, and not counted as one bad event.
        msgspec.json.decode(body)
    except (ValueError, RecursionError) as error:
        raise MalformedJson("The body is not valid JSON in UTF-8.") from error
    return [body]


def _raws_of_array(body: bytes) -> Sequence[msgspec.Raw | bytes]:
    """The items of an array. Some encoders write NaN or half a character, which is no reason to refuse the others."""
    try:
        return _RAWS.decode(body)
    except msgspec.DecodeError:
        text = body.decode("utf-8", "surrogateescape")
    items: list[bytes] = []
    before = _BEGINNING.match(text)
    end = 0
    while before:
        _, end = _LENIENT.raw_decode(text, before.end())
        items.append(text[before.end() : end].encode("utf-8", "surrogateescape"))
        before = _COMMA.match(text, end)
    if not _END_OF_ARRAY.fullmatch(text, end):
        raise ValueError("the array does not end")
    return items


def _decoded(raw: msgspec.Raw | bytes) -> Item:
    try:
        return _DRAFT.decode(raw)
    except msgspec.ValidationError as error:
        return _decoded_with_units(raw, error)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        return _unreadable(error)


def _decoded_with_units(raw: msgspec.Raw | bytes, first: msgspec.ValidationError) -> Item:
    """Once more with the counts of well-known units in their place, where there are any beside the other fields."""
    return _attempted(lambda: _with_units_moved(raw)) or _refusal(first)


def _decoded_cloud_event(raw: msgspec.Raw | bytes) -> Item:
    try:
        return _DRAFT.decode(cloudevents.native_form(raw))
    except msgspec.ValidationError as error:
        return _refusal(error)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        return _unreadable(error)


def _unreadable(error: Exception) -> Outcome:
    if isinstance(error, RecursionError):
        return rejected("event", "is nested too deeply", "malformed_json")
    return rejected("event", "is not valid JSON in UTF-8", "malformed_json")


def _attempted(decode: Callable[[], Item | None]) -> Item | None:
    try:
        return decode()
    except msgspec.ValidationError as error:
        return _refusal(error)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None


def _with_units_moved(raw: msgspec.Raw | bytes) -> Item | None:
    fields = _FIELDS.decode(raw)
    beside = [name for name in fields if name not in _OUR_FIELDS and canonical_unit(name) in UNITS]
    if not beside:
        return None
    counted = _FIELDS.decode(fields.get("quantities", msgspec.Raw(b"{}")))
    for name in beside:
        unit = canonical_unit(name)
        if unit in counted or (unit != name and unit in fields):
            return rejected(name, "is counted twice")
        number = fields.pop(name)
        if bytes(number) != b"null":
            counted[unit] = number
    return _DRAFT.decode(msgspec.json.encode({**fields, "quantities": counted}))


def _refusal(error: msgspec.ValidationError) -> Outcome:
    """What the decoder found wrong, with the path first, as everywhere else."""
    message, _, place = str(error).partition(" - at `")
    path = place.rstrip("`").removeprefix("$").lstrip(".") or "event"
    return rejected(path, message[:1].lower() + message[1:])


def _id_in(raw: msgspec.Raw | bytes) -> str | None:
    try:
        found = msgspec.json.decode(_FIELDS.decode(raw).get("id", msgspec.Raw(b"null")))
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
    return found if isinstance(found, str) else None
