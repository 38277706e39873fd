"""Pictures of every page for people to look at: OUTLAYTEST_SHOTS=1 pytest tests/browser/test_shots.py."""

from decimal import Decimal

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Open
from tests.browser.events_help import ago, call, send
from tests.browser.help import DESK, GATES, HIDDEN_ROOMS, PHONE, ROOMS, SHOTS, House, Visit, colleague, go, settle

VISITS = {
    "dark": Visit(),
    "light": Visit("light", DESK),
    "phone": Visit("dark", PHONE),
    "phone-light": Visit("light", PHONE),
}
TALLEST = 12_000
looks_of_all = pytest.mark.parametrize("looks", VISITS)


def _take(page: Page, name: str, looks: str, *, whole: bool = True) -> None:
    """The page as tall as its content, since bars that stick to the screen would stand in the middle otherwise."""
    width, height = VISITS[looks].size
    if whole:
        wanted = int(page.evaluate("document.documentElement.scrollHeight"))
        page.set_viewport_size({"width": width, "height": min(max(wanted, height), TALLEST)})
    page.screenshot(path=SHOTS / f"{name}.{looks}.png")
    page.set_viewport_size({"width": width, "height": height})


@looks_of_all
def test_every_page(open_page: Open, studio: House, looks: str) -> None:
    with open_page(VISITS[looks]) as page:
        for address, title in GATES.items():
            go(page, address, title)
            _take(page, _name(address), looks)
    with open_page(VISITS[looks], cookie=studio.cookie) as page:
        for address, title in (ROOMS | HIDDEN_ROOMS).items():
            go(page, address, title)
            _take(page, _name(address), looks)


def _name(address: str) -> str:
    return address.strip("/").replace("/", "-").replace("#token=ol_anything", "-form") or "home"


@looks_of_all
def test_what_opens_on_a_page(open_page: Open, studio: House, looks: str) -> None:
    with open_page(VISITS[looks], cookie=studio.cookie) as page:
        go(page, "/?client=sundrel-solar&client=tamwick-coffee")
        _take(page, "home-filtered", looks)
        go(page, "/gallery?client=sundrel-solar&client=tamwick-coffee&range=this-quarter")
        page.get_by_role("button", name="This quarter").click()
        _take(page, "range-picker", looks, whole=False)
        page.keyboard.press("Escape")
        page.keyboard.press("Control+K")
        page.get_by_role("combobox", name="Search and commands").fill("s")
        _take(page, "palette", looks, whole=False)
        page.keyboard.press("Escape")
        page.get_by_role("button", name="account menu").click()
        _take(page, "account-menu", looks, whole=False)
        page.keyboard.press("Escape")
        for address, button in [
            ("clients", "Add client"),
            ("agents", "Add agent"),
            ("keys", "Create key"),
            ("users", "Invite"),
        ]:
            go(page, f"/settings/{address}")
            page.get_by_role("button", name=button).first.click()
            _take(page, f"dialog-{address}", looks, whole=False)
        go(page, "/settings/workspace")
        page.get_by_role("button", name="Time zone").click()
        _take(page, "zones", looks, whole=False)
        go(page, "/settings/audit")
        page.get_by_role("button", name="Details of entry").first.click()
        _take(page, "dialog-audit", looks, whole=False)
        go(page, "/gallery")
        for name in ("Spend by day and service", "Spend by client"):
            page.get_by_role("button", name=f"Menu of {name}", exact=True).click()
            _take(page, f"chart-menu-{name[:12].strip().replace(' ', '-').lower()}", looks, whole=False)
            page.get_by_role("menuitem", name="View as table").click()
        _take(page, "chart-tables", looks)


@looks_of_all
def test_the_overview(open_page: Open, house: House, looks: str) -> None:
    costs = {"openai": "4.20", "anthropic": "7.65", "twilio": "0.0345", "studio": "120"}
    days = range(40)
    events = [
        call(f"{service} {day}", time=ago(1440 * day + 5), client=f"Client {(day + place) % 5}", service=service)
        | {"cost": str(Decimal(cost) * (3 + day % 4)), "currency": "EUR"}
        for place, (service, cost) in enumerate(costs.items())
        for day in days
    ]
    send(house, [*events, call("failed", success=False), call("unpriced", model="gpt-99")])
    with open_page(VISITS[looks], cookie=house.cookie) as page:
        go(page, "/")
        page.get_by_role("region", name="Top services").get_by_role("listitem").first.wait_for()
        page.locator("[data-chart]").nth(1).wait_for()
        _take(page, "overview", looks)


@looks_of_all
def test_what_a_newcomer_sees(open_page: Open, house: House, looks: str) -> None:
    with open_page(VISITS[looks], cookie=house.cookie) as page:
        go(page, "/")
        _take(page, "empty-home", looks)
        for address in ("clients", "campaigns", "agents"):
            go(page, f"/settings/{address}")
            _take(page, f"empty-{address}", looks)
        go(page, "/settings/keys")
        page.get_by_role("button", name="Create key").click()
        page.get_by_label("Name").fill("Nightly reports")
        page.get_by_label("Role").select_option(label="Viewer")
        page.get_by_role("dialog").get_by_role("button", name="Create key").click()
        page.get_by_text("It is not shown again").wait_for()
        _take(page, "secret", looks, whole=False)
    with open_page(VISITS[looks], cookie=colleague(house, "viewer")) as page:
        go(page, "/")
        _take(page, "viewer-home", looks)
        go(page, "/settings/keys")
        settle(page, "API keys")
        _take(page, "no-access", looks)
