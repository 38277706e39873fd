"""One entry of the audit log, and the finding of a verification."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

Facts = dict[str, Any]


@dataclass(frozen=True)
class Target:
    """What was acted upon."""

    kind: str
    id: str
    name: str


@dataclass(frozen=True)
class AuditEntry:
    """Who did what to what, when and from where."""

    seq: int
    at: datetime
    actor_kind: str
    actor_id: str
    actor_name: str
    action: str
    target: Target
    before: Facts | None
    after: Facts | None
    ip: str | None
    hash: bytes


@dataclass(frozen=True)
class Verification:
    """Whether the chain is whole, and the first entry at which it is not."""

    ok: bool
    entries: int
    broken_at: int | None
