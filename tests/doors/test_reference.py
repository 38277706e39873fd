"""The documentation that every installation carries: all addresses, all codes, no script, nothing that breaks out."""

import re
from collections.abc import Iterator
from html import escape
from html.parser import HTMLParser

import httpx
import pytest

import outlay.app  # noqa: F401 - loads every door, and with it every kind of error that a door can answer
from outlay.kit.errors import OutlayError, documented_errors
from tests.doors.door_help import addresses_of, documented_codes, visitor
from tests.support.processes import Server

# The commands have errors of their own, which the tests of commands may have loaded in the same process.
OF_COMMANDS_ONLY = ("outlay.cli", "outlay.db")


def of_the_doors() -> list[type[OutlayError]]:
    return [kind for kind in documented_errors() if not kind.__module__.startswith(OF_COMMANDS_ONLY)]


@pytest.fixture
def anybody(server: Server) -> Iterator[httpx.Client]:
    with visitor(server.origin) as client:
        yield client


class Tags(HTMLParser):
    """The tags of a page with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_every_address_is_documented(server: Server, anybody: httpx.Client) -> None:
    page = anybody.get("/docs").text

    for address in addresses_of(server.origin):
        assert f"<code>{address.method} {address.path}</code>" in page
        assert escape(address.operation["summary"]) in page


def test_every_code_is_documented_with_its_status_and_a_meaning(server: Server, anybody: httpx.Client) -> None:
    page = anybody.get("/docs/errors").text

    for kind in of_the_doors():
        row = re.search(rf"<tr id='{kind.code}'>(.+?)</tr>", page, re.DOTALL)
        assert row, kind.code
        status, meaning = re.findall(r"<td>(.*?)</td>", row.group(1), re.DOTALL)[1:]
        assert status == str(kind.status)
        assert len(meaning) >= 20, kind.code
        assert "`" not in meaning, "a page shows code as code"


def test_codes_are_unique_and_each_belongs_to_one_kind_of_error(server: Server) -> None:
    codes = [kind.code for kind in documented_errors()]

    assert len(set(codes)) == len(codes)
    served = documented_codes(f"{server.origin}/")
    assert {kind.code for kind in of_the_doors()} <= served <= set(codes)


@pytest.mark.parametrize("path", ["/docs", "/docs/errors"])
def test_the_pages_need_no_script_and_their_links_lead_somewhere(anybody: httpx.Client, path: str) -> None:
    answer = anybody.get(path)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    tags = Tags(answer.text).found

    assert "script" not in {tag for tag, _ in tags}
    assert not [name for _, attributes in tags for name in attributes if name.startswith("on") or name == "style"]
    assert ("html", {"lang": "en"}) in tags
    links = {str(attributes["href"]) for tag, attributes in tags if tag == "a"}
    assert links
    for link in links:
        assert anybody.get(link).status_code == 200, link


def test_the_stylesheet_of_the_pages_is_there(anybody: httpx.Client) -> None:
    """The policy allows no style inside of a page, so that without its sheet it would be bare."""
    (sheet,) = [str(attributes["href"]) for tag, attributes in Tags(anybody.get("/docs").text).found if tag == "link"]

    answer = anybody.get(sheet)

    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/css; charset=utf-8")
