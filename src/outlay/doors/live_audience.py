"""Who hears of what on the live connection: one table of topics, and rooms of those who may hear the same."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from outlay.db.announce import EVERY_TOPIC
from outlay.identity.access.model import Actor, Permission, Scope
from outlay.identity.access.rules import permissions_of

# A topic that is missing here is told to nobody; a test walks through everything that is announced.
TOPIC_PERMISSIONS: dict[str, Permission] = {
    "workspace": Permission.WORKSPACE_READ,
    "me": Permission.WORKSPACE_READ,
    "clients": Permission.PORTFOLIO_READ,
    "campaigns": Permission.PORTFOLIO_READ,
    "agents": Permission.PORTFOLIO_READ,
    "users": Permission.PEOPLE_READ,
    "invitations": Permission.PEOPLE_READ,
    "sessions": Permission.PEOPLE_READ,
    "keys": Permission.KEYS_MANAGE,
    "audit": Permission.AUDIT_READ,
    "prices": Permission.PRICES_READ,
    "usage": Permission.SPEND_READ,
}
# What may have ended somebody's right to listen.
CREDENTIAL_TOPICS = frozenset({"keys", "sessions", "users", EVERY_TOPIC})


@dataclass(frozen=True)
class Audience:
    """Everybody in a workspace who sees equally far and may read the same; each audience is one room."""

    workspace_id: UUID
    scope: Scope
    permissions: frozenset[Permission]

    @classmethod
    def of(cls, workspace_id: UUID, actor: Actor) -> "Audience":
        """The audience that an actor belongs to."""
        return cls(workspace_id, actor.scope, permissions_of(actor))

    @property
    def room(self) -> str:
        """The room's name: the narrowest place they all see, and what they may do there."""
        place = f"workspace:{self.workspace_id}"
        if self.scope.client_id is not None:
            place += f" client:{self.scope.client_id}"
        if self.scope.agent_id is not None:
            place += f" agent:{self.scope.agent_id}"
        return f"{place} {','.join(sorted(self.permissions))}"

    def hears(self, topics: Collection[str]) -> list[str]:
        """Those of the topics that concern what this audience may read."""
        if EVERY_TOPIC in topics:
            return [EVERY_TOPIC]
        return sorted(topic for topic in topics if TOPIC_PERMISSIONS.get(topic) in self.permissions)
