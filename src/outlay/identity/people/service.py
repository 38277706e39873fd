"""Shows and changes users, invites them, and lets them in."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from outlay.db.connect import Work
from outlay.identity.access.model import Actor, ActorKind, Permission, Role, Scope
from outlay.identity.access.rules import require, require_may_grant
from outlay.identity.audit import service as audit
from outlay.identity.audit.model import Facts, Target
from outlay.identity.links import service as links
from outlay.identity.links.model import Link, LinkKind
from outlay.identity.people import passwords, rules, store
from outlay.identity.people.model import EmailTaken, LastOwner, PasswordMissing, Person, User, WrongPassword
from outlay.identity.portfolio import service as portfolio
from outlay.identity.portfolio.model import Kind
from outlay.kit.errors import InvalidRequest, NotFound
from outlay.kit.ids import Token, new_id


async def users(work: Work, actor: Actor) -> list[User]:
    """The members of the workspace."""
    require(actor, Permission.PEOPLE_READ)
    return await _with_clients(work, await store.users(work.connection, work.workspace_id))


async def user(work: Work, person_id: UUID) -> User:
    """One member."""
    found = await _with_clients(work, await store.users(work.connection, work.workspace_id, person_id))
    if not found:
        raise NotFound("There is no such user here.")
    return found[0]


async def change(work: Work, actor: Actor, person_id: UUID, *, role: Role, client: str | None) -> User:
    """Gives a member another role, and a portal member a client."""
    require(actor, Permission.PEOPLE_MANAGE)
    owners = await store.lock_owners(work.connection, work.workspace_id)
    before = await user(work, person_id)
    for touched in (before.role, role):
        require_may_grant(actor, touched)
    client_id = await _client_id(work, actor, role, client)
    if before.role is Role.OWNER and role is not Role.OWNER and owners == {person_id}:
        raise LastOwner("Make somebody else an owner first.")
    await store.change_member(work.connection, work.workspace_id, person_id, role, client_id)
    after = await user(work, person_id)
    work.announce("users")
    await audit.record(work, actor, "user.change", _target(after), before=_facts(before), after=_facts(after))
    return after


async def remove(work: Work, actor: Actor, person_id: UUID) -> None:
    """Ends a membership; the person's sessions here end with it. One may always leave oneself."""
    is_own = actor.id == str(person_id)
    if not is_own:
        require(actor, Permission.PEOPLE_MANAGE)
    owners = await store.lock_owners(work.connection, work.workspace_id)
    leaving = await user(work, person_id)
    if not is_own:
        require_may_grant(actor, leaving.role)
    if owners == {person_id}:
        raise LastOwner("Make somebody else an owner first.")
    await store.remove_member(work.connection, work.workspace_id, person_id)
    # Whoever was invited twice must not come back by the second link.
    await links.withdraw_all_to(work, LinkKind.INVITATION, leaving.email)
    work.announce("users", "sessions")
    await audit.record(work, actor, "user.remove", _target(leaving), before=_facts(leaving))


async def add_owner(work: Work, actor: Actor, *, name: str, email: str) -> Person:
    """The first owner of a new workspace; they come in by a link and set a password then."""
    person = await store.add_person(work.connection, Person(new_id(work.now), email, name, None, work.now))
    await store.add_member(work.connection, work.workspace_id, person.id, Role.OWNER, None)
    await audit.record(
        work, actor, "user.add", Target("user", str(person.id), person.name), after={"role": Role.OWNER.value}
    )
    return person


async def lone_owner_without_password(work: Work) -> User | None:
    """The only member of the workspace, where they cannot sign in by themselves yet."""
    members = await store.users(work.connection, work.workspace_id)
    if len(members) != 1:
        return None
    person = await store.person_by_id(work.connection, members[0].id)
    return members[0] if person is not None and person.password_hash is None else None


async def invite(
    work: Work, actor: Actor, *, email: str, role: Role, client: str | None, valid_for: timedelta
) -> tuple[Link, Token]:
    """An invitation and its link; an earlier one for the same address stays good until it expires."""
    require(actor, Permission.PEOPLE_MANAGE)
    require_may_grant(actor, role)
    email = rules.check_email(email)
    client_id = await _client_id(work, actor, role, client)
    known = await store.person_by_email(work.connection, email)
    if known and await store.users(work.connection, work.workspace_id, known.id):
        raise EmailTaken(f"{email} is a member of this workspace already.")
    link, token = await links.issue(
        work,
        LinkKind.INVITATION,
        valid_for,
        email=email,
        role=role,
        client_id=client_id,
        created_by=actor.name,
    )
    work.announce("invitations")
    facts: Facts = {"role": role.value, "client": client}
    await audit.record(work, actor, "invitation.create", Target("invitation", str(link.id), email), after=facts)
    return link, token


async def invitations(work: Work, actor: Actor) -> list[Link]:
    """The invitations that can still be accepted."""
    require(actor, Permission.PEOPLE_READ)
    return await links.working(work, LinkKind.INVITATION)


async def withdraw_invitation(work: Work, actor: Actor, link_id: UUID) -> None:
    """Makes an invitation useless."""
    require(actor, Permission.PEOPLE_MANAGE)
    link = await links.withdraw(work, LinkKind.INVITATION, link_id)
    if link is None:
        raise NotFound("There is no such invitation here.")
    work.announce("invitations")
    await audit.record(work, actor, "invitation.withdraw", Target("invitation", str(link.id), link.email or ""))


async def find_person(connection: AsyncConnection, email: str) -> Person | None:
    """The person with this address, before any workspace is known."""
    return await store.person_by_email(connection, email)


async def is_password_of(person: Person | None, password: str) -> bool:
    """Whether the password is this person's; takes as long for nobody. Call it without holding a connection."""
    return await passwords.matches(person.password_hash if person else None, password) and person is not None


