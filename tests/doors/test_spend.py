"""Spend through the native API."""

import asyncio
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal

import httpx
import pytest

from outlay.db.connect import Database
from outlay.db.roles import DatabaseUrls
from tests.doors.door_help import problem, visitor
from tests.store.spend_help import Fact, write
from tests.support.processes import Server
from tests.support.tenants import Tenant

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
FACTS = [
    Fact(NOON, Decimal("10.50"), client="acme", agent="writer", texts={"service": "openai", "model": "gpt-4o, mini"}),
    Fact(NOON.replace(day=11), Decimal(2), client="acme", texts={"service": "gupshup", "unit": "messages"},
         quantity=Decimal("7.5")),
    Fact(NOON.replace(day=11), None, client="borealis", texts={"service": "openai"}, labels={"team": "red"},
         input_tokens=12, details={"lead": "L1", "metadata": {"run": "7"}}),
    Fact(NOON.replace(month=2), Decimal(5), client="acme", texts={"service": "openai"}),
]  # fmt: skip
MARCH = {"start": "2026-03-01", "end": "2026-03-31"}


def store(urls: DatabaseUrls, tenant: Tenant) -> None:
    async def stored() -> None:
        database = Database(urls, pool_size=1, pool_wait_s=10)
        try:
            await write(database, tenant, FACTS)
        finally:
            await database.close()

    with closing(asyncio.new_event_loop()) as loop:
        loop.run_until_complete(stored())


@pytest.fixture
def spend(api: httpx.Client, door_urls: DatabaseUrls, tenant: Tenant) -> httpx.Client:
    store(door_urls, tenant)
    return api


def names(answer: httpx.Response) -> list[str | None]:
    assert answer.status_code == 200, answer.text
    return [group["client"]["key"] if group["client"] else None for group in answer.json()["groups"]]


def test_spend_by_client_compared_with_the_month_before(spend: httpx.Client) -> None:
    answer = spend.get("/spend", params={**MARCH, "group_by": "client", "compare": "previous"}).json()

    assert (answer["start"], answer["end"], answer["currency"], answer["time_zone"]) == (
        "2026-03-01", "2026-03-31", "EUR", "Europe/Berlin",
    )  # fmt: skip
    assert answer["total"] == {
        "cost": "12.5", "events": 3, "failed": 0, "unpriced": 1,
        "quantities": {"messages": "7.5", "input_tokens": "12"},
    }  # fmt: skip
    assert answer["compared_with"] == {"start": "2026-02-01", "end": "2026-02-28"}
    assert answer["previous_total"] == {"cost": "5", "events": 1, "failed": 0, "unpriced": 0}
    acme, borealis = answer["groups"]
    assert (acme["client"]["name"], acme["cost"], acme["share"], acme["change"]) == (
        "The acme", "12.5", "1.00000000", "1.50000000",
    )  # fmt: skip
    assert (borealis["cost"], borealis["unpriced"], borealis["previous"]["cost"]) == ("0", 1, "0")
    assert "service" not in acme


def test_lists_are_written_in_any_of_the_usual_ways(spend: httpx.Client) -> None:
    for query in (
        "group_by=client,service",
        "group_by=client&group_by=service",
        "group_by[]=client&group_by[]=service",
        "group_by=%20client%20,%20service",
    ):
        answer = spend.get(f"/spend?start=2026-03-01&end=2026-03-31&{query}").json()
        assert [(group["client"]["key"], group["service"]) for group in answer["groups"]] == [
            ("acme", "openai"), ("acme", "gupshup"), ("borealis", "openai"),
        ]  # fmt: skip


def test_filters_by_name_by_none_and_by_what_is_not_wanted(spend: httpx.Client) -> None:
    def found(query: str) -> list[str | None]:
        return names(spend.get(f"/spend?start=2026-03-01&end=2026-03-31&group_by=client&sort=client&{query}"))

    assert found("client=acme,borealis&service=openai") == ["acme", "borealis"]
    assert found("client[]=acme") == ["acme"]
    assert found("not.client=acme") == ["borealis"]
    assert found("agent=none") == ["acme", "borealis"]
    assert found("agent=writer") == ["acme"]
    assert found("label.team=red") == ["borealis"]
    assert found("label.team=none") == ["acme"]
    assert found("model[]=gpt-4o, mini") == ["acme"]
    assert found("lead=L1") == ["borealis"]
    assert found("metadata.run=7") == ["borealis"]
    assert found("source=elsewhere") == []
    assert found("cost_min=12.5") == ["acme"]
    assert found("cost_max=12.499999999999") == ["borealis"]
    client = spend.get("/clients/acme").json()["id"]
    assert found(f"client={client}") == ["acme"]


def test_labels_buckets_and_measures(spend: httpx.Client) -> None:
    answer = spend.get(
        "/spend", params={"start": "2026-03-09", "end": "2026-03-11", "group_by": "label.team", "grain": "day",
                          "measures": "events", "extremes": "true"},
    ).json()  # fmt: skip

    assert answer["buckets"] == [
        {"start": f"2026-03-{day:02}", "end": f"2026-03-{day + 1:02}", "partial": False} for day in (9, 10, 11)
    ]
    assert answer["groups"] == [
        {"labels": {"team": None}, "bucket": "2026-03-10", "cost": "10.5", "events": 1, "share": "0.84000000",
         "cost_least": "10.5", "cost_most": "10.5"},
        {"labels": {"team": None}, "bucket": "2026-03-11", "cost": "2", "events": 1, "share": "0.16000000",
         "cost_least": "2", "cost_most": "2"},
        {"labels": {"team": "red"}, "bucket": "2026-03-11", "cost": "0", "events": 1, "share": "0.00000000"},
    ]  # fmt: skip


