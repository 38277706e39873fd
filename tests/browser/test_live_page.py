"""Live: what one changes the other sees, and a line that breaks is told of and mended."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.help import House, go, settle
from tests.crash.installation import kill, workers_of
from tests.support.processes import Server

STATUS = re.compile("^(Live|Connecting…|Reconnecting…|Paused)$")


def _marker(page: Page, state: str) -> None:
    expect(page.get_by_role("banner").get_by_role("status")).to_have_text(state)


def _count(page: Page, name: str) -> str:
    settle(page)
    return page.get_by_role("main").get_by_role("link", name=re.compile(f"^{name} \\d")).inner_text()


def test_what_one_changes_appears_on_the_others_page_without_a_reload(open_page: Open, house: House) -> None:
    with open_page(cookie=house.cookie) as page, open_page(cookie=house.cookie) as other, house.api as api:
        go(page, "/settings/clients", "Clients")
        go(other, "/")
        _marker(page, "Live")
        _marker(other, "Live")
        clients = other.get_by_role("link", name=re.compile(r"^Clients \d"))
        expect(clients).to_have_accessible_name(re.compile("^Clients 0"))
        expect(other.get_by_role("banner")).to_contain_text(re.compile(r"last update \d\d:\d\d:\d\d"))

        page.get_by_role("button", name="Add client").click()
        page.get_by_label("Name").fill("Acme")
        page.keyboard.press("Enter")
        expect(clients).to_have_accessible_name(re.compile("^Clients 1"))
        expect(other.get_by_role("region", name="Latest changes")).to_contain_text("created the client Acme")

        api.post("/clients", json={"name": "Birch"}).raise_for_status()
        expect(page.get_by_role("row", name="Birch")).to_be_visible()
        expect(clients).to_have_accessible_name(re.compile("^Clients 2"))

        # A list that is held still stays as it is, until it is let go.
        page.get_by_role("button", name="Pause live updates").click()
        _marker(page, "Paused")
        api.post("/clients", json={"name": "Cedar"}).raise_for_status()
        expect(clients).to_have_accessible_name(re.compile("^Clients 3"))
        expect(page.get_by_role("row", name="Cedar")).to_have_count(0)
        page.get_by_role("button", name="Resume live updates").click()
        _marker(page, "Live")
        expect(page.get_by_role("row", name="Cedar")).to_be_visible()


def test_nothing_of_another_workspace_arrives(open_page: Open, house: House, studio: House) -> None:
    with open_page(cookie=house.cookie) as page, studio.api as stranger, house.api as api:
        frames: list[str] = []
        page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(str(frame))))
        go(page, "/settings/agents", "Agents")
        _marker(page, "Live")
        before = len(frames)
        stranger.patch("/workspace", json={"name": "Northlight Agency"}).raise_for_status()
        stranger.patch("/agents/ad-optimizer", json={"name": "Ad Optimizer"}).raise_for_status()
        api.post("/agents", json={"name": "Ours"}).raise_for_status()
        expect(page.get_by_role("row", name="Ours")).to_be_visible()
        assert [frame for frame in frames[before:] if "workspace" in frame] == []


def test_a_killed_worker_is_told_of_and_what_was_missed_is_fetched(
    open_page: Open, house: House, server: Server
) -> None:
    broken = r"WebSocket connection to|net::ERR_|Failed to load resource"
    with open_page(cookie=house.cookie, expected=broken) as page:
        go(page, "/settings/clients", "Clients")
        _marker(page, "Live")
        page.evaluate(
            """() => {
              const marker = document.querySelector('header [role=status]');
              window.seen = [];
              new MutationObserver(() => window.seen.push(marker.innerText.trim()))
                .observe(marker, { childList: true, subtree: true, characterData: true });
            }"""
        )
        kill(*workers_of(server))
        # Asked again from here: a condition that the page itself would watch is code that its policy forbids.
        for _ in range(150):
            if "Reconnecting…" in page.evaluate("() => window.seen"):
                break
            page.wait_for_timeout(100)
        assert "Reconnecting…" in page.evaluate("() => window.seen")
        server.wait_until_ready()
        with house.api as api:
            api.post("/clients", json={"name": "Added meanwhile"}).raise_for_status()
        _marker(page, "Live")
        expect(page.get_by_role("row", name="Added meanwhile")).to_be_visible()
