"""Which events are sound, what names them, and what they say in one normal form."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from hashlib import blake2b
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

import msgspec

from outlay.catalog.units import UNIT_PATTERN, UNITS, canonical_unit
from outlay.kit.money import AMOUNT_MAX, rounded
from outlay.ledger.model import EARLIEST, Dimensions, EventDraft, Incoming

ID_CHARACTERS_MAX: Final = 200
TEXT_CHARACTERS_MAX: Final = 200
LABELS_MAX: Final = 32
QUANTITIES_MAX: Final = 32
METADATA_BYTES_MAX: Final = 16_384
METADATA_DEPTH_MAX: Final = 32
# Clocks go wrong by hours; more than that is a mistake that would hide spend in the future.
AHEAD_MAX: Final = timedelta(days=1)
# However many different ones callers make up, this is how many are remembered.
_REMEMBERED: Final = 16_384
COUNT_MAX: Final = 2**31 - 1
QUANTITY_MAX: Final = Decimal(10) ** 12
# Columns of their own, in events and rollups.
COUNTED_TOKENS: Final = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens")
# What a call's metadata may say about how it was made, where that decides its price.
PRICE_CONTEXT: Final = ("processing", "service_tier", "speed")
# What was said to a model, and what it answered, is nobody's business here: it is dropped before anything is stored.
CONTENT_KEYS: Final = frozenset({"prompt", "prompts", "messages", "completion", "completions", "response", "choices"})

_UNIT: Final = re.compile(UNIT_PATTERN)
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_RARE: Final = attrgetter("lead", "latency_ms", "retry_count", "conversion", "impact", "quality", "hold")
_NOTHING_RARE: Final = (None,) * 7
_ENCODER: Final = msgspec.msgpack.Encoder(order="deterministic")
_NO_AMOUNTS: Final = (None, None, None)
_CANONICAL_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_UUID_MARK: Final = b"\0"  # no text of ours holds it
# An escape for the null character, and not one for a backslash before the letters u0000.
_NULL_CHARACTER: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
# Spaces that hold words together, and what joins letters in Hindi, Persian and families of emoji: not printable by
# themselves, and part of good names.
_JOINERS: Final = dict.fromkeys(map(ord, "\u00a0\u202f\u200c\u200d"), "x")


class Unsound(ValueError):
    """An event that cannot be stored, with the field at fault."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path = path
        self.message = message


def checked(draft: EventDraft, now: datetime, tracked_labels: tuple[str, ...]) -> Incoming:
    """The event in its normal form, or the first thing that is wrong with it."""
    _check_text("id", draft.id)
    _check_text("source", draft.source)
    labels = _labels(draft.labels, tracked_labels) if draft.labels else ()
    dimensions = Dimensions(
        draft.client, draft.campaign, draft.agent, draft.service, draft.category, draft.operation, draft.model,
        draft.platform, draft.content_type, labels,
    )  # fmt: skip
    fault = _fault_in(dimensions)
    if fault:
        raise Unsound(*fault)
    for name in ("operation_id", "lead"):
        text = getattr(draft, name)
        if text is not None:
            _check_text(name, text)
    at = _moment(draft.time, now)
    quantities = _quantities(draft)
    _check_numbers(draft)
    if not quantities and draft.cost is None:
        raise Unsound("quantities", "are needed, or cost")
    context = _checked_metadata(draft.metadata) if draft.metadata else ()
    try:
        digest = digest_of(draft, dimensions, quantities)
    except OverflowError as error:
        raise Unsound("metadata", "must not hold whole numbers beyond 64 bits") from error
    return Incoming(
        draft=draft,
        key=key_of(draft.source, draft.id),
        digest=digest,
        at=at,
        quantities=quantities,
        units=frozenset(quantities),
        context=context if draft.model else (),
        dimensions=dimensions,
    )


def key_of(source: str, event_id: str) -> int:
    """The number under which an event's identity is kept."""
    # The null character is in neither text, so no two pairs read the same.
    return int.from_bytes(blake2b(f"{source}\0{event_id}".encode(), digest_size=8).digest(), "big", signed=True)


