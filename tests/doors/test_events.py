"""Events through the native API: every shape of body, each event for itself, and nothing for those who may not."""

import gzip
import json
import zlib
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest

from outlay.db.roles import DatabaseUrls
from outlay.identity.access.model import Role
from outlay.identity.keys.service import KeyDraft
from tests.doors.door_help import INSIDES, Backstage, at_once, problem, visitor
from tests.support.books import Books
from tests.support.processes import Server
from tests.support.tenants import Tenant

JSON = "application/json"
LINES = "application/x-ndjson"
CLOUD_EVENT = "application/cloudevents+json"
CLOUD_EVENTS = "application/cloudevents-batch+json"
ONE = {"id": "one", "client": "acme", "service": "openai", "model": "gpt-4o", "input_tokens": 1500, "cost": "1.5"}
# As the standard spells it, with extensions and a schema that nobody here knows.
ENVELOPE: dict[str, Any] = {
    "specversion": "1.0",
    "id": "A234-1234-1234",
    "source": "https://proxy.example.test/chat",
    "type": "chat",
    "subject": "acme",
    "time": "2026-11-05T17:31:00Z",
    "datacontenttype": "application/json",
    "dataschema": "https://example.test/schema",
    "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "comexampleextension": 5,
}


@pytest.fixture
def books(door_urls: DatabaseUrls, tenant: Tenant) -> Callable[[], Books]:
    def opened() -> Books:
        found = Books.of(door_urls, tenant)
        found.assert_sound()
        return found

    return opened


@pytest.fixture
def backstage(door_urls: DatabaseUrls, tenant: Tenant) -> Backstage:
    return Backstage(door_urls, tenant)


def send(api: httpx.Client, body: bytes | str | object, kind: str = JSON, **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes | str) else json.dumps(body)
    answer = api.post("/events", content=content, headers={"Content-Type": kind, **headers})
    assert INSIDES.search(answer.text) is None, answer.text
    return answer


def receipt(answer: httpx.Response) -> tuple[int, int, list[dict[str, Any]]]:
    """How many were accepted and repeated, and what was not."""
    assert (answer.status_code, answer.headers["content-type"]) == (200, JSON), answer.text
    told = answer.json()
    assert told.keys() == {"accepted", "repeated", "rejected"}
    return told["accepted"], told["repeated"], told["rejected"]


def refusals(answer: httpx.Response) -> dict[int, str]:
    """The messages of what was not stored, by their place."""
    return {row["index"]: row["message"] for row in receipt(answer)[2]}


def bill(count: int) -> list[dict[str, Any]]:
    return [{"id": f"e{number}", "client": "acme", "cost": 1} for number in range(count)]


# --- shapes -----------------------------------------------------------------------------------------------------------


def test_an_event_is_stored_once_it_is_acknowledged_and_a_repeat_counts_nothing(
    api: httpx.Client, books: Callable[[], Books]
) -> None:
    assert receipt(send(api, ONE)) == (1, 0, [])
    assert receipt(send(api, ONE)) == (0, 1, [])
    (conflict,) = receipt(send(api, ONE | {"cost": 2}))[2]
    assert (conflict["index"], conflict["id"], conflict["code"]) == (0, "one", "conflict")
    assert books().total == 0 + 1.5


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (JSON, json.dumps(bill(3))),
        ("application/json; charset=utf-8", "\n [" + ", ".join(map(json.dumps, bill(3))) + "] "),
        (LINES, "\n".join(map(json.dumps, bill(3)))),
        ("application/ndjson", "\r\n".join(map(json.dumps, bill(3))) + "\r\n\r\n"),
        ("application/jsonl", "\n\n" + "\n \n".join(map(json.dumps, bill(3)))),
        (CLOUD_EVENTS, json.dumps([ENVELOPE | {"id": f"e{n}", "data": {"cost": 1}} for n in range(3)])),
    ],
)
def test_several_events_come_as_an_array_as_lines_or_as_cloud_events(
    api: httpx.Client, books: Callable[[], Books], kind: str, body: str
) -> None:
    for content, headers in ((body.encode(), {}), (gzip.compress(body.encode()), {"Content-Encoding": "gzip"})):
        answer = receipt(send(api, content, kind, **headers))
        assert sum(answer[:2]) == 3, answer
    assert books().ids == ["e0", "e1", "e2"]


def test_gzip_of_several_members_loses_none(api: httpx.Client, books: Callable[[], Books]) -> None:
    members = b"".join(gzip.compress(json.dumps(one).encode() + b"\n") for one in bill(3))
    assert receipt(send(api, members, LINES, **{"Content-Encoding": "gzip"})) == (3, 0, [])
    assert books().ids == ["e0", "e1", "e2"]


