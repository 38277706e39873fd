"""How entries are chained: a pure function of an entry and the hash before it."""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC
from uuid import UUID

from outlay.identity.audit.model import AuditEntry, Facts, Verification


def first_hash(workspace_id: UUID) -> bytes:
    """Where a workspace's chain begins."""
    return hashlib.sha256(workspace_id.bytes).digest()


def chained_hash(previous: bytes, entry: AuditEntry) -> bytes:
    """The hash of an entry: over its predecessor's and over every field of its own."""
    fields = [
        entry.seq,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        [entry.actor_kind, entry.actor_id, entry.actor_name],
        entry.action,
        [entry.target.kind, entry.target.id, entry.target.name],
        entry.before,
        entry.after,
        entry.ip,
    ]
    canonical = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(previous + canonical.encode()).digest()


def check_facts(facts: Facts | None) -> None:
    """Refuses fractions: the database gives some of them back in another form, which would look like tampering."""
    for value in (facts or {}).values():
        if isinstance(value, float):
            raise TypeError("The audit log takes no floats: write an amount as text.")


def verify(start: bytes, entries: Iterable[AuditEntry], head: tuple[int, bytes]) -> Verification:
    """Walks the chain; `head` is what the last entry must be, so that a missing end is found too."""
    count, previous = 0, start
    for entry in entries:
        count += 1
        if entry.seq != count or entry.hash != chained_hash(previous, entry):
            return Verification(ok=False, entries=count, broken_at=count)
        previous = entry.hash
    if (count, previous) != head:
        return Verification(ok=False, entries=count, broken_at=count + 1)
    return Verification(ok=True, entries=count, broken_at=None)
