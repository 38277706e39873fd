"""What is asked of spend in the address: lists in any of the usual spellings, and nothing that we do not know."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Final, TypeVar

from pydantic import BaseModel, Field

from outlay.kit.errors import InvalidRequest
from outlay.kit.paging import PageRequest
from outlay.kit.periods import Grain
from outlay.ledger.spend.model import DIMENSIONS, LABEL_PREFIX, TOKENS, Comparison, EventFilter, Filter, Order
from outlay.ledger.spend.rules import nearest

LIMIT_DEFAULT: Final = 100
LIMIT_MAX: Final = 5_000
_ONCE: Final = ("start", "end", "grain", "compare", "cost_min", "cost_max", "extremes", "limit", "cursor")
_SINGLE: Final = ("lead", "source", "operation_id")
_LISTS: Final = ("group_by", "measures", "sort", *DIMENSIONS, *_SINGLE)
_KNOWN: Final = (*_ONCE, *_LISTS)
_PREFIXES: Final = ("not.label.", "not.", "label.", "metadata.")
_WITHOUT: Final = "none"
_AMOUNT: Final = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,12})?")
_NAME_CHARACTERS_MAX: Final = 64
_Named = TypeVar("_Named", bound=StrEnum)
_Many = Annotated[list[str], Field(default_factory=list)]


class SpendParameters(BaseModel):
    """The parameters as the description of the API shows them; `read` takes them from the address itself."""

    start: str | None = Field(None, description="The first day, or a moment with its offset. 30 days before the end.")
    end: str | None = Field(None, description="The last day, which is included, or a moment, which is not. Today.")
    group_by: list[str] = Field(
        default_factory=list, description=f"Any of {', '.join(DIMENSIONS)}, and label:NAME.", examples=[["client"]]
    )
    grain: Grain | None = Field(None, description="How long a bucket is. Hours begin with the hour in UTC.")
    measures: list[str] = Field(
        default_factory=list, description="Only these: events, failed, unpriced, tokens, quantities. All."
    )
    compare: str | None = Field(
        None, description="previous, year, none, or days such as 2026-01-01..2026-01-31.", examples=["previous"]
    )
    client: list[str] = Field(default_factory=list, description="Ids or keys; none for what has no client.")
    campaign: _Many
    agent: _Many
    kind: _Many
    service: _Many
    category: _Many
    operation: _Many
    model: _Many
    platform: _Many
    content_type: _Many
    unit: _Many
    lead: list[str] = Field(default_factory=list, description="Reads single events, which takes longer.")
    source: list[str] = Field(default_factory=list, description="Reads single events, which takes longer.")
    operation_id: list[str] = Field(default_factory=list, description="Reads single events, which takes longer.")
    cost_min: str | None = Field(None, description="Only groups that cost at least this.", examples=["0.01"])
    cost_max: str | None = Field(None, description="Only groups that cost at most this.")
    extremes: bool = Field(False, description="The cheapest and the dearest event too; reads single events.")
    sort: list[str] = Field(
        default_factory=list, description="A measure, a dimension, bucket, previous; with - downwards.",
        examples=[["-cost"]],
    )  # fmt: skip
    limit: int = Field(LIMIT_DEFAULT, ge=1, le=LIMIT_MAX)
    cursor: str | None = Field(None, max_length=2_000, description="`next` of the page before.")


@dataclass
class Asked:
    """The parameters of one request, by name: texts that may be lists, and texts that are what they are."""

    given: dict[str, list[str | None]] = field(default_factory=dict)

    @classmethod
    def read(cls, items: Iterable[tuple[str, str]]) -> "Asked":
        """Reads `a=1,2`, `a=1&a=2` and `a[]=1&a[]=2` alike; within brackets a comma is a comma."""
        asked = cls()
        for written, text in items:
            name = written.removesuffix("[]")
            _check_known(name)
            is_whole = name in _ONCE or written.endswith("[]")
            parts = [text] if is_whole else text.split(",")
            if name in _ONCE and name in asked.given:
                raise InvalidRequest.field(name, "is given twice")
            asked.given.setdefault(name, []).extend(part if is_whole else part.strip() for part in parts)
        return asked

    def names(self, name: str) -> tuple[str, ...]:
        """A list of names; empty ones are nothing."""
        return tuple(text for text in self.given.get(name, []) if text)

    def values(self, name: str) -> tuple[str | None, ...]:
        """A list of values, where nothing and `none` stand for what has no value."""
        return tuple(None if text in {"", _WITHOUT} else text for text in self.given.get(name, []))

    def text(self, name: str) -> str | None:
        """One text, where it is given and says something."""
        return (self.given.get(name) or [None])[0] or None

    def choice(self, name: str, kind: type[_Named]) -> _Named | None:
        """One of a few words."""
        text = self.text(name)
        try:
            return kind(text) if text else None
        except ValueError:
            raise InvalidRequest.field(name, f"is none of {', '.join(kind)}") from None

    def amount(self, name: str) -> Decimal | None:
        """An amount, digit by digit."""
        text = self.text(name)
        if text is not None and not _AMOUNT.fullmatch(text):
            raise InvalidRequest.field(name, "must be an amount such as 12.50, with at most 12 decimal places")
        return Decimal(text) if text else None

    def bound(self, name: str) -> date | None:
        """A day or a moment."""
        text = self.text(name)
        return _moment(name, text) if text else None

    def flag(self, name: str) -> bool:
        """Yes or no."""
        text = (self.text(name) or "false").lower()
        if text not in {"true", "false", "1", "0"}:
            raise InvalidRequest.field(name, "must be true or false")
        return text in {"true", "1"}

    def page(self) -> PageRequest:
        """How many groups are wanted, after which one."""
        text = self.text("limit") or str(LIMIT_DEFAULT)
        if not re.fullmatch(r"[0-9]{1,6}", text) or not 1 <= int(text) <= LIMIT_MAX:
            raise InvalidRequest.field("limit", f"must be from 1 to {LIMIT_MAX}")
        cursor = self.text("cursor")
        return PageRequest(int(text), cursor)

    def group_by(self) -> tuple[str, ...]:
        """Dimensions, with labels in their one spelling."""
        return tuple(_dimension(name) for name in self.names("group_by"))

    def measures(self) -> tuple[str, ...]:
        """Measures, with the tokens' four for one word."""
        return tuple(name for each in self.names("measures") for name in (TOKENS if each == "tokens" else (each,)))

    def order(self) -> tuple[Order, ...]:
        """What to sort by."""
        return tuple(Order(_dimension(name.lstrip("-")), name.startswith("-")) for name in self.names("sort"))

    def filters(self) -> tuple[Filter, ...]:
        """Which series are wanted, and unwanted."""
        found = []
        for name in self.given:
            bare = name.removeprefix("not.")
            if bare in DIMENSIONS or bare.startswith("label."):
                found.append(Filter(_dimension(bare), self.values(name), is_excluded=bare != name))
        return tuple(found)

    def events(self) -> EventFilter:
        """Which single events are wanted."""
        metadata = (name for name in self.given if name.startswith("metadata."))
        return EventFilter(
            leads=self.values("lead"),
            sources=tuple(value for value in self.values("source") if value),
            operation_ids=self.values("operation_id"),
            metadata=tuple((name.removeprefix("metadata."), self.values(name)) for name in metadata),
        )

    def comparison(self) -> Comparison | tuple[date, date] | None:
        """What to hold the period against: a word, or the first and last of other days."""
        text = self.text("compare")
        if text is None or text == _WITHOUT:
            return None
        first, dots, last = text.partition("..")
        if dots:
            return _moment("compare", first), _moment("compare", last)
        try:
            return Comparison(text)
        except ValueError:
            words = ", ".join(Comparison)
            raise InvalidRequest.field("compare", f"is neither {words}, none nor FIRST..LAST") from None


def _check_known(name: str) -> None:
    if name in _KNOWN:
        return
    prefix = next((one for one in _PREFIXES if name.startswith(one)), None)
    rest = name.removeprefix(prefix) if prefix else ""
    is_sound = 0 < len(rest) <= _NAME_CHARACTERS_MAX and rest.isprintable()
    if not prefix or not is_sound or (prefix == "not." and rest not in DIMENSIONS):
        shown = name[:_NAME_CHARACTERS_MAX] if name.isprintable() else "parameter"
        raise InvalidRequest.field(shown, f"is no parameter: {nearest(name, (*_KNOWN, 'label.NAME', 'metadata.NAME'))}")


def _dimension(name: str) -> str:
    return f"{LABEL_PREFIX}{name.removeprefix('label.')}" if name.startswith("label.") else name


def _moment(name: str, text: str) -> date:
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text.replace(" ", "+"))  # a plus that nobody escaped arrives as a space
        if moment.tzinfo is not None and 1900 < moment.year < 2200:
            return moment
    except ValueError:
        pass
    raise InvalidRequest.field(name, "must be a day such as 2026-11-20, or a moment such as 2026-11-20T14:00:00Z")
