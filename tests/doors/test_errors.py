"""Bad input at every door: a clear problem in its one shape, nothing of our insides, and nothing stored."""

import base64
import json
import re
from collections.abc import Iterator

import httpx
import pytest

from tests.doors.door_help import JSON, UNKNOWN_ID, addresses_of, example_of, problem
from tests.support.processes import Server
from tests.support.tenants import Tenant

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def cursor(*parts: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"{nope", id="not JSON"),
        pytest.param(b'{"name": "Acme"', id="cut off"),
        pytest.param(b'{"name": "Acme"} {}', id="something after its end"),
        pytest.param(b'{"name": "\xff\xfe"}', id="not UTF-8"),
        pytest.param(b"[" * 100_000 + b"]" * 100_000, id="lists a hundred thousand deep"),
        pytest.param(b'{"name":' * 50_000 + b"1" + b"}" * 50_000, id="objects fifty thousand deep"),
        pytest.param(b'{"name": ' + b"9" * 5_000 + b"}", id="an integer of five thousand digits"),
    ],
)
def test_a_body_that_cannot_be_read_is_malformed_json(api: httpx.Client, body: bytes) -> None:
    problem(api.post("/clients", content=body, headers=JSON), 400, "malformed_json")

    assert api.get("/clients").json()["items"] == []


@pytest.mark.parametrize(
    ("body", "path"),
    [
        pytest.param("[1]", "body", id="a list where an object is wanted"),
        pytest.param("null", "body", id="null"),
        pytest.param("{}", "name", id="a field is missing"),
        pytest.param('{"name": 5}', "name", id="a number where a text is wanted"),
        pytest.param('{"name": null}', "name", id="null where a text is wanted"),
        pytest.param('{"name": ""}', "name", id="an empty name"),
        pytest.param('{"name": "   "}', "name", id="a name of spaces"),
        pytest.param('{"name": "%s"}' % ("a" * 121), "name", id="a name that is too long"),
        pytest.param('{"name": "Acme", "nmae": "Acme"}', "nmae", id="an unknown field"),
        pytest.param('{"name": "a\\u0000b"}', "name", id="the null character"),
        pytest.param('{"name": "a\\nb"}', "name", id="a control character"),
        pytest.param('{"name": "a\\ud800b"}', "name", id="half of a surrogate pair"),
        pytest.param('{"name": "Acme", "key": "a\\u0000b"}', "key", id="the null character in a key"),
        pytest.param('{"name": "Acme", "key": "Not A Key"}', "key", id="a key that is none"),
    ],
)
def test_a_field_that_is_wrong_is_named(api: httpx.Client, body: str, path: str) -> None:
    found = problem(api.post("/clients", content=body, headers=JSON), 422, "invalid_request")

    assert [field["path"] for field in found["errors"]] == [path]
    assert all(field["message"] for field in found["errors"])
    assert api.get("/clients").json()["items"] == []


@pytest.mark.parametrize("number", ["9" * 30, "-1", "0", "1.5", "NaN", "Infinity", "1e999", '"many"', "true"])
def test_a_number_that_cannot_be_is_refused(api: httpx.Client, number: str) -> None:
    body = f'{{"name": "k", "role": "viewer", "rate_limit_per_minute": {number}}}'

    found = problem(api.post("/keys", content=body, headers=JSON), 422, "invalid_request")

    assert {field["path"] for field in found["errors"]} == {"rate_limit_per_minute"}


def test_an_absent_body_is_named_wherever_one_is_needed(server: Server, api: httpx.Client) -> None:
    with_body = [address for address in addresses_of(server.origin) if "requestBody" in address.operation]
    assert len(with_body) >= 15
    for address in with_body:
        if str(address) == "POST /api/v1/events":
            continue  # takes more than JSON, in a door of its own
        for headers in ({}, JSON):
            answer = api.request(address.method, server.origin + address.at(UNKNOWN_ID), headers=headers)
            found = problem(answer, 422, "invalid_request")
            assert found["errors"] == [{"path": "body", "message": "Field required"}], str(address)


