"""What every answer carries to keep browsers safe, and whose word about addresses is believed."""

import gzip
from collections.abc import Iterator

import httpx
import pytest

from outlay.db.roles import DatabaseUrls
from tests.doors.door_help import JSON, UNKNOWN_ID, Backstage, addresses_of, example_of, visitor
from tests.support.processes import Server, external
from tests.support.tenants import Tenant

ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
}


@pytest.fixture(scope="module")
def behind_proxy(door_urls: DatabaseUrls) -> Iterator[Server]:
    """As an installation that people reach by https, through a proxy on this machine and one before it."""
    settings = {
        "OUTLAY_PUBLIC_URL": "https://outlay.example",
        "OUTLAY_TRUSTED_PROXIES": '["127.0.0.1", "10.0.0.1"]',
    }
    with Server(external(door_urls) | settings) as running:
        yield running


@pytest.fixture
def backstage(door_urls: DatabaseUrls, tenant: Tenant) -> Backstage:
    return Backstage(door_urls, tenant)


@pytest.fixture
def anybody(server: Server) -> Iterator[httpx.Client]:
    with visitor(server.origin) as client:
        yield client


def check_safe(answer: httpx.Response) -> None:
    policy = dict(part.strip().partition(" ")[::2] for part in answer.headers["content-security-policy"].split(";"))
    assert "unsafe" not in str(policy)
    assert "*" not in str(policy)
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    for name, value in ALWAYS.items():
        assert answer.headers.get_list(name) == [value], name
    assert len(answer.headers.get_list("x-request-id")) == 1
    assert "access-control-allow-origin" not in answer.headers
    assert "x-powered-by" not in answer.headers


def test_every_address_answers_with_safe_headers_signed_in_or_not(server: Server, api: httpx.Client) -> None:
    with visitor(server.origin) as nobody:
        for address in addresses_of(server.origin):
            if str(address) == "DELETE /api/v1/keys/{key_id}":
                continue
            body = example_of(server.origin, address)
            for client in (nobody, api):
                answer = client.request(address.method, server.origin + address.at(UNKNOWN_ID), json=body)
                check_safe(answer)
                assert answer.headers["cache-control"] == "no-store", str(address)


@pytest.mark.parametrize(
    ("method", "path", "content"),
    [
        ("GET", "/", b""),
        ("GET", "/settings/keys", b""),
        ("GET", "/assets/nothing.js", b""),
        ("GET", "/favicon.ico", b""),
        ("GET", "/docs", b""),
        ("GET", "/docs/errors", b""),
        ("GET", "/api/v1/openapi.json", b""),
        ("GET", "/api/v1/nope", b""),
        ("PUT", "/api/v1/me", b""),
        ("POST", "/api/v1/session", b"{nope"),
        ("POST", "/api/v1/session", b" " * (10 * 1024 * 1024 + 1)),
        ("HEAD", "/api/v1/me", b""),
        ("OPTIONS", "/api/v1/me", b""),
    ],
)
def test_other_answers_and_errors_of_every_kind_are_safe_too(
    anybody: httpx.Client, method: str, path: str, content: bytes
) -> None:
    check_safe(anybody.request(method, path, content=content, headers=JSON if content else {}))


def test_an_error_sets_no_cookie(server: Server, backstage: Backstage) -> None:
    with visitor(f"{server.origin}/api/v1") as nobody, backstage.browser(server.origin) as browser:
        browser.headers["X-CSRF-Token"] = "wrong"
        for client in (nobody, browser):
            for address in addresses_of(server.origin):
                body = example_of(server.origin, address)
                answer = client.request(address.method, server.origin + address.at(UNKNOWN_ID), json=body)
                if answer.status_code >= 400:
                    assert "set-cookie" not in answer.headers, str(address)


def test_over_http_nothing_is_promised_about_https(anybody: httpx.Client) -> None:
    assert "strict-transport-security" not in anybody.get("/healthz").headers


