"""Pages: a cursor leads on from the last row shown, and whatever is not a cursor of this list is refused."""

import base64
import json
from uuid import UUID

import pytest

from outlay.kit.errors import BadCursor
from outlay.kit.paging import PageRequest, page_of


def cursor_of(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def test_the_surplus_row_tells_that_there_is_more() -> None:
    page = page_of([1, 2, 3], PageRequest(limit=2), lambda row: [row])

    assert page.items == [1, 2]
    assert page.next is not None
    assert PageRequest(limit=2, cursor=page.next).after(int) == (2,)


@pytest.mark.parametrize("rows", [[], [1], [1, 2]])
def test_without_a_surplus_row_there_is_no_next_page(rows: list[int]) -> None:
    assert page_of(rows, PageRequest(limit=2), lambda row: [row]).next is None


def test_the_first_page_follows_nothing() -> None:
    assert PageRequest().after(str, UUID) is None


def test_a_key_of_several_parts_is_read_by_their_kinds() -> None:
    page = page_of([("Ünïcode – ✓", UUID(int=7)), ("z", UUID(int=8))], PageRequest(limit=1), list)

    assert PageRequest(cursor=page.next).after(str, UUID) == ("Ünïcode – ✓", UUID(int=7))


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "!",
        "nonsense",
        "ünïcode",
        "\ud800",
        cursor_of(None),
        cursor_of(7),
        cursor_of("7"),
        cursor_of({"0": 7}),
        cursor_of([]),
        cursor_of([7, 7]),
        cursor_of(["seven"]),
        cursor_of([None]),
        cursor_of([[7]]),
        cursor_of(["9" * 5000]),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
        base64.urlsafe_b64encode(b"[" * 370).decode(),
    ],
)
def test_what_is_no_cursor_of_this_list_is_refused(cursor: str) -> None:
    with pytest.raises(BadCursor):
        PageRequest(cursor=cursor).after(int)


@pytest.mark.parametrize("text", ["\x00", "a\x00b", "\ud800"])
def test_text_that_no_database_holds_is_no_sort_key(text: str) -> None:
    with pytest.raises(BadCursor):
        PageRequest(cursor=cursor_of([text])).after(str)
