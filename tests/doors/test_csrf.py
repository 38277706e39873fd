"""Another site cannot make a browser change anything: each change asked for with a cookie proves where it comes from."""

from collections.abc import Iterator

import httpx
import pytest

from outlay.db.roles import DatabaseUrls
from tests.doors.door_help import UNKNOWN_ID, Address, Backstage, addresses_of, example_of, problem
from tests.support.processes import Server
from tests.support.tenants import Tenant

# These give a session to whoever proves themselves in the body; no cookie takes part in it.
OPEN = {
    "POST /api/v1/session",
    "POST /api/v1/session/link",
    "POST /api/v1/password-reset",
    "POST /api/v1/password-reset/confirm",
    "POST /api/v1/invitations/accept",
}


@pytest.fixture
def backstage(door_urls: DatabaseUrls, tenant: Tenant) -> Backstage:
    return Backstage(door_urls, tenant)


@pytest.fixture
def browser(server: Server, backstage: Backstage) -> Iterator[httpx.Client]:
    with backstage.browser(server.origin) as client:
        yield client


def changes(server: Server) -> list[Address]:
    unsafe = [address for address in addresses_of(server.origin) if address.is_native and not address.is_safe]
    guarded = [address for address in unsafe if str(address) not in OPEN]
    assert len(guarded) == len(unsafe) - len(OPEN) >= 20
    return guarded


def ask(server: Server, browser: httpx.Client, address: Address) -> httpx.Response:
    body = example_of(server.origin, address)
    return browser.request(address.method, server.origin + address.at(UNKNOWN_ID), json=body)


@pytest.mark.parametrize(
    "token", [None, "", "0" * 64, "null", "outlay", "é"], ids=["absent", "empty", "wrong", "null", "a word", "accent"]
)
def test_a_change_with_a_cookie_and_without_its_token_is_refused_everywhere(
    server: Server, browser: httpx.Client, backstage: Backstage, token: str | None
) -> None:
    del browser.headers["X-CSRF-Token"]
    before = backstage.rows()
    for address in changes(server):
        body = example_of(server.origin, address)
        headers = {} if token is None else {b"X-CSRF-Token": token.encode()}
        answer = browser.request(address.method, server.origin + address.at(UNKNOWN_ID), json=body, headers=headers)
        problem(answer, 403, "csrf_failed")

    assert backstage.rows() == before


def test_a_token_that_is_wrong_in_one_place_does_not_help(server: Server, browser: httpx.Client) -> None:
    mine = browser.headers["X-CSRF-Token"]
    browser.headers["X-CSRF-Token"] = mine[:-1] + ("0" if mine[-1] != "0" else "1")
    for address in changes(server):
        problem(ask(server, browser, address), 403, "csrf_failed")


def test_the_token_of_the_same_person_elsewhere_does_not_help(
    server: Server, browser: httpx.Client, backstage: Backstage
) -> None:
    with backstage.browser(server.origin) as other:
        headers = {"X-CSRF-Token": other.headers["X-CSRF-Token"]}
    assert headers["X-CSRF-Token"] != browser.headers["X-CSRF-Token"]

    problem(browser.post("/clients", json={"name": "Acme"}, headers=headers), 403, "csrf_failed")


def test_with_its_token_a_change_is_made(browser: httpx.Client) -> None:
    assert browser.post("/clients", json={"name": "Acme"}).status_code == 201
    assert browser.patch("/clients/acme", json={"name": "Acme Travel"}).status_code == 200
    assert browser.delete("/clients/acme").status_code == 204


def test_reading_needs_no_token(server: Server, browser: httpx.Client) -> None:
    del browser.headers["X-CSRF-Token"]
    for address in addresses_of(server.origin):
        if address.is_safe and address.needs_credential:
            # 422 where a question has to be asked more precisely.
            assert browser.get(server.origin + address.at(UNKNOWN_ID)).status_code in {200, 404, 422}


def test_a_key_needs_no_token_since_no_browser_sends_it_by_itself(api: httpx.Client) -> None:
    assert api.post("/clients", json={"name": "Acme"}).status_code == 201


def test_a_key_beside_a_cookie_is_the_caller(browser: httpx.Client, tenant: Tenant) -> None:
    del browser.headers["X-CSRF-Token"]
    browser.headers.update(tenant.headers)

    assert browser.get("/me").json()["kind"] == "key"
    assert browser.post("/clients", json={"name": "Acme"}).status_code == 201


@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain; charset=utf-8"]
)
def test_what_a_form_of_another_site_can_send_is_refused_even_where_no_token_is_needed(
    server: Server, browser: httpx.Client, kind: str
) -> None:
    """A form can hold JSON as its text; what it cannot do is say that it is JSON."""
    del browser.headers["X-CSRF-Token"]
    for address in addresses_of(server.origin):
        if address.is_native and not address.is_safe and "requestBody" in address.operation:
            answer = browser.request(
                address.method,
                server.origin + address.at(UNKNOWN_ID),
                content=b'{"email": "mia@northlight.example", "password": "x"}',
                headers={"Content-Type": kind, "Origin": "https://evil.example"},
            )
            problem(answer, 415, "unsupported_media_type")
            assert "access-control-allow-origin" not in answer.headers
