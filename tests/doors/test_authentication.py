"""Who gets in with which key, how far, and that the literal table of roles holds at every address."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from outlay.db.roles import DatabaseUrls
from outlay.identity.access.model import Permission, Role
from outlay.identity.keys.service import KeyDraft
from tests.doors.door_help import UNKNOWN_ID, Backstage, addresses_of, at_once, example_of, problem, visitor
from tests.support.processes import Server
from tests.support.tenants import Tenant

ROLES = ("owner", "admin", "manager", "analyst", "viewer", "portal", "agent")
EVERYBODY = set(ROLES)
NOT_AGENTS = EVERYBODY - {"agent"}
MANAGERS = {"owner", "admin", "manager"}
ADMINS = {"owner", "admin"}
STAFF = {"owner", "admin", "manager", "analyst"}
AUDITORS = {"owner", "admin", "analyst"}
INSIDE = STAFF | {"viewer"}

# Who may do what, written out: a change of the rules has to be made here as well. An address that is missing fails.
ALLOWED: dict[str, set[str]] = {
    "DELETE /api/v1/session": EVERYBODY,
    "POST /api/v1/session/workspace": EVERYBODY,
    "GET /api/v1/me": EVERYBODY,
    "PATCH /api/v1/me": EVERYBODY,
    "GET /api/v1/me/sessions": EVERYBODY,
    "DELETE /api/v1/me/sessions/{session_id}": EVERYBODY,
    "GET /api/v1/workspace": EVERYBODY,
    "PATCH /api/v1/workspace": ADMINS,
    "GET /api/v1/audit": AUDITORS,
    "GET /api/v1/audit/verification": AUDITORS,
    "GET /api/v1/users": STAFF,
    "PATCH /api/v1/users/{user_id}": ADMINS,
    "DELETE /api/v1/users/{user_id}": ADMINS,
    "GET /api/v1/invitations": STAFF,
    "POST /api/v1/invitations": ADMINS,
    "DELETE /api/v1/invitations/{invitation_id}": ADMINS,
    "GET /api/v1/keys": ADMINS,
    "POST /api/v1/keys": ADMINS,
    "DELETE /api/v1/keys/{key_id}": ADMINS,
    "GET /api/v1/prices/categories": INSIDE,
    "POST /api/v1/prices/categories": MANAGERS,
    "GET /api/v1/prices/categories/{name}": INSIDE,
    "POST /api/v1/prices/categories/{name}/rates": MANAGERS,
    "GET /api/v1/prices/overrides": INSIDE,
    "POST /api/v1/prices/overrides": MANAGERS,
    "POST /api/v1/prices/overrides/{override_id}/end": MANAGERS,
    "POST /api/v1/prices/explain": INSIDE,
    "POST /api/v1/events": MANAGERS | {"agent"},
    "GET /api/v1/events": EVERYBODY,
    "GET /api/v1/events/{event_id}": EVERYBODY,
    "POST /api/v1/events/{event_id}/void": MANAGERS,
    "POST /api/v1/events/{event_id}/correct": MANAGERS,
    "GET /api/v1/ledger": EVERYBODY,
    "PATCH /api/v1/ledger": ADMINS,
    "GET /api/v1/spend": EVERYBODY,
    "GET /api/v1/spend/values": EVERYBODY,
    "GET /api/v1/spend/export": EVERYBODY,
} | {
    f"{method} /api/v1/{kind}{rest}": who
    for kind in ("clients", "campaigns", "agents")
    for method, rest, who in (
        ("GET", "", EVERYBODY),
        ("POST", "", MANAGERS),
        ("GET", "/{name}", EVERYBODY),
        ("PATCH", "/{name}", MANAGERS),
        ("DELETE", "/{name}", MANAGERS),
        ("POST", "/{name}/merge", MANAGERS),
    )
}


@pytest.fixture
def anybody(server: Server) -> Iterator[httpx.Client]:
    with visitor(f"{server.origin}/api/v1") as client:
        yield client


@pytest.fixture
def backstage(door_urls: DatabaseUrls, tenant: Tenant) -> Backstage:
    return Backstage(door_urls, tenant)


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def test_every_address_asks_for_a_credential_but_those_that_give_one(server: Server, anybody: httpx.Client) -> None:
    addresses = addresses_of(server.origin)
    assert {str(address) for address in addresses if not address.needs_credential} - {"GET /metrics"} == {
        "GET /healthz",
        "GET /readyz",
        "POST /api/v1/session",
        "POST /api/v1/session/link",
        "POST /api/v1/password-reset",
        "POST /api/v1/password-reset/confirm",
        "GET /api/v1/invitations/open",
        "POST /api/v1/invitations/accept",
    }
    for address in addresses:
        if address.needs_credential:
            body = example_of(server.origin, address)
            answer = anybody.request(address.method, server.origin + address.at(UNKNOWN_ID), json=body)
            problem(answer, 401, "not_authenticated")
            assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "header",
    [
        "", "Bearer", "Bearer x", "Basic b3duZXI6b3duZXI=", "Token {key}", "{key}", "Bearer {key}0", "Bearer {upper}",
        "Bearer {key} {key}", "Bearer {key},{key}", "Bearer ok_{zeros}_{zeros}{zeros}", "Bearer ok_{dashed}_{secret}",
        "Bearer os_{workspace}_{secret}", "Bearer ol_{workspace}_{secret}", "Bearer ok__", "Bearer ok_{workspace}_",
        "Bearer " + "a" * 8_000,
    ],
)  # fmt: skip
def test_a_credential_that_is_malformed_or_unknown_opens_nothing(
    anybody: httpx.Client, tenant: Tenant, header: str
) -> None:
    _, workspace, secret = tenant.key.split("_")
    given = header.format(
        key=tenant.key, upper=tenant.key.upper(), workspace=workspace, secret=secret, dashed=tenant.id, zeros="0" * 32
    )

    problem(anybody.get("/me", headers={"Authorization": given}), 401, "not_authenticated")


def test_bytes_that_are_no_text_open_nothing(anybody: httpx.Client) -> None:
    problem(anybody.get("/me", headers={b"Authorization": b"Bearer \xff\xfe"}), 401, "not_authenticated")


def test_the_scheme_is_known_in_any_case(anybody: httpx.Client, tenant: Tenant) -> None:
    for scheme in ("Bearer", "bearer", "BEARER"):
        assert anybody.get("/me", headers={"Authorization": f"{scheme} {tenant.key}"}).status_code == 200


def test_a_key_does_not_work_in_a_cookie_nor_in_the_address(anybody: httpx.Client, tenant: Tenant) -> None:
    problem(anybody.get("/me", headers={"Cookie": f"outlay_session={tenant.key}"}), 401, "not_authenticated")
    problem(anybody.get("/me", params={"token": tenant.key, "api_key": tenant.key}), 401, "not_authenticated")


def test_the_secret_of_one_workspace_does_not_open_another(
    anybody: httpx.Client, tenant: Tenant, stranger: Tenant
) -> None:
    secret = tenant.key.split("_")[2]

    problem(anybody.get("/me", headers=bearer(f"ok_{stranger.id.hex}_{secret}")), 401, "not_authenticated")


def test_a_wrong_credential_is_not_helped_by_a_right_one_elsewhere(anybody: httpx.Client, tenant: Tenant) -> None:
    headers = {"Authorization": "Bearer nonsense", "Cookie": f"outlay_session={tenant.key}"}

    problem(anybody.get("/me", headers=headers), 401, "not_authenticated")


def test_a_key_stops_at_its_hour_by_the_clock_of_the_database(anybody: httpx.Client, backstage: Backstage) -> None:
    expires_at = datetime.now(UTC) + timedelta(hours=1)
    key = backstage.key(KeyDraft(name="short", role=Role.VIEWER, expires_at=expires_at))
    assert anybody.get("/me", headers=bearer(key)).status_code == 200

    moved = backstage.move("update api_key set expires_at = now() where name = 'short'")

    assert moved == 1
    found = problem(anybody.get("/me", headers=bearer(key)), 401, "key_expired")
    assert key not in str(found)


def test_a_revoked_key_is_refused_at_once_by_every_process(server: Server, api: httpx.Client) -> None:
    made = api.post("/keys", json={"name": "to be revoked", "role": "viewer"}).json()
    headers = bearer(made["secret"])
    before = at_once(24, lambda client: client.get(f"{server.origin}/api/v1/me", headers=headers))
    assert {answer.status_code for answer in before} == {200}

    assert api.delete(f"/keys/{made['id']}").status_code == 204

    for answer in at_once(48, lambda client: client.get(f"{server.origin}/api/v1/me", headers=headers)):
        problem(answer, 401, "key_revoked")


def test_the_clock_of_the_caller_does_not_matter(api: httpx.Client) -> None:
    for date in ("Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "yesterday", ""):
        made = api.post("/clients", json={"name": "Acme"}, headers={"Date": date, "If-Modified-Since": date})
        assert made.status_code in {201, 409}
        age = datetime.now(UTC) - datetime.fromisoformat(api.get("/clients/acme").json()["created_at"])
        assert abs(age) < timedelta(minutes=5)


def test_a_narrowed_key_does_what_it_is_narrowed_to_and_nothing_else(
    anybody: httpx.Client, backstage: Backstage
) -> None:
    scopes = [Permission.PORTFOLIO_READ]
    headers = bearer(backstage.key(KeyDraft(name="narrow", role=Role.OWNER, scopes=scopes)))

    assert anybody.get("/clients", headers=headers).status_code == 200
    me = anybody.get("/me", headers=headers).json()
    assert (me["role"], me["scopes"], me["permissions"]) == ("owner", ["portfolio.read"], ["portfolio.read"])
    for method, path, body in (
        ("POST", "/clients", {"name": "Acme"}),
        ("GET", "/workspace", None),
        ("GET", "/users", None),
        ("GET", "/keys", None),
        ("GET", "/audit", None),
    ):
        problem(anybody.request(method, path, json=body, headers=headers), 403, "not_allowed")


def test_a_key_narrowed_to_nothing_may_do_nothing(anybody: httpx.Client, backstage: Backstage) -> None:
    headers = bearer(backstage.key(KeyDraft(name="nothing", role=Role.OWNER, scopes=[])))

    assert anybody.get("/me", headers=headers).json()["permissions"] == []
    problem(anybody.get("/clients", headers=headers), 403, "not_allowed")


def test_a_refusal_says_what_is_needed_and_who_has_it(api: httpx.Client, anybody: httpx.Client) -> None:
    key = api.post("/keys", json={"name": "viewer", "role": "viewer"}).json()["secret"]

    found = problem(anybody.get("/audit", headers=bearer(key)), 403, "not_allowed")

    assert (found["needs"], found["roles"]) == ("audit.read", ["owner", "admin", "analyst"])


def test_portal_and_agent_keys_see_their_own_and_nothing_else(api: httpx.Client, anybody: httpx.Client) -> None:
    for name in ("Acme", "Borealis"):
        key = name.lower()
        api.post("/clients", json={"name": name})
        api.post("/campaigns", json={"name": f"{name} spring", "client": key})
        api.post("/agents", json={"name": f"{name} writer", "client": key})
    api.post("/agents", json={"name": "House writer"})
    portal = api.post("/keys", json={"name": "portal", "role": "portal", "client": "acme"}).json()["secret"]
    agent = api.post("/keys", json={"name": "agent", "role": "agent", "agent": "acme-writer"}).json()["secret"]

    def seen(key: str, path: str) -> list[str]:
        return [row["key"] for row in anybody.get(path, headers=bearer(key)).json()["items"]]

    assert [seen(portal, f"/{kind}") for kind in ("clients", "campaigns", "agents")] == [
        ["acme"],
        ["acme-spring"],
        ["acme-writer"],
    ]
    assert [seen(agent, f"/{kind}") for kind in ("clients", "campaigns", "agents")] == [[], [], ["acme-writer"]]
    assert seen(portal, "/campaigns?client=borealis") == []
    assert seen(portal, "/clients?q=bor") == []
    assert anybody.get("/clients/acme", headers=bearer(portal)).status_code == 200
    for path in ("/clients/borealis", "/campaigns/borealis-spring", "/agents/borealis-writer", "/agents/house-writer"):
        for key in (portal, agent):
            problem(anybody.get(path, headers=bearer(key)), 404, "not_found")
    me = anybody.get("/me", headers=bearer(agent)).json()
    assert (me["agent"]["key"], me["client"], me["workspaces"], me["csrf_token"]) == ("acme-writer", None, [], None)


def test_the_table_names_every_address(server: Server) -> None:
    guarded = {str(address) for address in addresses_of(server.origin) if address.needs_credential}

    assert guarded == set(ALLOWED)


@pytest.mark.parametrize("role", ROLES)
def test_each_address_is_refused_exactly_where_the_table_says(
    server: Server, api: httpx.Client, backstage: Backstage, role: str
) -> None:
    """A caller who is allowed meets what is really there: nothing (404) or a bad field, but never a refusal."""
    api.post("/clients", json={"name": "Acme"})
    api.post("/agents", json={"name": "Writer"})
    client, agent = {"portal": ("acme", None), "agent": (None, "writer")}.get(role, (None, None))
    key = backstage.key(KeyDraft(name=role, role=Role(role), client=client, agent=agent))
    key_id = api.post("/keys", json={"name": "victim", "role": "viewer"}).json()["id"]
    ids = {"user_id": str(backstage.tenant.owner.id), "key_id": key_id, "name": "acme"}
    with visitor(server.origin, headers=bearer(key)) as caller:
        for address in addresses_of(server.origin):
            if not address.needs_credential:
                continue
            path = address.path.format(**{name: ids.get(name, UNKNOWN_ID) for name in
                                          ("name", "user_id", "key_id", "session_id", "invitation_id", "override_id", "event_id")})  # fmt: skip
            answer = caller.request(address.method, path, json=example_of(server.origin, address))
            is_refused = answer.status_code == 403 and answer.json()["code"] == "not_allowed"
            is_owners_affair = role == "admin" and "user_id" in address.path
            assert is_refused == (role not in ALLOWED[str(address)] or is_owners_affair), f"{address}: {answer.text}"
            assert answer.status_code < 500