def test_nothing_at_all_is_no_fault(api: httpx.Client) -> None:
    assert receipt(send(api, [])) == (0, 0, [])
    assert receipt(send(api, "", LINES)) == (0, 0, [])


def test_a_cloud_event_tells_what_we_know_under_our_names_and_the_rest_as_metadata(
    api: httpx.Client, books: Callable[[], Books]
) -> None:
    data = {
        "model": "gpt-4o",
        "service": "openai",
        "prompt_tokens": 1000,
        "completion_tokens": 50,
        "total_tokens": 1050,
        "cached_tokens": None,
        "labels": {"team": "blue"},
        "message": "Spring is here",
        "page": {"number": 3},
        "user": "u-1",
        "prompt": "secret",
    }
    assert receipt(send(api, ENVELOPE | {"data": data}, CLOUD_EVENT)) == (1, 0, [])

    event = books().event(ENVELOPE["id"])
    assert (event["source"], event["client"], event["operation"]) == (ENVELOPE["source"], "acme", "chat")
    assert (event["input_tokens"], event["output_tokens"], event["quantity"]) == (1000, 50, None)
    assert event["occurred_at"].isoformat() == "2026-11-05T17:31:00+00:00"
    assert event["details"] == {"metadata": {"message": "Spring is here", "page": {"number": 3}, "user": "u-1"}}
    # Priced in US dollars, of which nobody said what they are worth in this workspace's euros.
    assert (event["cost"], event["original_cost"]) == (None, Decimal("0.003"))


def test_a_cost_in_a_cloud_event_is_in_us_dollars_where_it_names_no_currency(
    api: httpx.Client, books: Callable[[], Books]
) -> None:
    batch = [
        ENVELOPE | {"id": "a", "data": {"cost": 2}},
        ENVELOPE | {"id": "b", "data": {"cost": 2, "currency": "EUR"}},
    ]
    assert receipt(send(api, batch, CLOUD_EVENTS)) == (2, 0, [])
    assert (books().event("a")["cost"], books().event("a")["original_cost"], books().event("b")["cost"]) == (None, 2, 2)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"specversion": "0.3"}, "specversion: specversion must be 1.0"),
        ({"id": None}, "id: expected `str`, got `null`"),
        ({"type": 5}, "type: expected `str`, got `int`"),
        ({"time": "2026-11-05T17:31:00"}, "time: expected `datetime` with a timezone component"),
        ({"data": "text"}, "data: expected `object | null`, got `str`"),
        ({"data": {}}, "quantities: are needed, or cost"),
        ({"data": {"input_tokens": 5, "prompt_tokens": 6}}, "data.prompt_tokens: is counted twice, differently"),
        ({"data": {"input_tokens": -5}}, "quantities.input_tokens: must be a whole number from 0 to 2147483647"),
    ],
)
def test_a_cloud_event_that_is_none_is_refused(api: httpx.Client, changes: dict[str, Any], message: str) -> None:
    answer = send(api, [ENVELOPE | {"data": {"cost": 1}} | changes, ENVELOPE | {"data": {"cost": 1}}], CLOUD_EVENTS)
    assert refusals(answer) == {0: message}
    assert receipt(answer)[0] == 1


# --- each for itself --------------------------------------------------------------------------------------------------

