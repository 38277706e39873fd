"""Campaigns and agents: added, changed, found, archived; what is wrong stands at its field."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.help import House, go


def _act(page: Page, name: str, action: str) -> None:
    page.get_by_role("button", name=f"Actions for {name}").click()
    page.get_by_role("menuitem", name=action).click()


def test_a_campaign_belongs_to_a_client_and_moves_to_another(open_page: Open, house: House) -> None:
    with house.api as api:
        for name in ("Acme", "Birch"):
            api.post("/clients", json={"name": name}).raise_for_status()
    with open_page(cookie=house.cookie) as page:
        go(page, "/settings/campaigns", "Campaigns")
        expect(page.get_by_role("main")).to_contain_text("No campaigns yet")
        page.get_by_role("button", name="Add the first campaign").click()
        dialog = page.get_by_role("dialog", name="Add campaign")
        dialog.get_by_label("Name").fill("Spring launch")
        dialog.get_by_label("Client").select_option("Acme")
        dialog.get_by_role("button", name="Add campaign").click()
        row = page.get_by_role("row", name="Spring launch")
        expect(row).to_contain_text("Acme")
        expect(row).to_contain_text("spring-launch")

        _act(page, "Spring launch", "Edit campaign")
        dialog = page.get_by_role("dialog", name="Edit Spring launch")
        expect(dialog.get_by_label("Client")).to_have_value("acme")
        dialog.get_by_label("Name").fill("Autumn launch")
        dialog.get_by_label("Client").select_option("Birch")
        dialog.get_by_role("button", name="Save").click()
        expect(page.get_by_role("row", name="Autumn launch")).to_contain_text("Birch")

        go(page, "/settings/campaigns?client=acme", "Campaigns")
        expect(page.get_by_role("main")).to_contain_text("No campaign fits")
        page.get_by_role("button", name="Remove filter Client").click()
        expect(page.get_by_role("row", name="Autumn launch")).to_be_visible()


def test_an_agent_has_a_type_and_a_key_that_nobody_else_has(open_page: Open, house: House) -> None:
    with house.api as api:
        api.post("/agents", json={"name": "Writer", "key": "writer"}).raise_for_status()
    with open_page(cookie=house.cookie, expected="status of 409") as page:
        go(page, "/settings/agents", "Agents")
        page.get_by_role("button", name="Add agent").click()
        dialog = page.get_by_role("dialog", name="Add agent")
        dialog.get_by_label("Name").fill("Second writer")
        dialog.get_by_label("Key").fill("writer")
        dialog.get_by_label("Type").select_option(label="Email marketing")
        dialog.get_by_role("button", name="Add agent").click()
        field = dialog.get_by_label("Key")
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(dialog).to_contain_text("writer")
        described = [dialog.locator(f"[id='{one}']") for one in (field.get_attribute("aria-describedby") or "").split()]
        assert "writer" in described[-1].inner_text()

        field.fill("writer-2")
        dialog.get_by_role("button", name="Add agent").click()
        row = page.get_by_role("row", name="Second writer")
        expect(row).to_contain_text("Email marketing")
        expect(row).to_contain_text("writer-2")

        _act(page, "Second writer", "Archive…")
        page.get_by_role("dialog").get_by_role("button", name="Archive").click()
        expect(row).to_have_count(0)
        expect(page.get_by_role("row", name="Writer")).to_be_visible()


def test_columns_are_sorted_and_say_so(open_page: Open, studio: House) -> None:
    with open_page(cookie=studio.cookie) as page:
        go(page, "/settings/campaigns", "Campaigns")
        cells = page.locator("tbody td:nth-child(3)")
        before = cells.all_inner_texts()
        header = page.get_by_role("columnheader", name="Client")
        header.get_by_role("button").click()
        expect(header).to_have_attribute("aria-sort", "ascending")
        expect(cells).to_have_text(sorted(before))
        header.get_by_role("button").click()
        expect(header).to_have_attribute("aria-sort", "descending")
        expect(cells).to_have_text(sorted(before, reverse=True))
