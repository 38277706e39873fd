"""What one paid call of a known kind comes to: the events that stand for it, as plain fields."""

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple, Unpack

from outlay_sdk.amounts import Amount
from outlay_sdk.errors import OutlayUsageError
from outlay_sdk.event import ContextFields

Fields = dict[str, object]
MessageType = Literal["template", "session", "media"]
_MESSAGE_TYPES: Final = ("template", "session", "media")
_PROVIDERS: Final = {"google_search_api": "google", "scrapingbee_request": "scrapingbee"}
# Facts of a call, not of its tokens: they stand in the first event of a call only, so that sums do not double them.
_ONCE_PER_CALL: Final = ("latency_ms", "retry_count", "impact", "quality", "conversion")


class Recorded(NamedTuple):
    """The events that stand for one call. What they cost, the server says: it knows the prices."""

    operation_id: str
    event_ids: tuple[str, ...]


def openai_events(
    *,
    agent: str,
    model: str,
    operation: str,
    input_tokens: Amount,
    output_tokens: Amount,
    cache_read_tokens: Amount | None,
    lead: str | None,
    metadata: Mapping[str, object] | None,
    **context: Unpack[ContextFields],
) -> list[Fields]:
    """Two events, one for what the model read and one for what it wrote."""
    _need_text("operation", operation)
    details: dict[str, object] = {
        "endpoint": "openai.chat.completions.create",
        "model": model,
        "input_tokens": input_tokens,
        "output_tokens": output_tokens,
        "total_tokens": _sum(input_tokens, output_tokens),
        **(metadata or {}),
    }
    common = {**context, "agent": agent, "lead": lead, "service": "openai", "model": model, "metadata": details}
    read = {"operation": f"{operation}_input", "input_tokens": input_tokens, "cache_read_tokens": cache_read_tokens}
    wrote = {"operation": f"{operation}_output", "output_tokens": output_tokens, **dict.fromkeys(_ONCE_PER_CALL)}
    if family := _family(model):
        read["category"], wrote["category"] = f"openai_{family}_input", f"openai_{family}_output"
    return [common | read, common | wrote]


def gupshup_events(
    *,
    agent: str,
    message_type: MessageType,
    lead: str | None,
    phone_number: str | None,
    template_name: str | None,
    message_id: str | None,
    metadata: Mapping[str, object] | None,
    **context: Unpack[ContextFields],
) -> list[Fields]:
    """One event for one message; of the telephone number, its last digits only."""
    if message_type not in _MESSAGE_TYPES:
        raise OutlayUsageError("message_type", f"must be one of {', '.join(_MESSAGE_TYPES)}")
    said = {"phone_number": phone_number, "template_name": template_name, "message_id": message_id}
    details: dict[str, object] = {"endpoint": "gupshup.whatsapp.send", "message_type": message_type}
    details |= {name: value for name, value in said.items() if value is not None}
    details |= metadata or {}
    if "phone_number" in details:
        details["phone_number"] = masked(str(details["phone_number"]))
    name = f"gupshup_{message_type}_message"
    what = {"service": "gupshup", "category": name, "operation": name, "quantities": {"messages": 1}}
    return [{**context, **what, "agent": agent, "lead": lead, "metadata": details}]


def third_party_events(
    *,
    agent: str,
    service_name: str,
    operation: str,
    quantity: Amount,
    unit: str,
    cost: Amount | None,
    provider: str | None,
    lead: str | None,
    metadata: Mapping[str, object] | None,
    **context: Unpack[ContextFields],
) -> list[Fields]:
    """One event; the service's name is the category that prices it."""
    provider = provider or _PROVIDERS.get(service_name)
    details: dict[str, object] = {"endpoint": f"{provider}.api"} if provider else {}
    details |= metadata or {}
    what = {"service": provider, "category": service_name, "operation": operation, "quantities": {unit: quantity}}
    return [{**context, **what, "agent": agent, "lead": lead, "cost": cost, "metadata": details}]


def masked(phone_number: str) -> str:
    """The number's last four digits, two of a short one, none of a very short one; enough to recognise, not to call."""
    digits = "".join(character for character in phone_number if character.isdigit())
    shown = 4 if len(digits) >= 9 else 2 if len(digits) >= 6 else 0
    return "***" + digits[len(digits) - shown :]


def _need_text(field: str, value: object) -> None:
    if not isinstance(value, str) or not value:
        raise OutlayUsageError(field, "must be text that is not empty")


def _family(model: object) -> str | None:
    """The category that prices a model whose own price nobody knows; other families have none to guess."""
    name = str(model)
    return "gpt4" if "gpt-4" in name else "gpt35" if "gpt-3.5" in name or "gpt-35" in name else None


def _sum(one: object, other: object) -> object:
    return one + other if isinstance(one, int) and isinstance(other, int) else None