def test_a_body_of_another_kind_is_refused_everywhere(server: Server, api: httpx.Client) -> None:
    kinds = ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "text/json", "")
    for address in addresses_of(server.origin):
        if "requestBody" not in address.operation:
            continue
        body = json.dumps(example_of(server.origin, address))
        for kind in kinds:
            headers = {"Content-Type": kind}
            answer = api.request(address.method, server.origin + address.at(UNKNOWN_ID), content=body, headers=headers)
            problem(answer, 415, "unsupported_media_type")


def test_json_may_say_its_character_set(api: httpx.Client) -> None:
    headers = {"Content-Type": "application/JSON; charset=utf-8"}

    assert api.post("/clients", content='{"name": "Café"}', headers=headers).json()["name"] == "Café"


def test_a_body_that_is_too_large_is_refused_by_its_declared_length(api: httpx.Client) -> None:
    body = b'{"name": "' + b"a" * 10 * 1024 * 1024 + b'"}'

    problem(api.post("/clients", content=body, headers=JSON), 413, "body_too_large")


def test_a_body_that_is_too_large_is_refused_when_its_length_is_not_said(api: httpx.Client) -> None:
    def parts() -> Iterator[bytes]:
        yield b'{"name": "'
        for _ in range(11):
            yield b"a" * 1024 * 1024

    problem(api.post("/clients", content=parts(), headers=JSON), 413, "body_too_large")


def test_an_unknown_or_malformed_id_is_not_found_at_every_address_that_takes_one(
    server: Server, api: httpx.Client
) -> None:
    with_id = [address for address in addresses_of(server.origin) if "{" in address.path]
    assert len(with_id) >= 14
    for address in with_id:
        for name in (UNKNOWN_ID, "nope", "0190c100", "-1", "%C3%A9", "%ff%fe", "..%2e"):
            body = example_of(server.origin, address)
            answer = api.request(address.method, server.origin + address.at(name), json=body)
            problem(answer, 404, "not_found")


@pytest.mark.parametrize("name", ["a%00b", "%0A", "a%7Fb", "a" * 65, "a" * 4000])
def test_a_name_in_the_path_that_nothing_can_have_is_refused(api: httpx.Client, name: str) -> None:
    for kind in ("clients", "campaigns", "agents"):
        problem(api.get(f"/{kind}/{name}"), 422, "invalid_request")
    problem(api.delete(f"/keys/{name}"), 404, "not_found")


@pytest.mark.parametrize(
    "query",
    ["q=a%00b", "q=%0D%0A", "q=" + "a" * 201, "limit=0", "limit=501", "limit=-1", "limit=x", "limit=1.5", "limit=",
     "limit=" + "9" * 5_000, "archived=perhaps", "cursor=" + "a" * 501],
)  # fmt: skip
def test_a_parameter_of_the_query_that_is_wrong_is_named(api: httpx.Client, query: str) -> None:
    found = problem(api.get(f"/clients?{query}"), 422, "invalid_request")

    assert [field["path"] for field in found["errors"]] == [f"query.{query.partition('=')[0]}"]


@pytest.mark.parametrize(
    "given",
    [
        "nope", "%", "é", "a b", cursor(), cursor("Acme"), cursor("Acme", "no-id"), cursor("Acme", UNKNOWN_ID, "more"),
        cursor("a\0b", UNKNOWN_ID), cursor("a\ud800b", UNKNOWN_ID), cursor({"a": 1}, [2]),
        base64.urlsafe_b64encode(b'{"name": "Acme"}').decode(), base64.urlsafe_b64encode(b"[" * 300).decode(),
    ],
)  # fmt: skip
def test_a_cursor_that_is_not_of_this_list_is_refused(api: httpx.Client, given: str) -> None:
    problem(api.get("/clients", params={"cursor": given}), 400, "bad_cursor")


