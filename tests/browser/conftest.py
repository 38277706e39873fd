"""A real browser before a real server: Chromium, two themes, a desk and a phone."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import httpx
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from outlay.db.connect import Database
from outlay.db.roles import DatabaseUrls
from outlay.identity.links import service as links
from outlay.identity.links.model import LinkKind
from tests.support.processes import Server, external
from tests.support.servers import ServerForTests
from tests.support.tenants import Tenant, furnish, make_tenant

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
Result = TypeVar("Result")
DESK, PHONE = (1280, 860), (390, 844)


@dataclass(frozen=True)
class Visit:
    """How somebody looks at Outlay."""

    theme: str = "dark"
    size: tuple[int, int] = DESK


Open = Callable[..., AbstractContextManager[Page]]


@pytest.fixture(scope="session")
def browser_urls(newest_server: ServerForTests, worker: str) -> DatabaseUrls:
    return newest_server.clone(f"browser_{worker}")


@pytest.fixture(scope="session")
def server(browser_urls: DatabaseUrls) -> Iterator[Server]:
    with Server(external(browser_urls)) as running:
        yield running


Prepare = Callable[[Callable[[Database], Awaitable[Result]]], Result]


@pytest.fixture(scope="session")
def prepare(browser_urls: DatabaseUrls) -> Prepare:
    """Does something with the server's database; beside the browser, whose driver keeps this thread's loop."""

    async def within(act: Callable[[Database], Awaitable[Result]]) -> Result:
        opened = Database(browser_urls, pool_size=2, pool_wait_s=10)
        try:
            return await act(opened)
        finally:
            await opened.close()

    def prepared(act: Callable[[Database], Awaitable[Result]]) -> Result:
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(lambda: asyncio.run(within(act))).result()

    return prepared


@pytest.fixture
def tenant(prepare: Prepare) -> Tenant:
    return prepare(lambda database: make_tenant(database, "Northlight Agency"))


@pytest.fixture
def furnished(prepare: Prepare, tenant: Tenant) -> Tenant:
    """A workspace with the clients, campaigns and agents of the generated agency."""
    prepare(lambda database: furnish(database, tenant))
    return tenant


@pytest.fixture
def way_in(prepare: Prepare, tenant: Tenant) -> str:
    """The path of a sign-in link for the tenant's owner."""

    async def issue(database: Database) -> str:
        async with database.work(tenant.id) as work:
            _, token = await links.issue(work, LinkKind.SIGN_IN, timedelta(hours=1), person_id=tenant.owner.id)
        return f"/sign-in/link#token={token.text}"

    return prepare(issue)


@pytest.fixture
def cookie(server: Server, way_in: str) -> str:
    """A session of the tenant's owner, for tests that are not about signing in."""
    token = way_in.partition("#token=")[2]
    answer = httpx.post(f"{server.origin}/api/v1/session/link", json={"token": token})
    assert answer.status_code == 200, answer.text
    return answer.cookies["outlay_session"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    assert chromium, "Chromium is missing: `make test` installs it (Debian package chromium)"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def open_page(browser: Browser, server: Server) -> Open:
    """Opens the page as somebody would see it; a mistake in its console fails the test."""

    @contextmanager
    def opened(visit: Visit = Visit(), *, cookie: str | None = None) -> Iterator[Page]:  # noqa: B008 - frozen
        width, height = visit.size
        context = browser.new_context(
            base_url=server.origin,
            viewport={"width": width, "height": height},
            color_scheme="dark" if visit.theme == "dark" else "light",
            has_touch=visit.size == PHONE,
        )
        if cookie:
            context.add_cookies([{"name": "outlay_session", "value": cookie, "url": server.origin}])
        page = context.new_page()
        mistakes: list[str] = []

        def note(message: ConsoleMessage) -> None:
            # An answer of 401 before sign-in is what the page asks for, and the browser reports it.
            if message.type == "error" and "401" not in message.text:
                mistakes.append(message.text)

        page.on("console", note)
        page.on("pageerror", lambda error: mistakes.append(str(error)))
        yield page
        context.close()
        assert mistakes == []

    return opened
