"""Signing in and out, and everything that ends a session; links that work once; guesses that are slowed down."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from outlay.db.roles import DatabaseUrls
from outlay.identity.access.model import Role
from outlay.identity.links.model import LinkKind
from outlay.identity.people.model import Person
from tests.doors.door_help import (
    PASSWORD,
    Backstage,
    at_once,
    forgive_everybody,
    problem,
    visitor,
    welcome,
)
from tests.support.processes import Server
from tests.support.tenants import Tenant

NEW_PASSWORD = "a fifth and quieter word"
ATTEMPTS_MAX = 10


@pytest.fixture(autouse=True)
def forgiven(door_urls: DatabaseUrls) -> None:
    forgive_everybody(door_urls)


@pytest.fixture
def backstage(door_urls: DatabaseUrls, tenant: Tenant) -> Backstage:
    return Backstage(door_urls, tenant)


@pytest.fixture
def mia(backstage: Backstage) -> Person:
    return backstage.user(Role.MANAGER, name="Mia Manager")


@pytest.fixture
def anybody(server: Server) -> Iterator[httpx.Client]:
    with visitor(f"{server.origin}/api/v1") as client:
        yield client


@contextmanager
def signed_in(server: Server, person: Person, password: str = PASSWORD) -> Iterator[httpx.Client]:
    with visitor(f"{server.origin}/api/v1") as browser:
        welcome(browser, browser.post("/session", json={"email": person.email, "password": password}))
        yield browser


def guess(anybody: httpx.Client, person: Person) -> httpx.Response:
    return anybody.post("/session", json={"email": person.email, "password": "guess"})


def cookie_of(answer: httpx.Response) -> tuple[str, set[str]]:
    (header,) = answer.headers.get_list("set-cookie")
    value, *attributes = header.split("; ")
    return value.removeprefix("outlay_session="), {attribute.lower() for attribute in attributes}


def test_a_person_signs_in_reads_who_they_are_and_signs_out(anybody: httpx.Client, mia: Person, tenant: Tenant) -> None:
    me = welcome(anybody, anybody.post("/session", json={"email": mia.email.upper(), "password": PASSWORD}))

    assert (me["kind"], me["user"]["name"], me["role"]) == ("user", "Mia Manager", "manager")
    assert me["workspace"]["id"] == str(tenant.id)
    assert [workspace["id"] for workspace in me["workspaces"]] == [str(tenant.id)]
    assert anybody.get("/me").json() == me

    gone = anybody.delete("/session")

    assert (gone.status_code, gone.content) == (204, b"")
    assert "max-age=0" in cookie_of(gone)[1]
    problem(anybody.get("/me"), 401, "not_authenticated")


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(anybody: httpx.Client, mia: Person) -> None:
    token, attributes = cookie_of(anybody.post("/session", json={"email": mia.email, "password": PASSWORD}))

    assert attributes == {"httponly", "samesite=lax", "path=/", f"max-age={30 * 86_400}"}
    assert token.startswith("os_")


def test_signing_out_ends_the_session_itself_and_not_only_the_cookie(
    server: Server, anybody: httpx.Client, backstage: Backstage
) -> None:
    with backstage.browser(server.origin) as browser:
        kept = browser.cookies["outlay_session"]
        browser.delete("/session")

    problem(anybody.get("/me", headers={"Cookie": f"outlay_session={kept}"}), 401, "session_expired")


def test_signing_in_anew_gives_a_new_token_and_ends_the_old_one(
    server: Server, anybody: httpx.Client, mia: Person
) -> None:
    with signed_in(server, mia) as browser:
        old = browser.cookies["outlay_session"]
        welcome(browser, browser.post("/session", json={"email": mia.email, "password": PASSWORD}))
        new = browser.cookies["outlay_session"]

        assert new != old
        assert browser.get("/me").status_code == 200
    problem(anybody.get("/me", headers={"Cookie": f"outlay_session={old}"}), 401, "session_expired")


def test_a_token_that_somebody_planted_is_not_taken_over(anybody: httpx.Client, mia: Person, tenant: Tenant) -> None:
    planted = f"os_{tenant.id.hex}_{'ab' * 32}"

    answer = anybody.post(
        "/session",
        json={"email": mia.email, "password": PASSWORD},
        headers={"Cookie": f"outlay_session={planted}"},
    )

    assert cookie_of(answer)[0] != planted
    problem(anybody.get("/me", headers={"Cookie": f"outlay_session={planted}"}), 401, "session_expired")


@pytest.mark.parametrize("cookie", ["", "x", "os_", "os_x_y", "%00", "a" * 4_000, '"quoted"'])
def test_a_cookie_that_is_none_of_ours_opens_nothing(anybody: httpx.Client, cookie: str) -> None:
    problem(anybody.get("/me", headers={"Cookie": f"outlay_session={cookie}"}), 401, "not_authenticated")


def test_a_session_that_was_idle_for_too_long_has_ended(server: Server, backstage: Backstage) -> None:
    with backstage.browser(server.origin) as browser:
        backstage.move("update session set last_seen_at = now() - interval '23 hours'")
        assert browser.get("/me").status_code == 200

        backstage.move("update session set last_seen_at = now() - interval '24 hours 1 second'")

        problem(browser.get("/me"), 401, "session_expired")
        problem(browser.post("/clients", json={"name": "Acme"}), 401, "session_expired")


def test_a_session_that_grew_too_old_has_ended_however_busy_it_was(server: Server, backstage: Backstage) -> None:
    with backstage.browser(server.origin) as browser:
        assert browser.get("/me").status_code == 200

        backstage.move("update session set expires_at = now(), last_seen_at = now()")

        problem(browser.get("/me"), 401, "session_expired")


def test_ones_sessions_are_listed_and_can_be_ended_one_by_one(server: Server, mia: Person) -> None:
    with signed_in(server, mia) as here, signed_in(server, mia) as there:
        sessions = here.get("/me/sessions").json()["items"]
        assert sorted(session["is_current"] for session in sessions) == [False, True]
        assert {session["ip"] for session in sessions} == {"127.0.0.1"}
        (other,) = [session["id"] for session in sessions if not session["is_current"]]

        assert here.delete(f"/me/sessions/{other}").status_code == 204

        problem(there.get("/me"), 401, "session_expired")
        problem(here.delete(f"/me/sessions/{other}"), 404, "not_found")
        assert here.get("/me").status_code == 200


def test_nobody_sees_or_ends_the_session_of_somebody_else(server: Server, mia: Person, backstage: Backstage) -> None:
    with signed_in(server, mia) as hers, backstage.browser(server.origin) as owners:
        (session,) = hers.get("/me/sessions").json()["items"]

        assert session["id"] not in owners.get("/me/sessions").text
        problem(owners.delete(f"/me/sessions/{session['id']}"), 404, "not_found")
        assert hers.get("/me").status_code == 200


def test_a_new_password_needs_the_old_one_and_ends_the_other_sessions(server: Server, mia: Person) -> None:
    with signed_in(server, mia) as here, signed_in(server, mia) as there:
        change = {"current_password": "wrong", "new_password": NEW_PASSWORD}
        problem(here.patch("/me", json=change), 403, "wrong_password")
        problem(here.patch("/me", json={"new_password": NEW_PASSWORD}), 403, "wrong_password")
        assert there.get("/me").status_code == 200

        change["current_password"] = PASSWORD
        assert here.patch("/me", json=change).status_code == 200

        assert here.get("/me").status_code == 200
        problem(there.get("/me"), 401, "session_expired")
        problem(there.post("/session", json={"email": mia.email, "password": PASSWORD}), 401, "sign_in_failed")
    with signed_in(server, mia, NEW_PASSWORD) as browser:
        assert browser.get("/me").status_code == 200


@pytest.mark.parametrize("weak", ["short", "aaaaaaaaaaaaaaaa", "a" * 257])
def test_a_weak_password_is_refused(server: Server, mia: Person, weak: str) -> None:
    with signed_in(server, mia) as browser:
        change = {"current_password": PASSWORD, "new_password": weak}
        found = problem(browser.patch("/me", json=change), 422, "invalid_request")
    assert found["errors"][0]["path"] == "new_password"


def test_an_address_that_somebody_else_has_cannot_be_taken(server: Server, mia: Person, tenant: Tenant) -> None:
    with signed_in(server, mia) as browser:
        change = {"email": tenant.owner.email.upper(), "current_password": PASSWORD}
        problem(browser.patch("/me", json=change), 409, "email_taken")
        problem(browser.patch("/me", json={"email": "new@example.test"}), 403, "wrong_password")


def test_an_unknown_address_and_a_wrong_password_look_the_same(anybody: httpx.Client, mia: Person) -> None:
    answers = [
        anybody.post("/session", json={"email": email, "password": "not the password"})
        for email in (mia.email, "nobody@example.test")
    ]

    known, unknown = (problem(answer, 401, "sign_in_failed") for answer in answers)
    assert {**known, "request_id": ""} == {**unknown, "request_id": ""}
    assert len({frozenset(answer.headers) for answer in answers}) == 1


def test_a_person_of_another_workspace_cannot_choose_this_one(
    anybody: httpx.Client, mia: Person, stranger: Tenant
) -> None:
    credentials = {"email": mia.email, "password": PASSWORD, "workspace_id": str(stranger.id)}

    problem(anybody.post("/session", json=credentials), 401, "sign_in_failed")


def test_a_person_goes_to_another_workspace_of_theirs_and_to_no_other(
    server: Server, anybody: httpx.Client, backstage: Backstage, stranger: Tenant
) -> None:
    with backstage.browser(server.origin) as browser:
        old = browser.cookies["outlay_session"]
        problem(browser.post("/session/workspace", json={"workspace_id": str(stranger.id)}), 404, "not_found")
        assert browser.get("/me").status_code == 200

        me = welcome(browser, browser.post("/session/workspace", json={"workspace_id": str(backstage.tenant.id)}))

        assert me["workspace"]["id"] == str(backstage.tenant.id)
        assert browser.cookies["outlay_session"] != old
    problem(anybody.get("/me", headers={"Cookie": f"outlay_session={old}"}), 401, "session_expired")


def test_many_who_change_workspaces_at_once_do_not_wait_for_each_other(server: Server, backstage: Backstage) -> None:
    """Each change holds its caller's connection; needing a second one of the same few would block them all."""
    url, workspace = f"{server.origin}/api/v1/session/workspace", {"workspace_id": str(backstage.tenant.id)}
    held: list[dict[str, str]] = []
    for _ in range(24):
        with backstage.browser(server.origin) as browser:
            cookie = f"outlay_session={browser.cookies['outlay_session']}"
            held.append({"Cookie": cookie, "X-CSRF-Token": browser.headers["X-CSRF-Token"]})

    answers = at_once(24, lambda client: client.post(url, json=workspace, headers=held.pop()))

    assert [answer.status_code for answer in answers] == [200] * 24


