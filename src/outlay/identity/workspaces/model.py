"""A workspace."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class Workspace:
    """A tenant: an agency, or a team that spends for others."""

    id: UUID
    name: str
    time_zone: str
    currency: str
    created_at: datetime