BAD_ROWS = [
    ('{"id": "x"}', "quantities: are needed, or cost"),
    ('{"cost": 1}', "event: object missing required field `id`"),
    ('{"id": "x", "cost": -1}', "cost: must be an amount from 0 to below 100000000000"),
    ('{"id": "x", "cost": NaN}', "event: is not valid JSON in UTF-8"),
    ('{"id": "x", "cost": "NaN"}', "cost: must be an amount from 0 to below 100000000000"),
    ('{"id": "x", "cost": 1e999}', "cost: must be an amount from 0 to below 100000000000"),
    ('{"id": "x", "quantities": {"input_tokens": "1e9999999"}}', "quantities.input_tokens: must be a whole number from"),
    ('{"id": "x", "cost": 1, "colour": "red"}', "event: object contains unknown field `colour`"),
    ('{"id": "x", "quantities": {"Pages!": 1}}', "quantities.Pages!: is no unit"),
    ('{"id": "x", "cost": 1, "time": "2999-01-01T00:00:00Z"}', "time: must not be more than a day ahead"),
    ('{"id": "x", "cost": 1, "time": "1999-01-01T00:00:00Z"}', "time: must not be before the year 2000"),
    ('{"id": "x", "cost": 1, "time": "yesterday"}', "time: invalid"),
    ('{"id": "x", "cost": 1, "time": "2026-11-05T17:31:00"}', "time: expected `datetime` with a timezone component"),
    ('{"id": "a\\u0000b", "cost": 1}', "id: must hold printable characters only"),
    ('{"id": "a\\ud800b", "cost": 1}', "event: is not valid JSON in UTF-8"),
    ('{"id": "x", "cost": 1, "client": "a\\u0000"}', "client: must hold printable characters only"),
    ('{"id": "x", "cost": 1, "metadata": {"a": "\\u0000"}}', "metadata: must not hold the null character"),
    ('{"id": "x", "cost": 1, "metadata": {"a": 99999999999999999999}}', "metadata: must not hold whole numbers beyond"),
    ('{"id": "x", "cost": 1, "metadata": {"a": ' + "[" * 200 + "]" * 200 + "}}", "metadata: must not be nested more"),
    ('{"id": "x", "cost": 1, "metadata": {"a": "' + "x" * 1_000_000 + '"}}', "metadata: must have at most 16384 bytes"),
    ('{"id": 5, "cost": 1}', "id: expected `str`, got `int`"),
    ('{"id": "x", "prompt_tokens": 5, "input_tokens": 5}', "prompt_tokens: is counted twice"),
    ('{"id": "x", "cost": 1, "client": "0198c5a2-7d1e-7c3a-9f54-2b6d1c9e8a70"}', "client: there is none with the id"),
    ("[]", "event: expected `object`, got `array`"),
    ("null", "event: expected `object`, got `null`"),
    ("17", "event: expected `object`, got `int`"),
]  # fmt: skip


@pytest.mark.parametrize("kind", [JSON, LINES])
def test_bad_rows_among_a_thousand_cost_nobody_else_anything(
    api: httpx.Client, books: Callable[[], Books], kind: str
) -> None:
    rows = [json.dumps(one) for one in bill(1000)]
    places = range(7, 7 + 30 * len(BAD_ROWS), 30)
    for place, (row, _) in zip(places, BAD_ROWS, strict=True):
        rows[place] = row
    body = f"[{','.join(rows)}]" if kind == JSON else "\n".join(rows)

    accepted, repeated, rejected = receipt(send(api, body, kind))
    assert (accepted, repeated, len(rejected)) == (1000 - len(BAD_ROWS), 0, len(BAD_ROWS))
    for told, place, (_, message) in zip(rejected, places, BAD_ROWS, strict=True):
        assert told["index"] == place
        assert told["message"].startswith(message), told
    assert len(books().events) == 1000 - len(BAD_ROWS)


@pytest.mark.parametrize("kind", [JSON, LINES])
def test_a_row_that_is_not_utf_8_costs_nobody_else_anything(
    api: httpx.Client, books: Callable[[], Books], kind: str
) -> None:
    rows = [b'{"id":"good","cost":1}', b'{"id":"bad \xff","cost":1}', b'{"id":"fine","cost":1,"lead":"\xc3\xa9"}']
    body = b"[" + b",".join(rows) + b"]" if kind == JSON else b"\n".join(rows)
    assert refusals(send(api, body, kind)) == {1: "event: is not valid JSON in UTF-8"}
    assert books().ids == ["fine", "good"]


def test_an_array_that_is_broken_only_in_two_different_ways_still_lands(
    api: httpx.Client, books: Callable[[], Books]
) -> None:
    body = b'[{"id":"a","cost":1} , {"id":"\\ud800","cost":1},{"id":"b","cost":NaN},{"id":"\xff","cost":1},\n{"id":"c","cost":1}]'
    assert set(refusals(send(api, body))) == {1, 2, 3}
    assert books().ids == ["a", "c"]


def test_a_count_that_is_null_is_none(api: httpx.Client, books: Callable[[], Books]) -> None:
    told = {"id": "a", "model": "gpt-4o", "prompt_tokens": 5, "completion_tokens": None, "cache_read_tokens": None}
    assert receipt(send(api, told | {"service": "openai"})) == (1, 0, [])
    assert (books().event("a")["input_tokens"], books().event("a")["output_tokens"]) == (5, None)


def test_an_outcome_names_the_place_and_the_id_also_where_the_id_is_no_text(api: httpx.Client) -> None:
    _, _, rejected = receipt(send(api, [{"id": "a"}, {"id": 5}, 7]))
    assert [(row["index"], row["id"], row["code"]) for row in rejected] == [
        (0, "a", "invalid_request"),
        (1, None, "invalid_request"),
        (2, None, "invalid_request"),
    ]


