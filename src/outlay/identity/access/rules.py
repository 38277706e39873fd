"""Who may do what: one table, and the few questions asked of it."""

from collections.abc import Collection

from outlay.identity.access.model import Actor, Permission, Role
from outlay.kit.errors import OutlayError

_READS = frozenset(
    {Permission.WORKSPACE_READ, Permission.PORTFOLIO_READ, Permission.SPEND_READ, Permission.BUDGETS_READ}
)
# Prices are the workspace's own business: a client's people see what they cost, not what was agreed with whom.
_READS_INSIDE = _READS | {Permission.PRICES_READ}
_MANAGER = _READS_INSIDE | {
    Permission.PEOPLE_READ,
    Permission.PORTFOLIO_MANAGE,
    Permission.SPEND_WRITE,
    Permission.BUDGETS_MANAGE,
    Permission.PRICES_MANAGE,
}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.ADMIN: frozenset(Permission) - {Permission.OWNERS_MANAGE},
    Role.MANAGER: _MANAGER,
    Role.ANALYST: _READS_INSIDE | {Permission.PEOPLE_READ, Permission.AUDIT_READ},
    Role.VIEWER: _READS_INSIDE,
    Role.PORTAL: _READS,
    Role.AGENT: frozenset(
        {Permission.WORKSPACE_READ, Permission.PORTFOLIO_READ, Permission.SPEND_READ, Permission.SPEND_WRITE}
    ),
}


class NotAllowed(OutlayError):
    """Your role does not include this. `needs` names the permission, `roles` who has it."""

    status, code, title = 403, "not_allowed", "Your role does not allow this"


def permissions_of(actor: Actor) -> frozenset[Permission]:
    """What the actor may do: the role's permissions, less what its credential leaves out."""
    granted = ROLE_PERMISSIONS[actor.role]
    return granted if actor.narrowed_to is None else granted & actor.narrowed_to


def require(actor: Actor, permission: Permission) -> None:
    """Raises unless the actor may do this."""
    if permission in permissions_of(actor):
        return
    roles = [role.value for role in Role if permission in ROLE_PERMISSIONS[role]]
    raise NotAllowed(
        f"This needs the permission {permission.value}, which the roles {', '.join(roles)} have.",
        needs=permission.value,
        roles=roles,
    )


def require_may_grant(actor: Actor, role: Role, narrowed_to: Collection[Permission] | None = None) -> None:
    """Raises unless the actor may make or unmake somebody this: nobody gives, or takes away, more than they have."""
    granted = ROLE_PERMISSIONS[role] if narrowed_to is None else frozenset(narrowed_to)
    for permission in sorted(granted - permissions_of(actor)):
        require(actor, permission)
