"""Two workspaces in one database: whatever one asks at any address, nothing of the other shows, and nothing changes."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from outlay.db.roles import DatabaseUrls
from outlay.identity.access.model import Role
from outlay.identity.links.model import LinkKind
from tests.doors.door_help import Address, Backstage, addresses_of, example_of, problem, visitor
from tests.support.processes import Server
from tests.support.tenants import Tenant

# What the stranger's things are called; nothing else in the tests is called so.
MARK = "zanzibar"


@dataclass(frozen=True)
class Belongings:
    """What the other workspace has: ids by the kind of thing they name, and every word that must never be shown."""

    ids: dict[str, list[str]]
    words: list[str]

    def named_by(self, address: Address) -> list[str]:
        """What may stand at the address's parameter. A kind of thing that nobody listed fails."""
        if "{" not in address.path:
            return [""]
        kind = address.path.removeprefix("/api/v1/").partition("/{")[0]
        assert kind in self.ids, f"{address}: say in this test what the stranger has of it"
        return self.ids[kind]


@pytest.fixture
def theirs(server: Server, door_urls: DatabaseUrls, stranger: Tenant) -> Belongings:
    """A workspace with one of everything."""
    backstage = Backstage(door_urls, stranger)
    with visitor(f"{server.origin}/api/v1", headers=stranger.headers) as api:

        def make(path: str, **body: object) -> dict[str, str]:
            answer = api.post(path, json=body)
            assert answer.status_code == 201, answer.text
            made: dict[str, str] = answer.json()
            return made

        api.patch("/workspace", json={"name": f"{MARK} agency"})
        client = make("/clients", name=f"{MARK} client", key=f"{MARK}-client")
        campaign = make("/campaigns", name=f"{MARK} campaign", key=f"{MARK}-campaign", client=client["id"])
        agent = make("/agents", name=f"{MARK} agent", key=f"{MARK}-agent", client=client["id"])
        key = make("/keys", name=f"{MARK} key", role="viewer")
        category = make(
            "/prices/categories", key=f"{MARK}-price", kind="tool", service=MARK, unit="hours", rate={"amount": 1}
        )
        override = make("/prices/overrides", service="openai", model="gpt-4o", discount_percent=90, note=MARK)
        spent = {"id": f"{MARK}-event", "client": client["id"], "service": MARK, "cost": 1, "lead": MARK}
        assert api.post("/events", json=spent).json()["accepted"] == 1
        invitation = make("/invitations", email=f"{MARK}@example.test", role="viewer")
    user = backstage.user(Role.VIEWER, name=f"{MARK} user")
    with backstage.browser(server.origin, user.id) as browser:
        (session,) = browser.get("/me/sessions").json()["items"]
    backstage.link(LinkKind.PASSWORD_RESET, user.id)
    ids = {
        "clients": [client["id"], client["key"]],
        "campaigns": [campaign["id"], campaign["key"]],
        "agents": [agent["id"], agent["key"]],
        "keys": [key["id"]],
        "prices/categories": [category["id"], category["key"]],
        "prices/overrides": [override["id"]],
        "events": [f"{MARK}-event"],
        "invitations": [invitation["id"]],
        "users": [str(user.id), str(stranger.owner.id)],
        "me/sessions": [session["id"]],
    }
    secrets = [key["secret"], invitation["link"], user.email, stranger.owner.email, str(stranger.id)]
    words = [MARK, *secrets, *(name for names in ids.values() for name in names)]
    return Belongings(ids, words)


def check_silence(address: Address, answer: httpx.Response, words: list[str], *, asked: str = "") -> None:
    """Nothing of the stranger's is in the answer, but what the caller said themselves, which a problem may repeat."""
    said = answer.text.replace(asked, "") if asked else answer.text
    assert answer.status_code < 500, f"{address}: {answer.text}"
    assert [word for word in words if word in said] == [], f"{address}: {said}"


def bodies_about(theirs: Belongings, body: object) -> Iterator[object]:
    """The example, and the example with each of its fields pointing at the stranger's things."""
    yield body
    if isinstance(body, dict):
        for field in body.keys() & {"client", "agent", "category", "into", "workspace_id"}:
            for name in theirs.ids["clients"] + theirs.ids["agents"] + theirs.ids["prices/categories"]:
                yield {**body, field: name}