# --- bodies that are refused as a whole -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[", b"[1", b'[{"id":"a","cost":1},]', b'[{"id":"a","cost":1}] {}', b"hello", b'{"id":"\xff","cost":1}',
     b'{"id":"a","cost":NaN}', b'{"id":"\\ud800","cost":1}', b"[" * 100_000, b"\xef\xbb\xbf[]", b"\x00", b"[,]"],
)  # fmt: skip
def test_a_body_that_is_no_json_is_refused(api: httpx.Client, books: Callable[[], Books], body: bytes) -> None:
    problem(send(api, body), 400, "malformed_json")
    assert books().events == []


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "json"])
def test_a_body_of_another_kind_is_refused(api: httpx.Client, kind: str) -> None:
    problem(send(api, ONE, kind), 415, "unsupported_media_type")


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (b'{"id":"a","cost":1}', "gzip"),
        (gzip.compress(b'{"id":"a","cost":1}')[:-9], "gzip"),
        (gzip.compress(b'{"id":"a","cost":1}') + b"rest", "gzip"),
        (zlib.compress(b'{"id":"a","cost":1}'), "gzip"),
        (b"", "gzip"),
        (gzip.compress(b"") * 1_001, "gzip"),
        (b'{"id":"a","cost":1}', "br"),
        (gzip.compress(gzip.compress(b'{"id":"a","cost":1}')), "gzip, gzip"),
    ],
    ids=["no gzip", "cut off", "with a rest", "another wrapping", "empty", "too many parts", "brotli", "twice"],
)
def test_a_body_that_cannot_be_unpacked_is_refused(api: httpx.Client, body: bytes, encoding: str) -> None:
    problem(send(api, body, JSON, **{"Content-Encoding": encoding}), 415, "bad_encoding")


def test_a_body_over_the_limit_is_refused_packed_or_not(api: httpx.Client) -> None:
    large = b"[" + b" " * (10 * 1024 * 1024) + b"]"
    problem(send(api, large), 413, "body_too_large")
    problem(send(api, gzip.compress(large), JSON, **{"Content-Encoding": "gzip"}), 413, "body_too_large")
    members = gzip.compress(b" " * 4_000_000) * 3
    problem(send(api, members, JSON, **{"Content-Encoding": "gzip"}), 413, "body_too_large")


@pytest.mark.parametrize("kind", [JSON, LINES, CLOUD_EVENTS])
def test_more_events_than_a_body_may_carry_are_refused_and_the_limit_is_told(
    api: httpx.Client, books: Callable[[], Books], kind: str
) -> None:
    rows = ['{"id":"a","cost":1}'] * 10_001
    body = "\n".join(rows) if kind == LINES else f"[{','.join(rows)}]"
    told = problem(send(api, body, kind), 413, "too_many_items")
    assert told["detail"] == "The body holds 10001 events; at most 10000 are taken at once."
    assert books().events == []
    body = "\n".join(["5"] * 100_000) if kind == LINES else f"[{','.join(['5'] * 100_000)}]"
    problem(send(api, body, kind), 413, "too_many_items")


# --- who may ----------------------------------------------------------------------------------------------------------


def with_key(server: Server, key: str) -> httpx.Client:
    return visitor(f"{server.origin}/api/v1", headers={"Authorization": f"Bearer {key}"})


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer ok_nonsense", "Basic b2s6b2s="])
def test_nobody_is_told_anything_without_a_credential(server: Server, authorization: str) -> None:
    with visitor(f"{server.origin}/api/v1", headers={"Authorization": authorization}) as anybody:
        for body in (ONE, "{", [5] * 20_000):
            problem(send(anybody, body), 401, "not_authenticated")


def test_a_revoked_key_stores_nothing_more_in_any_process_however_lately_it_was_used(
    server: Server, backstage: Backstage, api: httpx.Client, books: Callable[[], Books]
) -> None:
    key = backstage.key(KeyDraft(name="lately", role=Role.MANAGER))

    def post(client: httpx.Client) -> httpx.Response:
        url = f"{server.origin}/api/v1/events"
        return client.post(url, json=[ONE], headers={"Authorization": f"Bearer {key}"})

    assert {answer.status_code for answer in at_once(12, post)} == {200}
    backstage.move("update api_key set revoked_at = now() where name = 'lately'")
    for answer in at_once(12, post):
        problem(answer, 401, "key_revoked")
    backstage.move("update api_key set revoked_at = null, expires_at = now() where name = 'lately'")
    for answer in at_once(12, post):
        problem(answer, 401, "key_expired")
    assert books().ids == ["one"]


