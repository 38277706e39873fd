"""API keys through the native API: made, shown once, listed, narrowed, revoked."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from outlay.db.roles import DatabaseUrls
from tests.doors.door_help import Backstage, problem
from tests.support.tenants import Tenant


def test_a_key_is_made_works_is_listed_without_its_secret_and_revoked(api: httpx.Client, tenant: Tenant) -> None:
    made = api.post("/keys", json={"name": "content pipeline", "role": "manager", "scopes": ["portfolio.read"]})
    assert made.status_code == 201
    key = made.json()
    secret = key.pop("secret")
    assert secret.startswith(f"ok_{tenant.id.hex}_")
    assert key["hint"].endswith(secret[-4:])
    assert (key["scopes"], key["created_by"], key["revoked_at"]) == (["portfolio.read"], "owner's", None)
    assert api.get("/clients", headers={"Authorization": f"Bearer {secret}"}).status_code == 200

    listed = api.get("/keys")
    assert secret not in listed.text
    assert [row["name"] for row in listed.json()["items"]] == ["content pipeline", "owner's"]
    assert listed.json()["items"][0]["last_used_at"] is not None

    assert api.delete(f"/keys/{key['id']}").status_code == 204
    assert api.delete(f"/keys/{key['id']}").status_code == 204
    assert [row["name"] for row in api.get("/keys").json()["items"]] == ["owner's"]
    revoked = api.get("/keys?revoked=true").json()["items"]
    assert [row["name"] for row in revoked] == ["content pipeline", "owner's"]
    assert revoked[0]["revoked_at"] is not None


def test_a_secret_is_nowhere_in_the_database_nor_in_the_audit_log(
    api: httpx.Client, door_urls: DatabaseUrls, tenant: Tenant
) -> None:
    secret = api.post("/keys", json={"name": "k", "role": "viewer"}).json()["secret"].split("_")[2]

    assert secret not in str(Backstage(door_urls, tenant).rows())
    entry = api.get("/audit", params={"action": "key.create"}).json()["items"][0]
    assert (entry["target"]["name"], entry["after"]["role"]) == ("k", "viewer")


@pytest.mark.parametrize(
    ("draft", "path"),
    [
        ({"role": "portal"}, "client"),
        ({"role": "agent"}, "agent"),
        ({"role": "viewer", "client": "acme"}, "client"),
        ({"role": "viewer", "agent": "writer"}, "agent"),
        ({"role": "viewer", "scopes": ["audit.read"]}, "scopes"),
        ({"role": "viewer", "scopes": ["everything"]}, "scopes.0"),
        ({"role": "viewer", "expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"role": "viewer", "expires_at": "2030-01-01T00:00:00"}, "expires_at"),
        ({"role": "viewer", "expires_at": "soon"}, "expires_at"),
        ({"role": "king"}, "role"),
    ],
)
def test_a_key_that_cannot_be_is_refused(api: httpx.Client, draft: dict[str, object], path: str) -> None:
    api.post("/clients", json={"name": "Acme"})
    api.post("/agents", json={"name": "Writer"})

    found = problem(api.post("/keys", json={"name": "k", **draft}), 422, "invalid_request")

    assert found["errors"][0]["path"] == path
    assert len(api.get("/keys").json()["items"]) == 1


@pytest.mark.parametrize("expires_at", ["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59"])
def test_the_ends_of_time_break_nothing(api: httpx.Client, expires_at: str) -> None:
    answer = api.post("/keys", json={"name": "k", "role": "viewer", "expires_at": expires_at})

    assert answer.status_code in {201, 422}, answer.text


def test_a_key_is_bound_to_something_that_is_here(api: httpx.Client) -> None:
    problem(api.post("/keys", json={"name": "k", "role": "portal", "client": "nobody"}), 404, "not_found")
    problem(api.post("/keys", json={"name": "k", "role": "agent", "agent": "nobody"}), 404, "not_found")


def test_a_key_says_until_when_it_works(api: httpx.Client) -> None:
    until = (datetime.now(UTC) + timedelta(days=1)).replace(microsecond=0)

    key = api.post("/keys", json={"name": "k", "role": "viewer", "expires_at": until.isoformat()}).json()

    assert datetime.fromisoformat(key["expires_at"]) == until


def test_keys_come_in_pages_that_show_each_once(api: httpx.Client) -> None:
    names = [f"key {number}" for number in range(5)]
    for name in names:
        api.post("/keys", json={"name": name, "role": "viewer"})

    first = api.get("/keys", params={"limit": 4}).json()
    rest = api.get("/keys", params={"limit": 4, "cursor": first["next"]}).json()

    assert [row["name"] for row in first["items"] + rest["items"]] == [*reversed(names), "owner's"]
    assert rest["next"] is None