def test_over_https_browsers_are_told_to_stay_there_and_cookies_travel_nowhere_else(
    behind_proxy: Server, backstage: Backstage
) -> None:
    with visitor(behind_proxy.origin) as browser:
        answers = [browser.get(path) for path in ("/healthz", "/", "/api/v1/me", "/api/v1/nope")]
        signed_in = browser.post("/api/v1/session/link", json={"token": backstage.link()})
        cookie = {"Cookie": signed_in.headers["set-cookie"].partition(";")[0]}
        csrf = {"X-CSRF-Token": signed_in.json()["csrf_token"]}
        signed_out = browser.delete("/api/v1/session", headers=cookie | csrf)

    for answer in [*answers, signed_in, signed_out]:
        assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
    for answer in (signed_in, signed_out):
        attributes = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")}
        assert {"secure", "httponly", "samesite=lax", "path=/"} <= attributes, attributes


def test_large_answers_are_compressed_for_those_who_understand_it(api: httpx.Client, server: Server) -> None:
    for number in range(20):
        api.post("/clients", json={"name": f"Client {number}"})
    url = f"{server.origin}/api/v1/clients"

    packed = api.get(url, headers={"Accept-Encoding": "gzip"})
    plain = api.get(url, headers={"Accept-Encoding": "identity"})

    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.json() == plain.json()
    assert int(packed.headers["content-length"]) < len(plain.content) / 3
    assert "accept-encoding" in packed.headers["vary"].lower()
    assert "content-encoding" not in api.get("/me", headers={"Accept-Encoding": "gzip"}).headers


def test_a_packed_body_is_not_unpacked_for_strangers(anybody: httpx.Client) -> None:
    """A few kilobytes may unpack to gigabytes, so that a packed body is simply no JSON."""
    answer = anybody.post("/api/v1/session", content=gzip.compress(b"{}"), headers={**JSON, "Content-Encoding": "gzip"})

    assert answer.status_code in {400, 415}


def place_of(server: Server, backstage: Backstage, forwarded: str | None) -> str:
    """From where a person signed in, as the server saw it."""
    headers = (
        {} if forwarded is None else {"X-Forwarded-For": forwarded, "X-Real-IP": "6.6.6.6", "Forwarded": "for=6.6.6.6"}
    )
    with visitor(f"{server.origin}/api/v1") as browser:
        answer = browser.post("/session/link", json={"token": backstage.link()}, headers=headers)
        assert answer.status_code == 200, answer.text
        cookie = {"Cookie": answer.headers["set-cookie"].partition(";")[0]}
        (session,) = [row for row in browser.get("/me/sessions", headers=cookie).json()["items"] if row["is_current"]]
    return str(session["ip"])


@pytest.mark.parametrize("forwarded", [None, "203.0.113.7", "203.0.113.7, 10.0.0.1", "127.0.0.1"])
def test_nobody_is_believed_about_addresses_unless_they_are_trusted(
    server: Server, backstage: Backstage, forwarded: str | None
) -> None:
    assert place_of(server, backstage, forwarded) == "127.0.0.1"


@pytest.mark.parametrize(
    ("forwarded", "expected"),
    [
        (None, "127.0.0.1"),
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8::7", "2001:db8::7"),
        ("203.0.113.7, 10.0.0.1", "203.0.113.7"),
        ("198.51.100.1, 203.0.113.7", "203.0.113.7"),
        ("198.51.100.1, 203.0.113.7, 10.0.0.1", "203.0.113.7"),
        ("nonsense", "127.0.0.1"),
        ("203.0.113.7, nonsense", "127.0.0.1"),
        ("", "127.0.0.1"),
    ],
)
def test_a_trusted_proxy_is_believed_as_far_as_the_first_that_is_not(
    behind_proxy: Server, backstage: Backstage, forwarded: str | None, expected: str
) -> None:
    assert place_of(behind_proxy, backstage, forwarded) == expected
