"""The units in which things are counted: their names, other spellings of them, and which is a part of which."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

# A unit is a point in a space of properties; it is a part of another where it has all of the other's properties and
# more. So cached input is a part of the input, and input by sound is another part, which may overlap with the first.
Properties = frozenset[tuple[str, str]]

TOKENS: Final = "tokens"
INPUT_TOKENS: Final = "input_tokens"
OUTPUT_TOKENS: Final = "output_tokens"
REQUESTS: Final = "requests"
UNIT_PATTERN: Final = r"^[a-z][a-z0-9_]{0,63}$"

_MODALITIES: Final = ("text", "audio", "image", "video")
_DIRECTIONS: Final = ("input", "output")
_RETENTIONS: Final = ("5m", "1h")

# Each stands alone, with nothing that is a part of it, unless another line says so.
_PLAIN: Final = {
    REQUESTS: {"family": "requests"},
    "messages": {"family": "messages"},
    "input_text_messages": {"family": "messages", "direction": "input", "modality": "text"},
    "characters": {"family": "characters"},
    "input_characters": {"family": "characters", "direction": "input"},
    "output_characters": {"family": "characters", "direction": "output"},
    "audio_seconds": {"family": "durations", "modality": "audio"},
    "input_audio_seconds": {"family": "durations", "modality": "audio", "direction": "input"},
    "output_audio_seconds": {"family": "durations", "modality": "audio", "direction": "output"},
    "video_seconds": {"family": "durations", "modality": "video"},
    "pages": {"family": "document_pages"},
    "input_document_pages": {"family": "document_pages", "direction": "input"},
    "input_annotated_document_pages": {"family": "document_pages", "direction": "input", "page_type": "annotated"},
    "input_pixels": {"family": "pixels", "direction": "input"},
    "images": {"family": "images"},
    "videos": {"family": "videos"},
    "rerank_searches": {"family": "rerank"},
    "web_searches": {"family": "tool_calls", "tool_type": "web_search"},
    "social_searches": {"family": "tool_calls", "tool_type": "social_search"},
    "storage_searches": {"family": "tool_calls", "tool_type": "storage_search"},
    "code_executions": {"family": "tool_calls", "tool_type": "code_execution"},
    "minutes": {"family": "minutes"},
    "hours": {"family": "hours"},
    "days": {"family": "days"},
    "months": {"family": "months"},
    "seats": {"family": "seats"},
    "credits": {"family": "credits"},
    "gigabytes": {"family": "gigabytes"},
    "clicks": {"family": "clicks"},
    "impressions": {"family": "impressions"},
    "pieces": {"family": "pieces"},
    # What a provider reports as money already, such as an advertisement account.
    "amount": {"family": "amount"},
}

_OTHER_SPELLINGS: Final = {
    "token": TOKENS,
    "total_tokens": TOKENS,
    "prompt_tokens": INPUT_TOKENS,
    "completion_tokens": OUTPUT_TOKENS,
    "cached_tokens": "cache_read_tokens",
    "cache_read_input_tokens": "cache_read_tokens",
    "cache_creation_tokens": "cache_write_tokens",
    "cache_creation_input_tokens": "cache_write_tokens",
    "reasoning_tokens": "output_reasoning_tokens",
    "request": REQUESTS,
    "calls": REQUESTS,
    "call": REQUESTS,
    "hour": "hours",
    "minute": "minutes",
    "day": "days",
    "month": "months",
    "seat": "seats",
    "message": "messages",
    "character": "characters",
    "page": "pages",
    "image": "images",
    "video": "videos",
    "second_of_audio": "audio_seconds",
    "credit": "credits",
    "click": "clicks",
    "impression": "impressions",
    "piece": "pieces",
}


def _token_units() -> Iterator[tuple[str, dict[str, str]]]:
    yield TOKENS, {}
    for direction in _DIRECTIONS:
        yield f"{direction}_tokens", {"direction": direction}
        for modality in _MODALITIES:
            yield f"{direction}_{modality}_tokens", {"direction": direction, "modality": modality}
    for infix, kind in [("", {}), *((f"{modality}_", {"modality": modality}) for modality in _MODALITIES)]:
        read = {"direction": "input", "token_type": "cache_read", **kind}
        write = {"direction": "input", "token_type": "cache_write", **kind}
        yield f"cache_{infix}read_tokens", read
        yield f"cache_{infix}write_tokens", write
        for retention in _RETENTIONS:
            yield f"cache_{infix}write_{retention}_tokens", {**write, "cache_ttl": retention}
        yield f"input_{infix}tool_tokens", {"direction": "input", "token_type": "tool", **kind}
        for purpose in ("reasoning", "citation"):
            yield f"output_{infix}{purpose}_tokens", {"direction": "output", "token_type": purpose, **kind}


# Every unit that Outlay knows by itself. Others may be counted too: they are parts of nothing and have no parts.
UNITS: Final[Mapping[str, Properties]] = MappingProxyType(
    {name: frozenset({"family": "tokens", **properties}.items()) for name, properties in _token_units()}
    | {name: frozenset(properties.items()) for name, properties in _PLAIN.items()}
)
_BY_PROPERTIES: Final = {properties: name for name, properties in UNITS.items()}


def canonical_unit(name: str) -> str:
    """The one name of a unit that has several."""
    return _OTHER_SPELLINGS.get(name, name)


def properties_of(unit: str) -> Properties:
    """What a unit is; one that nobody knows is a family of its own."""
    return UNITS.get(unit) or frozenset({("family", f"other:{unit}")})


def is_part_of(part: str, whole: str) -> bool:
    """Whether all of one unit is contained in another."""
    return properties_of(whole) < properties_of(part)


def overlap(one: str, other: str) -> Properties | None:
    """What two units have in common where neither contains the other; None where they cannot meet."""
    mine, theirs = properties_of(one), properties_of(other)
    if mine <= theirs or theirs <= mine:
        return None
    both = mine | theirs
    return both if len(dict(both)) == len(both) else None


def unit_with(properties: Properties) -> str | None:
    """The unit with exactly these properties."""
    return _BY_PROPERTIES.get(properties)


@lru_cache(maxsize=1024)
def directions_of(unit: str) -> tuple[str, ...]:
    """The unit's input and its output, which make up the whole, where it has such parts and is not one itself."""
    properties = properties_of(unit)
    if "direction" in dict(properties):
        return ()
    parts = (unit_with(properties | {("direction", direction)}) for direction in _DIRECTIONS)
    return tuple(part for part in parts if part)