@pytest.mark.parametrize("kind", [LinkKind.SIGN_IN, LinkKind.PASSWORD_RESET])
def test_a_link_that_is_opened_many_times_at_once_works_once(
    server: Server, backstage: Backstage, kind: LinkKind
) -> None:
    token = backstage.link(kind)
    path, body = {
        LinkKind.SIGN_IN: ("/session/link", {"token": token}),
        LinkKind.PASSWORD_RESET: ("/password-reset/confirm", {"token": token, "password": NEW_PASSWORD}),
    }[kind]

    answers = at_once(8, lambda client: client.post(f"{server.origin}/api/v1{path}", json=body))

    assert sorted(answer.status_code for answer in answers) == [200] + [410] * 7
    for answer in answers:
        if answer.status_code == 410:
            problem(answer, 410, "link_spent")


def test_links_that_do_not_work_all_say_the_same(anybody: httpx.Client, backstage: Backstage, stranger: Tenant) -> None:
    spent, expired = backstage.link(), backstage.link()
    assert anybody.post("/session/link", json={"token": spent}).status_code == 200
    assert backstage.move("update one_time_link set expires_at = now() where used_at is null") == 1
    workspace, secret = expired.split("_")[1:]
    never = f"ol_{workspace}_{'0' * 64}"
    elsewhere = f"ol_{stranger.id.hex}_{secret}"

    told = [
        problem(anybody.post("/session/link", json={"token": token}), 410, "link_spent")["detail"]
        for token in (spent, expired, never, elsewhere)
    ]

    assert len(set(told)) == 1
    for token in ("", "x", backstage.tenant.key, "ol_x_y"):
        problem(anybody.post("/session/link", json={"token": token}), 410, "link_spent")


