"""The workspace's users: their roles, how they are invited, and that the last owner stays."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from outlay.db.connect import Database
from outlay.identity.access.model import Actor, ActorKind, Permission, Role, Scope
from outlay.identity.access.rules import ROLE_PERMISSIONS, NotAllowed
from outlay.identity.audit import service as audit
from outlay.identity.links.model import LinkSpent
from outlay.identity.people import service as people
from outlay.identity.people.model import EmailTaken, LastOwner, Person, User, WrongPassword
from outlay.identity.portfolio import service as portfolio
from outlay.identity.portfolio.model import Kind
from outlay.identity.portfolio.service import Change
from outlay.identity.sign_in import service as sign_in
from outlay.identity.sign_in.model import Origin, SessionExpired
from outlay.kit.errors import InvalidRequest, NotFound, OutlayError
from outlay.kit.ids import Token
from outlay.kit.paging import PageRequest
from tests.store.tenancy_help import POLICY, spare_argon2
from tests.support.tenants import TESTER, Tenant, make_tenant

PASSWORD = "four unrelated quiet words"
OTHER_PASSWORD = "quite another set of words"
WEEK = timedelta(days=7)


def somebody(role: Role, person_id: UUID | None = None) -> Actor:
    return Actor(ActorKind.PERSON, str(person_id or uuid4()), role.value, role, Scope())


def fresh_email() -> str:
    return f"{uuid4().hex}@example.test"


async def invite(
    database: Database, tenant: Tenant, email: str, role: Role = Role.VIEWER, client: str | None = None
) -> Token:
    async with database.work(tenant.id) as work:
        _, token = await people.invite(work, TESTER, email=email, role=role, client=client, valid_for=WEEK)
    return token


async def accept(database: Database, token: Token, name: str | None = "Sam", password: str | None = PASSWORD) -> Person:
    async with database.work(token.workspace_id) as work:
        return await people.accept(work, token, name=name, password=password, ip="192.0.2.1")


async def add(database: Database, tenant: Tenant, role: Role, email: str | None = None) -> Person:
    """A new member with a password."""
    return await accept(database, await invite(database, tenant, email or fresh_email(), role))


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    spare_argon2(monkeypatch)


async def add_owner(database: Database, tenant: Tenant, email: str | None = None) -> Person:
    """Another owner, who has no password yet."""
    async with database.work(tenant.id) as work:
        return await people.add_owner(work, TESTER, name="Otto Owner", email=email or fresh_email())


async def users(database: Database, tenant: Tenant) -> list[User]:
    async with database.work(tenant.id) as work:
        return await people.users(work, TESTER)


async def remove(database: Database, tenant: Tenant, person_id: UUID, actor: Actor = TESTER) -> None:
    async with database.work(tenant.id) as work:
        await people.remove(work, actor, person_id)


async def give(database: Database, tenant: Tenant, person_id: UUID, role: Role, actor: Actor = TESTER) -> User:
    async with database.work(tenant.id) as work:
        return await people.change(work, actor, person_id, role=role, client=None)


async def outcome(attempt: object) -> str:
    try:
        await attempt  # type: ignore[misc]
    except OutlayError as error:
        return error.code
    return "done"


async def test_an_invited_person_becomes_a_member(database: Database, tenant: Tenant) -> None:
    email = fresh_email()
    person = await add(database, tenant, Role.ANALYST, email)

    (member,) = [user for user in await users(database, tenant) if user.email == email]
    assert (member.id, member.name, member.role) == (person.id, "Sam", Role.ANALYST)
    async with database.work(tenant.id) as work:
        assert await people.invitations(work, TESTER) == []
        assert await people.is_password_of(person, PASSWORD)
        noted = (await audit.entries(work, TESTER, PageRequest(), action="invitation.")).items
    assert [entry.action for entry in noted] == ["invitation.accept", "invitation.create"]
    assert noted[0].ip == "192.0.2.1"


async def test_an_invitation_opened_twice_at_once_makes_one_member(database: Database, tenant: Tenant) -> None:
    token = await invite(database, tenant, fresh_email())

    outcomes = await asyncio.gather(*(outcome(accept(database, token)) for _ in range(3)))

    assert sorted(outcomes) == ["done", "link_spent", "link_spent"]
    assert len(await users(database, tenant)) == 2


async def test_a_withdrawn_invitation_is_spent(database: Database, tenant: Tenant) -> None:
    token = await invite(database, tenant, fresh_email())
    async with database.work(tenant.id) as work:
        (link,) = await people.invitations(work, TESTER)
        await people.withdraw_invitation(work, TESTER, link.id)
        with pytest.raises(NotFound):
            await people.withdraw_invitation(work, TESTER, link.id)

    with pytest.raises(LinkSpent):
        await accept(database, token)


@pytest.mark.parametrize(
    ("name", "password"), [(None, PASSWORD), ("  ", PASSWORD), ("Sam", None), ("Sam", "short"), ("Sam", "a" * 20)]
)
async def test_a_new_person_needs_a_name_and_a_good_password_and_may_try_again(
    database: Database, tenant: Tenant, name: str | None, password: str | None
) -> None:
    token = await invite(database, tenant, fresh_email())

    with pytest.raises(InvalidRequest):
        await accept(database, token, name, password)
    await accept(database, token)


async def test_a_known_person_must_give_their_password_and_keeps_it(
    database: Database, tenant: Tenant, stranger: Tenant
) -> None:
    email = fresh_email()
    person = await add(database, tenant, Role.VIEWER, email)
    token = await invite(database, stranger, email.upper(), Role.ADMIN)

    for wrong in (None, "", OTHER_PASSWORD):
        with pytest.raises(WrongPassword):
            await accept(database, token, "Impostor", wrong)
    joined = await accept(database, token, "Impostor", PASSWORD)

    assert (joined.id, joined.name) == (person.id, "Sam")
    assert {user.role for user in await users(database, stranger) if user.id == person.id} == {Role.ADMIN}


async def test_an_invitation_elsewhere_does_not_open_the_door_here(
    database: Database, tenant: Tenant, stranger: Tenant
) -> None:
    """Whoever invites holds the link. An owner who came in by link and has no password yet must not be taken over."""
    owner = tenant.owner
    token = await invite(database, stranger, owner.email)
    await outcome(accept(database, token, "Impostor", PASSWORD))

    entered = await outcome(
        sign_in.sign_in(
            database, POLICY, Origin("203.0.113.5"), email=owner.email, password=PASSWORD, workspace_id=tenant.id
        )
    )

    assert entered == "sign_in_failed"
    assert [user.name for user in await users(database, tenant)] == [owner.name]


async def test_who_was_removed_does_not_come_back_by_an_older_invitation(database: Database, tenant: Tenant) -> None:
    email = fresh_email()
    first, second = await invite(database, tenant, email, Role.ADMIN), await invite(database, tenant, email, Role.ADMIN)
    person = await accept(database, first)
    await remove(database, tenant, person.id)

    assert await outcome(accept(database, second)) == "link_spent"
    assert person.id not in {user.id for user in await users(database, tenant)}


async def test_a_member_is_not_invited_again(database: Database, tenant: Tenant) -> None:
    with pytest.raises(EmailTaken):
        await invite(database, tenant, tenant.owner.email.upper())


@pytest.mark.parametrize("email", ["MÜLLER@example.test", "İpek@example.test", "ΟΔΟΣ@example.test", "ǅo@example.test"])
async def test_an_address_is_the_same_in_every_case_whatever_its_script(
    database: Database, tenant: Tenant, email: str
) -> None:
    local, _, _ = email.partition("@")
    email = f"{local}@{uuid4().hex}.test"

    person = await add_owner(database, tenant, email)

    async with database.directory() as connection:
        assert await people.find_person(connection, email) == person


async def test_the_last_owner_neither_leaves_nor_steps_down(database: Database, tenant: Tenant) -> None:
    owner = somebody(Role.OWNER, tenant.owner.id)
    with pytest.raises(LastOwner):
        await remove(database, tenant, tenant.owner.id, owner)
    with pytest.raises(LastOwner):
        await give(database, tenant, tenant.owner.id, Role.ADMIN, owner)

    await add_owner(database, tenant)
    await give(database, tenant, tenant.owner.id, Role.ADMIN, owner)
    await remove(database, tenant, tenant.owner.id)


async def test_of_two_owners_who_leave_at_once_one_stays(database: Database, tenant: Tenant) -> None:
    other = await add_owner(database, tenant)

    outcomes = await asyncio.gather(
        *(
            outcome(remove(database, tenant, person_id, somebody(Role.OWNER, person_id)))
            for person_id in (tenant.owner.id, other.id)
        )
    )

    assert sorted(outcomes) == ["done", "last_owner"]
    assert [user.role for user in await users(database, tenant)] == [Role.OWNER]


async def test_of_many_owners_who_leave_or_step_down_at_once_one_stays(database: Database, tenant: Tenant) -> None:
    owners = [tenant.owner.id, *[(await add_owner(database, tenant)).id for _ in range(3)]]

    attempts = [
        remove(database, tenant, one) if number % 2 else give(database, tenant, one, Role.VIEWER)
        for number, one in enumerate(owners)
    ]
    outcomes = await asyncio.gather(*(outcome(attempt) for attempt in attempts))

    assert sorted(outcomes) == ["done", "done", "done", "last_owner"]
    assert [user.role for user in await users(database, tenant)].count(Role.OWNER) == 1


@pytest.mark.parametrize("role", [role for role in Role if Permission.PEOPLE_MANAGE not in ROLE_PERMISSIONS[role]])
async def test_who_may_not_manage_people_changes_nobody(database: Database, tenant: Tenant, role: Role) -> None:
    other = await add_owner(database, tenant)
    token = await invite(database, tenant, fresh_email())
    async with database.work(tenant.id) as work:
        (link,) = await people.invitations(work, TESTER)
        for attempt in (
            people.change(work, somebody(role), other.id, role=Role.VIEWER, client=None),
            people.remove(work, somebody(role), other.id),
            people.invite(work, somebody(role), email=fresh_email(), role=role, client=None, valid_for=WEEK),
            people.withdraw_invitation(work, somebody(role), link.id),
        ):
            assert await outcome(attempt) == "not_allowed"
    await accept(database, token)
    assert len(await users(database, tenant)) == 3


@pytest.mark.parametrize("role", [role for role in Role if Permission.PEOPLE_READ not in ROLE_PERMISSIONS[role]])
async def test_who_may_not_read_people_sees_nobody(database: Database, tenant: Tenant, role: Role) -> None:
    async with database.work(tenant.id) as work:
        with pytest.raises(NotAllowed):
            await people.users(work, somebody(role))
        with pytest.raises(NotAllowed):
            await people.invitations(work, somebody(role))


async def test_an_administrator_neither_makes_nor_unmakes_owners(database: Database, tenant: Tenant) -> None:
    admin = somebody(Role.ADMIN)
    member, owner = await add(database, tenant, Role.VIEWER), await add_owner(database, tenant)

    async with database.work(tenant.id) as work:
        for attempt in (
            people.invite(work, admin, email=fresh_email(), role=Role.OWNER, client=None, valid_for=WEEK),
            people.change(work, admin, member.id, role=Role.OWNER, client=None),
            people.change(work, admin, owner.id, role=Role.VIEWER, client=None),
            people.remove(work, admin, owner.id),
        ):
            assert await outcome(attempt) == "not_allowed"
    assert (await give(database, tenant, member.id, Role.ADMIN, admin)).role is Role.ADMIN


async def test_a_narrowed_credential_invites_nobody_who_may_more(database: Database, tenant: Tenant) -> None:
    narrow = Actor(ActorKind.KEY, "k", "k", Role.OWNER, Scope(), frozenset({Permission.PEOPLE_MANAGE}))
    async with database.work(tenant.id) as work:
        for role in (Role.OWNER, Role.ADMIN, Role.VIEWER):
            with pytest.raises(NotAllowed):
                await people.invite(work, narrow, email=fresh_email(), role=role, client=None, valid_for=WEEK)


async def test_a_member_may_leave_by_themselves(database: Database, tenant: Tenant) -> None:
    member = await add(database, tenant, Role.VIEWER)

    await remove(database, tenant, member.id, somebody(Role.VIEWER, member.id))

    assert member.id not in {user.id for user in await users(database, tenant)}


async def test_leaving_ends_one_s_sessions_here_and_not_elsewhere(
    database: Database, tenant: Tenant, stranger: Tenant
) -> None:
    email = fresh_email()
    member = await add(database, tenant, Role.VIEWER, email)
    await accept(database, await invite(database, stranger, email))
    tokens = []
    for workspace_id in (tenant.id, stranger.id):
        async with database.work(workspace_id) as work:
            tokens.append((await sign_in.begin(work, POLICY, Origin(), member.id)).token)

    await remove(database, tenant, member.id)

    async with database.work(tenant.id) as work:
        with pytest.raises(SessionExpired):
            await sign_in.recognise(work, POLICY, tokens[0])
    async with database.work(stranger.id) as work:
        assert (await sign_in.recognise(work, POLICY, tokens[1]))[1].id == member.id


async def test_a_portal_user_is_bound_to_a_client_of_this_workspace(
    database: Database, tenant: Tenant, stranger: Tenant
) -> None:
    ids = []
    for one in (tenant, stranger):
        async with database.work(one.id) as work:
            ids.append((await portfolio.create(work, TESTER, Kind.CLIENT, Change(name="Acme"))).id)
    member = await add(database, tenant, Role.VIEWER)

    with pytest.raises(NotFound):
        await invite(database, tenant, fresh_email(), Role.PORTAL, str(ids[1]))
    async with database.work(tenant.id) as work:
        bound = await people.change(work, TESTER, member.id, role=Role.PORTAL, client="acme")
        assert people.actor_of(bound).scope == Scope(client_id=ids[0])
        with pytest.raises(InvalidRequest):
            await people.change(work, TESTER, member.id, role=Role.PORTAL, client=None)
        freed = await people.change(work, TESTER, member.id, role=Role.VIEWER, client=None)
        assert people.actor_of(freed).scope.is_whole_workspace


async def test_another_workspace_s_members_are_not_there(database: Database, tenant: Tenant, stranger: Tenant) -> None:
    theirs = await add(database, stranger, Role.VIEWER)

    assert theirs.id not in {user.id for user in await users(database, tenant)}
    with pytest.raises(NotFound):
        await give(database, tenant, theirs.id, Role.ADMIN)
    with pytest.raises(NotFound):
        await remove(database, tenant, theirs.id)


async def test_a_new_address_or_password_needs_the_current_password(database: Database, tenant: Tenant) -> None:
    member = await add(database, tenant, Role.VIEWER)
    self = somebody(Role.VIEWER, member.id)
    async with database.work(tenant.id) as work:
        for wish in ({"email": fresh_email()}, {"new_password": OTHER_PASSWORD}):
            for given in (None, "", OTHER_PASSWORD):
                with pytest.raises(WrongPassword):
                    await people.change_own(work, self, current_password=given, **wish)
        changed = await people.change_own(work, self, name="Samuel")
        assert changed.name == "Samuel"
        changed = await people.change_own(work, self, current_password=PASSWORD, new_password=OTHER_PASSWORD)
        assert await people.is_password_of(changed, OTHER_PASSWORD)
        assert not await people.is_password_of(changed, PASSWORD)


async def test_somebody_else_s_address_is_taken_in_every_case(database: Database, tenant: Tenant) -> None:
    member = await add(database, tenant, Role.VIEWER)
    async with database.work(tenant.id) as work:
        with pytest.raises(EmailTaken):
            await people.change_own(
                work, somebody(Role.VIEWER, member.id), email=tenant.owner.email.upper(), current_password=PASSWORD
            )
        same = await people.change_own(
            work, somebody(Role.VIEWER, member.id), email=member.email.upper(), current_password=PASSWORD
        )
    assert same.email == member.email.upper()


async def test_a_name_that_is_too_long_is_not_said_to_be_an_address(database: Database, tenant: Tenant) -> None:
    with pytest.raises(Exception, match="name") as refused:
        async with database.work(tenant.id) as work:
            await people.change_own(work, somebody(Role.OWNER, tenant.owner.id), name="x" * 121)
    assert not isinstance(refused.value, EmailTaken)


async def test_a_key_has_no_profile(database: Database, tenant: Tenant) -> None:
    key = Actor(ActorKind.KEY, str(tenant.owner.id), "k", Role.OWNER, Scope())
    async with database.work(tenant.id) as work:
        with pytest.raises(NotFound):
            await people.change_own(work, key, name="Mine")


async def test_an_owner_added_by_hand_who_is_known_keeps_name_and_password(database: Database, tenant: Tenant) -> None:
    email = fresh_email()
    known = await add(database, tenant, Role.VIEWER, email)
    elsewhere = await make_tenant(database, "Third")

    added = await add_owner(database, elsewhere, email.upper())

    assert (added.id, added.name, added.password_hash) == (known.id, "Sam", known.password_hash)


async def test_of_two_invitations_of_a_new_address_the_slower_does_not_set_the_password_of_the_quicker(
    database: Database, tenant: Tenant, stranger: Tenant
) -> None:
    email = fresh_email()
    quicker, slower = await invite(database, tenant, email), await invite(database, stranger, email)

    async with database.work(tenant.id) as work:
        await people.accept(work, quicker, name="Quick", password="what the quicker one chose", ip=None)
        waiting = asyncio.create_task(accept(database, slower, password="what the slower one chose"))
        await asyncio.sleep(0.5)  # until it waits for the address that we have not committed yet
        assert not waiting.done()

    with pytest.raises(WrongPassword):
        await waiting
    async with database.directory() as connection:
        person = await people.find_person(connection, email)
    assert await people.is_password_of(person, "what the quicker one chose")


async def test_an_account_without_a_password_is_claimed_once(
    database: Database, tenant: Tenant, stranger: Tenant
) -> None:
    email = fresh_email()
    async with database.work(tenant.id) as work:
        left = await people.add_owner(work, TESTER, name="Once here", email=email)
        await people.remove(work, TESTER, left.id)
    quicker, slower = await invite(database, tenant, email), await invite(database, stranger, email)

    async with database.work(tenant.id) as work:
        await people.accept(work, quicker, name="Quick", password="what the quicker one chose", ip=None)
        waiting = asyncio.create_task(accept(database, slower, password="what the slower one chose"))
        await asyncio.sleep(0.5)  # until it waits for the person that we have not committed yet
        assert not waiting.done()

    with pytest.raises(WrongPassword):
        await waiting
    async with database.directory() as connection:
        person = await people.find_person(connection, email)
    assert await people.is_password_of(person, "what the quicker one chose")
