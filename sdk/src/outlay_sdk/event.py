"""One event: its fields, what can be checked without the server, and how it travels."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, TypedDict
from uuid import UUID

import msgspec

from outlay_sdk.amounts import Amount, amount_text
from outlay_sdk.errors import OutlayUsageError
from outlay_sdk.ids import new_id

SOURCE = "sdk"
# Several times what the server takes as one event's metadata: what is larger is a mistake.
LINE_BYTES_MAX = 64 * 1024
# Units that may stand beside the other fields and travel among the quantities.
UNITS = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens")
_SHARES = ("impact", "quality")


class ContextFields(TypedDict, total=False):
    """What any recording call may say about where, when and how something was spent."""

    source: str
    time: datetime | str
    client: str
    campaign: str
    platform: str
    content_type: str
    labels: Mapping[str, str]
    currency: str
    success: bool
    latency_ms: int
    retry_count: int
    impact: Amount
    quality: Amount
    conversion: bool
    hold: UUID | str


class EventFields(ContextFields, total=False):
    """Everything that `track` takes. None says the same as leaving a field out."""

    id: str
    operation_id: str
    agent: str
    lead: str
    service: str
    category: str
    operation: str
    model: str
    quantities: Mapping[str, Amount]
    input_tokens: Amount
    output_tokens: Amount
    cache_read_tokens: Amount
    cache_write_tokens: Amount
    cost: Amount
    metadata: Mapping[str, object]


_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | None
_Count = Annotated[int, msgspec.Meta(ge=0)] | None


class Event(msgspec.Struct, kw_only=True, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """An event as it travels: amounts are decimal text, and what was not said is left out."""

    id: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    source: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    time: str
    operation_id: _Name = None
    client: _Name = None
    campaign: _Name = None
    agent: _Name = None
    lead: _Name = None
    service: _Name = None
    category: _Name = None
    operation: _Name = None
    model: _Name = None
    platform: _Name = None
    content_type: _Name = None
    labels: dict[str, str] | None = None
    quantities: dict[str, str] | None = None
    cost: str | None = None
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")] | None = None
    success: bool | None = None
    latency_ms: _Count = None
    retry_count: _Count = None
    impact: str | None = None
    quality: str | None = None
    conversion: bool | None = None
    hold: UUID | None = None
    metadata: dict[str, Any] | None = None


class Line(msgspec.Struct, frozen=True):
    """An event ready to be sent or stored: one line of JSON, without the line's end."""

    id: str
    data: bytes


_encoder = msgspec.json.Encoder()
# The first use of a type makes msgspec read its annotations, and a second use in the midst of that, by another thread or
# a signal's handler, ends the process. Here, at the import, there is no second one.
_EXAMPLE = msgspec.convert({"id": "-", "source": SOURCE, "time": "-"}, Event)
_encoder.encode(_EXAMPLE)


def encode(fields: Mapping[str, object], now: datetime) -> Line:
    """Checks the fields of one event and writes them down, so that later changes of its parts do not matter."""
    event = _checked(fields, now)
    try:
        data = _encoder.encode(event)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        # Only metadata can hold what JSON cannot, and any text may hold half a character.
        raise OutlayUsageError(
            "metadata" if event.metadata else "text", f"cannot be written as JSON ({error})"
        ) from None
    if len(data) > LINE_BYTES_MAX:
        raise OutlayUsageError("metadata", f"makes an event of {len(data)} bytes; {LINE_BYTES_MAX} are allowed")
    return Line(event.id, data)


def _checked(fields: Mapping[str, object], now: datetime) -> Event:
    given = {name: value for name, value in fields.items() if value is not None}
    given["time"] = _moment(given.get("time", now))
    given.setdefault("id", new_id(now))
    given.setdefault("source", SOURCE)
    if quantities := _quantities(given):
        given["quantities"] = quantities
    elif "cost" not in given:
        raise OutlayUsageError(
            "quantities", "are needed, or cost: an event says how much of something, or for how much"
        )
    if "cost" in given:
        given["cost"] = amount_text("cost", given["cost"])
    for name in _SHARES:
        if name in given:
            given[name] = amount_text(name, given[name], at_most=1)
    for name in ("labels", "metadata"):
        if isinstance(given.get(name), Mapping):
            given[name] = dict(given[name])  # type: ignore[call-overload]
    try:
        event = msgspec.convert(given, Event)
    except msgspec.ValidationError as error:
        raise _usage_error(error) from None
    if not event.id.isprintable():
        raise OutlayUsageError("id", "must hold printable characters only")
    return event


def _moment(value: object) -> str:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise OutlayUsageError("time", "must be a time in ISO 8601") from None
    if not isinstance(value, datetime):
        raise OutlayUsageError("time", f"must be a datetime or its text in ISO 8601, not {type(value).__name__}")
    if value.utcoffset() is None:
        raise OutlayUsageError("time", "must say its offset from UTC, such as datetime.now(UTC) does")
    return value.astimezone(UTC).isoformat()


def _quantities(given: dict[str, object]) -> dict[str, str]:
    """Takes the units that stand beside the other fields in with the quantities."""
    said = given.pop("quantities", {})
    if not isinstance(said, Mapping):
        raise OutlayUsageError("quantities", "must map units to numbers")
    quantities = {}
    for unit, value in said.items():
        if not isinstance(unit, str):
            raise OutlayUsageError("quantities", f"must have units as text, not {type(unit).__name__}")
        quantities[unit] = amount_text("quantities", value)
    for unit in UNITS:
        if unit in given:
            if unit in quantities:
                raise OutlayUsageError(unit, "is among the quantities already")
            quantities[unit] = amount_text(unit, given.pop(unit))
    return quantities


def _usage_error(error: msgspec.ValidationError) -> OutlayUsageError:
    """Says which field it was; msgspec names the place and what was expected, and never shows the value."""
    message, _, place = str(error).partition(" - at `$.")
    field = place.rstrip("`").split("[")[0].split(".")[0] if place else "fields"
    return OutlayUsageError(field, message.replace("Object contains", "There is an"))
