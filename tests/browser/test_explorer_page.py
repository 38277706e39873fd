"""The explorer: what was spent, by anything, down to its events; every view has an address, and can be taken along."""

import csv
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Download, Page, expect

from tests.browser.conftest import Open, Prepare, a_house
from tests.browser.help import PHONE, House, Visit, colleague, go, overflow_px, settle, small_targets, violations
from tests.support.processes import Server

NAMES = {"acme": "Acme Robotics", "borealis": "Borealis Foods"}
# Client, campaign, agent, service, days ago, cost; None is a model without a price.
EVENTS = [
    ("acme", "spring", "writer", "openai", 1, "60.00"),
    ("acme", "spring", "writer", "gupshup", 2, "20.00"),
    ("acme", "autumn", "researcher", "openai", 3, "10.00"),
    ("borealis", "menus", "writer", "openai", 1, "9.99"),
    ("borealis", "menus", "writer", "openai", 2, None),
    ("acme", "spring", "writer", "openai", 40, "45.00"),
    (None, None, None, "hosting", 1, "0.000034"),
]


def an_event(number: int, told: tuple[str | None, str | None, str | None, str, int, str | None]) -> dict[str, object]:
    client, campaign, agent, service, days_ago, cost = told
    at = datetime.now(UTC) - timedelta(days=days_ago)
    named = {"client": client, "campaign": campaign, "agent": agent, "model": "gpt-4o" if cost else "gpt-99"}
    event: dict[str, object] = {name: value for name, value in named.items() if value}
    event |= {"id": f"event-{number}", "time": at.isoformat(), "service": service}
    return event | ({"cost": cost, "currency": "EUR"} if cost else {"input_tokens": 1500, "output_tokens": 600})


def furnished(house: House) -> House:
    with house.api as api:
        for key, name in NAMES.items():
            api.post("/clients", json={"name": name, "key": key}).raise_for_status()
        answer = api.post("/events", json=[an_event(number, told) for number, told in enumerate(EVENTS)])
        assert answer.json()["accepted"] == len(EVENTS), answer.text
    return house


@pytest.fixture(scope="module")
def agency(prepare: Prepare, server: Server) -> House:
    """A workspace with a little spend, for tests that only look."""
    return furnished(a_house(prepare, server, "Northlight Agency"))


@pytest.fixture
def page(open_page: Open, agency: House) -> Iterator[Page]:
    with open_page(cookie=agency.cookie) as opened:
        yield opened


def rows(page: Page) -> list[list[str]]:
    """The table's cells as they are read, without what only its looks tell."""
    table = page.get_by_role("table", name="Groups")
    expect(table).to_have_attribute("aria-busy", "false")
    return [
        [
            " ".join(cell.inner_text().split())
            for cell in row.get_by_role("rowheader").or_(row.get_by_role("cell")).all()
        ]
        for row in table.get_by_role("row").all()[1:]
    ]


def names(page: Page) -> list[str]:
    return [row[0].partition(" :")[0] for row in rows(page)]


def opened_explorer(page: Page, address: str = "/explorer") -> None:
    go(page, address, "Explorer")
    expect(page.get_by_role("status", name=re.compile("^Loading"))).to_have_count(0)


def test_it_begins_with_what_each_client_cost(page: Page) -> None:
    opened_explorer(page)

    assert names(page) == ["Acme Robotics", "Borealis Foods", "No client", "Total"]
    acme, borealis, nobody, total = rows(page)
    assert acme[1:3] == ["€90.000000", "90.0%"]
    assert "100.0%" in acme[4]
    assert "up 100.0 percent, worse" in acme[4]
    assert borealis[-2:] == ["2", "◆ 1"]
    assert nobody[1] == "€0.000034"
    assert (total[1], total[-2]) == ("€99.990034", "6")
    totals = page.get_by_role("region", name="Totals")
    expect(totals.get_by_role("group", name=re.compile(r"^Cost, 99\.99 euros, up"))).to_be_visible()
    expect(page.get_by_role("heading", name="Cost by day and client")).to_be_visible()
    expect(page.get_by_text("Acme Robotics has 90.0% of it.")).to_be_visible()


