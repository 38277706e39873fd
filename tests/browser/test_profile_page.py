"""What belongs to the person: name, address, password, and where they are signed in."""

from playwright.sync_api import expect

from tests.browser.conftest import Open, Prepare
from tests.browser.help import PASSWORD, House, colleague, go, link_for, session_by, settle
from tests.support.processes import Server


def test_a_new_name_shows_everywhere_and_a_new_address_needs_the_password(open_page: Open, house: House) -> None:
    cookie = colleague(house, "analyst")
    with open_page(cookie=cookie, expected="status of (403|422)") as page, open_page(cookie=house.cookie) as owner:
        go(owner, "/settings/users", "Users")
        go(page, "/settings/profile", "Your profile")
        page.get_by_label("Name").fill("Riley Renamed")
        page.get_by_role("button", name="Save profile").click()
        expect(page.get_by_text("Your profile is saved.")).to_be_visible()
        expect(page.get_by_role("button", name="Riley Renamed, account menu")).to_be_visible()
        expect(owner.get_by_role("row", name="Riley Renamed")).to_be_visible()

        page.get_by_label("E-mail").fill(f"new-{house.tenant.id.hex}@example.test")
        form = page.get_by_role("region", name="You", exact=True)
        form.get_by_label("Present password").fill("not the password")
        page.get_by_role("button", name="Save profile").click()
        expect(form).to_contain_text("password")
        expect(page.get_by_label("E-mail")).to_have_value(f"new-{house.tenant.id.hex}@example.test")
        form.get_by_label("Present password").fill(PASSWORD)
        page.get_by_role("button", name="Save profile").click()
        expect(owner.get_by_role("row", name="Riley Renamed")).to_contain_text("new-")


def test_a_session_ended_from_elsewhere_is_signed_out_at_once(
    open_page: Open, house: House, prepare: Prepare, server: Server
) -> None:
    other = session_by(server.origin, prepare(lambda database: link_for(database, house.tenant)))
    with open_page(cookie=house.cookie) as page, open_page(cookie=other) as elsewhere:
        go(elsewhere, "/settings/clients", "Clients")
        expect(elsewhere.get_by_text("Live", exact=True)).to_be_visible()
        go(page, "/settings/profile", "Your profile")
        sessions = page.get_by_role("table", name="Your sessions")
        expect(sessions.get_by_role("row")).to_have_count(3)
        expect(sessions.get_by_text("This one")).to_have_count(1)
        sessions.get_by_role("button", name="End the session").click()
        expect(page.get_by_text("The session is ended.")).to_be_visible()
        expect(sessions.get_by_role("row")).to_have_count(2)

        settle(elsewhere, "Sign in")
        expect(elsewhere.get_by_role("main")).to_contain_text("Sign in again to go on where you were.")
        assert "next=%2Fsettings%2Fclients" in elsewhere.url


def test_a_new_password_needs_the_present_one_and_ends_the_other_sessions(open_page: Open, house: House) -> None:
    cookie = colleague(house, "viewer")
    with open_page(cookie=cookie, expected="status of (403|422)") as page:
        go(page, "/settings/profile", "Your profile")
        form = page.get_by_role("region", name="Password", exact=True)
        for present in ("not the password", PASSWORD):
            form.get_by_label("Present password").fill(present)
            form.get_by_label("New password").fill("another set of words")
            form.get_by_label("The same again").fill("another set of words")
            form.get_by_role("button", name="Change password").click()
            if present != PASSWORD:
                expect(form.get_by_role("alert")).to_have_text("The current password is not right.")
        expect(page.get_by_text("Your password is changed.")).to_be_visible()
        expect(form.get_by_label("New password")).to_have_value("")
