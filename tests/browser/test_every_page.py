"""What holds for every page: it can be read, heard, reached and used, in both themes and on a phone."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, Prepare, a_house
from tests.browser.help import (
    GATES,
    HIDDEN_ROOMS,
    PHONE,
    ROOMS,
    House,
    Visit,
    go,
    overflow_px,
    settle,
    small_targets,
    violations,
    walk,
)
from tests.support.processes import Server

INSIDE = ROOMS | HIDDEN_ROOMS
LONG = "Donaudampfschifffahrtsgesellschaft" * 3 + "X" * 18


@pytest.fixture(scope="module")
def desk(open_page: Open, studio: House) -> Iterator[Page]:
    """One owner's page for all tests here, since they only look."""
    with open_page(cookie=studio.cookie) as page:
        yield page


@pytest.fixture(scope="module")
def gate(open_page: Open) -> Iterator[Page]:
    """The page of somebody who is not signed in."""
    with open_page() as page:
        yield page


@pytest.fixture(scope="module")
def crowded(prepare: Prepare, server: Server) -> House:
    """A workspace in which everything has the longest name that is allowed, without a space to break at."""
    house = a_house(prepare, server, LONG)
    assert len(LONG) == 120
    with house.api as api:
        for path, body in [
            ("clients", {"name": LONG, "key": "k" * 64}),
            ("campaigns", {"name": LONG, "client": "k" * 64}),
            ("agents", {"name": LONG, "client": "k" * 64, "agent_type": "SEGMENT_ANALYZER"}),
            ("keys", {"name": LONG, "role": "portal", "client": "k" * 64}),
            (
                "prices/categories",
                {"key": "k" * 64, "kind": "tool", "service": LONG, "unit": "u" * 64, "description": LONG * 4}
                | {"rate": {"amount": "12345678901.123456789012", "per": 10**12}},
            ),
            ("prices/overrides", {"service": LONG, "model": LONG, "discount_percent": "12.123456789012"}),
            (
                "events",
                {"id": "e" * 200, "client": "k" * 64, "campaign": LONG, "agent": LONG, "service": LONG, "model": LONG}
                | {"cost": "12345678.123456789012", "currency": "EUR"},
            ),
            ("invitations", {"email": f"{'m' * 60}@{'d' * 60}.test", "role": "portal", "client": "k" * 64}),
        ]:
            api.post(f"/{path}", json=body).raise_for_status()
    return house


@pytest.fixture(scope="module")
def phone(open_page: Open, crowded: House) -> Iterator[Page]:
    with open_page(Visit(size=PHONE), cookie=crowded.cookie) as page:
        yield page


def test_the_pages_tested_here_are_those_that_the_rail_leads_to(desk: Page) -> None:
    go(desk, "/")
    links = desk.get_by_role("navigation", name="Main").get_by_role("listitem").get_by_role("link")
    expect(links).to_have_text(list(ROOMS.values()))
    assert [link.get_attribute("href") for link in links.all()] == list(ROOMS)


@pytest.mark.parametrize("address", INSIDE)
def test_a_page_of_the_house_is_accessible_in_both_themes(desk: Page, address: str) -> None:
    walk(desk, address, INSIDE[address])
    _assert_accessible(desk)
    assert desk.get_by_role("navigation", name="Main").count() == 1
    assert desk.get_by_role("banner").count() == 1


def _assert_accessible(page: Page) -> None:
    heading = page.get_by_role("heading", level=1)
    expect(page).to_have_title(f"{heading.inner_text()} · Outlay")
    assert heading.count() == 1
    assert page.get_by_role("main").count() == 1
    assert page.locator("html").get_attribute("lang") == "en"
    assert overflow_px(page) == 0
    assert violations(page) == []
    # The other theme has other colours, and nothing else that axe could judge.
    page.emulate_media(color_scheme="light")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    assert violations(page, "color-contrast") == []
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