@pytest.mark.parametrize("number", [10**40, -(10**40), 2**63, "x", 1.5])
def test_a_cursor_with_an_impossible_number_is_refused(api: httpx.Client, number: object) -> None:
    problem(api.get("/audit", params={"cursor": cursor(number)}), 400, "bad_cursor")


def test_a_method_that_an_address_does_not_have_is_refused_and_those_it_has_are_named(
    server: Server, api: httpx.Client
) -> None:
    addresses = addresses_of(server.origin)
    for path in {address.at(UNKNOWN_ID) for address in addresses}:
        known = {address.method for address in addresses if address.has(path)}
        for method in set(METHODS) - known:
            answer = api.request(method, server.origin + path)
            problem(answer, 405, "method_not_allowed")
            allowed = set(answer.headers["allow"].split(", "))
            assert allowed == known | ({"HEAD"} if "GET" in known else set()), f"{method} {path}"


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "PROPFIND"])
def test_an_unusual_method_is_refused_and_opens_nothing_to_other_sites(api: httpx.Client, method: str) -> None:
    headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}

    answer = api.request(method, "/clients", headers=headers)

    problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "GET, HEAD, POST"
    assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_head_answers_wherever_get_does_without_a_body(server: Server, api: httpx.Client) -> None:
    for address in addresses_of(server.origin):
        if address.method != "GET":
            continue
        url = server.origin + address.at(UNKNOWN_ID)
        got, head = api.get(url), api.head(url)
        assert (head.status_code, head.content) == (got.status_code, b""), str(address)
        assert head.headers["content-type"] == got.headers["content-type"], str(address)


@pytest.mark.parametrize(
    "path",
    ["/api", "/api/", "/api/v1", "/api/v1/", "/api/v1/nope", "/api/v1/clients/", "/api/v1/clients/a/b", "/api/v2/me",
     "/api//v1/me", "/v1/nope", "/v1/", "/healthz/", "/docs/nope", "/api/v1/clients/%2e%2e%2fme"],
)  # fmt: skip
def test_an_unknown_address_of_a_door_is_a_problem_and_never_the_page(
    api: httpx.Client, server: Server, path: str
) -> None:
    for method in METHODS:
        problem(api.request(method, server.origin + path), 404, "not_found")


def test_the_id_of_a_request_is_kept_when_it_is_harmless_and_else_replaced(api: httpx.Client) -> None:
    for given in ("abcdefgh", "0190c100-0000-7000-8000-000000000000", "A.b_c-1234", "a" * 64):
        answer = api.get("/nope", headers={"X-Request-Id": given})
        assert problem(answer, 404, "not_found")["request_id"] == given
    for given in ("short", "a" * 65, "two words!", "<script>alert(1)</script>", '"; drop table', "{{7*7}}{{7*7}}"):
        answer = api.get("/nope", headers={"X-Request-Id": given})
        assert re.fullmatch(r"[0-9a-f]{32}", problem(answer, 404, "not_found")["request_id"])


def test_two_requests_never_share_an_id(server: Server) -> None:
    ids = {httpx.get(f"{server.origin}/healthz").headers["x-request-id"] for _ in range(5)}

    assert len(ids) == 5


def test_a_key_that_is_taken_says_so(api: httpx.Client) -> None:
    api.post("/clients", json={"name": "Acme"})

    found = problem(api.post("/clients", json={"name": "ACME"}), 409, "key_taken")

    assert found["key"] == "acme"


def test_what_was_refused_left_no_trace_in_the_audit_log(api: httpx.Client, tenant: Tenant) -> None:
    before = api.get("/audit").json()["items"]
    api.post("/clients", json={"name": ""})
    api.post("/clients", json={"name": "Acme", "key": "Bad Key"})
    api.post("/campaigns", json={"name": "Spring", "client": "nobody"})

    assert api.get("/audit").json()["items"] == before
