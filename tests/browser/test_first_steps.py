"""The first steps: a workspace without events shows lines to paste, and notices by itself when they worked."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Open
from tests.browser.events_help import call, in_dollars, send
from tests.browser.help import PHONE, House, Visit, colleague, go, overflow_px, settle, small_targets, violations
from tests.support.processes import Server


def _panel(page: Page) -> Locator:
    return page.get_by_role("region", name=re.compile("^(Send the first event|Events arrive)$"))


def _snippet(page: Page, language: str) -> str:
    """The lines as the button copies them."""
    panel = _panel(page)
    panel.get_by_role("tab", name=language).click()
    shown = panel.get_by_role("region", name=f"The first event in {language}").inner_text()
    panel.get_by_role("button", name="Copy command").click()
    expect(panel.get_by_role("button", name="Copied")).to_be_visible()
    copied = str(page.evaluate("navigator.clipboard.readText()"))
    assert copied == shown
    return copied


def _run(language: str, code: str, folder: Path) -> None:
    """Does with the lines what people do: a shell and a Python of their own, with nothing else set."""
    program = ["sh", "-euc", code] if language == "curl" else [sys.executable, "-c", code]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OUTLAY_")}
    home = {"HOME": str(folder), "XDG_STATE_HOME": str(folder), "XDG_CACHE_HOME": str(folder)}
    done = subprocess.run(
        program, cwd=folder, env=environment | home, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr


def _make_key(page: Page) -> None:
    panel = _panel(page)
    panel.get_by_role("button", name="Create a key for this").click()
    expect(panel).to_contain_text("this once only")


@pytest.mark.parametrize("language", ["curl", "Python"])
def test_the_lines_that_are_shown_work_and_the_panel_notices_by_itself(
    open_page: Open, house: House, server: Server, tmp_path: Path, language: str
) -> None:
    in_dollars(house)
    with open_page(cookie=house.cookie) as page:
        go(page, "/")
        panel = _panel(page)
        expect(panel).to_contain_text("Waiting for the first event…")
        step = page.get_by_role("link", name="Send the first event")
        expect(step).to_contain_text("to do")
        assert "ok_…" in _snippet(page, language)
        _make_key(page)
        code = _snippet(page, language)
        assert house.origin in code
        expect(page.get_by_role("banner").get_by_role("status")).to_have_text("Live")

        _run(language, code, tmp_path)

        expect(panel.get_by_role("status").first).to_have_text("It works")
        expect(panel).to_contain_text("$0.000585")
        expect(panel).to_contain_text("openai gpt-4o-mini, 1.5K in · 600 out")
        expect(panel).to_contain_text("acme · Quickstart")
        expect(step).to_contain_text("done")
        # What the event named is there now, and so are the steps that it made.
        for title in ("Add a client", "Add an agent", "Create an API key"):
            expect(page.get_by_role("link", name=title)).to_contain_text("done")
        # The key can still be read where it was shown, and nowhere else.
        panel.get_by_role("button", name="Send another one").click()
        assert _snippet(page, language) == code
        panel.get_by_role("link", name="See what explains its price").click()
        expect(page.get_by_role("table", name="Lines of the price")).to_be_visible()
        secret = re.findall(r"ok_\w+", code)[0]
        page.go_back()
        settle(page, "Home")
        assert secret not in page.content()
    assert secret not in server.output()


def test_the_key_reports_for_one_agent_and_can_do_nothing_else(open_page: Open, house: House) -> None:
    with house.api as api:
        for name in ("Copywriter", "Researcher"):
            api.post("/agents", json={"name": name, "key": name.lower()}).raise_for_status()
    with open_page(cookie=house.cookie) as page:
        go(page, "/")
        panel = _panel(page)
        panel.get_by_label("For the agent").select_option("Researcher")
        expect(panel).to_contain_text("It reports what Researcher spends, and can do nothing else.")
        _make_key(page)
    with house.api as api:
        (made,) = [key for key in api.get("/keys").json()["items"] if key["name"] == "First event"]
        agents = [agent["key"] for agent in api.get("/agents").json()["items"]]
    assert (made["role"], made["agent"]["key"]) == ("agent", "researcher")
    assert made["expires_at"] is not None
    assert agents == ["copywriter", "researcher"]


def test_a_key_that_cannot_be_made_says_why_and_is_made_on_the_next_try(open_page: Open, house: House) -> None:
    with open_page(cookie=house.cookie, expected="status of (500|409)") as page:
        problem = {"title": "Broken", "code": "internal_error", "detail": "No key today.", "request_id": "req-8"}
        page.route("**/api/v1/keys", lambda route: route.fulfill(status=500, json=problem))
        go(page, "/settings/agents", "Agents")
        go(page, "/")
        button = _panel(page).get_by_role("button", name="Create a key for this")
        # Reading the keys fails as well here, which concerns the checklist alone.
        button.click()
        expect(_panel(page).get_by_role("alert")).to_contain_text("No key today.")
        page.unroute_all()
        # The agent is there from the first try.
        _make_key(page)


def test_without_the_live_connection_the_page_asks(open_page: Open, house: House) -> None:
    with open_page(cookie=house.cookie, fresh=True) as page:
        page.clock.install()
        go(page, "/")
        page.get_by_role("button", name="Pause live updates").click()
        expect(_panel(page)).to_contain_text("Waiting for the first event…")
        send(house, [call("first")])
        page.clock.fast_forward("00:06")
        expect(_panel(page)).to_contain_text("It works")


def test_an_event_without_a_price_says_why(open_page: Open, house: House) -> None:
    with open_page(cookie=house.cookie) as page:
        go(page, "/")
        expect(page.get_by_role("banner").get_by_role("status")).to_have_text("Live")
        send(house, [call("first", model="gpt-99")])
        panel = _panel(page)
        expect(panel).to_contain_text("— unpriced")
        expect(panel).to_contain_text("knows the model gpt-99")
        panel.get_by_role("link", name="See this event").click()
        settle(page, "Event first")


def test_who_may_make_no_keys_is_told_whom_to_ask_and_who_only_reads_sees_no_lines(
    open_page: Open, house: House
) -> None:
    with open_page(cookie=colleague(house, "manager")) as page:
        go(page, "/")
        expect(_panel(page)).to_contain_text("An owner or admin of the workspace can make the key")
        expect(_panel(page).get_by_role("button", name="Create a key")).to_have_count(0)
    with open_page(cookie=colleague(house, "viewer")) as page:
        go(page, "/")
        expect(page.get_by_role("region", name="Clients")).to_be_visible()
        expect(_panel(page)).to_have_count(0)


def test_the_languages_are_tabs_that_a_keyboard_reaches(open_page: Open, house: House) -> None:
    with open_page(cookie=house.cookie) as page:
        go(page, "/")
        tabs = _panel(page).get_by_role("tab")
        expect(tabs).to_have_text(["curl", "Python"])
        tabs.first.focus()
        page.keyboard.press("ArrowRight")
        expect(tabs.nth(1)).to_be_focused()
        expect(tabs.nth(1)).to_have_attribute("aria-selected", "true")
        expect(_panel(page).get_by_role("tabpanel", name="Python")).to_contain_text("from outlay_sdk import Outlay")
        page.keyboard.press("ArrowRight")
        expect(tabs.first).to_be_focused()
        page.get_by_role("link", name="Send the first event").click()
        expect(page).to_have_url(re.compile("#first-event$"))
        expect(_panel(page)).to_be_in_viewport()


@pytest.mark.parametrize("visit", [Visit(), Visit("light"), Visit(size=PHONE)])
def test_the_panel_is_accessible_before_and_after_and_fits_a_phone(open_page: Open, house: House, visit: Visit) -> None:
    in_dollars(house)
    with open_page(visit, cookie=house.cookie) as page:
        go(page, "/")
        _make_key(page)
        _assert_accessible(page, visit)
        expect(page.get_by_role("banner").get_by_role("status")).to_have_text("Live")
        send(house, [call("first", client="Donaudampfschifffahrtsgesellschaft" * 3)])
        _panel(page).get_by_role("button", name="Send another one").click()
        settle(page)
        _assert_accessible(page, visit)


def _assert_accessible(page: Page, visit: Visit) -> None:
    assert violations(page) == []
    if visit.size == PHONE:
        assert small_targets(page) == []
        for width in (320, 390):
            page.set_viewport_size({"width": width, "height": 844})
            assert (width, overflow_px(page)) == (width, 0)