def test_a_key_that_lost_its_role_stores_nothing_more(
    server: Server, backstage: Backstage, books: Callable[[], Books]
) -> None:
    with with_key(server, backstage.key(KeyDraft(name="narrowed", role=Role.MANAGER))) as sender:
        assert receipt(send(sender, ONE))[0] == 1
        backstage.move("update api_key set scopes = '{spend.read}' where name = 'narrowed'")
        problem(send(sender, {"id": "two", "cost": 1}), 403, "not_allowed")
    assert books().ids == ["one"]


@pytest.mark.parametrize("role", [Role.ANALYST, Role.VIEWER, Role.PORTAL])
def test_who_only_reads_stores_nothing(
    server: Server, backstage: Backstage, api: httpx.Client, books: Callable[[], Books], role: Role
) -> None:
    api.post("/clients", json={"name": "Acme"})
    key = backstage.key(KeyDraft(name="reader", role=role, client="acme" if role is Role.PORTAL else None))
    with with_key(server, key) as reader:
        for _ in range(2):
            problem(send(reader, ONE), 403, "not_allowed")
    assert books().events == []


def test_an_agent_s_key_reports_for_its_own_agent_only(
    server: Server, backstage: Backstage, api: httpx.Client, books: Callable[[], Books]
) -> None:
    for name in ("writer", "painter"):
        api.post("/agents", json={"name": name, "key": name})
    with with_key(server, backstage.key(KeyDraft(name="w", role=Role.AGENT, agent="writer"))) as writer:
        body = [{"id": agent, "cost": 1, "agent": agent} for agent in ("writer", "painter", "stranger")]
        accepted, _, rejected = receipt(send(writer, [*body, {"id": "silent", "cost": 1}]))
    assert (accepted, [(row["id"], row["code"]) for row in rejected]) == (
        2,
        [("painter", "not_allowed"), ("stranger", "not_allowed")],
    )
    assert {row["id"]: row["agent"] for row in books().events} == {"writer": "writer", "silent": "writer"}


def test_a_session_needs_its_csrf_token(server: Server, backstage: Backstage, books: Callable[[], Books]) -> None:
    with backstage.browser(server.origin) as browser:
        assert receipt(send(browser, ONE))[0] == 1
        del browser.headers["X-CSRF-Token"]
        for kind in (JSON, CLOUD_EVENT):
            problem(send(browser, {"id": "two", "cost": 1}, kind), 403, "csrf_failed")
    assert books().ids == ["one"]


def test_who_asks_too_much_waits_and_nothing_is_stored_meanwhile(
    server: Server, backstage: Backstage, books: Callable[[], Books]
) -> None:
    key = backstage.key(KeyDraft(name="limited", role=Role.MANAGER, rate_limit_per_minute=4))
    backstage.move(
        "insert into rate_window (workspace_id, subject_id, window_started_at, taken) select workspace_id, id, "
        "date_trunc('minute', now()) + interval '1 minute', 3 from api_key where name = 'limited'"
    )
    with with_key(server, key) as sender:
        first = send(sender, {"id": "in time", "cost": 1})
        assert receipt(first)[0] == 1
        assert "ratelimit" in first.headers
        late = [send(sender, {"id": f"late {n}", "cost": 1}) for n in range(6)]
    for answer in late:
        problem(answer, 429, "too_many_requests")
        assert int(answer.headers["retry-after"]) > 0
    assert books().ids == ["in time"]


def test_the_events_of_another_workspace_are_nobody_s_business(
    api: httpx.Client, server: Server, stranger: Tenant, door_urls: DatabaseUrls, books: Callable[[], Books]
) -> None:
    with visitor(f"{server.origin}/api/v1", headers=stranger.headers) as other:
        theirs = other.post("/clients", json={"name": "Theirs", "key": "theirs"}).json()
        assert receipt(send(other, ONE)) == (1, 0, [])
    assert receipt(send(api, ONE | {"cost": 9})) == (1, 0, [])
    assert refusals(send(api, {"id": "x", "cost": 1, "client": theirs["id"]})) == {
        0: f"client: there is none with the id {theirs['id']}"
    }
    assert receipt(send(api, {"id": "x", "cost": 1, "client": "theirs"})) == (1, 0, [])
    assert len(Books.of(door_urls, stranger).events) == 1
    assert len(books().events) == 2
