"""A real browser before a real server: Chromium, two themes, a desk and a phone."""

import asyncio
import os
import re
import shutil
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from typing import TypeVar

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from outlay.db.connect import Database
from outlay.db.roles import DatabaseUrls
from tests.browser.help import FLAGS, SHOTS, House, Visit, note_mistakes, session_of, with_database
from tests.browser.wardrobe import Wardrobe
from tests.support.processes import Server, external
from tests.support.servers import ServerForTests
from tests.support.tenants import Tenant, furnish, make_tenant

Result = TypeVar("Result")
Open = Callable[..., AbstractContextManager[Page]]
Prepare = Callable[[Callable[[Database], Awaitable[Result]]], Result]

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

    def prepared(act: Callable[[Database], Awaitable[Result]]) -> Result:
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(lambda: asyncio.run(with_database(urls, act))).result()

    return prepared


@pytest.fixture(scope="session")
def prepare(browser_urls: DatabaseUrls) -> Prepare:
    """Does something with the server's database."""
    return preparing(browser_urls)


@pytest.fixture(scope="session")
def studio(prepare: Prepare, server: Server) -> House:
    """A furnished workspace and its owner's session, for tests that only look."""
    tenant = prepare(lambda database: make_tenant(database, "Northlight Agency"))
    prepare(lambda database: furnish(database, tenant))
    return House(tenant, server.origin, session_of(prepare, server.origin, tenant))


@pytest.fixture
def tenant(prepare: Prepare) -> Tenant:
    return prepare(lambda database: make_tenant(database, "Northlight Agency"))


@pytest.fixture
def house(prepare: Prepare, server: Server, tenant: Tenant) -> House:
    """An empty workspace and its owner's session, for a test that changes it."""
    return House(tenant, server.origin, session_of(prepare, server.origin, tenant))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    assert chromium, "Chromium is missing: `make test` installs it (Debian package chromium)"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def wardrobe(browser: Browser) -> Iterator[Wardrobe]:
    """Browser contexts that tests take and give back, as a new one would have to load and compile everything anew."""
    kept = Wardrobe(browser)
    yield kept
    kept.close()


@pytest.fixture(scope="session")
def open_page(wardrobe: Wardrobe, server: Server) -> Open:
    """Opens the page as somebody would see it; a mistake in its console fails the test."""

    @contextmanager
    def opened(
        visit: Visit = Visit(),  # noqa: B008 - frozen
        *,
        cookie: str | None = None,
        origin: str = server.origin,
        expected: str = "",
    ) -> Iterator[Page]:
        with wardrobe.context(origin, visit) as context:
            if cookie:
                context.add_cookies([{"name": "outlay_session", "value": cookie, "url": origin}])
            page = context.new_page()
            page.emulate_media(color_scheme="dark" if visit.theme == "dark" else "light")
            mistakes = note_mistakes(page, expected)
            try:
                yield page
            except BaseException:
                # What the page looked like when the test failed says more than the message.
                name = re.sub(r"[^\w.-]+", "-", os.environ.get("PYTEST_CURRENT_TEST", "page").rpartition("::")[2])
                page.screenshot(path=SHOTS / "failed" / f"{name}.png")
                raise
        assert mistakes == []

    return opened
