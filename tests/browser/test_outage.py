"""The database goes away and comes back: the page says so, keeps what it has, and mends itself."""

import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect

from outlay.db import migrate, roles
from outlay.db.embedded import EmbeddedConfig, EmbeddedServer
from outlay.db.embedded.address import socket_url
from outlay.db.roles import DatabaseUrls
from tests.browser.conftest import Open, a_house, preparing
from tests.browser.help import House, go, settle
from tests.support.processes import Server, external

NAME = "outlay_outage"


@dataclass
class Fragile:
    """A server on a database of its own, which can be taken away."""

    config: EmbeddedConfig
    database: EmbeddedServer
    house: House

    def lose_database(self) -> None:
        self.database.stop()

    def find_database(self) -> None:
        self.database = EmbeddedServer(self.config)
        self.database.start()


@pytest.fixture
def fragile() -> Iterator[Fragile]:
    folder = Path(tempfile.mkdtemp(prefix="outlay-outage-", dir="/tmp"))
    folder.chmod(0o755)  # the account that runs PostgreSQL for root must pass
    config = EmbeddedConfig(data_dir=folder / "data", settings={"fsync": "off"})
    database = EmbeddedServer(config)
    database.start()
    try:
        urls = _provided(database)
        prepare = preparing(urls)
        with Server(external(urls) | {"OUTLAY_DATABASE_POOL_WAIT_S": "1"}) as server:
            found = Fragile(config, database, a_house(prepare, server, "Fragile"))
            try:
                yield found
            finally:
                database = found.database
    finally:
        database.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _provided(database: EmbeddedServer) -> DatabaseUrls:
    roles.create_owner_and_database(database.admin_url, NAME)
    place = Path(database.address.socket_dir)
    urls = DatabaseUrls(*(socket_url(place, role, NAME) for role in (roles.OWNER, roles.APP, roles.OPERATOR)))
    roles.create_roles(database.admin_url, urls)
    migrate.upgrade(urls.owner)
    return urls


def test_what_cannot_be_loaded_says_why_and_how_to_go_on_while_the_rest_stays(
    open_page: Open, fragile: Fragile
) -> None:
    house = fragile.house
    with house.api as api:
        api.post("/clients", json={"name": "Acme"}).raise_for_status()
    with open_page(origin=house.origin, cookie=house.cookie, expected="status of 503|WebSocket") as page:
        go(page, "/settings/clients", "Clients")
        expect(page.get_by_role("row", name="Acme")).to_be_visible()

        fragile.lose_database()
        page.get_by_role("link", name="Agents", exact=True).click()
        settle(page, "Agents")
        alert = page.get_by_role("main").get_by_role("alert")
        expect(alert).to_contain_text("The agents could not be loaded")
        expect(alert).to_contain_text("The rest of the page still works.")
        request_id = re.search(r"Copy request id (\w+)", alert.inner_text())
        assert request_id is not None
        alert.get_by_role("button", name="Copy request id").click()
        expect(alert.get_by_role("button", name="Copied", exact=True)).to_be_visible()
        assert page.evaluate("navigator.clipboard.readText()") == request_id[1]

        # What was loaded before is still there, and what is typed is not lost.
        page.get_by_role("link", name="Clients", exact=True).click()
        settle(page, "Clients")
        expect(page.get_by_role("row", name="Acme")).to_be_visible()
        page.get_by_role("button", name="Add client").click()
        dialog = page.get_by_role("dialog", name="Add client")
        dialog.get_by_label("Name").fill("Birch")
        dialog.get_by_role("button", name="Add client").click()
        expect(dialog.get_by_role("alert")).to_contain_text("Request id")
        expect(dialog.get_by_label("Name")).to_have_value("Birch")

        fragile.find_database()
        # A connection that the server still holds from before may cost one more attempt, as the dialog says.
        for _ in range(5):
            with page.expect_response(lambda answer: answer.request.method == "POST") as answered:
                dialog.get_by_role("button", name="Add client").click()
            if answered.value.ok:
                break
        expect(dialog).to_have_count(0)
        expect(page.get_by_role("row", name="Birch")).to_be_visible()

        expect(page.get_by_text("Live", exact=True)).to_be_visible()

        fragile.lose_database()
        page.get_by_role("link", name="Audit log").click()
        settle(page, "Audit log")
        retry = page.get_by_role("main").get_by_role("alert").get_by_role("button", name="Retry")
        expect(retry).to_be_visible()
        fragile.find_database()
        retry.click()
        expect(page.get_by_role("table", name="Audit log")).to_be_visible()