def test_a_row_leads_down_to_models_and_every_step_leads_back(page: Page) -> None:
    opened_explorer(page)
    steps = [("Acme Robotics", "campaign"), ("spring", "agent"), ("writer", "service"), ("openai", "model")]
    for name, _ in steps:
        page.get_by_role("rowheader", name=re.compile(f"^{name}")).click()
        expect(page.get_by_role("navigation", name="Way here").locator("[aria-current]")).to_have_text(name)
    way = page.get_by_role("navigation", name="Way here")
    expect(way).to_contain_text("by model")
    expect(page).to_have_url(re.compile("client=acme.*campaign=spring.*agent=writer"))
    expect(page).to_have_url(re.compile("service=openai"))
    assert [row[:2] for row in rows(page)] == [["gpt-4o : by operation", "€60.00"], ["Total", "€60.00"]]

    way.get_by_role("link", name="Acme Robotics").click()
    expect(page.get_by_label("Group by")).to_have_value("campaign")
    expect(page.get_by_role("rowheader", name=re.compile("^autumn"))).to_be_visible()
    assert names(page) == ["spring", "autumn", "Total"]
    page.go_back()
    expect(page.get_by_label("Group by")).to_have_value("model")
    page.get_by_role("navigation", name="Way here").get_by_role("link", name="All clients").click()
    expect(page).to_have_url(re.compile("/explorer$"))
    expect(page.get_by_role("navigation", name="Way here")).to_have_count(0)


def test_a_row_leads_down_wherever_it_is_clicked_and_its_counts_lead_to_the_events(page: Page) -> None:
    opened_explorer(page)
    page.get_by_role("cell", name="90.0%").click(force=True)
    expect(page).to_have_url(re.compile("client=acme"))
    opened_explorer(page)

    page.get_by_role("link", name="1 unpriced event of Borealis Foods").click()
    settle(page, "Events")
    expect(page).to_have_url(re.compile(r"/events\?(?=.*unpriced=true)(?=.*client=borealis)"))
    expect(page.get_by_text("1 event", exact=True)).to_be_visible()
    opened_explorer(page, "/explorer?group_by=service")
    page.get_by_role("link", name="4 events of openai").click()
    settle(page, "Events")
    expect(page).to_have_url(re.compile("services=openai"))


def test_a_bar_leads_to_what_it_is_made_of_also_by_the_keyboard(page: Page) -> None:
    opened_explorer(page)
    page.get_by_role("img", name=re.compile("^Acme Robotics, .*60")).click(force=True)
    expect(page.get_by_label("Group by")).to_have_value("campaign")
    opened_explorer(page, "/explorer?group_by=service")

    plot = page.get_by_role("slider", name=re.compile("^Cost by day and service"))
    plot.focus()
    plot.press("ArrowLeft")
    plot.press("Enter")
    yesterday = page.evaluate("new URLSearchParams(location.search).get('from')")
    expect(page).to_have_url(re.compile(f"from={yesterday}&to={yesterday}"))
    expect(page.get_by_label("Over time")).to_have_value("hour")


def test_side_by_side_bars_lead_down_too(page: Page) -> None:
    opened_explorer(page, "/explorer?grain=none&group_by=service")

    page.get_by_role("button", name=re.compile("^openai: 79.99 euros")).press("Enter")

    expect(page.get_by_label("Group by")).to_have_value("model")
    expect(page.get_by_label("Over time")).to_have_value("none")


def test_whatever_is_chosen_stands_in_the_address_and_opens_the_same_view(
    page: Page, open_page: Open, agency: House
) -> None:
    opened_explorer(page)
    page.get_by_label("Group by").select_option(label="Service")
    page.get_by_label("and by").select_option(label="Client")
    page.get_by_label("Measure").select_option(label="Events")
    page.get_by_label("Over time").select_option(label="By week")
    page.get_by_role("button", name="Lines").click()
    page.get_by_label("Compare with").select_option(label="No comparison")
    page.get_by_role("columnheader", name="Service").get_by_role("button").click()
    expect(page.get_by_role("columnheader", name="Service")).to_have_attribute("aria-sort", "ascending")
    expect(page.get_by_role("heading", name="Events by week and service")).to_be_visible()
    expect(page.get_by_role("rowheader").first).to_have_text(re.compile("^gupshup"))
    shown = rows(page)
    assert [row[:3] for row in shown[:2]] == [
        ["gupshup : by campaign", "Acme Robotics", "1"],
        ["hosting : by campaign", "No client", "1"],
    ]
    for part in (
        "group_by=service&group_by=client",
        "measure=events",
        "grain=week",
        "lines=true",
        "compare=none",
        "sort=service",
    ):
        assert part in page.url

    with open_page(Visit("light"), cookie=agency.cookie) as elsewhere:
        opened_explorer(elsewhere, page.url)
        assert rows(elsewhere) == shown
        expect(elsewhere.get_by_role("button", name="Lines")).to_have_attribute("aria-pressed", "true")


