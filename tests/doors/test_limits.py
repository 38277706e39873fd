"""How much one caller may ask: requests a minute, counted over all processes together, and the size of a body."""

import re
from collections import Counter
from collections.abc import Iterator

import httpx
import pytest

from outlay.db.roles import DatabaseUrls
from outlay.identity.access.model import Role
from outlay.identity.keys.service import KeyDraft
from tests.doors.door_help import JSON, Backstage, at_once, problem, visitor
from tests.support.processes import Server, external
from tests.support.tenants import Tenant

BODY_BYTES_MAX = 2_048
SESSION_LIMIT = 7


@pytest.fixture(scope="module")
def strict(door_urls: DatabaseUrls) -> Iterator[Server]:
    """Two processes with narrow limits, on the same database as the server that all tests share."""
    settings = {
        "OUTLAY_BODY_BYTES_MAX": str(BODY_BYTES_MAX),
        "OUTLAY_RATE_LIMIT_PER_MINUTE": "500",
        "OUTLAY_SESSION_RATE_LIMIT_PER_MINUTE": str(SESSION_LIMIT),
    }
    with Server(external(door_urls) | settings, "--workers", "2") as running:
        yield running


@pytest.fixture
def backstage(door_urls: DatabaseUrls, tenant: Tenant) -> Backstage:
    return Backstage(door_urls, tenant)


def limited(backstage: Backstage, limit: int | None) -> dict[str, str]:
    key = backstage.key(KeyDraft(name="limited", role=Role.VIEWER, rate_limit_per_minute=limit))
    return {"Authorization": f"Bearer {key}"}


def taken_already(backstage: Backstage, count: int, *, minutes_from_now: int) -> None:
    """As if so many requests had been made in a minute before or after the present one."""
    backstage.move(
        "insert into rate_window (workspace_id, subject_id, window_started_at, taken) select workspace_id, id, "
        f"date_trunc('minute', now()) + interval '{minutes_from_now} minutes', {count} "
        "from api_key where name = 'limited'"
    )


def meters(answer: httpx.Response) -> tuple[int, int, int]:
    """The limit, what remains of it, and the seconds until it starts anew."""
    policy = re.fullmatch(r'"minute";q=(\d+);w=60', answer.headers["ratelimit-policy"])
    state = re.fullmatch(r'"minute";r=(\d+);t=(\d+)', answer.headers["ratelimit"])
    assert policy, answer.headers
    assert state, answer.headers
    return int(policy.group(1)), int(state.group(1)), int(state.group(2))


def hold_the_minute(server: Server, backstage: Backstage, headers: dict[str, str]) -> int:
    """Spends one request and keeps the window open past the turn of the minute; gives what remains then."""
    with visitor(server.origin, headers=headers) as client:
        remaining = meters(client.get("/api/v1/me"))[1]
    backstage.move("update rate_window set window_started_at = date_trunc('minute', now()) + interval '1 minute'")
    return remaining


def test_the_limit_of_a_key_is_exact_over_both_processes(strict: Server, backstage: Backstage) -> None:
    headers = limited(backstage, 10)
    assert hold_the_minute(strict, backstage, headers) == 9

    answers = at_once(40, lambda client: client.get(f"{strict.origin}/api/v1/me", headers=headers))

    assert Counter(answer.status_code for answer in answers) == {200: 9, 429: 31}


def test_a_refused_request_says_when_to_go_on(strict: Server, backstage: Backstage) -> None:
    headers = limited(backstage, 1)
    hold_the_minute(strict, backstage, headers)

    for answer in at_once(4, lambda client: client.get(f"{strict.origin}/api/v1/me", headers=headers)):
        problem(answer, 429, "too_many_requests")
        limit, remaining, reset_s = meters(answer)
        assert (limit, remaining) == (1, 0)
        assert int(answer.headers["retry-after"]) == reset_s
        assert 1 <= reset_s <= 120


