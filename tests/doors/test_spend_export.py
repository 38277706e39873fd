"""Spend as files: the same figures as at /spend, no more than the one who asks may see, and nothing that runs."""

import asyncio
import csv
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook

from outlay.db.connect import Database
from outlay.db.roles import DatabaseUrls
from tests.doors.door_help import problem, visitor
from tests.store.spend_help import Fact, write
from tests.support.processes import Server
from tests.support.tenants import Tenant

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MARCH = {"start": "2026-03-01", "end": "2026-03-31"}
FACTS = [
    Fact(NOON, Decimal("10.500000000001"), client="acme", texts={"service": "openai"}, input_tokens=1500),
    Fact(NOON.replace(day=11), Decimal(2), client="acme", texts={"service": "gupshup", "unit": "messages"},
         quantity=Decimal("7.5")),
    Fact(NOON.replace(day=11), None, client="borealis", texts={"service": "=1+1"}, labels={"team": "red"}),
    Fact(NOON.replace(month=2), Decimal(5), client="acme", texts={"service": "openai"}),
]  # fmt: skip


def stored(urls: DatabaseUrls, tenant: Tenant, facts: list[Fact]) -> None:
    async def store() -> None:
        database = Database(urls, pool_size=1, pool_wait_s=10)
        try:
            await write(database, tenant, facts)
        finally:
            await database.close()

    with closing(asyncio.new_event_loop()) as loop:
        loop.run_until_complete(store())


@pytest.fixture
def spend(api: httpx.Client, door_urls: DatabaseUrls, tenant: Tenant) -> httpx.Client:
    stored(door_urls, tenant, FACTS)
    return api


def rows(answer: httpx.Response) -> list[dict[str, str]]:
    """The rows of a CSV by the names of their columns."""
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(StringIO(answer.content.decode(), newline=""), strict=True))


def workbook(answer: httpx.Response) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """The rows of a workbook's table, and what it says about itself."""
    assert (answer.status_code, answer.headers["content-type"]) == (200, XLSX), answer.text
    book = load_workbook(BytesIO(answer.content))
    header, *lines = book["Spend"].iter_rows(values_only=True)
    table = [dict(zip([str(name) for name in header], line, strict=True)) for line in lines]
    return table, {str(name): str(value) for name, value in book["About"].iter_rows(values_only=True)}


def test_a_csv_has_all_that_is_shown_of_each_group(spend: httpx.Client) -> None:
    answer = spend.get("/spend/export", params={**MARCH, "group_by": "client,service", "compare": "previous"})

    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="spend-2026-03-01-to-2026-03-31.csv"'
    assert answer.headers["cache-control"] == "no-store"
    first, second, third = rows(answer)
    assert first == {
        "Client": "The acme", "Client key": "acme", "Service": "openai", "Cost (EUR)": "10.500000000001",
        "Share of cost": "0.84", "Events": "1", "Failed": "0", "Unpriced": "0", "Input tokens": "1500",
        "Output tokens": "0", "Cache read tokens": "0", "Cache write tokens": "0", "Messages": "",
        "Previous cost (EUR)": "5", "Change of cost": "1.1", "Previous events": "1",
    }  # fmt: skip
    assert (second["Service"], second["Messages"], second["Cost (EUR)"]) == ("gupshup", "7.5", "2")
    assert (third["Client"], third["Unpriced"], third["Cost (EUR)"]) == ("The borealis", "1", "0")


def test_a_file_says_the_same_as_the_page(spend: httpx.Client) -> None:
    asked = {**MARCH, "group_by": "service", "grain": "day", "sort": "service", "client": "acme"}
    shown = spend.get("/spend", params=asked).json()["groups"]

    written = rows(spend.get("/spend/export", params=asked))
    table, _ = workbook(spend.get("/spend/export", params={**asked, "format": "xlsx"}))

    assert [(row["Day"], row["Service"], row["Cost (EUR)"]) for row in written] == [
        (group["bucket"], group["service"], group["cost"]) for group in shown
    ]
    assert [(row["Day"].date().isoformat(), row["Cost (EUR)"]) for row in table] == [
        (group["bucket"], float(group["cost"])) for group in shown
    ]


def test_a_workbook_says_what_it_shows(spend: httpx.Client) -> None:
    answer = spend.get(
        "/spend/export",
        params={**MARCH, "group_by": "client", "service": "openai,gupshup", "compare": "previous", "format": "xlsx"},
    )
    table, about = workbook(answer)

    assert answer.headers["content-disposition"].endswith('.xlsx"')
    assert [row["Client"] for row in table] == ["The acme"]
    assert isinstance(table[0]["Cost (EUR)"], float)
    assert about["Period"] == "2026-03-01 to 2026-03-31"
    assert about["Compared with"] == "2026-02-01 to 2026-02-28"
    assert (about["Time zone"], about["Currency"], about["Grouped by"]) == ("Europe/Berlin", "EUR", "Client")
    assert (about["Service"], about["Total cost"]) == ("openai, gupshup", "12.500000000001 EUR")
    written = datetime.strptime(about["Exported"], "%Y-%m-%d %H:%M:%S %z")
    assert abs(datetime.now(UTC) - written) < timedelta(minutes=5)
    assert written.utcoffset() == timedelta(hours=1) or written.utcoffset() == timedelta(hours=2)