@pytest.mark.parametrize("address", [*INSIDE, f"/?client={'k' * 64}"])
def test_a_page_fits_the_narrowest_screens_whatever_names_it_shows(phone: Page, address: str) -> None:
    phone.set_viewport_size({"width": 390, "height": 844})
    go(phone, address, INSIDE.get(address))
    assert (phone.evaluate("window.innerWidth"), overflow_px(phone)) == (390, 0)
    assert small_targets(phone) == []
    for width in (320, 768, 1280):
        phone.set_viewport_size({"width": width, "height": 844})
        assert (width, overflow_px(phone)) == (width, 0)


@pytest.mark.parametrize("address", GATES)
def test_a_page_before_the_door_is_accessible_in_both_themes_and_fits_a_phone(gate: Page, address: str) -> None:
    gate.set_viewport_size({"width": 1280, "height": 860})
    go(gate, address, GATES[address])
    _assert_accessible(gate)
    for width in (390, 320):
        gate.set_viewport_size({"width": width, "height": 844})
        assert (width, overflow_px(gate)) == (width, 0)
        assert small_targets(gate) == []


def test_on_a_phone_the_bar_at_the_foot_leads_everywhere(phone: Page) -> None:
    phone.set_viewport_size({"width": 390, "height": 844})
    go(phone, "/")
    bar = phone.get_by_role("navigation", name="Main")
    expect(bar.get_by_role("link")).to_have_text(["Home", "Clients", "Campaigns", "Agents"])
    bar.get_by_role("link", name="Agents").tap()
    settle(phone, "Agents")
    expect(bar.get_by_role("link", name="Agents")).to_have_attribute("aria-current", "page")
    bar.get_by_role("button", name="More").tap()
    expect(phone.get_by_role("menuitem")).to_have_text(list(ROOMS.values())[4:])
    phone.get_by_role("menuitem", name="Audit log").tap()
    settle(phone, "Audit log")
    expect(phone.get_by_role("menu")).to_have_count(0)
    box = bar.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] == 844


def test_the_rail_narrows_to_icons_and_stays_so(open_page: Open, studio: House) -> None:
    with open_page(cookie=studio.cookie) as page:
        go(page, "/settings/clients")
        page.get_by_role("button", name="Narrow the side rail").click()
        link = page.get_by_role("navigation", name="Main").get_by_role("link", name="Agents")
        expect(link).to_have_attribute("title", "Agents")
        page.reload()
        settle(page, "Clients")
        expect(link).to_have_attribute("title", "Agents")
        link.click()
        settle(page, "Agents")
        page.get_by_role("button", name="Widen the side rail").click()
        expect(link).not_to_have_attribute("title", "Agents")


def test_an_address_that_leads_nowhere_says_so_and_leads_home(desk: Page) -> None:
    go(desk, "/no/such/page", "Page not found")
    desk.get_by_role("main").get_by_role("link", name="Go to the home page").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text(re.compile("^Good "))


@pytest.mark.parametrize(
    ("address", "opener", "opened"),
    [
        ("/gallery", "Last 30 days", "Date range"),
        ("/", "Client", "Filter by client"),
        ("/", "Search and commands", "Search and commands"),
        ("/events", "Cost", "Filter by cost"),
        ("/prices", "Add category", "Add category"),
        ("/settings/agents", "Add agent", "Add agent"),
        ("/settings/workspace", "Time zone", "Time zone"),
        ("/settings/users", "Invite", "Invite a person"),
        ("/settings/keys", "Create key", "Create an API key"),
    ],
)
def test_what_opens_on_a_page_is_accessible_too(desk: Page, address: str, opener: str, opened: str) -> None:
    walk(desk, address, INSIDE[address])
    desk.get_by_role("button", name=opener).click()
    dialog = desk.get_by_role("dialog", name=opened)
    expect(dialog).to_be_visible()
    assert violations(desk) == []
    desk.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
