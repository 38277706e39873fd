"""The workspace and its audit log through the native API."""

import httpx
import pytest

from outlay.db.roles import DatabaseUrls
from tests.doors.door_help import Backstage, problem, visitor
from tests.support.processes import Server
from tests.support.tenants import Tenant


def test_a_workspace_is_shown_and_changed_field_by_field(api: httpx.Client, tenant: Tenant) -> None:
    before = api.get("/workspace").json()
    assert (before["id"], before["name"], before["time_zone"], before["currency"]) == (
        str(tenant.id),
        "Northlight",
        "Europe/Berlin",
        "EUR",
    )

    changed = api.patch("/workspace", json={"time_zone": "Asia/Kolkata"}).json()

    assert changed == {**before, "time_zone": "Asia/Kolkata"}
    assert api.patch("/workspace", json={"name": "  Süd & Co  ", "currency": "INR"}).json() == {
        **changed,
        "name": "Süd & Co",
        "currency": "INR",
    }
    assert api.patch("/workspace", json={}).json()["name"] == "Süd & Co"


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"time_zone": "../../etc/passwd"}, "time_zone"),
        ({"time_zone": ""}, "time_zone"),
        ({"currency": "eur"}, "currency"),
        ({"currency": "EURO"}, "currency"),
        ({"currency": "€€€"}, "currency"),
        ({"name": ""}, "name"),
        ({"id": "0190c100-0000-7000-8000-000000000001"}, "id"),
        ({"created_at": "2020-01-01T00:00:00Z"}, "created_at"),
    ],
)
def test_a_workspace_is_not_made_what_it_cannot_be(api: httpx.Client, change: dict[str, str], path: str) -> None:
    before = api.get("/workspace").json()

    found = problem(api.patch("/workspace", json=change), 422, "invalid_request")

    assert [field["path"] for field in found["errors"]] == [path]
    assert api.get("/workspace").json() == before


def test_the_audit_log_tells_who_did_what_before_and_after_from_where(api: httpx.Client) -> None:
    api.post("/clients", json={"name": "Acme"})
    api.patch("/clients/acme", json={"name": "Acme Travel"})
    api.patch("/clients/acme", json={"name": "Acme Travel"})

    changed, made = api.get("/audit", params={"action": "client."}).json()["items"]

    assert (made["action"], made["before"], made["after"]["name"]) == ("client.create", None, "Acme")
    assert (changed["action"], changed["before"]["name"], changed["after"]["name"]) == (
        "client.change",
        "Acme",
        "Acme Travel",
    )
    assert (changed["actor"]["kind"], changed["actor"]["name"], changed["ip"]) == ("key", "owner's", "127.0.0.1")
    assert (changed["seq"], changed["target"]["name"]) == (made["seq"] + 1, "Acme Travel")


def test_the_audit_log_is_searched_and_paged(api: httpx.Client) -> None:
    for name in ("Acme", "Borealis", "100% Cotton_"):
        api.post("/clients", json={"name": name})

    def found(**wanted: str) -> list[str]:
        return [entry["target"]["name"] for entry in api.get("/audit", params=wanted).json()["items"]]

    assert found(q="boreal") == ["Borealis"]
    assert found(q="%") == ["100% Cotton_"]
    assert found(q="n_") == ["100% Cotton_"]
    assert found(actor="nobody") == []
    assert found(actor="owner's") == ["100% Cotton_", "Borealis", "Acme"]
    first = api.get("/audit", params={"limit": 2}).json()
    rest = api.get("/audit", params={"limit": 500, "cursor": first["next"]}).json()
    assert [entry["seq"] for entry in first["items"] + rest["items"]] == [6, 5, 4, 3, 2, 1]
    assert rest["next"] is None


def test_a_whole_chain_is_verified_and_a_changed_entry_is_found(
    api: httpx.Client, door_urls: DatabaseUrls, tenant: Tenant
) -> None:
    api.post("/clients", json={"name": "Acme"})
    assert api.get("/audit/verification").json() == {"ok": True, "entries": 4, "broken_at": None}

    changed = Backstage(door_urls, tenant).move("update audit_entry set actor_name = 'Mallory' where seq = 2")

    assert changed == 1
    assert api.get("/audit/verification").json() == {"ok": False, "entries": 2, "broken_at": 2}


def test_me_tells_a_page_what_it_needs(server: Server, api: httpx.Client, door_urls: DatabaseUrls) -> None:
    me = api.get("/me").json()

    assert (me["kind"], me["role"], me["scopes"], me["user"], me["csrf_token"]) == ("key", "owner", None, None, None)
    assert me["key"]["name"] == "owner's"
    assert me["workspace"] == api.get("/workspace").json()
    assert {"owners.manage", "audit.read", "spend.write"} <= set(me["permissions"])


def test_a_workspace_with_a_name_of_markup_is_only_ever_text(server: Server, tenant: Tenant) -> None:
    name = "<script>alert(1)</script>"
    with visitor(f"{server.origin}/api/v1", headers=tenant.headers) as api:
        answer = api.patch("/workspace", json={"name": name})

    assert answer.json()["name"] == name
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
