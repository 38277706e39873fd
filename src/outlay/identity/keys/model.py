"""An API key, without its secret."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from outlay.identity.access.model import Actor, ActorKind, Permission, Role, Scope
from outlay.identity.portfolio.model import Reference
from outlay.kit.errors import OutlayError

KEY_PREFIX = "ok"


@dataclass(frozen=True)
class ApiKey:
    """What is known of a key; `hint` lets its holder recognise it."""

    id: UUID
    name: str
    role: Role
    hint: str
    created_by: str
    created_at: datetime
    scopes: frozenset[Permission] | None = None
    client_id: UUID | None = None
    agent_id: UUID | None = None
    rate_limit_per_minute: int | None = None
    expires_at: datetime | None = None
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None
    client: Reference | None = None  # what client_id and agent_id name, where it was looked up
    agent: Reference | None = None

    @property
    def actor(self) -> Actor:
        """The key as one who acts."""
        scope = Scope(client_id=self.client_id, agent_id=self.agent_id)
        return Actor(ActorKind.KEY, str(self.id), self.name, self.role, scope, narrowed_to=self.scopes)


class KeyExpired(OutlayError):
    """The key's time is over. Ask an administrator for a new one."""

    status, code, title = 401, "key_expired", "The key has expired"


class KeyRevoked(OutlayError):
    """The key was revoked. Ask an administrator for a new one."""

    status, code, title = 401, "key_revoked", "The key was revoked"
