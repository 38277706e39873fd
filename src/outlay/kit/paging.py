"""Pages of lists: an opaque cursor that holds the sort key of the last row shown."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from outlay.kit.errors import BadCursor

PAGE_SIZE_DEFAULT = 50
PAGE_SIZE_MAX = 500
# What a sort key of the database can be at most.
_BIGINT = 2**63

Row = TypeVar("Row")


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows of a list, and where to go on."""

    items: list[Row]
    next: str | None


@dataclass(frozen=True)
class PageRequest:
    """How many rows are wanted, after which one."""

    limit: int = PAGE_SIZE_DEFAULT
    cursor: str | None = None

    def after(self, *kinds: Callable[[str], object]) -> tuple[object, ...] | None:
        """The sort key to go on from, each part read by its own kind; None at the start of the list."""
        if self.cursor is None:
            return None
        try:
            parts = json.loads(base64.urlsafe_b64decode(self.cursor.encode() + b"=="))
            if not isinstance(parts, list) or len(parts) != len(kinds):
                raise ValueError
            texts = [str(part) for part in parts]
            if any(b"\0" in text.encode() for text in texts):  # which also refuses halves of surrogate pairs
                raise ValueError
            values = tuple(kind(text) for kind, text in zip(kinds, texts, strict=True))
            if any(isinstance(value, int) and not -_BIGINT <= value < _BIGINT for value in values):
                raise ValueError
        except (ValueError, TypeError, OverflowError, binascii.Error) as error:
            raise BadCursor("The cursor was not made by this list. Start again without one.") from error
        return values


def page_of(rows: Sequence[Row], request: PageRequest, sort_key: Callable[[Row], Sequence[object]]) -> Page[Row]:
    """A page from one row more than was asked for: the surplus row tells that there is a next page."""
    items = list(rows[: request.limit])
    if len(rows) <= request.limit:
        return Page(items, None)
    key = [str(part) for part in sort_key(items[-1])]
    return Page(items, base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("="))
