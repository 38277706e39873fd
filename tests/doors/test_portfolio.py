"""Clients, campaigns and agents through the native API."""

import httpx


def test_a_client_is_made_found_changed_archived_and_restored(api: httpx.Client) -> None:
    made = api.post("/clients", json={"name": "Acme Travel"})
    assert made.status_code == 201
    assert made.json()["key"] == "acme-travel"

    assert api.get("/clients/acme-travel").json() == made.json()
    assert api.get(f"/clients/{made.json()['id']}").json() == made.json()
    assert api.patch("/clients/acme-travel", json={"key": "acme", "name": "Acme"}).json()["key"] == "acme"
    assert api.delete("/clients/acme").status_code == 204
    assert api.get("/clients").json()["items"] == []
    assert [row["key"] for row in api.get("/clients?archived=true").json()["items"]] == ["acme"]
    assert api.patch("/clients/acme", json={"archived": False}).json()["archived_at"] is None


def test_a_campaign_and_an_agent_name_their_client_by_key_or_id(api: httpx.Client) -> None:
    client = api.post("/clients", json={"name": "Acme"}).json()

    campaign = api.post("/campaigns", json={"name": "Spring", "client": client["id"]}).json()
    agent = api.post("/agents", json={"name": "Writer", "client": "acme", "agent_type": "CONTENT"}).json()

    assert campaign["client"]["key"] == "acme"
    assert agent["client"]["name"] == "Acme"
    assert [row["key"] for row in api.get("/agents?client=acme").json()["items"]] == ["writer"]
    unbound = api.patch("/agents/writer", json={"client": None, "agent_type": None}).json()
    assert (unbound["client"], unbound["agent_type"]) == (None, None)


def test_lists_come_in_pages_that_visit_each_row_once(api: httpx.Client) -> None:
    names = [f"Client {number:02}" for number in range(7)]
    for name in names:
        api.post("/clients", json={"name": name})

    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = api.get("/clients", params={"limit": 3, **({"cursor": cursor} if cursor else {})}).json()
        seen += [row["name"] for row in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break

    assert seen == names
