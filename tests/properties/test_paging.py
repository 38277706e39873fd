"""Going through a list page by page shows each row exactly once, in order, whatever the rows and the page's size."""

from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from outlay.kit.errors import BadCursor
from outlay.kit.paging import PageRequest, page_of

Row = tuple[str, UUID]

# What a database holds as text: no NUL and no halves of a pair.
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
ROWS = st.lists(st.tuples(TEXT, st.uuids()), max_size=25, unique_by=lambda row: row[1])
QUICK = settings(max_examples=80, deadline=None)


def walk(rows: list[Row], limit: int) -> list[list[Row]]:
    """As a store does it: sorted rows after the cursor's, one more than was asked for."""
    pages: list[list[Row]] = []
    request = PageRequest(limit=limit)
    while True:
        after = request.after(str, UUID)
        rest = [row for row in sorted(rows) if after is None or row > after]
        page = page_of(rest[: limit + 1], request, lambda row: [row[0], row[1]])
        pages.append(page.items)
        if page.next is None:
            return pages
        assert len(pages) <= len(rows), "it goes on for ever"
        request = PageRequest(limit=limit, cursor=page.next)


@QUICK
@given(ROWS, st.integers(1, 30))
def test_every_row_is_shown_once_and_in_order(rows: list[Row], limit: int) -> None:
    pages = walk(rows, limit)

    assert [row for page in pages for row in page] == sorted(rows)
    assert all(len(page) == limit for page in pages[:-1])
    assert len(pages[-1]) <= limit


@QUICK
@given(ROWS, st.integers(1, 5), st.tuples(TEXT, st.uuids()))
def test_a_row_that_comes_meanwhile_shows_no_other_row_twice(rows: list[Row], limit: int, late: Row) -> None:
    request = PageRequest(limit=limit)
    first = page_of(sorted(rows)[: limit + 1], request, lambda row: [row[0], row[1]])
    after = PageRequest(cursor=first.next).after(str, UUID)
    if after is None:
        return
    rest = [row for row in sorted([*rows, late]) if row > after]

    assert not set(first.items) & (set(rest) - {late})
    assert set(rows) <= set(first.items) | set(rest)


@QUICK
@given(TEXT, st.integers(-(2**63), 2**63 - 1), st.uuids())
def test_a_cursor_gives_back_what_it_was_made_of(text: str, number: int, an_id: UUID) -> None:
    page = page_of([1, 2], PageRequest(limit=1), lambda _: [text, number, an_id])

    assert page.next is not None
    assert page.next.isascii()
    assert not set(page.next) & set("+/= &?#%"), "it goes into an address as it is"
    assert PageRequest(cursor=page.next).after(str, int, UUID) == (text, number, an_id)


@QUICK
@given(st.text(max_size=60))
def test_whatever_somebody_makes_up_is_read_or_refused(cursor: str) -> None:
    try:
        key = PageRequest(cursor=cursor).after(str, UUID)
    except BadCursor:
        return
    assert key is not None
