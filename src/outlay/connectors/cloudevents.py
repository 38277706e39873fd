"""CloudEvents 1.0 into events: what the data calls as we do is taken, known units are counted, the rest is metadata."""

import re
from datetime import datetime
from typing import Any, Final

import msgspec

from outlay.catalog.units import UNITS, canonical_unit
from outlay.ledger.model import EventDraft

# OpenMeter's users name the payer as subject and the kind of event as type.
_PAYER: Final = "client"
_KIND: Final = "operation"
# Senders of amounts without a currency mean the one that model providers bill in.
_CURRENCY: Final = "USD"
_OF_THE_ENVELOPE: Final = frozenset({"id", "source", "time"})
_FIELDS: Final = frozenset(EventDraft.__struct_fields__) - _OF_THE_ENVELOPE
# A sum of what is counted beside it would be counted twice.
_SUMS: Final = frozenset({"tokens"})
_PARTS: Final = frozenset({"input_tokens", "output_tokens"})
# Units such as message, page or day are also names of texts.
_NUMBER: Final = re.compile(rb'"?-?[0-9.]+([eE][-+]?[0-9]+)?"?')


class CloudEvent(msgspec.Struct, frozen=True, kw_only=True):
    """The envelope; extensions of it are left out."""

    id: str
    source: str
    type: str
    specversion: str = "1.0"
    subject: str | None = None
    time: datetime | None = None
    datacontenttype: str | None = None
    data: dict[str, msgspec.Raw] | None = None


_DECODER: Final = msgspec.json.Decoder(CloudEvent)


def native_form(raw: msgspec.Raw | bytes) -> bytes:
    """The same event as our native API takes it; raises msgspec.ValidationError where it is no CloudEvent."""
    one = _DECODER.decode(raw)
    if one.specversion != "1.0":
        raise msgspec.ValidationError("specversion must be 1.0 - at `$.specversion`")
    form = spread(one.data or {})
    form.setdefault(_KIND, one.type)
    if one.subject:
        form.setdefault(_PAYER, one.subject)
    if "cost" in form:
        form.setdefault("currency", _CURRENCY)
    if one.time:
        form["time"] = one.time
    return msgspec.json.encode({**form, "id": one.id, "source": one.source})


def spread(data: dict[str, msgspec.Raw]) -> dict[str, Any]:
    """The fields of foreign data in their places."""
    form: dict[str, Any] = {}
    counted: dict[str, msgspec.Raw] = {}
    metadata: dict[str, Any] = {}
    for name, value in data.items():
        if bytes(value) == b"null":
            continue
        unit = canonical_unit(name)
        if name == "quantities":
            counted |= msgspec.json.decode(value, type=dict[str, msgspec.Raw])
        elif unit in UNITS and _is_number(value):
            _count(counted, unit, value, name)
        elif name == "metadata" and bytes(value).startswith(b"{"):
            metadata |= msgspec.json.decode(value, type=dict[str, msgspec.Raw])
        elif name in _FIELDS:
            form[name] = value
        else:
            metadata[name] = value
    if counted.keys() >= _PARTS:
        counted = {unit: number for unit, number in counted.items() if unit not in _SUMS}
    return form | {name: found for name, found in (("quantities", counted), ("metadata", metadata)) if found}


def _count(counted: dict[str, msgspec.Raw], unit: str, value: msgspec.Raw, name: str) -> None:
    if bytes(counted.setdefault(unit, value)) != bytes(value):
        raise msgspec.ValidationError(f"Is counted twice, differently - at `$.data.{name}`")


def _is_number(value: msgspec.Raw) -> bool:
    return _NUMBER.fullmatch(bytes(value)) is not None