def test_a_link_is_good_for_its_own_purpose_only(anybody: httpx.Client, backstage: Backstage) -> None:
    reset, sign_in = backstage.link(LinkKind.PASSWORD_RESET), backstage.link(LinkKind.SIGN_IN)

    problem(anybody.post("/session/link", json={"token": reset}), 410, "link_spent")
    body = {"token": sign_in, "password": NEW_PASSWORD}
    problem(anybody.post("/password-reset/confirm", json=body), 410, "link_spent")
    problem(anybody.get("/invitations/open", params={"token": sign_in}), 410, "link_spent")
    assert anybody.post("/session/link", json={"token": sign_in}).status_code == 200


def test_a_reset_link_is_not_spent_by_a_password_that_is_refused(
    server: Server, anybody: httpx.Client, mia: Person, backstage: Backstage
) -> None:
    token = backstage.link(LinkKind.PASSWORD_RESET, mia.id)
    with signed_in(server, mia) as browser:
        problem(anybody.post("/password-reset/confirm", json={"token": token, "password": "short"}), 422,
                "invalid_request")  # fmt: skip
        assert browser.get("/me").status_code == 200

        answer = anybody.post("/password-reset/confirm", json={"token": token, "password": NEW_PASSWORD})

        assert welcome(anybody, answer)["user"]["email"] == mia.email
        problem(browser.get("/me"), 401, "session_expired")


