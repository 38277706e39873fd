"""The web application's files, served from a page of the tests' own; and what is said where none was built."""

import gzip
import http.client
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

import outlay
from outlay.db.roles import DatabaseUrls
from tests.doors.door_help import problem, visitor
from tests.support.processes import Server, external

PACKAGE = Path(outlay.__file__).parent
INDEX = b"<!doctype html><title>Outlay</title>"
SCRIPT = b"console.log('outlay');\n" * 100
FOREVER = "public, max-age=31536000, immutable"


def serving_copy(urls: DatabaseUrls, files: dict[str, bytes]) -> Iterator[Server]:
    """A server that runs from a copy of the package, whose page is made of these files."""
    with tempfile.TemporaryDirectory(prefix="outlay-page-") as folder:
        copy = Path(folder) / "outlay"
        shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("_ui", "__pycache__"))
        (Path(folder) / "secret.txt").write_text("not for the web")
        for name, content in files.items():
            (copy / "_ui" / name).parent.mkdir(parents=True, exist_ok=True)
            (copy / "_ui" / name).write_bytes(content)
        with Server(external(urls) | {"PYTHONPATH": folder}) as running:
            yield running


@pytest.fixture(scope="module")
def built(door_urls: DatabaseUrls) -> Iterator[Server]:
    yield from serving_copy(
        door_urls,
        {
            "index.html": INDEX,
            "favicon.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            "assets/app-4f3a.js": SCRIPT,
            "assets/app-4f3a.js.gz": gzip.compress(SCRIPT),
            "assets/app-4f3a.css": b"body { margin: 0 }",
            "assets/.hidden.js": b"hidden",
            ".env": b"SECRET=1",
        },
    )


@pytest.fixture(scope="module")
def unbuilt(door_urls: DatabaseUrls) -> Iterator[Server]:
    yield from serving_copy(door_urls, {})


@pytest.fixture
def browser(built: Server) -> Iterator[httpx.Client]:
    with visitor(built.origin) as client:
        yield client


def asked_as_written(server: Server, path: str) -> tuple[int, bytes]:
    """What the server answers to a path that no client has tidied up first."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request("GET", path)
    answer = connection.getresponse()
    with closing(connection):
        return answer.status, answer.read()


@pytest.mark.parametrize(
    "path", ["/", "/sign-in", "/settings/keys", "/clients/0190c100-0000-7000-8000-000000000001", "/a//b", "/caf%C3%A9",
             "/%ff%fe", "/apis", "/documents", "/" + "a" * 5_000, "/?q=a.b", "/settings?tab=keys#token=x"]
)  # fmt: skip
def test_every_address_of_the_page_is_the_page(browser: httpx.Client, path: str) -> None:
    answer = browser.get(path)

    assert (answer.status_code, answer.content) == (200, INDEX)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    assert "set-cookie" not in answer.headers


def test_assets_are_kept_for_ever_since_their_names_change_with_their_content(browser: httpx.Client) -> None:
    for name, kind in (("app-4f3a.js", "text/javascript"), ("app-4f3a.css", "text/css")):
        answer = browser.get(f"/assets/{name}")
        assert (answer.status_code, answer.headers["cache-control"]) == (200, FOREVER)
        assert answer.headers["content-type"].partition(";")[0] == kind
    assert browser.get("/favicon.svg").headers["cache-control"] == "no-cache"
    assert browser.get("/favicon.svg").headers["content-type"] == "image/svg+xml"


def test_a_packed_asset_is_sent_to_those_who_understand_it(browser: httpx.Client) -> None:
    packed = browser.get("/assets/app-4f3a.js", headers={"Accept-Encoding": "br, gzip"})
    plain = browser.get("/assets/app-4f3a.js", headers={"Accept-Encoding": "identity"})

    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content == SCRIPT
    assert int(packed.headers["content-length"]) < len(SCRIPT) / 5
    for answer in (packed, plain):
        assert answer.headers["vary"].lower() == "accept-encoding"
        assert answer.headers["content-type"].startswith("text/javascript")


def test_a_file_that_has_not_changed_is_not_sent_again(browser: httpx.Client) -> None:
    first = browser.get("/")

    again = browser.get("/", headers={"If-None-Match": first.headers["etag"]})

    assert (again.status_code, again.content) == (304, b"")


def test_head_tells_of_a_file_without_sending_it(browser: httpx.Client) -> None:
    for path in ("/", "/settings", "/assets/app-4f3a.js"):
        got, head = browser.get(path), browser.head(path)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == got.headers["content-length"]


@pytest.mark.parametrize(
    "path",
    ["/assets/gone-1234.js", "/assets/", "/assets", "/assets/app-4f3a", "/favicon.ico", "/robots.txt", "/old.html",
     "/.env", "/assets/.hidden.js", "/assets/app-4f3a.js/x.js"],
)  # fmt: skip
def test_a_file_that_is_not_there_is_not_found_and_not_the_page(browser: httpx.Client, path: str) -> None:
    problem(browser.get(path), 404, "not_found")


@pytest.mark.parametrize(
    "path",
    [
        "/..%2fsecret.txt", "/..%2f..%2fsecret.txt", "/%2e%2e%2f%2e%2e%2fsecret.txt", "/%2e%2e/%2e%2e/secret.txt",
        "/assets/..%2f..%2fapp.py", "/assets/../../app.py", "/assets/%2e%2e/%2e%2e/app.py", "/..%2fapp.py",
        "/%2fetc%2fpasswd", "//etc/passwd", "/..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd", "/..", "/%2e%2e",
        "/..%5c..%5csecret.txt", "/a%00b", "/assets/app-4f3a.js%00.png", "/%00",
    ],
)  # fmt: skip
def test_nothing_outside_of_the_page_is_ever_sent(built: Server, path: str) -> None:
    status, content = asked_as_written(built, path)

    # It may be an address of the page like any other.
    assert status in {200, 400, 404}
    assert content == INDEX if status == 200 else b"not for the web" not in content


@pytest.mark.parametrize(
    "path", ["/..%2fsecret.txt", "/assets/../../secret.txt", "/..", "/%2e%2e/x", "/a/%2e%2e/b", "/a%00"]
)
def test_a_way_up_and_a_name_that_no_file_has_are_not_found(built: Server, path: str) -> None:
    status, content = asked_as_written(built, path)

    assert (status, json.loads(content)["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "path", ["/api", "/api/nope", "/v1/nope", "/docs/nope", "/healthz/x", "/readyz/x", "/metrics/x"]
)
def test_addresses_of_doors_are_never_the_page(browser: httpx.Client, path: str) -> None:
    problem(browser.get(path), 404, "not_found")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_the_page_can_only_be_read(browser: httpx.Client, method: str) -> None:
    for path in ("/", "/settings", "/assets/app-4f3a.js"):
        answer = browser.request(method, path)
        problem(answer, 405, "method_not_allowed")
        assert answer.headers["allow"] == "GET, HEAD"


def test_where_no_page_was_built_it_says_so_and_the_doors_are_open(unbuilt: Server) -> None:
    with visitor(unbuilt.origin) as browser:
        for path in ("/", "/settings/keys"):
            answer = browser.get(path)
            assert (answer.status_code, answer.headers["content-type"]) == (503, "text/plain; charset=utf-8")
            assert "The page was not built" in answer.text
        problem(browser.get("/assets/app.js"), 404, "not_found")
        problem(browser.get("/api/v1/me"), 401, "not_authenticated")
        assert browser.get("/docs").status_code == 200
