"""Events as a test sends them, and what `outlay db verify` says of them afterwards."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from outlay.db.connect import Database
from outlay.db.verify import findings
from outlay.ledger import service as ledger
from outlay.ledger.model import EventDraft, Outcome
from outlay.ledger.recorder import Recorder
from outlay.ledger.verify import LEDGER_CHECKS
from tests.support.tenants import TESTER, Tenant


def event(event_id: str, at: datetime, **fields: Any) -> EventDraft:
    """An event as a sender would tell it; a small call of a model where nothing else is said."""
    told = {"service": "openai", "model": "gpt-4o-mini", "input_tokens": 1500, "output_tokens": 600} | fields
    if "cost" in fields or "quantities" in fields:
        for name in ("model", "input_tokens", "output_tokens"):
            if name not in fields:
                del told[name]
    return msgspec.convert({"id": event_id, "time": at, **told}, EventDraft)


async def store(recorder: Recorder, tenant: Tenant, events: Sequence[EventDraft]) -> list[Outcome]:
    """Stores events as the operator would, and says what became of each."""
    receipt = await ledger.record(recorder, tenant.id, ledger.as_actor(TESTER), events)
    return receipt.outcomes


async def ledger_faults(database: Database) -> list[str]:
    """What `outlay db verify` would say of the ledger."""
    return [fault async for found in findings(database, LEDGER_CHECKS) for fault in found.faults]
