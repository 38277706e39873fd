"""A real browser before a real server: Chromium, two themes, a desk and a phone."""

import asyncio
import os
import re
import shutil
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from outlay.db.connect import Database
from outlay.db.roles import DatabaseUrls
from tests.browser.help import FLAGS, SHOTS, House, Visit, link_for, noted_mistakes, session_by, with_database
from tests.browser.wardrobe import Wardrobe
from tests.support.processes import Server, external
from tests.support.servers import ServerForTests
from tests.support.tenants import Tenant, furnish, make_tenant

Open = Callable[..., AbstractContextManager[Page]]
Prepare = Callable[[Callable[[Database], Awaitable[Any]]], Any]

# Screenshots are for looking at, and are taken when asked for: OUTLAYTEST_SHOTS=1 pytest tests/browser/test_shots.py
collect_ignore = [] if os.environ.get("OUTLAYTEST_SHOTS") else ["test_shots.py"]


@pytest.fixture(scope="session")
def browser_urls(newest_server: ServerForTests, worker: str) -> DatabaseUrls:
    return newest_server.clone(f"browser_{worker}")


@pytest.fixture(scope="session")
def server(browser_urls: DatabaseUrls) -> Iterator[Server]:
    # Few attempts, so that a test of the throttle need not wait for many slow hashes.
    with Server(external(browser_urls) | {"OUTLAY_SIGN_IN_ATTEMPTS_MAX": "3"}) as running:
        yield running


def preparing(urls: DatabaseUrls) -> Prepare:
    """Does something with a database beside the browser, whose driver keeps this thread's loop."""

    def prepared(act: Callable[[Database], Awaitable[Any]]) -> Any:
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(lambda: asyncio.run(with_database(urls, act))).result()

    return prepared


@pytest.fixture(scope="session")
def prepare(browser_urls: DatabaseUrls) -> Prepare:
    """Does something with the server's database."""
    return preparing(browser_urls)


def a_house(prepare: Prepare, server: Server, name: str, *, furnished: bool = False) -> House:
    """A new workspace whose owner is signed in."""

    async def make(database: Database) -> tuple[Tenant, str]:
        tenant = await make_tenant(database, name)
        if furnished:
            await furnish(database, tenant)
        return tenant, await link_for(database, tenant)

    tenant, token = prepare(make)
    return House(tenant, server.origin, session_by(server.origin, token))


@pytest.fixture(scope="session")
def studio(prepare: Prepare, server: Server) -> House:
    """A furnished workspace, for tests that only look."""
    return a_house(prepare, server, "Northlight Agency", furnished=True)


@pytest.fixture
def house(prepare: Prepare, server: Server) -> House:
    """An empty workspace, for a test that changes it."""
    return a_house(prepare, server, "Northlight Agency")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for each file: its driver keeps this thread's loop, which tests of other folders need free again."""
    chromium = shutil.which("chromium")
    assert chromium, "Chromium is missing: `make test` installs it (Debian package chromium)"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def wardrobe(browser: Browser) -> Iterator[Wardrobe]:
    kept = Wardrobe(browser)
    yield kept
    kept.close()


@pytest.fixture(scope="module")
def open_page(wardrobe: Wardrobe, server: Server) -> Open:
    """Opens the page as somebody would see it; a mistake in its console fails the test."""

    @contextmanager
    def opened(
        visit: Visit = Visit(),
        *,
        cookie: str | None = None,
        origin: str = server.origin,
        expected: str = "",
        fresh: bool = False,
    ) -> Iterator[Page]:
        with wardrobe.page(origin, visit, fresh=fresh) as page, noted_mistakes(page, expected) as mistakes:
            if cookie:
                page.context.add_cookies([{"name": "outlay_session", "value": cookie, "url": origin}])
            try:
                yield page
            except BaseException:
                # What the page looked like when the test failed says more than the message.
                name = re.sub(r"[^\w.-]+", "-", os.environ.get("PYTEST_CURRENT_TEST", "page").rpartition("::")[2])
                page.screenshot(path=SHOTS / "failed" / f"{name}.png")
                raise
        assert mistakes == []

    return opened