async def memberships(connection: AsyncConnection, person_id: UUID) -> list[tuple[UUID, Role]]:
    """The workspaces a person belongs to, the one used last first. For the person themselves only."""
    return await store.own_memberships(connection, person_id)


async def set_password(work: Work, person_id: UUID, password: str, *, ip: str | None) -> User:
    """Sets a password on the strength of a reset link, which the caller has spent."""
    member = await user(work, person_id)
    rules.check_password(password, email=member.email)
    person = await store.person_by_id(work.connection, person_id)
    assert person is not None
    await store.change_person(work.connection, replace(person, password_hash=await passwords.hashed(password)))
    await audit.record(work, actor_of(member).seen_from(ip), "password.reset", _target(member))
    return member


async def touch(connection: AsyncConnection, workspace_id: UUID, person_id: UUID) -> None:
    """Notes that a member is here."""
    await store.touch(connection, workspace_id, person_id)


async def has_password(work: Work, email: str) -> bool:
    """Whether somebody with this address signs in with a password already."""
    person = await store.person_by_email(work.connection, email)
    return person is not None and person.password_hash is not None


async def accept(work: Work, token: Token, *, name: str | None, password: str | None, ip: str | None) -> Person:
    """Takes up an invitation: who has no account yet gets one, and everybody becomes a member.

    The link proves only that somebody holds it. Who has a password already must give it, or else whoever invites an
    address would come in as that person, in all of their workspaces.
    """
    link = await links.spend(work, LinkKind.INVITATION, token)
    assert link.email is not None
    assert link.role is not None
    known = await store.person_by_email(work.connection, link.email)
    fresh = None
    if known is None or known.password_hash is None:
        fresh = await _person_with_password(work, known, link.email, name, password)
        known = await store.add_person(work.connection, fresh)
    if fresh is None or known.password_hash not in {None, fresh.password_hash}:
        # Known before, or made this moment by an invitation from elsewhere: theirs is the password that counts.
        await _require_password_of(known, password)
    await store.add_member(work.connection, work.workspace_id, known.id, link.role, link.client_id)
    if fresh is not None and known.password_hash is None:
        # The database lets a workspace change its members only, hence after they have become one.
        await _claim(work, fresh)
    work.announce("users", "invitations")
    joined = await user(work, known.id)
    await audit.record(work, actor_of(joined).seen_from(ip), "invitation.accept", _target(joined), after=_facts(joined))
    return known


async def change_own(
    work: Work,
    actor: Actor,
    *,
    name: str | None = None,
    email: str | None = None,
    current_password: str | None = None,
    new_password: str | None = None,
) -> Person:
    """Changes one's own name, address or password; the latter two need the current password, where there is one."""
    before = await _own(work, actor)
    needs_proof = (email or new_password) and before.password_hash is not None
    if needs_proof and not await passwords.matches(before.password_hash, current_password or ""):
        raise WrongPassword("The current password is not right.")
    after = replace(before, name=name or before.name, email=rules.check_email(email) if email else before.email)
    if new_password:
        rules.check_password(new_password, email=after.email, field="new_password")
        after = replace(after, password_hash=await passwords.hashed(new_password))
    await store.change_person(work.connection, after)
    work.announce("users", "me")
    facts = {"name": after.name, "email": after.email, "password_changed": new_password is not None}
    was = {"name": before.name, "email": before.email}
    await audit.record(
        work, actor, "profile.change", Target("user", str(after.id), after.name), before=was, after=facts
    )
    return after


def actor_of(member: User) -> Actor:
    """A member as one who acts."""
    return Actor(ActorKind.PERSON, str(member.id), member.name, member.role, Scope(client_id=member.client_id))


async def _require_password_of(person: Person, password: str | None) -> None:
    if not await passwords.matches(person.password_hash, password or ""):
        raise WrongPassword("You have an account already: give its password to accept.")


async def _claim(work: Work, fresh: Person) -> None:
    if not await store.claim_person(work.connection, fresh):
        raise WrongPassword("You have an account since this moment: give its password to accept.")


async def _person_with_password(
    work: Work, known: Person | None, email: str, name: str | None, password: str | None
) -> Person:
    """Who accepts for the first time, as they are to be: perhaps known already, from a membership that ended."""
    if known is not None and await store.own_memberships(work.connection, known.id):
        # Whoever invites holds the link; it must not set the password of somebody who is at home elsewhere.
        raise PasswordMissing("You have an account without a password: sign in by your own link, set one, then accept.")
    if not name or not name.strip():
        raise InvalidRequest.field("name", "a new user needs a name")
    rules.check_password(password or "", email=email)
    person_id = known.id if known else new_id(work.now)
    return Person(person_id, email, name, await passwords.hashed(password or ""), work.now)


async def _own(work: Work, actor: Actor) -> Person:
    person = await store.person_by_id(work.connection, UUID(actor.id)) if actor.kind is ActorKind.PERSON else None
    if person is None:
        raise NotFound("Only a signed-in person has a profile.")
    return person


async def _client_id(work: Work, actor: Actor, role: Role, client: str | None) -> UUID | None:
    rules.check_role(role, has_client=client is not None)
    return (await portfolio.get(work, actor, Kind.CLIENT, client)).id if client else None


async def _with_clients(work: Work, members: list[User]) -> list[User]:
    names = await portfolio.references(work, Kind.CLIENT, (member.client_id for member in members))
    return [replace(member, client=names[member.client_id]) if member.client_id else member for member in members]


def _target(member: User) -> Target:
    return Target("user", str(member.id), member.name)


def _facts(member: User) -> Facts:
    return {"role": member.role.value, "client": member.client.key if member.client else None}
