"""What the tests of the page share: how somebody looks at it, who comes in, and what holds for every page."""

import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import ConsoleMessage, Error, Page, expect

from outlay.db.connect import Database
from outlay.db.roles import DatabaseUrls
from outlay.identity.links import service as links
from outlay.identity.links.model import LinkKind
from tests.support.tenants import Tenant

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SHOTS = Path(__file__).parent / "shots"
DESK, PHONE = (1280, 860), (390, 844)
PASSWORD = "four unrelated quiet words"
Result = TypeVar("Result")

expect.set_options(timeout=15_000)

# The pages of the rail; a test makes sure that none is missing here.
ROOMS = {
    "/": "Home",
    "/settings/clients": "Clients",
    "/settings/campaigns": "Campaigns",
    "/settings/agents": "Agents",
    "/explorer": "Explorer",
    "/events": "Events",
    "/prices": "Price book",
    "/settings/workspace": "Workspace",
    "/settings/users": "Users",
    "/settings/keys": "API keys",
    "/settings/audit": "Audit log",
    "/settings/profile": "Your profile",
}
HIDDEN_ROOMS = {"/gallery": "Charts", "/settings/nothing-here": "Page not found"}
GATES = {
    "/sign-in": "Sign in",
    "/sign-in/link": "Sign-in link",
    "/forgot-password": "Forgot your password?",
    "/reset": "Set a new password",
    "/reset#token=ol_anything": "Set a new password",
    "/invite": "Invitation",
}


@dataclass(frozen=True)
class Visit:
    """How somebody looks at Outlay."""

    theme: str = "dark"
    size: tuple[int, int] = DESK


@dataclass(frozen=True)
class House:
    """A workspace and somebody who is signed in to it."""

    tenant: Tenant
    origin: str
    cookie: str

    @property
    def api(self) -> httpx.Client:
        """The native API with the owner's key: what software does beside the page."""
        return httpx.Client(base_url=f"{self.origin}/api/v1", headers=self.tenant.headers, verify=False, timeout=20)


async def with_database(urls: DatabaseUrls, act: Callable[[Database], Awaitable[Result]]) -> Result:
    """Opens the database for one act."""
    opened = Database(urls, pool_size=2, pool_wait_s=10)
    try:
        return await act(opened)
    finally:
        await opened.close()


async def link_for(database: Database, tenant: Tenant, kind: LinkKind = LinkKind.SIGN_IN) -> str:
    """The secret of a new link for the workspace's owner."""
    async with database.work(tenant.id) as work:
        return (await links.issue(work, kind, timedelta(hours=1), person_id=tenant.owner.id))[1].text


def session_by(origin: str, token: str) -> str:
    """The session that a sign-in link gives, for tests that are not about signing in."""
    answer = httpx.post(f"{origin}/api/v1/session/link", json={"token": token}, timeout=20, verify=False)
    assert answer.status_code == 200, answer.text
    return answer.cookies["outlay_session"]


def colleague(house: House, role: str, **more: str) -> str:
    """The session of a new member with this role, who accepted an invitation."""
    email = f"{role}-{house.tenant.id.hex}@example.test"
    with house.api as api:
        made = api.post("/invitations", json={"email": email, "role": role, **more}).raise_for_status().json()
    with httpx.Client(base_url=f"{house.origin}/api/v1", verify=False, timeout=20) as browser:
        token = made["link"].partition("#token=")[2]
        body = {"token": token, "name": f"Riley {role.title()}", "password": PASSWORD}
        return browser.post("/invitations/accept", json=body).raise_for_status().cookies["outlay_session"]


@contextmanager
def noted_mistakes(page: Page, expected: str = "") -> Iterator[list[str]]:
    """Everything that the page's console calls an error, except what the pattern expects."""
    mistakes: list[str] = []

    def note(text: str) -> None:
        # Whoever is not signed in is told so by a 401, which the browser reports.
        if "status of 401" not in text and not (expected and re.search(expected, text)):
            mistakes.append(text)

    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error":
            note(f"{message.text} ({message.location.get('url', '')})")

    def on_error(error: Error) -> None:
        note(str(error))

    page.on("console", on_console)
    page.on("pageerror", on_error)
    yield mistakes
    page.remove_listener("console", on_console)
    page.remove_listener("pageerror", on_error)


def go(page: Page, address: str, title: str | None = None) -> None:
    """Opens an address and waits until its page is there with everything that it loads."""
    page.goto(address)
    settle(page, title)


def walk(page: Page, address: str, title: str) -> None:
    """Goes to a page as people do, by the rail, which is much quicker than loading everything; hidden ones are opened."""
    link = (
        page.get_by_role("navigation", name="Main").get_by_role("listitem").get_by_role("link", name=title, exact=True)
    )
    if address not in ROOMS or page.url == "about:blank":
        go(page, address, title)
    else:
        link.click()
        settle(page, title)


def settle(page: Page, title: str | None = None) -> None:
    """Waits until the page shows its title and nothing is loading any more."""
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_count(1)
    if title is not None and title != "Home":
        expect(heading).to_have_text(title)
    expect(page.get_by_role("status", name="Loading", exact=True)).to_have_count(0)


def violations(page: Page, *rules: str) -> list[str]:
    """What axe finds wrong, one line for each; with rules named, by those alone."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    options: dict[str, Any] = {"resultTypes": ["violations"], **({"runOnly": list(rules)} if rules else {})}
    found = page.evaluate("options => axe.run(document, options).then((results) => results.violations)", options)
    return [
        f"{one['id']} ({one['impact']}): {node['target']} {node['html'][:160]}"
        for one in found
        for node in one["nodes"]
    ]


def overflow_px(page: Page) -> int:
    """By how much the page is wider than the screen."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def small_targets(page: Page) -> list[str]:
    """What can be pressed and is smaller than 24 px; links inside sentences are exempt, as WCAG has it."""
    return list(page.evaluate(_SMALL_TARGETS))


_SMALL_TARGETS = """() => {
  const pressable = 'a[href], button, input, select, textarea, summary, [role=button], [role=tab], [role=menuitem]';
  return [...document.querySelectorAll(pressable)].flatMap((element) => {
    const target = element.labels?.length && /checkbox|radio/.test(element.type) ? element.labels[0] : element;
    const { width, height } = target.getBoundingClientRect();
    const isHidden = !target.checkVisibility({ visibilityProperty: true }) || width <= 1;
    const isInSentence = getComputedStyle(element).display === 'inline';
    if (isHidden || isInSentence || (width >= 24 && height >= 24)) return [];
    return [`${element.outerHTML.slice(0, 120)}: ${Math.round(width)} x ${Math.round(height)}`];
  });
}"""