def digest_of(draft: EventDraft, dimensions: Dimensions, quantities: Mapping[str, int | Decimal]) -> int:
    """What tells a repeat from another event under the same id: everything as sent, in one spelling.

    Units have several names and numbers several spellings; what they mean decides. A moment that was not sent is not
    part of it, so that a repeat may come later.
    """
    amounts = (draft.cost, draft.impact, draft.quality)
    content = (
        draft.id,
        draft.source,
        draft.time.timestamp() if draft.time else None,
        dimensions[:-1],
        draft.labels,
        {unit: str(number) for unit, number in quantities.items()},
        None if amounts == _NO_AMOUNTS else [None if one is None else str(_plain(one)) for one in amounts],
        (draft.operation_id, draft.lead, draft.currency, draft.success, draft.latency_ms, draft.retry_count),
        (draft.conversion, draft.hold),
        draft.metadata,
    )
    return int.from_bytes(blake2b(_ENCODER.encode(content), digest_size=8).digest(), "big", signed=True)


def packed_id(event_id: str) -> bytes:
    """An id as it is stored: a UUID in its 16 bytes, anything else as its text."""
    if _CANONICAL_UUID.fullmatch(event_id):
        return _UUID_MARK + bytes.fromhex(event_id.replace("-", ""))
    return event_id.encode()


def unpacked_id(packed: bytes) -> str:
    """What `packed_id` was given."""
    return str(UUID(bytes=packed[1:])) if packed[:1] == _UUID_MARK else packed.decode()


def main_unit(units: frozenset[str], category_unit: str | None) -> str | None:
    """The one unit, beside the tokens with columns of their own, by which a series counts."""
    others = units.difference(COUNTED_TOKENS)
    if category_unit in others:
        return category_unit
    return min(others) if others else None


def details_of(
    incoming: Incoming, unit: str | None, used_before: Mapping[str, int | Decimal] | None = None
) -> dict[str, Any]:
    """What is too rare for a column of its own."""
    draft = incoming.draft
    details: dict[str, Any] = {}
    if _RARE(draft) != _NOTHING_RARE:
        for name in ("lead", "latency_ms", "retry_count", "conversion"):
            value = getattr(draft, name)
            if value is not None:
                details[name] = value
        for name in ("impact", "quality", "hold"):
            value = getattr(draft, name)
            if value is not None:
                details[name] = str(value)
    others = {name: str(n) for name, n in incoming.quantities.items() if name != unit and name not in COUNTED_TOKENS}
    if others:
        details["quantities"] = others
    if len(draft.labels) > len(incoming.dimensions.labels):
        tracked = dict(incoming.dimensions.labels)
        details["labels"] = {name: value for name, value in draft.labels.items() if name not in tracked}
    metadata = {name: value for name, value in draft.metadata.items() if name.lower() not in CONTENT_KEYS}
    if metadata:
        details["metadata"] = metadata
    if used_before:
        details["used_before"] = {name: str(number) for name, number in used_before.items()}
    return details


@lru_cache(maxsize=_REMEMBERED)
def _fault_in(dimensions: Dimensions) -> tuple[str, str] | None:
    """What is wrong with what a series would be made of; nearly every event's were seen before."""
    for name, text in zip(Dimensions._fields, dimensions[:-1], strict=False):
        if text is not None:
            try:
                _check_text(name, text)
            except Unsound as fault:
                return fault.path, fault.message
    return None


def _check_text(path: str, text: str, characters_max: int = TEXT_CHARACTERS_MAX) -> None:
    if not text or len(text) > characters_max:
        raise Unsound(path, f"must have from 1 to {characters_max} characters")
    if not text.isprintable() and not text.translate(_JOINERS).isprintable():
        raise Unsound(path, "must hold printable characters only")


def _moment(given: datetime | None, now: datetime) -> datetime:
    if given is None:
        return now
    if given < EARLIEST:
        raise Unsound("time", "must not be before the year 2000")
    if given > now + AHEAD_MAX:
        raise Unsound("time", "must not be more than a day ahead")
    # The database knows no offsets of 16 hours and more, which ISO 8601 does.
    return given if given.tzinfo is UTC else given.astimezone(UTC)