def test_measures_that_were_not_asked_for_are_left_out(spend: httpx.Client) -> None:
    answer = spend.get("/spend", params={**MARCH, "measures": "unpriced", "compare": "previous"}).json()

    assert answer["total"] == {"cost": "12.5", "unpriced": 1}
    assert answer["previous_total"] == answer["groups"][0]["previous"] == {"cost": "5", "unpriced": 0}


def test_hours_are_shown_by_the_clock_of_the_workspace(spend: httpx.Client) -> None:
    answer = spend.get("/spend", params={"start": "2026-03-10", "end": "2026-03-10", "grain": "hour"}).json()

    assert [group["bucket"] for group in answer["groups"]] == ["2026-03-10T13:00:00+01:00"]
    assert len(answer["buckets"]) == 24
    between = spend.get("/spend", params={"start": "2026-03-10T11:30:00Z", "end": "2026-03-10T12:30:00+00:00"}).json()
    assert (between["total"]["events"], between["start"]) == (1, "2026-03-10T12:30:00+01:00")


def test_pages_lead_through_all_groups(spend: httpx.Client) -> None:
    seen: list[str | None] = []
    cursor: str | None = None
    while True:
        more = {"cursor": cursor} if cursor else {}
        answer = spend.get("/spend", params={**MARCH, "group_by": "client,service", "limit": 1, **more})
        seen += names(answer)
        cursor = answer.json()["next"]
        if cursor is None:
            break
    assert seen == ["acme", "acme", "borealis"]
    problem(spend.get("/spend", params={**MARCH, "group_by": "client", "cursor": "bm9uc2Vuc2U"}), 400, "bad_cursor")


def test_what_is_asked_for_wrongly_is_named(spend: httpx.Client) -> None:
    for query, says in (
        ("grup_by=client", "did you mean group_by?"),
        ("clients=acme", "did you mean client?"),
        ("not.lead=1", "is no parameter"),
        ("label.=1", "is no parameter"),
        ("group_by=servce", "did you mean service?"),
        ("group_by=client,client", "twice"),
        ("group_by=label:floor", "not tracked"),
        ("grain=fortnight", "query.grain"),
        ("sort=-price", "sort"),
        ("sort=service", "sort"),
        ("measures=money", "is no measure"),
        ("start=yesterday", "must be a day"),
        ("start=2026-02-30", "must be a day"),
        ("start=2026-03-10T10:00:00", "must be a day"),
        ("start=2026-03-02&end=2026-03-01", "must end after it starts"),
        ("start=1999-01-01&end=2000-01-01", "from 2000 on"),
        ("start=2001-01-01&end=2026-01-01", "3660 days"),
        ("start=2026-01-01&end=2026-12-31&grain=hour", "93 days"),
        ("start=2024-01-01&end=2026-01-01&lead=x", "400 days"),
        ("cost_min=NaN", "must be an amount"),
        ("cost_min=2&cost_max=1", "must not be below"),
        ("compare=tomorrow", "neither previous"),
        ("compare=2026-01-01..2026-01-02&grain=day", "as many days"),
        ("limit=0", "limit"),
        ("limit=5001", "limit"),
        ("start=2026-03-01&start=2026-03-02", "is given twice"),
        ("client=" + "x" * 201, "200 characters"),
        ("extremes=maybe", "extremes"),
    ):  # fmt: skip
        assert says in problem(spend.get(f"/spend?{query}"), 422, "invalid_request")["detail"], query
    problem(spend.get("/spend?client=nobody"), 404, "not_found")


def test_a_portal_sees_its_client_and_an_agent_its_own(server: Server, spend: httpx.Client) -> None:
    for body, expected, services in (
        ({"name": "portal", "role": "portal", "client": "acme"}, ["acme"], ["gupshup", "openai"]),
        ({"name": "agent", "role": "agent", "agent": "writer"}, ["acme"], ["openai"]),
    ):
        key = spend.post("/keys", json=body).json()["secret"]
        with visitor(f"{server.origin}/api/v1", headers={"Authorization": f"Bearer {key}"}) as bound:
            assert names(bound.get("/spend", params={**MARCH, "group_by": "client"})) == expected
            for other in ("client=borealis", "client=nobody", "not.client=acme", "client=none", "lead=L1"):
                answer = bound.get(f"/spend?start=2026-03-01&end=2026-03-31&group_by=client&{other}")
                assert names(answer) == []
            values = bound.get("/spend/values", params={"dimension": "service"}).json()["items"]
            assert [one["value"] for one in values] == services
            clients = bound.get("/spend/values", params={"dimension": "client"}).json()["items"]
            assert [one["value"] for one in clients] == ["acme"]


def test_values_to_filter_by(spend: httpx.Client) -> None:
    found = spend.get("/spend/values", params={"dimension": "agent"}).json()["items"]
    assert [(one["value"], one["name"]) for one in found] == [("none", None), ("writer", "The writer")]
    assert spend.get("/spend/values", params={"dimension": "service", "q": "UPS"}).json()["items"] == [
        {"value": "gupshup", "name": "gupshup", "id": None}
    ]
    problem(spend.get("/spend/values", params={"dimension": "price"}), 422, "invalid_request")


def test_another_workspace_sees_nothing(server: Server, spend: httpx.Client, stranger: Tenant) -> None:
    with visitor(f"{server.origin}/api/v1", headers=stranger.headers) as other:
        answer = other.get("/spend", params={**MARCH, "group_by": "client,service"}).json()
        assert (answer["groups"], answer["total"]["events"]) == ([], 0)
        assert other.get("/spend/values", params={"dimension": "service"}).json()["items"] == []
        acme = spend.get("/clients/acme").json()["id"]
        problem(other.get(f"/spend?client={acme}"), 404, "not_found")
