"""API keys: the secret is shown once and works, its use is seen, and revoking it ends it at once."""

from datetime import UTC, datetime, timedelta

import httpx
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.help import House, go
from tests.support.processes import Server


def _me(house: House, secret: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {secret}"}
    return httpx.get(f"{house.origin}/api/v1/me", headers=headers, timeout=20, verify=False)


def test_a_key_is_made_copied_used_and_revoked(open_page: Open, house: House, server: Server) -> None:
    with house.api as api:
        api.post("/agents", json={"name": "Writer", "key": "writer"}).raise_for_status()
    with open_page(cookie=house.cookie, fresh=True) as page:
        page.clock.install()
        go(page, "/settings/keys", "API keys")
        page.get_by_role("button", name="Create key").click()
        dialog = page.get_by_role("dialog", name="Create an API key")
        dialog.get_by_label("Name").fill("Nightly writer")
        dialog.get_by_label("Agent").select_option(label="Writer")
        dialog.get_by_label("Expires").select_option(label="in 30 days")
        dialog.get_by_role("button", name="Create key").click()

        shown = page.get_by_role("dialog", name="Nightly writer is created")
        expect(shown).to_contain_text("It is not shown again")
        secret = shown.locator("code").inner_text()
        assert secret.startswith("ok_")
        shown.get_by_role("button", name="Copy").click()
        expect(shown.get_by_role("button", name="Copied", exact=True)).to_be_visible()
        assert page.evaluate("navigator.clipboard.readText()") == secret
        shown.get_by_role("button", name="I have copied it").click()

        row = page.get_by_role("row", name="Nightly writer")
        expect(row).to_contain_text("Agent · Writer")
        expires = row.locator("time").nth(1).get_attribute("datetime") or ""
        assert timedelta(days=29) < datetime.fromisoformat(expires) - datetime.now(UTC) <= timedelta(days=30)
        expect(row).to_contain_text("never")
        assert secret not in page.content()

        answer = _me(house, secret)
        assert (answer.status_code, answer.json()["agent"]["key"]) == (200, "writer")
        page.clock.fast_forward("00:11")
        expect(row).not_to_contain_text("never")

        row.get_by_role("button", name="Revoke Nightly writer").click()
        page.get_by_role("dialog", name="Revoke Nightly writer?").get_by_role("button", name="Revoke").click()
        expect(page.get_by_text("Nightly writer is revoked.")).to_be_visible()
        expect(row).to_have_count(0)
        answer = _me(house, secret)
        assert (answer.status_code, answer.json()["code"]) == (401, "key_revoked")

        page.get_by_label("Show revoked and expired (1)").check()
        expect(row).to_contain_text("Revoked")
        expect(row.get_by_role("button")).to_have_count(0)
    assert secret not in server.output()