def test_sorting_is_of_the_whole_and_turns_around(page: Page) -> None:
    opened_explorer(page)
    head = page.get_by_role("columnheader", name="Events", exact=True)
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "descending")
    expect(page.get_by_role("rowheader").first).to_have_text(re.compile("^Acme"))
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    expect(page.get_by_role("rowheader").first).to_have_text(re.compile("^No client"))


def test_values_that_occur_are_offered_to_filter_by(page: Page) -> None:
    opened_explorer(page)
    page.get_by_role("button", name="Service", exact=True).click()
    panel = page.get_by_role("dialog", name="Filter by service")
    expect(panel.get_by_role("checkbox")).to_have_count(3)
    panel.get_by_role("searchbox").fill("gup")
    expect(panel.get_by_role("checkbox")).to_have_count(1)
    panel.get_by_role("checkbox", name="gupshup").check()
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile("service=gupshup"))
    expect(page.get_by_role("rowheader", name="Borealis Foods")).to_have_count(0)
    assert names(page) == ["Acme Robotics", "Total"]

    page.get_by_role("button", name="More").click()
    more = page.get_by_role("dialog", name="Filter by more")
    more.get_by_label("Filter by").select_option(label="Operation")
    more.get_by_role("checkbox", name="No operation").check()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Remove filter Operation: none")).to_be_visible()
    page.get_by_role("button", name="Remove filter Service: gupshup").click()
    expect(page.get_by_role("rowheader", name="Borealis Foods")).to_be_visible()
    page.get_by_role("button", name="Clear filters").click()
    expect(page).to_have_url(re.compile("/explorer$"))


def test_the_chart_can_be_read_as_a_table(page: Page) -> None:
    opened_explorer(page)
    page.get_by_role("button", name="Menu of Cost by day and client").click()
    page.get_by_role("menuitem", name="View as table").click()

    table = page.get_by_role("region", name="Cost by day and client, as a table")
    expect(table.get_by_role("columnheader")).to_have_text(
        ["Day", "Acme Robotics", "Borealis Foods", "No client", "Total", "Note"]
    )
    expect(table.get_by_role("row")).to_have_count(31)


def saved(page: Page, tmp_path: Path, item: str) -> tuple[Download, Path]:
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as waiting:
        page.get_by_role("menuitem", name=item, exact=True).click()
    path = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return waiting.value, path


def test_the_view_can_be_taken_along_with_every_digit(page: Page, tmp_path: Path) -> None:
    opened_explorer(page, "/explorer?group_by=service&group_by=client&client=acme&sort=-events")
    _, file = saved(page, tmp_path, "CSV")

    assert re.fullmatch(r"spend-\d{4}-\d\d-\d\d-to-\d{4}-\d\d-\d\d\.csv", file.name)
    text = file.read_bytes().decode("utf-8-sig")
    lines = list(csv.DictReader(StringIO(text, newline="")))
    assert [(line["Service"], line["Client"], line["Cost (EUR)"], line["Events"]) for line in lines] == [
        ("openai", "Acme Robotics", "70", "2"),
        ("gupshup", "Acme Robotics", "20", "1"),
    ]
    _, book = saved(page, tmp_path, "Excel, by day")
    sheet = load_workbook(book)["Spend"]
    assert [cell.value for cell in sheet[1]][:3] == ["Day", "Service", "Client"]
    assert [sheet.cell(row, 2).value for row in range(2, sheet.max_row + 1)].count("gupshup") == 1
    days = [sheet.cell(row, 1).value for row in range(2, sheet.max_row + 1)]
    assert days == sorted(days)
    expect(page.get_by_text(f"Saved {book.name}")).to_be_visible()


