"""Who may do what: written out a second time, so that a change has to be meant."""

import pytest

from outlay.identity.access.model import Actor, ActorKind, Permission, Role, Scope
from outlay.identity.access.rules import (
    ROLE_PERMISSIONS,
    NotAllowed,
    permissions_of,
    require,
    require_may_grant,
)

# One column for each role: owner, admin, manager, analyst, viewer, portal, agent.
TABLE = """
                  owner admin manager analyst viewer portal agent
workspace.read      x     x      x       x      x      x     x
workspace.manage    x     x      .       .      .      .     .
owners.manage       x     .      .       .      .      .     .
people.read         x     x      x       x      .      .     .
people.manage       x     x      .       .      .      .     .
keys.manage         x     x      .       .      .      .     .
audit.read          x     x      .       x      .      .     .
portfolio.read      x     x      x       x      x      x     x
portfolio.manage    x     x      x       .      .      .     .
spend.read          x     x      x       x      x      x     x
spend.write         x     x      x       .      .      .     x
budgets.read        x     x      x       x      x      x     .
budgets.manage      x     x      x       .      .      .     .
prices.read         x     x      x       x      x      .     .
prices.manage       x     x      x       .      .      .     .
"""


def written_out() -> dict[tuple[Role, Permission], bool]:
    header, *lines = (line.split() for line in TABLE.strip().splitlines())
    return {
        (Role(role), Permission(name)): mark == "x"
        for name, *marks in lines
        for role, mark in zip(header, marks, strict=True)
    }


WRITTEN = written_out()


def actor(role: Role, *, narrowed_to: frozenset[Permission] | None = None) -> Actor:
    return Actor(ActorKind.KEY, "k", "somebody", role, Scope(), narrowed_to=narrowed_to)


def test_the_table_names_every_role_and_every_permission() -> None:
    assert set(WRITTEN) == {(role, permission) for role in Role for permission in Permission}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("permission", Permission)
def test_each_role_may_what_the_table_says(role: Role, permission: Permission) -> None:
    if WRITTEN[role, permission]:
        require(actor(role), permission)
        return
    with pytest.raises(NotAllowed) as refused:
        require(actor(role), permission)
    assert refused.value.facts["needs"] == permission.value
    assert refused.value.facts["roles"] == [other.value for other in Role if WRITTEN[other, permission]]


def test_every_role_stands_in_the_table_of_the_code() -> None:
    assert set(ROLE_PERMISSIONS) == set(Role)


@pytest.mark.parametrize("role", Role)
def test_a_narrower_credential_never_widens_its_role(role: Role) -> None:
    everything = frozenset(Permission)

    assert permissions_of(actor(role, narrowed_to=everything)) == ROLE_PERMISSIONS[role]
    assert permissions_of(actor(role, narrowed_to=frozenset())) == frozenset()
    assert permissions_of(actor(role, narrowed_to=frozenset({Permission.SPEND_READ}))) <= {Permission.SPEND_READ}


@pytest.mark.parametrize("giver", Role)
@pytest.mark.parametrize("given", Role)
def test_nobody_grants_more_than_they_have(giver: Role, given: Role) -> None:
    has = {permission for permission in Permission if WRITTEN[giver, permission]}
    wants = {permission for permission in Permission if WRITTEN[given, permission]}

    if wants <= has:
        require_may_grant(actor(giver), given)
    else:
        with pytest.raises(NotAllowed):
            require_may_grant(actor(giver), given)


def test_an_administrator_makes_administrators_and_no_owners() -> None:
    require_may_grant(actor(Role.ADMIN), Role.ADMIN)
    with pytest.raises(NotAllowed):
        require_may_grant(actor(Role.ADMIN), Role.OWNER)


def test_a_narrowed_key_grants_within_what_it_was_narrowed_to() -> None:
    narrow = actor(Role.OWNER, narrowed_to=frozenset({Permission.KEYS_MANAGE, Permission.SPEND_READ}))

    require_may_grant(narrow, Role.VIEWER, {Permission.SPEND_READ})
    for wider in (None, {Permission.SPEND_READ, Permission.PORTFOLIO_READ}):
        with pytest.raises(NotAllowed):
            require_may_grant(narrow, Role.VIEWER, wider)


def test_a_scope_hides_something_unless_it_is_the_whole_workspace() -> None:
    assert Actor.system("command line").scope.is_whole_workspace
    assert Actor.system("command line").role is Role.OWNER
