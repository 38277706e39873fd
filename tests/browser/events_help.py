"""Events for the pages that show them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Locator, expect

from tests.browser.help import House

CALL = {"service": "openai", "model": "gpt-4o-mini", "operation": "chat", "input_tokens": 1500, "output_tokens": 600}


def ago(minutes: float) -> str:
    """A moment of today or yesterday, as an event tells it."""
    return (datetime.now(UTC) - timedelta(minutes=minutes)).isoformat()


def call(event_id: str, **more: Any) -> dict[str, Any]:
    """A small call of a model; what is None is left out."""
    told = {"id": event_id, "client": "acme", "agent": "copywriter", **CALL, **more}
    return {name: value for name, value in told.items() if value is not None}


def send(house: House, events: Sequence[dict[str, Any]]) -> None:
    """Stores events, every one of them."""
    with house.api as api:
        answer = api.post("/events", json=list(events)).raise_for_status().json()
    assert (answer["accepted"], answer["rejected"]) == (len(events), [])


def in_dollars(house: House) -> House:
    """List prices are in dollars, and so is the workspace."""
    with house.api as api:
        api.patch("/workspace", json={"currency": "USD"}).raise_for_status()
    return house


def error_of(dialog: Locator, label: str) -> str:
    """What a field says is wrong with it."""
    field = dialog.get_by_label(label, exact=True)
    expect(field).to_have_attribute("aria-invalid", "true")
    described = (field.get_attribute("aria-describedby") or "").split()
    return dialog.locator(f"[id='{described[-1]}']").inner_text()