def test_a_file_that_cannot_be_made_is_told(page: Page, open_page: Open, agency: House) -> None:
    with open_page(cookie=agency.cookie, expected="status of 503") as broken:
        opened_explorer(broken)
        broken.route("**/spend/export*", lambda route: route.fulfill(status=503, json=PROBLEM, headers=PROBLEM_TYPE))
        broken.get_by_role("button", name="Export").click()
        broken.get_by_role("menuitem", name="CSV", exact=True).click()
        expect(broken.get_by_text("Nothing was saved: Try again.")).to_be_visible()


PROBLEM_TYPE = {"content-type": "application/problem+json"}
PROBLEM = {"type": "about:blank", "title": "Busy", "status": 503, "code": "overloaded", "detail": "Try again.",
           "request_id": "r-1"}  # fmt: skip


def test_what_cannot_be_loaded_says_so_and_tries_again(open_page: Open, agency: House) -> None:
    with open_page(cookie=agency.cookie, expected="status of 422") as page:
        page.route(
            re.compile(r"/api/v1/spend\?"),
            lambda route: route.fulfill(status=422, json=PROBLEM | {"status": 422}, headers=PROBLEM_TYPE),
        )
        go(page, "/explorer", "Explorer")
        expect(page.get_by_role("alert")).to_have_count(2)
        page.unroute_all()
        for _ in range(2):
            page.get_by_role("button", name="Retry").first.click()
        expect(page.get_by_role("rowheader", name=re.compile("^Acme"))).to_be_visible()
        expect(page.get_by_role("alert")).to_have_count(0)


def test_nothing_that_fits_names_the_filters_and_clears_them(page: Page) -> None:
    opened_explorer(page, "/explorer?service=nothing-like-it")

    expect(page.get_by_text("Nothing fits", exact=True)).to_be_visible()
    expect(page.get_by_text("Service: nothing-like-it").first).to_be_visible()
    page.get_by_role("button", name="Clear filters").last.click()
    expect(page.get_by_role("rowheader", name=re.compile("^Acme"))).to_be_visible()


def test_a_new_workspace_is_led_to_its_first_event_and_sees_it_come(open_page: Open, house: House) -> None:
    with open_page(cookie=house.cookie) as page:
        opened_explorer(page)
        expect(page.get_by_text("Nothing to explore yet")).to_be_visible()
        expect(page.get_by_role("link", name="Send the first event")).to_have_attribute("href", re.compile("^/"))

        furnished(house)

        expect(page.get_by_role("rowheader", name=re.compile("^Acme"))).to_be_visible()
        with house.api as api:
            api.post("/events", json=an_event(99, ("acme", None, None, "openai", 0, "1000"))).raise_for_status()
        expect(page.get_by_role("row", name=re.compile("^Total"))).to_contain_text("1,099.99")


def test_a_client_sees_its_own_spend_and_nothing_else(open_page: Open, agency: House) -> None:
    with open_page(cookie=colleague(agency, "portal", client="borealis")) as page:
        opened_explorer(page)
        assert names(page) == ["Borealis Foods", "Total"]
        page.get_by_role("button", name="Service", exact=True).click()
        expect(page.get_by_role("dialog").get_by_role("checkbox")).to_have_count(1)


@pytest.mark.parametrize("address", ["/explorer", "/explorer?grain=none&group_by=service&client=acme&trail=client"])
def test_it_is_accessible_in_both_themes(page: Page, address: str) -> None:
    opened_explorer(page, address)

    assert violations(page) == []
    page.emulate_media(color_scheme="light")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    assert violations(page, "color-contrast") == []


def test_it_fits_a_phone_and_is_used_there(open_page: Open, agency: House) -> None:
    with open_page(Visit(size=PHONE), cookie=agency.cookie) as page:
        opened_explorer(page)
        assert (overflow_px(page), small_targets(page)) == (0, [])
        cards = page.get_by_role("list", name="Groups").get_by_role("listitem")
        expect(cards).to_have_count(4)
        expect(cards.first).to_contain_text("Share")
        cards.first.get_by_role("link", name=re.compile("^Acme Robotics")).click()
        expect(page.get_by_label("Group by")).to_have_value("campaign")
        expect(page.get_by_role("navigation", name="Way here")).to_be_visible()
        for width in (320, 390):
            page.set_viewport_size({"width": width, "height": 844})
            assert (width, overflow_px(page)) == (width, 0)
