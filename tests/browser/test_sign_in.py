"""Coming in: by password, by link and by invitation, and every way to be refused."""

import re

import psycopg
import pytest
from playwright.sync_api import Page, expect

from outlay.db.roles import DatabaseUrls
from outlay.identity.links.model import LinkKind
from tests.browser.conftest import Open, Prepare
from tests.browser.help import PASSWORD, House, colleague, go, link_for, settle
from tests.support.processes import Server

GREETING = re.compile("^Good (morning|afternoon|evening)")
NEW_PASSWORD = "some other quiet words"


@pytest.fixture(autouse=True)
def _forgiven(browser_urls: DatabaseUrls) -> None:
    """Failed sign-ins of other tests are forgotten: all come from one place, and would be counted together."""
    with psycopg.connect(browser_urls.owner) as connection:
        connection.execute("delete from sign_in_throttle")


def _sign_in(page: Page, email: str, password: str) -> None:
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_a_wrong_password_is_told_plainly_and_too_many_bring_a_pause(open_page: Open) -> None:
    with open_page(expected="status of 429") as page:
        go(page, "/sign-in", "Sign in")
        expect(page.get_by_label("E-mail")).to_be_focused()
        for _ in range(3):
            with page.expect_response("**/api/v1/session"):
                _sign_in(page, "nobody@example.test", "not the password")
            expect(page.get_by_role("alert")).to_have_text("This e-mail and password do not belong together.")
        _sign_in(page, "nobody@example.test", "not the password")
        expect(page.get_by_role("alert")).to_have_text("Too many attempts.")
        expect(page.get_by_role("main")).to_contain_text(re.compile(r"Try again in \d+ (seconds|minutes)\."))
        expect(page.get_by_role("button", name="Sign in")).to_be_disabled()


def test_whoever_is_not_signed_in_is_led_to_the_door_and_then_to_where_they_wanted_to_go(
    open_page: Open, house: House
) -> None:
    colleague(house, "manager")
    with open_page() as page:
        go(page, "/settings/users?client=acme", "Sign in")
        expect(page).to_have_url(re.compile(r"/sign-in\?next=%2Fsettings%2Fusers%3Fclient%3Dacme"))
        _sign_in(page, f"manager-{house.tenant.id.hex}@example.test", PASSWORD)
        settle(page, "Users")
        expect(page).to_have_url(re.compile(r"/settings/users\?client=acme$"))


@pytest.mark.parametrize("next_address", ["//evil.example", "/\\evil.example"])
def test_a_link_to_the_door_leads_nowhere_else_afterwards(
    open_page: Open, house: House, server: Server, next_address: str
) -> None:
    colleague(house, "viewer")
    with open_page() as page:
        page.goto("/sign-in?next=" + next_address.replace("\\", "%5C"))
        settle(page, "Sign in")
        _sign_in(page, f"viewer-{house.tenant.id.hex}@example.test", PASSWORD)
        expect(page).to_have_url(f"{server.origin}/")


def test_a_forgotten_password_gets_the_same_answer_for_everybody(open_page: Open, house: House) -> None:
    with open_page() as page:
        for email in ("nobody@example.test", house.tenant.owner.email):
            go(page, "/sign-in", "Sign in")
            page.get_by_role("link", name="Forgot your password?").click()
            settle(page, "Forgot your password?")
            page.get_by_label("E-mail").fill(email)
            page.get_by_role("button", name="Send the link").click()
            settle(page, "Look into your mail")
            expect(page.get_by_role("main").get_by_role("status")).to_have_text(
                f"If {email} belongs to an account, a link to set a new password is on its way."
                " It works once, for a short time."
            )


def test_a_reset_link_sets_a_password_signs_in_and_ends_other_sessions(
    open_page: Open, house: House, prepare: Prepare, server: Server
) -> None:
    token = prepare(lambda database: link_for(database, house.tenant, LinkKind.PASSWORD_RESET))
    with open_page(cookie=house.cookie) as elsewhere, open_page(expected="status of 410") as page:
        go(elsewhere, "/settings/profile", "Your profile")
        go(page, f"/reset#token={token}", "Set a new password")
        expect(page).to_have_url(f"{server.origin}/reset")
        _repeat(page, "short", "short")
        expect(page.get_by_text("Use at least 10 characters.")).to_be_visible()
        _repeat(page, NEW_PASSWORD, PASSWORD)
        expect(page.get_by_text("The two passwords differ.")).to_be_visible()
        _repeat(page, NEW_PASSWORD, NEW_PASSWORD)
        expect(page.get_by_role("heading", level=1)).to_have_text(GREETING)

        settle(elsewhere, "Sign in")

        go(page, f"/reset#token={token}", "Set a new password")
        _repeat(page, NEW_PASSWORD, NEW_PASSWORD)
        expect(page.get_by_role("alert")).to_contain_text("This link has been used already")
    assert token not in server.output()
    assert NEW_PASSWORD not in server.output()


