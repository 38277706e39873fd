"""Pictures of every page for people to look at: OUTLAYTEST_SHOTS=1 pytest tests/browser/test_shots.py."""

import pytest

from tests.browser.conftest import Open
from tests.browser.help import DESK, GATES, HIDDEN_ROOMS, PHONE, ROOMS, SHOTS, House, Visit, go

VISITS = {
    "dark": Visit(),
    "light": Visit("light", DESK),
    "phone": Visit("dark", PHONE),
    "phone-light": Visit("light", PHONE),
}


@pytest.mark.parametrize("looks", VISITS)
def test_every_page_is_pictured(open_page: Open, studio: House, looks: str) -> None:
    SHOTS.mkdir(exist_ok=True)
    with open_page(VISITS[looks]) as page:
        for address, title in GATES.items():
            go(page, address, title)
            page.screenshot(path=SHOTS / f"{_name(address)}.{looks}.png", full_page=True)
    with open_page(VISITS[looks], cookie=studio.cookie) as page:
        for address, title in (ROOMS | HIDDEN_ROOMS).items():
            go(page, address, title)
            page.screenshot(path=SHOTS / f"{_name(address)}.{looks}.png", full_page=True)


def _name(address: str) -> str:
    return address.strip("/").replace("/", "-").replace("#token=ol_anything", "-form") or "home"