def _quantities(draft: EventDraft) -> dict[str, int | Decimal]:
    counted: dict[str, int | Decimal] = {}
    for unit in COUNTED_TOKENS:
        number = getattr(draft, unit)
        if number is not None:
            counted[unit] = _count(unit, number)
    if not draft.quantities:
        return counted
    if len(draft.quantities) > QUANTITIES_MAX:
        raise Unsound("quantities", f"must be at most {QUANTITIES_MAX}")
    for name, number in draft.quantities.items():
        unit = canonical_unit(name)
        path = f"quantities.{name[:64]}"
        if unit not in UNITS and not _UNIT.fullmatch(unit):
            raise Unsound(path, "is no unit: a unit starts with a letter and holds a-z, 0-9 and _, at most 64 of them")
        if unit in counted:
            raise Unsound(path, "counts what another field counts already")
        counted[unit] = _count(path, number) if unit.endswith("tokens") and unit in UNITS else _amount(path, number)
    return counted


def _count(path: str, number: int | Decimal) -> int:
    # Compared before it is counted out: 1e999999 is written quickly, and takes minutes as a whole number.
    is_within = (isinstance(number, int) or number.is_finite()) and 0 <= number <= COUNT_MAX
    if not is_within or int(number) != number:
        raise Unsound(path, f"must be a whole number from 0 to {COUNT_MAX}")
    return int(number)


def _amount(path: str, number: Decimal) -> int | Decimal:
    # Looked at again when it is rounded, which may lead to the limit.
    is_within = number.is_finite() and 0 <= number < QUANTITY_MAX
    kept = rounded(number) if is_within else QUANTITY_MAX
    if kept >= QUANTITY_MAX:
        raise Unsound(path, f"must be a number from 0 to below {QUANTITY_MAX:f}")
    return _plain(kept)


def _plain(number: Decimal) -> int | Decimal:
    """One spelling of a number."""
    if not number.is_finite():
        return number
    whole = int(number)
    return whole if whole == number else number.normalize()


def _check_numbers(draft: EventDraft) -> None:
    cost = draft.cost
    if cost is not None and (not cost.is_finite() or not 0 <= cost < AMOUNT_MAX):
        raise Unsound("cost", f"must be an amount from 0 to below {AMOUNT_MAX:f}")
    if draft.currency is not None and not _CURRENCY.fullmatch(draft.currency):
        raise Unsound("currency", "must be three capital letters of ISO 4217, such as USD")
    if draft.latency_ms is not None:
        _count("latency_ms", draft.latency_ms)
    if draft.retry_count is not None:
        _count("retry_count", draft.retry_count)
    for name in ("impact", "quality"):
        share = getattr(draft, name)
        if share is not None and not (share.is_finite() and 0 <= share <= 1):
            raise Unsound(name, "must be from 0 to 1")


def _labels(labels: dict[str, str], tracked: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    if len(labels) > LABELS_MAX:
        raise Unsound("labels", f"must be at most {LABELS_MAX}")
    for name, value in labels.items():
        _check_text("labels", name, 64)
        _check_text(f"labels.{name}", value)
    return tuple(sorted((name, value) for name, value in labels.items() if name in tracked))


def _checked_metadata(metadata: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    try:
        encoded = msgspec.json.encode(metadata)
    except RecursionError:
        encoded = b"[" * METADATA_BYTES_MAX
    except UnicodeEncodeError as error:
        raise Unsound("metadata", "must be text in UTF-8") from error
    if len(encoded) > METADATA_BYTES_MAX:
        raise Unsound("metadata", f"must have at most {METADATA_BYTES_MAX} bytes as JSON")
    if _is_too_deep(metadata, encoded):
        raise Unsound("metadata", f"must not be nested more than {METADATA_DEPTH_MAX} deep")
    if b"\\u0000" in encoded and _NULL_CHARACTER.search(encoded):
        raise Unsound("metadata", "must not hold the null character")
    return tuple(
        (name, value) for name in PRICE_CONTEXT if isinstance(value := metadata.get(name), str) and len(value) <= 64
    )


def _is_too_deep(metadata: dict[str, Any], encoded: bytes) -> bool:
    if encoded.count(b"[") + encoded.count(b"{") <= METADATA_DEPTH_MAX:
        return False
    layer: list[Any] = [metadata]
    for _ in range(METADATA_DEPTH_MAX):
        layer = [
            inner
            for one in layer
            for inner in (one.values() if isinstance(one, dict) else one)
            if isinstance(inner, dict | list | tuple)
        ]
    return bool(layer)