def test_every_answer_tells_what_remains(strict: Server, backstage: Backstage) -> None:
    headers = limited(backstage, None)
    hold_the_minute(strict, backstage, headers)
    with visitor(f"{strict.origin}/api/v1", headers=headers) as client:
        seen = [meters(client.get(path)) for path in ("/me", "/clients", "/clients/nobody", "/keys")]

    assert {limit for limit, _, _ in seen} == {500}
    remaining = [left for _, left, _ in seen]
    assert remaining == [remaining[0] - step for step in range(4)]
    assert all(0 < reset_s <= 120 for _, _, reset_s in seen)


def test_a_new_minute_is_a_new_allowance(strict: Server, backstage: Backstage) -> None:
    headers = limited(backstage, 2)
    taken_already(backstage, 2, minutes_from_now=-1)

    with visitor(f"{strict.origin}/api/v1", headers=headers) as client:
        assert meters(client.get("/me"))[:2] == (2, 1)


def test_what_was_taken_in_this_minute_is_gone_for_a_process_that_never_saw_the_key(
    strict: Server, backstage: Backstage
) -> None:
    headers = limited(backstage, 2)
    taken_already(backstage, 2, minutes_from_now=1)

    with visitor(f"{strict.origin}/api/v1", headers=headers) as client:
        problem(client.get("/me"), 429, "too_many_requests")


def test_one_key_does_not_spend_the_allowance_of_another(strict: Server, backstage: Backstage) -> None:
    spent, other = limited(backstage, 1), limited(backstage, 1)
    hold_the_minute(strict, backstage, spent)

    with visitor(f"{strict.origin}/api/v1") as client:
        problem(client.get("/me", headers=spent), 429, "too_many_requests")
        assert client.get("/me", headers=other).status_code == 200


def test_a_signed_in_person_has_an_allowance_too(strict: Server, backstage: Backstage) -> None:
    with backstage.browser(strict.origin) as browser:
        limit, remaining, _ = meters(browser.get("/me"))
        assert limit == SESSION_LIMIT
        backstage.move("update rate_window set window_started_at = date_trunc('minute', now()) + interval '1 minute'")
        cookie = {"Cookie": f"outlay_session={browser.cookies['outlay_session']}"}

    answers = at_once(20, lambda client: client.get(f"{strict.origin}/api/v1/me", headers=cookie))

    assert Counter(answer.status_code for answer in answers) == {200: remaining, 429: 20 - remaining}


def test_requests_without_a_known_credential_spend_nobodys_allowance(strict: Server, backstage: Backstage) -> None:
    headers = limited(backstage, 5)
    wrong = {"Authorization": headers["Authorization"][:-1] + "g"}
    before = backstage.move("select 1 from rate_window")

    for answer in at_once(8, lambda client: client.get(f"{strict.origin}/api/v1/me", headers=wrong)):
        problem(answer, 401, "not_authenticated")
        assert "ratelimit" not in answer.headers

    assert backstage.move("select 1 from rate_window") == before


def test_a_body_may_be_as_large_as_the_limit_and_no_larger(strict: Server, tenant: Tenant) -> None:
    with visitor(f"{strict.origin}/api/v1", headers=tenant.headers) as client:

        def sent(size: int) -> httpx.Response:
            body = b'{"name": "Acme"}'
            return client.post("/clients", content=body + b" " * (size - len(body)), headers=JSON)

        assert sent(BODY_BYTES_MAX).status_code == 201
        problem(sent(BODY_BYTES_MAX + 1), 413, "body_too_large")


def test_the_limit_of_a_body_holds_when_its_length_is_not_said(strict: Server, tenant: Tenant) -> None:
    with visitor(f"{strict.origin}/api/v1", headers=tenant.headers) as client:

        def sent(count: int) -> httpx.Response:
            parts = iter([b'{"name": "Chunked"}', *([b" " * 512] * count)])
            return client.post("/clients", content=parts, headers=JSON)

        assert sent(3).status_code == 201
        problem(sent(4), 413, "body_too_large")
        assert client.get("/clients").json()["items"][0]["name"] == "Chunked"


@pytest.mark.parametrize("path", ["/api/v1/session", "/api/v1/nope", "/", "/healthz"])
def test_the_limit_of_a_body_holds_where_nobody_reads_it(strict: Server, path: str) -> None:
    with visitor(strict.origin) as client:
        problem(client.post(path, content=b" " * (BODY_BYTES_MAX + 1), headers=JSON), 413, "body_too_large")
