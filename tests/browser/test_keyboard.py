"""Everything by keyboard: nobody needs a mouse, nobody gets lost, and one always sees where one is."""

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Open
from tests.browser.help import House, go, settle

STOPS_MAX = 60
FOCUSED_NAME = """() => {
  const focused = document.activeElement;
  const label = focused.getAttribute('aria-label') ?? focused.labels?.[0]?.innerText ?? focused.innerText ?? '';
  return label.trim();
}"""
IS_IN_DIALOG = "document.activeElement === document.body || document.activeElement.closest('dialog') !== null"
# What shows the focus: an outline as wide as the design says.
RING = """() => {
  const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(document.activeElement);
  return { name: document.activeElement.outerHTML.slice(0, 100), style: outlineStyle, width: parseFloat(outlineWidth),
           isClear: outlineColor === 'rgba(0, 0, 0, 0)' };
}"""


def tab_to(page: Page, name: str) -> Locator:
    """Presses Tab until the focus is on what has this name."""
    for _ in range(STOPS_MAX):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED_NAME) == name:
            return page.locator(":focus")
    raise AssertionError(f"Tab does not lead to {name!r}")


def test_the_first_stop_skips_to_the_content(open_page: Open, studio: House) -> None:
    with open_page(cookie=studio.cookie) as page:
        go(page, "/settings/clients", "Clients")
        skip = page.get_by_role("link", name="Skip to content")
        expect(skip).not_to_be_in_viewport()
        page.keyboard.press("Tab")
        expect(skip).to_be_focused()
        expect(skip).to_be_in_viewport()
        page.keyboard.press("Enter")
        expect(page.get_by_role("main")).to_be_focused()
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name="Add client")).to_be_focused()


def test_every_stop_on_the_way_shows_where_the_focus_is(open_page: Open, studio: House) -> None:
    with open_page(cookie=studio.cookie) as page:
        go(page, "/")
        rings = []
        for _ in range(STOPS_MAX):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement === document.body"):
                break
            rings.append(page.evaluate(RING))
        assert len(rings) > 25
        assert [ring for ring in rings if ring["style"] == "none" or ring["width"] < 2 or ring["isClear"]] == []


def test_the_palette_finds_pages_clients_and_actions(open_page: Open, studio: House) -> None:
    with open_page(cookie=studio.cookie) as page:
        go(page, "/settings/clients", "Clients")
        _command(page, "audit")
        settle(page, "Audit log")

        _command(page, "sundrel")
        expect(page).to_have_url(f"{studio.origin}/?client=sundrel-solar")
        expect(page.get_by_role("button", name="Remove filter Client: Sundrel Solar")).to_be_visible()

        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        _command(page, "theme light")
        expect(page.locator("html")).to_have_attribute("data-theme", "light")

        _command(page, "pause live")
        expect(page.get_by_role("button", name="Resume live updates")).to_be_visible()


def test_the_first_letter_of_a_client_finds_it_before_pages_that_merely_have_the_letter(
    open_page: Open, studio: House
) -> None:
    with open_page(cookie=studio.cookie) as page:
        go(page, "/settings/clients", "Clients")
        page.keyboard.press("Control+K")
        page.get_by_role("combobox", name="Search and commands").fill("s")
        options = page.get_by_role("dialog").get_by_role("option")
        expect(options.first).to_have_text("Sundrel Solar")
        page.get_by_role("combobox", name="Search and commands").fill("chart gal")
        expect(options).to_have_text(["Chart gallery"])
        page.keyboard.press("Enter")
        settle(page, "Charts")


def _command(page: Page, typed: str) -> None:
    page.keyboard.press("Control+K")
    expect(page.get_by_role("combobox", name="Search and commands")).to_be_focused()
    page.keyboard.type(typed)
    choice = page.get_by_role("dialog").get_by_role("option", selected=True)
    expect(choice).to_contain_text(typed.rsplit(maxsplit=1)[-1], ignore_case=True)
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_palette_says_so_when_nothing_fits_and_gives_the_focus_back(open_page: Open, studio: House) -> None:
    with open_page(cookie=studio.cookie) as page:
        go(page, "/settings/clients", "Clients")
        page.get_by_role("button", name="Add client").focus()
        page.keyboard.press("Control+K")
        expect(page.get_by_role("combobox", name="Search and commands")).to_be_focused()
        page.keyboard.type("zzzzzz")
        expect(page.get_by_role("dialog")).to_contain_text("Nothing is called that.")
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(page.get_by_role("button", name="Add client")).to_be_focused()
        page.keyboard.press("Control+K")
        expect(page.get_by_role("dialog")).to_be_visible()
        page.keyboard.press("Control+K")
        expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_dialog_keeps_the_focus_and_returns_it(open_page: Open, studio: House) -> None:
    with open_page(cookie=studio.cookie) as page:
        go(page, "/settings/keys", "API keys")
        opener = tab_to(page, "Create key")
        page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog", name="Create an API key")
        expect(dialog.get_by_label("Name")).to_be_focused()
        for key in ["Tab"] * 9 + ["Shift+Tab"] * 9:
            page.keyboard.press(key)
            assert page.evaluate(IS_IN_DIALOG), page.evaluate(FOCUSED_NAME)
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        expect(opener).to_be_focused()
        expect(opener).to_have_text("Create key")


def test_a_client_is_added_archived_and_restored_without_a_mouse(open_page: Open, house: House) -> None:
    with open_page(cookie=house.cookie) as page:
        go(page, "/settings/clients", "Clients")
        tab_to(page, "Add client")
        page.keyboard.press("Enter")
        page.keyboard.type("Harbour & Pine")
        expect(page.get_by_label("Key")).to_have_attribute("placeholder", "harbour-pine")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Harbour & Pine is added.")).to_be_visible()
        row = page.get_by_role("row", name="Harbour & Pine")
        expect(row).to_contain_text("harbour-pine")
        expect(page.get_by_role("dialog")).to_have_count(0)
        assert page.evaluate(FOCUSED_NAME) == "Add client"

        _choose_action(page, "Archive…")
        tab_to(page, "Archive")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Harbour & Pine is archived.")).to_be_visible()
        expect(row).to_have_count(0)

        tab_to(page, "Archived")
        page.keyboard.press("Space")
        expect(row).to_contain_text("Archived")
        _choose_action(page, "Restore")
        tab_to(page, "Restore")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Harbour & Pine is restored.")).to_be_visible()
        expect(row).to_have_count(0)
    with house.api as api:
        assert api.get("/clients/harbour-pine").json()["archived_at"] is None


def _choose_action(page: Page, name: str) -> None:
    tab_to(page, "Actions for Harbour & Pine")
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem").first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("menuitem", name=name)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
