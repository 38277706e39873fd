"""The first minutes of an installation: one link, one password, and the way back in."""

import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.help import PASSWORD, go, settle
from tests.support.processes import Server


@pytest.fixture
def fresh() -> Iterator[Server]:
    """`outlay serve` on a data directory that does not exist yet."""
    folder = Path(tempfile.mkdtemp(prefix="outlay-first-", dir="/tmp"))
    folder.chmod(0o755)  # the account that runs PostgreSQL for root must pass
    try:
        with Server({}, "--data-dir", str(folder / "data")) as running:
            yield running
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def test_the_printed_link_lets_the_owner_in_once_and_a_password_ever_after(open_page: Open, fresh: Server) -> None:
    (link,) = re.findall(r"\S+/sign-in/link#token=\S+", fresh.output())
    token = link.partition("#token=")[2]
    with open_page(origin=fresh.origin, expected="status of 410") as page:
        asked = [page.url]
        page.on("request", lambda request: asked.append(request.url))
        page.goto(link)
        expect(page).to_have_url(f"{fresh.origin}/")
        expect(page.get_by_role("heading", level=1)).to_have_text(
            re.compile("^Good (morning|afternoon|evening), Owner$")
        )

        _set_password(page)
        _sign_out(page)
        _find_link_spent(page, link)
        _sign_in(page, "owner@localhost")
        expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("^Good "))

        page.go_back()
        assert token not in page.evaluate("location.href")
    assert not [url for url in asked if token in url.partition("#")[0]], "the token travelled in an address"
    assert fresh.output().count(token) == 1, "the log repeats the token"
    assert PASSWORD not in fresh.output()


def _set_password(page: Page) -> None:
    page.get_by_role("link", name="Set a password").click()
    settle(page, "Your profile")
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_label("The same again").fill(PASSWORD)
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_text("Your password is set.")).to_be_visible()
    expect(page.get_by_role("button", name="Change password")).to_be_visible()


def _sign_out(page: Page) -> None:
    page.get_by_role("button", name="account menu").click()
    page.get_by_role("menuitem", name="Sign out").click()
    settle(page, "Sign in")


def _find_link_spent(page: Page, link: str) -> None:
    go(page, link, "Sign-in link")
    expect(page.get_by_role("alert")).to_have_text(
        "This link has been used already or is too old. Each link works once."
    )
    expect(page.get_by_role("main")).to_contain_text("Ask for a new link, or sign in with your password.")
    assert "token" not in page.url
    page.get_by_role("link", name="Go to the sign-in page").click()
    settle(page, "Sign in")


def _sign_in(page: Page, email: str) -> None:
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
