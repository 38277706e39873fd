"""The list of events: found, filtered, loaded in pages, and told of as they come."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, Prepare, a_house
from tests.browser.events_help import ago, call, error_of, in_dollars, send
from tests.browser.help import PHONE, House, Visit, colleague, go, overflow_px, settle, small_targets, violations
from tests.support.processes import Server

TITLE = "Events"


@pytest.fixture(scope="module")
def busy(prepare: Prepare, server: Server) -> House:
    """A workspace with one event of each kind, for tests that only look."""
    house = in_dollars(a_house(prepare, server, "Northlight Agency"))
    with house.api as api:
        api.post("/clients", json={"name": "Acme Robotics", "key": "acme"}).raise_for_status()
        api.post("/campaigns", json={"name": "Spring launch", "key": "spring", "client": "acme"}).raise_for_status()
    send(
        house,
        [
            call("plain", time=ago(1), campaign="spring", lead="lead-7"),
            call("failed", time=ago(2), success=False, service="anthropic", model="claude-3-haiku-20240307"),
            call("unknown", time=ago(3), model="gpt-99", client="birch"),
            call("reported", time=ago(4), cost="3.50", currency="USD", operation_id="op 4/a"),
            call("voided", time=ago(5)),
            call("corrected", time=ago(6), agent="seo"),
        ],
    )
    with house.api as api:
        api.post("/events/voided/void", json={"reason": "A test run"}).raise_for_status()
        correction = {"reason": "Half of it", "quantities": {"input_tokens": 10}}
        api.post("/events/corrected/correct", json=correction).raise_for_status()
    return house


def _rows(page: Page) -> list[str]:
    """The ids of the listed events, in their order."""
    settle(page, TITLE)
    links = page.get_by_role("table", name="Events").locator("tbody tr td:first-child a")
    return [(link.get_attribute("title") or "").partition(" · ")[0] for link in links.all()]


def _row(page: Page, event_id: str) -> str:
    row = page.get_by_role("row").filter(has=page.locator(f"a[title^='{event_id} ·']"))
    return re.sub(r"\s+", " ", row.inner_text()).strip()


def _has(page: Page, *ids: str) -> None:
    """Waits until exactly these are listed."""
    links = page.get_by_role("table", name="Events").locator("tbody tr td:first-child a")
    expect(links).to_have_count(len(ids))
    expect(page.locator(f"a[title^='{ids[0]} ·']")).to_be_visible()
    assert _rows(page) == list(ids)


def test_a_line_says_when_who_what_and_how_much_and_what_is_out_of_the_ordinary(open_page: Open, busy: House) -> None:
    with open_page(cookie=busy.cookie) as page:
        go(page, "/events", TITLE)
        assert _rows(page) == ["plain", "failed", "unknown", "reported", "voided", "corrected"]
        with busy.api as api:
            stored = datetime.fromisoformat(api.get("/events/plain").json()["time"])
        # Written in the workspace's zone, which is another than that of the machine.
        written = stored.astimezone(ZoneInfo("Europe/Berlin")).strftime("%b %-d, %H:%M:%S")
        plain = _row(page, "plain")
        assert plain.startswith(f"{written} Acme Robotics Spring launch copywriter openai gpt-4o-mini chat")
        assert plain.endswith("1.5K in · 600 out $0.0005850")
        assert "Failed" in _row(page, "failed")
        assert _row(page, "unknown").endswith("— unpriced Unpriced unknown model gpt-99")
        assert "$3.5000000" in _row(page, "reported")
        assert _row(page, "voided").endswith("Void")
        assert _row(page, "corrected").endswith("10 in $0.0000015 Corrected")
        struck = page.locator("s")
        expect(struck).to_have_text("$0.0005850")
        expect(struck).to_have_attribute("title", "0.000585 USD")


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("?unpriced=true", ["unknown"]),
        ("?failed=true", ["failed"]),
        ("?services=anthropic&services=nobody", ["failed"]),
        ("?models=gpt-99&models=claude-3-haiku-20240307", ["failed", "unknown"]),
        ("?cost_min=3.5", ["reported"]),
        ("?cost_max=0.0006&agent=copywriter&client=acme&services=openai", ["plain", "voided"]),
        ("?client=birch", ["unknown"]),
        ("?campaign=spring", ["plain"]),
        ("?agent=seo", ["corrected"]),
        ("?q=lead-7", ["plain"]),
        ("?q=op+4%2Fa", ["reported"]),
        ("?q=failed", ["failed"]),
    ],
)
def test_the_address_alone_says_what_is_listed(open_page: Open, busy: House, address: str, found: list[str]) -> None:
    with open_page(cookie=busy.cookie) as page:
        go(page, f"/events{address}", TITLE)
        assert _rows(page) == found


def test_each_filter_writes_itself_into_the_address_and_can_be_taken_back(open_page: Open, busy: House) -> None:
    with open_page(cookie=busy.cookie) as page:
        go(page, "/events", TITLE)
        page.get_by_role("button", name="Service", exact=True).click()
        choices = page.get_by_role("dialog", name="Filter by service")
        choices.get_by_label("anthropic").check()
        _has(page, "failed")
        page.keyboard.press("Escape")
        expect(page).to_have_url(re.compile(r"/events\?services=anthropic$"))
        page.get_by_role("button", name="Remove filter Service: anthropic").click()
        expect(page).to_have_url(re.compile(r"/events$"))

        page.get_by_role("button", name="Model", exact=True).click()
        choices = page.get_by_role("dialog", name="Filter by model")
        choices.get_by_label("Name of the model").fill("gpt-99")
        page.keyboard.press("Enter")
        _has(page, "unknown")
        page.keyboard.press("Escape")
        page.reload()
        assert _rows(page) == ["unknown"]
        page.get_by_role("button", name="Clear", exact=True).click()

        page.get_by_label("Only failed").check()
        _has(page, "failed")
        page.get_by_label("Only failed").uncheck()
        page.get_by_label("Only unpriced").check()
        _has(page, "unknown")
        page.get_by_label("Only unpriced").uncheck()

        page.get_by_role("searchbox", name="Id, operation id or lead, whole").fill(" lead-7 ")
        _has(page, "plain")
        expect(page).to_have_url(re.compile(r"/events\?q=lead-7$"))
        page.get_by_role("button", name="Remove filter Search: lead-7").click()
        expect(page.get_by_role("searchbox")).to_have_value("")
        expect(page.get_by_role("table", name="Events").locator("tbody tr")).to_have_count(6)

        page.get_by_role("button", name="Client", exact=True).click()
        page.get_by_role("dialog").get_by_label("birch").check()
        _has(page, "unknown")


def test_a_range_of_costs_that_makes_no_sense_says_so_at_its_field(open_page: Open, busy: House) -> None:
    with open_page(cookie=busy.cookie) as page:
        go(page, "/events", TITLE)
        page.get_by_role("button", name="Cost", exact=True).click()
        form = page.get_by_role("dialog", name="Filter by cost")
        form.get_by_label("From (USD)").fill("cheap")
        form.get_by_role("button", name="Apply").click()
        assert "such as 0.05" in error_of(form, "From (USD)")
        form.get_by_label("From (USD)").fill("5")
        form.get_by_label("Up to (USD)").fill("1")
        form.get_by_role("button", name="Apply").click()
        assert "less than" in error_of(form, "Up to (USD)")
        form.get_by_label("From (USD)").fill("1")
        form.get_by_label("Up to (USD)").fill("5")
        page.keyboard.press("Enter")
        _has(page, "reported")
        expect(page).to_have_url(re.compile(r"cost_min=1&cost_max=5$"))


def test_a_list_that_nothing_fits_says_when_the_last_event_was_and_where_else_to_look(
    open_page: Open, busy: House
) -> None:
    with open_page(cookie=busy.cookie) as page:
        go(page, "/events?from=2026-01-01&to=2026-01-02&q=plain", TITLE)
        main = page.get_by_role("main")
        expect(main).to_contain_text("No event fits")
        expect(main).to_contain_text("The last event of all was on")
        main.get_by_role("link", name="Look for this id at any time").click()
        settle(page, "Event plain")
        page.get_by_role("link", name="All events").click()
        settle(page, TITLE)
        expect(main).to_contain_text("No event fits")
        main.get_by_role("button", name="Clear filters").click()
        expect(page.get_by_role("table", name="Events").locator("tbody tr")).to_have_count(6)
        expect(page).to_have_url(re.compile(r"/events$"))


def test_a_long_list_is_loaded_in_pages_and_is_there_again_on_the_way_back(open_page: Open, house: House) -> None:
    send(house, [call(f"call-{number}", time=ago(number)) for number in range(250)])
    with open_page(cookie=house.cookie) as page:
        go(page, "/events", TITLE)
        rows = page.get_by_role("table", name="Events").locator("tbody tr")
        main = page.get_by_role("main")
        expect(rows).to_have_count(100)
        expect(main).to_contain_text("The latest 100 events")
        page.get_by_role("button", name="Load more").click()
        expect(rows).to_have_count(200)
        page.get_by_role("button", name="Load more").click()
        expect(rows).to_have_count(250)
        expect(page.get_by_role("button", name="Load more")).to_have_count(0)
        expect(main).to_contain_text("250 events")
        assert _rows(page) == [f"call-{number}" for number in range(250)]
        page.locator("a[title^='call-240 ·']").click()
        settle(page, "Event call-240")
        page.go_back()
        expect(rows).to_have_count(250)
        expect(page.locator("a[title^='call-240 ·']")).to_be_in_viewport()


def test_new_events_are_counted_and_move_nothing_until_they_are_asked_for(open_page: Open, house: House) -> None:
    send(house, [call(f"old-{number}", time=ago(60 + number)) for number in range(40)])
    with open_page(cookie=house.cookie) as page:
        go(page, "/events", TITLE)
        expect(page.get_by_role("banner").get_by_role("status")).to_have_text("Live")
        row = page.locator("a[title^='old-5 ·']")
        before = row.bounding_box()
        send(house, [call(f"new-{number}", time=ago(number)) for number in range(12)])
        button = page.get_by_role("button", name="12 new events")
        expect(button).to_be_visible()
        assert row.bounding_box() == before
        assert _rows(page)[0] == "old-0"

        # What somebody else changes meanwhile is shown in its place.
        with house.api as api:
            api.post("/events/old-5/void", json={"reason": "A test run"}).raise_for_status()
        expect(page.get_by_role("row").filter(has=row)).to_contain_text("Void")
        send(house, [call("newest")])
        button = page.get_by_role("button", name="13 new events")
        button.focus()
        page.keyboard.press("Enter")
        expect(page.locator("a[title^='newest ·']")).to_be_visible()
        assert _rows(page)[:3] == ["newest", "new-0", "new-1"]
        expect(button).to_have_count(0)


def test_a_list_without_events_fills_itself(open_page: Open, house: House) -> None:
    with open_page(cookie=house.cookie) as page:
        go(page, "/events", TITLE)
        expect(page.get_by_role("main")).to_contain_text("No events yet")
        expect(page.get_by_role("link", name="Send the first event")).to_have_attribute("href", "/")
        expect(page.get_by_role("banner").get_by_role("status")).to_have_text("Live")
        send(house, [call("first")])
        expect(page.locator("a[title^='first ·']")).to_be_visible()


def test_a_list_that_cannot_be_loaded_says_so_and_is_loaded_on_retry(open_page: Open, busy: House) -> None:
    with open_page(cookie=busy.cookie, expected="status of 500") as page:
        problem = {"title": "Broken", "code": "internal_error", "detail": "The list broke.", "request_id": "req-7"}
        page.route(
            re.compile(r"/api/v1/events\?.*limit=100"),
            lambda route: route.fulfill(status=500, json=problem),
        )
        go(page, "/events", TITLE)
        alert = page.get_by_role("alert")
        expect(alert).to_contain_text("The events could not be loaded")
        expect(alert).to_contain_text("req-7")
        expect(page.get_by_label("Only failed")).to_be_visible()
        page.unroute_all()
        alert.get_by_role("button", name="Retry").click()
        expect(page.get_by_role("table", name="Events").locator("tbody tr")).to_have_count(6)


def test_a_portal_sees_its_clients_events_and_no_reasons(open_page: Open, busy: House) -> None:
    with open_page(cookie=colleague(busy, "portal", client="acme")) as page:
        go(page, "/events", TITLE)
        assert _rows(page) == ["plain", "failed", "reported", "voided", "corrected"]
        go(page, "/events?unpriced=true", TITLE)
        expect(page.get_by_role("main")).to_contain_text("No event fits")


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_list_is_accessible_with_all_its_states(open_page: Open, busy: House, theme: str) -> None:
    with open_page(Visit(theme), cookie=busy.cookie) as page:
        go(page, "/events?services=openai&cost_max=5&q=plain", TITLE)
        assert violations(page) == []
        go(page, "/events", TITLE)
        assert violations(page) == []
        page.get_by_role("button", name="Model", exact=True).click()
        expect(page.get_by_role("dialog", name="Filter by model").get_by_role("checkbox")).to_have_count(3)
        assert violations(page) == []


def test_on_a_phone_the_list_is_one_of_few_lines_each_that_fits(open_page: Open, busy: House) -> None:
    with open_page(Visit(size=PHONE), cookie=busy.cookie) as page:
        go(page, "/events", TITLE)
        items = page.get_by_role("list", name="Events").get_by_role("listitem")
        expect(items).to_have_count(6)
        expect(items.first).to_contain_text("$0.0005850")
        expect(items.first).to_contain_text("openai gpt-4o-mini · chat")
        expect(items.nth(2)).to_contain_text("unknown model gpt-99")
        assert violations(page) == []
        assert small_targets(page) == []
        for width in (390, 320):
            page.set_viewport_size({"width": width, "height": 844})
            assert (width, overflow_px(page)) == (width, 0)
        items.first.get_by_role("link").tap()
        settle(page, "Event plain")
