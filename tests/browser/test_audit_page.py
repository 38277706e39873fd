"""The audit log: what was done stands there with before and after, and tampering is seen."""

import re

import psycopg
from playwright.sync_api import expect

from outlay.db.roles import DatabaseUrls
from tests.browser.conftest import Open
from tests.browser.help import House, go


def test_an_act_is_read_with_before_and_after_and_found_by_kind_and_by_words(open_page: Open, house: House) -> None:
    with house.api as api:
        api.post("/clients", json={"name": "Acme"}).raise_for_status()
        api.patch("/clients/acme", json={"name": "Acme Robotics"}).raise_for_status()
        api.post("/agents", json={"name": "Writer"}).raise_for_status()
    with open_page(cookie=house.cookie) as page:
        go(page, "/settings/audit", "Audit log")
        row = page.get_by_role("row", name="changed the client Acme Robotics")
        expect(row).to_contain_text("client.change")
        expect(row).to_contain_text("127.0.0.1")
        row.get_by_role("button", name="Details of entry").click()
        dialog = page.get_by_role("dialog")
        change = dialog.get_by_role("table", name="Before and after").get_by_role("row", name="name")
        expect(change.get_by_role("cell")).to_have_text(["Acme", "Acme Robotics"])
        expect(dialog).to_contain_text("an API key")
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)

        page.get_by_label("Kind of action").select_option(label="Clients")
        expect(page.get_by_role("row")).to_have_count(3)
        expect(page).to_have_url(f"{house.origin}/settings/audit?action=client.")
        page.get_by_label("Kind of action").select_option(label="All actions")
        page.get_by_role("searchbox", name="Search the log").fill("Writer")
        expect(page.get_by_role("row")).to_have_count(2)
        expect(page).to_have_url(f"{house.origin}/settings/audit?q=Writer")

        # What happens while one looks appears by itself, as far as it fits.
        page.get_by_role("searchbox", name="Search the log").fill("")
        with house.api as api:
            api.post("/clients", json={"name": "Birch"}).raise_for_status()
        expect(page.get_by_role("row", name="created the client Birch")).to_be_visible()


def test_tampering_behind_our_back_is_seen_and_named(open_page: Open, house: House, browser_urls: DatabaseUrls) -> None:
    with house.api as api:
        entries = api.get("/audit").json()["items"]
    with open_page(cookie=house.cookie) as page:
        go(page, "/settings/audit", "Audit log")
        expect(page.get_by_text(f"Chain verified, {len(entries)} entries")).to_be_visible()
        with psycopg.connect(browser_urls.owner) as connection:
            connection.execute(f"set local outlay.workspace_id = '{house.tenant.id}'".encode())
            done = connection.execute("update audit_entry set target_name = 'somebody else' where seq = 2")
            assert done.rowcount == 1
        page.reload()
        expect(page.get_by_role("main")).to_contain_text(re.compile(r"Chain broken\s*· at entry 2"))
