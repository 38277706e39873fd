"""Users: invited, withdrawn, given another role, removed; the last owner stays."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.help import House, colleague, go, settle


def _act(page: Page, name: str, action: str) -> None:
    page.get_by_role("button", name=f"Actions for {name}").click()
    page.get_by_role("menuitem", name=action).click()


def test_the_last_owner_cannot_be_demoted_or_removed_and_is_told_what_to_do(open_page: Open, house: House) -> None:
    with open_page(cookie=house.cookie, expected="status of 409") as page:
        go(page, "/settings/users", "Users")
        _act(page, "Olivia Owner", "Change role…")
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Role").select_option(label="Viewer")
        dialog.get_by_role("button", name="Save").click()
        expect(dialog.get_by_role("alert")).to_have_text("Make somebody else an owner first.")
        page.keyboard.press("Escape")
        _act(page, "Olivia Owner", "Remove…")
        dialog.get_by_role("button", name="Remove").click()
        expect(dialog.get_by_role("alert")).to_have_text("Make somebody else an owner first.")
        dialog.get_by_role("button", name="Cancel").click()
        expect(page.get_by_role("row", name="Olivia Owner")).to_contain_text("Owner")


def test_a_new_role_changes_the_colleagues_page_at_once_and_a_removal_ends_it(open_page: Open, house: House) -> None:
    cookie = colleague(house, "viewer")
    with (
        open_page(cookie=house.cookie) as owner,
        open_page(cookie=cookie, expected="status of 40[13]") as theirs,
    ):
        go(theirs, "/settings/keys", "API keys")
        expect(theirs.get_by_role("main")).to_contain_text("This page needs the role Owner or Admin")
        go(owner, "/settings/users", "Users")
        _act(owner, "Riley Viewer", "Change role…")
        owner.get_by_role("dialog").get_by_label("Role").select_option(label="Admin")
        owner.get_by_role("dialog").get_by_role("button", name="Save").click()
        expect(owner.get_by_text("Riley Viewer is now Admin.")).to_be_visible()
        expect(owner.get_by_role("row", name="Riley Viewer")).to_contain_text("Admin")

        expect(theirs.get_by_role("button", name="Create key")).to_be_visible()

        _act(owner, "Riley Viewer", "Remove…")
        owner.get_by_role("dialog").get_by_role("button", name="Remove").click()
        expect(owner.get_by_role("row", name="Riley Viewer")).to_have_count(0)
        settle(theirs, "Sign in")


def test_an_invitation_shows_its_link_once_and_is_withdrawn(open_page: Open, house: House) -> None:
    with house.api as api:
        api.post("/clients", json={"name": "Acme"}).raise_for_status()
    with open_page(cookie=house.cookie, expected="status of (409|410)") as page:
        go(page, "/settings/users", "Users")
        page.get_by_role("button", name="Invite").click()
        page.get_by_label("E-mail").fill("pia@example.test")
        page.get_by_label("Role").select_option(label="Portal")
        page.get_by_label("Client").select_option(label="Acme")
        page.get_by_role("button", name="Make the invitation").click()
        made = page.get_by_role("dialog", name="Invitation made")
        expect(made).to_contain_text("pia@example.test can join as Portal until")
        expect(made).to_contain_text("No mail was sent: pass the link on yourself.")
        link = made.locator("code").inner_text()
        made.get_by_role("button", name="Copy").click()
        expect(made.get_by_role("button", name="Copied", exact=True)).to_be_visible()
        assert page.evaluate("navigator.clipboard.readText()") == link
        made.get_by_role("button", name="Done").click()
        row = page.get_by_role("row", name="pia@example.test")
        expect(row).to_contain_text("Portal · Acme")
        assert link.partition("#token=")[2] not in page.content()

        row.get_by_role("button", name="Withdraw the invitation of pia@example.test").click()
        page.get_by_role("dialog").get_by_role("button", name="Withdraw").click()
        expect(page.get_by_role("main")).to_contain_text("Nobody is invited at the moment.")
        go(page, link, "Invitation")
        expect(page.get_by_role("alert")).to_contain_text("This link has been used already")


def test_inviting_a_member_again_is_refused_at_the_form(open_page: Open, house: House) -> None:
    with open_page(cookie=house.cookie, expected="status of 409") as page:
        go(page, "/settings/users", "Users")
        page.get_by_role("button", name="Invite").click()
        page.get_by_label("E-mail").fill(house.tenant.owner.email)
        page.get_by_role("button", name="Make the invitation").click()
        expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("is a member of this workspace already")