def test_no_address_shows_or_changes_anything_of_another_workspace(
    server: Server, api: httpx.Client, theirs: Belongings, door_urls: DatabaseUrls, stranger: Tenant
) -> None:
    backstage = Backstage(door_urls, stranger)
    before = backstage.rows()
    assert MARK in str(before)
    met = 0
    for address in addresses_of(server.origin):
        for name in theirs.named_by(address):
            for body in bodies_about(theirs, example_of(server.origin, address)):
                answer = api.request(address.method, server.origin + address.at(name), json=body)
                if name and address.needs_credential:
                    problem(answer, 404, "not_found")
                words = theirs.words if address.is_safe or body is None else _unsaid(theirs.words, body)
                check_silence(address, answer, words, asked=name)
                met += 1

    assert met >= 60
    assert backstage.rows() == before


def _unsaid(words: list[str], body: object) -> list[str]:
    """The words that the caller did not say in the body themselves, which a problem may repeat."""
    said = json.dumps(body)
    return [word for word in words if word not in said]


def test_no_parameter_of_a_list_reaches_into_another_workspace(
    server: Server, api: httpx.Client, theirs: Belongings, stranger: Tenant
) -> None:
    lists = [
        address
        for address in addresses_of(server.origin)
        if address.is_safe and address.needs_credential and "parameters" in address.operation
    ]
    asked = 0
    for address in lists:
        for parameter in address.operation["parameters"]:
            if parameter["in"] != "query":
                continue
            for value in [MARK, "%", "' or 1=1 --", "' or true or '", *theirs.words]:
                answer = api.get(
                    server.origin + address.at(theirs.ids["clients"][0]), params={parameter["name"]: value}
                )
                check_silence(address, answer, theirs.words)
                asked += 1
    assert asked >= 100


def test_a_cursor_of_another_workspace_leads_nowhere_near_it(
    server: Server, api: httpx.Client, theirs: Belongings, stranger: Tenant
) -> None:
    api.post("/clients", json={"name": "Acme"})
    with visitor(f"{server.origin}/api/v1", headers=stranger.headers) as other:
        other.post("/clients", json={"name": "another"})
        other.post("/prices/overrides", json={"service": "openai", "discount_percent": 1})
        for path in ("/clients", "/keys", "/audit", "/prices/categories", "/prices/overrides"):
            cursor = other.get(path, params={"limit": 1}).json()["next"]
            assert cursor is not None
            answer = api.get(path, params={"cursor": cursor})
            assert answer.status_code == 200
            assert [word for word in theirs.words if word in answer.text] == []


def test_the_same_names_live_side_by_side(server: Server, api: httpx.Client, stranger: Tenant) -> None:
    with visitor(f"{server.origin}/api/v1", headers=stranger.headers) as other:
        mine, yours = (client.post("/clients", json={"name": "Acme", "key": "acme"}).json() for client in (api, other))
        assert mine["id"] != yours["id"]

        assert api.patch("/clients/acme", json={"name": "Mine"}).status_code == 200

        assert other.get("/clients/acme").json() == yours


def test_nobody_else_meets_a_person_of_both(
    server: Server, api: httpx.Client, theirs: Belongings, door_urls: DatabaseUrls, tenant: Tenant
) -> None:
    """A colleague of one workspace does not learn of the other from the person who works in both."""
    users = api.get("/users").json()["items"]

    assert [user["email"] for user in users] == [tenant.owner.email]
    assert theirs.ids["users"][0] not in api.get("/audit").text


@pytest.mark.parametrize("header", ["X-Workspace-Id", "X-Tenant", "Outlay-Workspace", "X-Forwarded-User"])
def test_no_header_chooses_a_workspace(api: httpx.Client, tenant: Tenant, stranger: Tenant, header: str) -> None:
    answer = api.get("/me", headers={header: str(stranger.id)}, params={"workspace_id": str(stranger.id)})

    assert answer.json()["workspace"]["id"] == str(tenant.id)