def test_what_a_sender_called_things_never_runs_in_a_spreadsheet(spend: httpx.Client) -> None:
    spend.patch("/clients/acme", json={"name": '=HYPERLINK("https://example.test","Acme")'}).raise_for_status()
    asked = {**MARCH, "group_by": "client,service"}

    written = rows(spend.get("/spend/export", params=asked))
    answer = spend.get("/spend/export", params={**asked, "format": "xlsx"})

    assert written[0]["Client"] == '\'=HYPERLINK("https://example.test","Acme")'
    assert written[2]["Service"] == "'=1+1"
    cells = [cell for row in load_workbook(BytesIO(answer.content))["Spend"].iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert "=1+1" in [cell.value for cell in cells]


def test_the_mark_of_utf_8_is_added_where_it_is_asked_for(spend: httpx.Client) -> None:
    assert spend.get("/spend/export", params={**MARCH, "bom": "true"}).content.startswith(b"\xef\xbb\xbf")
    assert not spend.get("/spend/export", params=MARCH).content.startswith(b"\xef\xbb\xbf")


def test_a_file_has_no_pages(spend: httpx.Client) -> None:
    asked = {**MARCH, "group_by": "service", "limit": "1"}
    cursor = spend.get("/spend", params=asked).json()["next"]

    assert len(rows(spend.get("/spend/export", params={**asked, "cursor": cursor}))) == 3


def test_what_would_be_too_long_is_refused_with_its_length(
    api: httpx.Client, door_urls: DatabaseUrls, tenant: Tenant
) -> None:
    """Sixty services on each of 340 days."""
    first = datetime(2026, 1, 1, 12, tzinfo=UTC)
    services = [{"service": f"service-{number}"} for number in range(60)]
    days = [first + timedelta(days=number) for number in range(340)]
    stored(door_urls, tenant, [Fact(day, Decimal(1), texts=service) for day in days for service in services])
    asked = {"start": "2026-01-01", "end": "2026-12-31", "group_by": "service"}

    answer = api.get("/spend/export", params={**asked, "grain": "day"})

    found = problem(answer, 422, "invalid_request")
    assert "20,400 rows, and a file has at most 20,000" in found["detail"]
    assert len(rows(api.get("/spend/export", params={**asked, "grain": "month"}))) == 60 * 12


@pytest.mark.parametrize(
    ("query", "named"),
    [("format=pdf", "format"), ("bom=perhaps", "bom"), ("group_by=colour", "group_by"), ("colour=red", "colour"),
     ("grain=second", "grain"), ("start=yesterday", "start"), ("compare=rivals", "compare")],
)  # fmt: skip
def test_what_is_asked_for_wrongly_is_named(api: httpx.Client, query: str, named: str) -> None:
    assert named in problem(api.get(f"/spend/export?{query}"), 422, "invalid_request")["detail"]


def test_nothing_spent_is_a_file_with_a_header(api: httpx.Client) -> None:
    answer = api.get("/spend/export", params={"group_by": "client"})

    assert rows(answer) == []
    assert answer.text.startswith("Client,Client key,Cost (EUR)")
    assert workbook(api.get("/spend/export", params={"format": "xlsx"}))[0] == []


def test_a_portal_gets_its_client_and_an_agent_its_own(server: Server, spend: httpx.Client) -> None:
    portal = spend.post("/keys", json={"name": "p", "role": "portal", "client": "borealis"}).json()["secret"]
    spend.post("/agents", json={"name": "Idle", "key": "idle"}).raise_for_status()
    agent = spend.post("/keys", json={"name": "a", "role": "agent", "agent": "idle"}).json()["secret"]
    with visitor(f"{server.origin}/api/v1") as anybody:

        def seen(key: str, query: str) -> list[str]:
            address = f"/spend/export?start=2026-03-01&end=2026-03-31&group_by=client{query}"
            return [row["Client"] for row in rows(anybody.get(address, headers={"Authorization": f"Bearer {key}"}))]

        assert seen(portal, "") == ["The borealis"]
        assert seen(portal, "&client=acme") == []
        assert seen(portal, "&not.client=borealis") == []
        assert seen(agent, "") == []
        headers = {"Authorization": f"Bearer {portal}"}
        table, about = workbook(anybody.get("/spend/export", params={**MARCH, "format": "xlsx"}, headers=headers))
        assert about["Total events"] == "1"
        assert "acme" not in str(table) + str(about)


def test_another_workspace_gets_nothing(server: Server, spend: httpx.Client, stranger: Tenant) -> None:
    with visitor(f"{server.origin}/api/v1", headers=stranger.headers) as other:
        for form in ("csv", "xlsx"):
            answer = other.get("/spend/export", params={**MARCH, "group_by": "client,service", "format": form})
            assert answer.status_code == 200
            assert b"acme" not in answer.content
        assert rows(other.get("/spend/export", params={**MARCH, "group_by": "client"})) == []