def test_guesses_are_stopped_and_told_how_long_to_wait_and_nobody_else_is(
    anybody: httpx.Client, backstage: Backstage, mia: Person
) -> None:
    noah = backstage.user(Role.VIEWER, name="Noah Viewer")
    for _ in range(ATTEMPTS_MAX):
        problem(guess(anybody, mia), 401, "sign_in_failed")

    for password in ("guess", PASSWORD):
        answer = anybody.post("/session", json={"email": mia.email.upper(), "password": password})
        problem(answer, 429, "too_many_attempts")
        assert 1 <= int(answer.headers["retry-after"]) <= 15 * 60
    assert anybody.post("/session", json={"email": noah.email, "password": PASSWORD}).status_code == 200


def test_many_guesses_at_the_same_moment_do_not_slip_through(server: Server, mia: Person) -> None:
    body = {"email": mia.email, "password": "guess"}

    answers = at_once(20, lambda client: client.post(f"{server.origin}/api/v1/session", json=body))

    assert sorted(answer.status_code for answer in answers) == [401] * ATTEMPTS_MAX + [429] * (20 - ATTEMPTS_MAX)


def test_guesses_against_many_people_from_one_place_are_stopped(anybody: httpx.Client, backstage: Backstage) -> None:
    crowd = [backstage.user(Role.VIEWER) for _ in range(4)]
    for person in crowd[:3]:
        for _ in range(ATTEMPTS_MAX):
            problem(guess(anybody, person), 401, "sign_in_failed")

    problem(guess(anybody, crowd[3]), 429, "too_many_attempts")


def test_who_gets_it_right_in_time_starts_afresh(anybody: httpx.Client, mia: Person) -> None:
    for _ in range(2):
        for _ in range(ATTEMPTS_MAX - 1):
            problem(guess(anybody, mia), 401, "sign_in_failed")
        assert anybody.post("/session", json={"email": mia.email, "password": PASSWORD}).status_code == 200


def test_the_wait_ends(anybody: httpx.Client, mia: Person, backstage: Backstage) -> None:
    for _ in range(ATTEMPTS_MAX):
        guess(anybody, mia)
    problem(guess(anybody, mia), 429, "too_many_attempts")

    backstage.move("update sign_in_throttle set window_started_at = now() - interval '15 minutes 1 second'")

    assert anybody.post("/session", json={"email": mia.email, "password": PASSWORD}).status_code == 200


def test_asking_for_a_reset_tells_nobody_who_is_here_and_is_slowed_down_too(anybody: httpx.Client, mia: Person) -> None:
    answers = [anybody.post("/password-reset", json={"email": email}) for email in (mia.email, "nobody@example.test")]
    assert {(answer.status_code, answer.text) for answer in answers} == {(202, answers[0].text)}

    for _ in range(ATTEMPTS_MAX - 1):
        assert anybody.post("/password-reset", json={"email": mia.email}).status_code == 202

    problem(anybody.post("/password-reset", json={"email": mia.email}), 429, "too_many_attempts")


def test_a_key_has_no_profile_no_sessions_and_no_other_workspace(api: httpx.Client, tenant: Tenant) -> None:
    problem(api.patch("/me", json={"name": "Robot"}), 404, "not_found")
    problem(api.get("/me/sessions"), 404, "not_found")
    problem(api.post("/session/workspace", json={"workspace_id": str(tenant.id)}), 401, "not_authenticated")


def test_every_session_begun_is_in_the_audit_log_with_its_place(server: Server, api: httpx.Client, mia: Person) -> None:
    with signed_in(server, mia):
        (entry,) = api.get("/audit", params={"action": "session."}).json()["items"]

    assert (entry["action"], entry["actor"]["name"], entry["ip"]) == ("session.begin", "Mia Manager", "127.0.0.1")
    assert PASSWORD not in str(entry)


def test_one_who_is_removed_is_out_at_once(server: Server, api: httpx.Client, mia: Person) -> None:
    with signed_in(server, mia) as browser:
        assert api.delete(f"/users/{mia.id}").status_code == 204

        problem(browser.get("/me"), 401, "session_expired")
        problem(browser.post("/session", json={"email": mia.email, "password": PASSWORD}), 401, "sign_in_failed")


def test_one_who_signs_in_while_everybody_does_gets_in(server: Server, mia: Person) -> None:
    """Computing a password's hash takes tens of milliseconds, and must not stop the process from answering."""
    slow = threading.Thread(
        target=at_once,
        args=(3, lambda c: c.post(f"{server.origin}/api/v1/session", json={"email": mia.email, "password": PASSWORD})),
    )
    slow.start()
    answers = at_once(8, lambda client: client.get(f"{server.origin}/healthz"))
    slow.join()

    assert {answer.status_code for answer in answers} == {200}
