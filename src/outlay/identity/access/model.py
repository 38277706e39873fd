"""Roles, permissions, and the actor on whose behalf something happens."""

from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """What a person or a key is in a workspace, the most powerful first."""

    OWNER = "owner"
    ADMIN = "admin"
    MANAGER = "manager"
    ANALYST = "analyst"
    VIEWER = "viewer"
    PORTAL = "portal"  # a client's own people: bound to one client
    AGENT = "agent"  # a key bound to one agent account


class Permission(StrEnum):
    """One thing that may be done."""

    WORKSPACE_READ = "workspace.read"
    WORKSPACE_MANAGE = "workspace.manage"
    OWNERS_MANAGE = "owners.manage"
    PEOPLE_READ = "people.read"
    PEOPLE_MANAGE = "people.manage"
    KEYS_MANAGE = "keys.manage"
    AUDIT_READ = "audit.read"
    PORTFOLIO_READ = "portfolio.read"
    PORTFOLIO_MANAGE = "portfolio.manage"
    SPEND_READ = "spend.read"
    SPEND_WRITE = "spend.write"
    BUDGETS_READ = "budgets.read"
    BUDGETS_MANAGE = "budgets.manage"
    PRICES_READ = "prices.read"
    PRICES_MANAGE = "prices.manage"


class ActorKind(StrEnum):
    """What kind of credential acts."""

    PERSON = "user"
    KEY = "key"
    SYSTEM = "system"


@dataclass(frozen=True)
class Scope:
    """How far an actor sees inside its workspace: all of it, one client, or one agent.

    Every read of spend takes one; there is no default, so that nobody can forget it.
    """

    client_id: UUID | None = None
    agent_id: UUID | None = None

    @property
    def is_whole_workspace(self) -> bool:
        """Whether nothing is hidden."""
        return self.client_id is None and self.agent_id is None


@dataclass(frozen=True)
class Actor:
    """Who acts, as what, and from where."""

    kind: ActorKind
    id: str
    name: str
    role: Role
    scope: Scope
    narrowed_to: frozenset[Permission] | None = None
    ip: str | None = None

    @classmethod
    def system(cls, name: str) -> "Actor":
        """The operator at the command line, or Outlay itself."""
        return cls(ActorKind.SYSTEM, "system", name, Role.OWNER, Scope())

    def seen_from(self, ip: str | None) -> "Actor":
        """The same actor, with the address the request came from."""
        return replace(self, ip=ip)
