"""The workspace's name, zone and currency, and what follows from them on other pages."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.help import House, go, settle


def _pick(page: Page, label: str, typed: str, option: str) -> None:
    page.get_by_role("button", name=label).click()
    page.keyboard.type(typed)
    page.get_by_role("option", name=option).click()


def test_name_zone_and_currency_are_changed_found_by_typing_and_take_effect_everywhere(
    open_page: Open, house: House
) -> None:
    with open_page(cookie=house.cookie) as page:
        go(page, "/settings/workspace", "Workspace")
        save = page.get_by_role("button", name="Save changes")
        expect(save).to_be_disabled()
        page.get_by_label("Name").fill("Southlight Studio")
        _pick(page, "Time zone", "kolk", "Asia/Kolkata")
        _pick(page, "Currency", "yen", "JPY")
        save.click()
        expect(page.get_by_text("The workspace is saved.")).to_be_visible()
        expect(page.get_by_role("banner")).to_contain_text("Southlight Studio")
        expect(save).to_be_disabled()
        page.get_by_role("link", name="Home", exact=True).click()
        settle(page)
        expect(page.get_by_role("main")).to_contain_text("Southlight Studio")
        go(page, "/gallery", "Charts")
        expect(page.get_by_role("region", name="Filters")).to_contain_text("GMT+5:30")
    with house.api as api:
        stored = api.get("/workspace").json()
    assert (stored["name"], stored["time_zone"], stored["currency"]) == ("Southlight Studio", "Asia/Kolkata", "JPY")


def test_a_zone_that_does_not_exist_cannot_be_chosen(open_page: Open, house: House) -> None:
    with open_page(cookie=house.cookie) as page:
        go(page, "/settings/workspace", "Workspace")
        page.get_by_role("button", name="Time zone").click()
        page.keyboard.type("Atlantis")
        expect(page.get_by_role("dialog", name="Time zone")).to_contain_text("Nothing found.")
        page.keyboard.press("Escape")
        expect(page.get_by_role("button", name="Time zone")).to_contain_text("Europe/Berlin")
        expect(page.get_by_role("button", name="Time zone")).to_be_focused()