def _repeat(page: Page, first: str, second: str) -> None:
    page.get_by_label("New password").fill(first)
    page.get_by_label("The same again").fill(second)
    page.get_by_role("button", name="Set the password").click()


def test_an_invited_colleague_chooses_a_name_and_a_password_and_is_in_with_the_rights_of_the_role(
    open_page: Open, house: House, server: Server
) -> None:
    with open_page(cookie=house.cookie) as owner, open_page(expected="status of 410") as page:
        go(owner, "/settings/users", "Users")
        owner.get_by_role("button", name="Invite").click()
        owner.get_by_label("E-mail").fill("vera@example.test")
        owner.get_by_role("button", name="Make the invitation").click()
        link = owner.get_by_role("dialog").locator("code").inner_text()
        owner.get_by_role("button", name="Done").click()
        expect(owner.get_by_role("table", name="Open invitations")).to_contain_text("vera@example.test")

        go(page, link, "Join Northlight Agency")
        expect(page).to_have_url(f"{server.origin}/invite")
        expect(page.get_by_role("main")).to_contain_text(
            "You are invited as Viewer, with the address vera@example.test."
        )
        page.get_by_label("Your name").fill("Vera Viewer")
        page.get_by_label("New password").fill(PASSWORD)
        page.get_by_label("The same again").fill(PASSWORD)
        page.get_by_role("button", name="Accept the invitation").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Vera$"))

        # The owner sees the colleague arrive without touching anything.
        expect(owner.get_by_role("table", name="People")).to_contain_text("Vera Viewer")
        expect(owner.get_by_role("main")).to_contain_text("Nobody is invited at the moment.")

        _assert_reads_only(page)
        go(page, link, "Invitation")
        expect(page.get_by_role("alert")).to_contain_text("This link has been used already")
    assert link.partition("#token=")[2] not in server.output(), "the log repeats the token"


def _assert_reads_only(page: Page) -> None:
    expect(page.get_by_role("navigation", name="Main").get_by_role("listitem")).to_have_text(
        ["Home", "Clients", "Campaigns", "Agents", "Explorer", "Events", "Price book", "Workspace", "Your profile"]
    )
    go(page, "/settings/clients", "Clients")
    expect(page.get_by_role("button", name="Add client")).to_have_count(0)
    expect(page.get_by_role("button", name="Add the first client")).to_have_count(0)
    go(page, "/settings/workspace", "Workspace")
    expect(page.get_by_role("main")).to_contain_text("As Viewer you can read this; owners and admins change it.")
    expect(page.get_by_label("Name")).to_be_disabled()
    for address, roles in [
        ("/settings/users", "Owner, Admin, Manager, or Analyst"),
        ("/settings/keys", "Owner or Admin"),
        ("/settings/audit", "Owner, Admin, or Analyst"),
    ]:
        go(page, address)
        expect(page.get_by_role("main")).to_contain_text(f"This page needs the role {roles}")
        expect(page.get_by_role("main")).to_contain_text("You are Viewer in Northlight Agency.")


def test_a_portal_visitor_sees_the_own_client_only(open_page: Open, house: House) -> None:
    with house.api as api:
        for name in ("Acme", "Birch"):
            api.post("/clients", json={"name": name}).raise_for_status()
            api.post("/campaigns", json={"name": f"Spring at {name}", "client": name.lower()}).raise_for_status()
    with open_page(cookie=colleague(house, "portal", client="birch")) as page:
        go(page, "/settings/clients", "Clients")
        expect(page.get_by_role("table", name="Clients")).to_contain_text("Birch")
        expect(page.get_by_role("main")).not_to_contain_text("Acme")
        go(page, "/settings/campaigns", "Campaigns")
        expect(page.get_by_role("table", name="Campaigns")).to_contain_text("Spring at Birch")
        expect(page.get_by_role("main")).not_to_contain_text("Acme")
