"""API keys: shown once, never wider than who made them, ended at once."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest

from outlay.db.connect import Database
from outlay.db.roles import DatabaseUrls
from outlay.identity.access.model import Actor, ActorKind, Permission, Role, Scope
from outlay.identity.access.rules import ROLE_PERMISSIONS, NotAllowed, permissions_of
from outlay.identity.audit import service as audit
from outlay.identity.keys import service as keys
from outlay.identity.keys.model import KEY_PREFIX, ApiKey, KeyExpired, KeyRevoked
from outlay.identity.keys.service import KeyDraft
from outlay.identity.portfolio import service as portfolio
from outlay.identity.portfolio.model import Kind
from outlay.identity.portfolio.service import Change
from outlay.kit.errors import InvalidRequest, NotFound
from outlay.kit.ids import Token
from outlay.kit.paging import PageRequest
from tests.support.tenants import TESTER, Tenant

MAKERS = [role for role in Role if Permission.KEYS_MANAGE in ROLE_PERMISSIONS[role]]


def somebody(role: Role, narrowed_to: frozenset[Permission] | None = None) -> Actor:
    return Actor(ActorKind.KEY, str(uuid4()), role.value, role, Scope(), narrowed_to)


async def make(
    database: Database, tenant: Tenant, role: Role = Role.VIEWER, actor: Actor = TESTER, **more: object
) -> tuple[ApiKey, Token]:
    async with database.work(tenant.id) as work:
        return await keys.create(work, actor, KeyDraft(name="a key", role=role, **more))  # type: ignore[arg-type]


async def recognise(database: Database, token: Token) -> ApiKey | None:
    async with database.work(token.workspace_id) as work:
        return await keys.recognise(work, token)


def shift(urls: DatabaseUrls, tenant: Tenant, key_id: UUID, column: str, by: timedelta) -> None:
    """Moves a stored moment to some time from now."""
    with psycopg.connect(urls.owner) as owner:
        owner.execute(f"set local outlay.workspace_id = '{tenant.id}'".encode())
        changed = owner.execute(f"update api_key set {column} = now() + %s where id = %s".encode(), [by, key_id])
        assert changed.rowcount == 1


async def test_a_key_is_recognised_by_its_secret_and_acts_as_what_it_is(database: Database, tenant: Tenant) -> None:
    made, token = await make(database, tenant, Role.ANALYST, scopes={Permission.SPEND_READ})

    found = await recognise(database, token)

    assert found is not None
    assert found.id == made.id
    assert found.actor.role is Role.ANALYST
    assert permissions_of(found.actor) == {Permission.SPEND_READ}
    assert found.hint.endswith(token.secret[-4:])


async def test_the_secret_is_not_stored_and_not_noted(
    database: Database, tenant: Tenant, either_urls: DatabaseUrls
) -> None:
    _, token = await make(database, tenant)
    with psycopg.connect(either_urls.operator) as operator:
        rows = operator.execute("select t::text from api_key t union all select t::text from audit_entry t").fetchall()

    assert any(token.hash.hex() in row[0] for row in rows)
    assert not any(token.secret in row[0] for row in rows)


async def test_an_invented_key_and_another_workspace_s_key_are_nobody_s(
    database: Database, tenant: Tenant, stranger: Tenant
) -> None:
    _, token = await make(database, tenant)

    for invented in (
        Token.generate(KEY_PREFIX, tenant.id),
        Token(KEY_PREFIX, stranger.id, token.secret),
        Token(KEY_PREFIX, uuid4(), token.secret),
    ):
        assert await recognise(database, invented) is None


async def test_a_revoked_key_is_over_at_once_and_only_once(database: Database, tenant: Tenant) -> None:
    made, token = await make(database, tenant)
    async with database.work(tenant.id) as work:
        await keys.revoke(work, TESTER, made.id)
        # Already for those who ask in the same transaction, and for every other after it.
        with pytest.raises(KeyRevoked):
            await keys.recognise(work, token)
    async with database.work(tenant.id) as work:
        await keys.revoke(work, TESTER, made.id)
        noted = (await audit.entries(work, TESTER, PageRequest(), action="key.revoke")).items

    assert len(noted) == 1
    with pytest.raises(KeyRevoked):
        await recognise(database, token)


async def test_a_key_expires_by_the_database_s_clock(
    database: Database, tenant: Tenant, either_urls: DatabaseUrls
) -> None:
    made, token = await make(database, tenant, expires_at=datetime.now(UTC) + timedelta(hours=1))

    shift(either_urls, tenant, made.id, "expires_at", timedelta(seconds=30))
    assert await recognise(database, token)
    shift(either_urls, tenant, made.id, "expires_at", timedelta(0))
    with pytest.raises(KeyExpired):
        await recognise(database, token)


async def test_a_revoked_key_that_has_expired_too_was_revoked(
    database: Database, tenant: Tenant, either_urls: DatabaseUrls
) -> None:
    made, token = await make(database, tenant)
    shift(either_urls, tenant, made.id, "expires_at", timedelta(seconds=-1))
    shift(either_urls, tenant, made.id, "revoked_at", timedelta(seconds=-1))

    with pytest.raises(KeyRevoked):
        await recognise(database, token)


async def test_use_is_noted_every_few_seconds(database: Database, tenant: Tenant, either_urls: DatabaseUrls) -> None:
    made, token = await make(database, tenant)

    async def used() -> datetime | None:
        async with database.work(tenant.id) as work:
            await keys.touch(work.connection, tenant.id, made.id)
        found = await recognise(database, token)
        assert found is not None
        return found.last_used_at

    first = await used()
    assert first is not None
    assert await used() == first, "a key in use is not written for every request"
    shift(either_urls, tenant, made.id, "last_used_at", timedelta(seconds=-6))
    again = await used()
    assert again is not None
    assert again > first - timedelta(seconds=6)
    assert datetime.now(UTC) - again < timedelta(seconds=5)


async def test_an_agent_s_key_is_bound_to_the_agent_and_a_portal_s_to_the_client(
    database: Database, tenant: Tenant
) -> None:
    async with database.work(tenant.id) as work:
        client = await portfolio.create(work, TESTER, Kind.CLIENT, Change(name="Acme"))
        agent = await portfolio.create(work, TESTER, Kind.AGENT, Change(name="Writer"))
    agents, agents_token = await make(database, tenant, Role.AGENT, agent="writer")
    portals, portals_token = await make(database, tenant, Role.PORTAL, client=str(client.id))

    assert (agents.agent, portals.client) == (agent.reference, client.reference)
    for token, scope in ((agents_token, Scope(agent_id=agent.id)), (portals_token, Scope(client_id=client.id))):
        found = await recognise(database, token)
        assert found is not None
        assert found.actor.scope == scope


@pytest.mark.parametrize(
    "draft",
    [
        {"role": Role.AGENT},
        {"role": Role.PORTAL},
        {"role": Role.VIEWER, "client": "acme"},
        {"role": Role.OWNER, "agent": "writer"},
        {"role": Role.AGENT, "agent": "writer", "client": "acme"},
        {"role": Role.VIEWER, "scopes": {Permission.SPEND_WRITE}},
        {"role": Role.VIEWER, "expires_at": datetime(2020, 1, 1, tzinfo=UTC)},
    ],
)
async def test_a_key_that_cannot_be_is_refused(database: Database, tenant: Tenant, draft: dict[str, object]) -> None:
    async with database.work(tenant.id) as work:
        await portfolio.create(work, TESTER, Kind.CLIENT, Change(name="Acme"))
        await portfolio.create(work, TESTER, Kind.AGENT, Change(name="Writer"))

    with pytest.raises(InvalidRequest):
        await make(database, tenant, **draft)  # type: ignore[arg-type]


async def test_a_key_for_somebody_else_s_agent_or_client_is_refused(
    database: Database, tenant: Tenant, stranger: Tenant
) -> None:
    async with database.work(stranger.id) as work:
        client = await portfolio.create(work, TESTER, Kind.CLIENT, Change(name="Theirs"))
        agent = await portfolio.create(work, TESTER, Kind.AGENT, Change(name="Theirs"))

    for draft in ({"role": Role.PORTAL, "client": str(client.id)}, {"role": Role.AGENT, "agent": str(agent.id)}):
        with pytest.raises(NotFound):
            await make(database, tenant, **draft)  # type: ignore[arg-type]


@pytest.mark.parametrize("role", [role for role in Role if role not in MAKERS])
async def test_who_may_not_manage_keys_makes_sees_and_revokes_none(
    database: Database, tenant: Tenant, role: Role
) -> None:
    made, token = await make(database, tenant)
    async with database.work(tenant.id) as work:
        with pytest.raises(NotAllowed):
            await keys.create(work, somebody(role), KeyDraft(name="mine", role=role))
        with pytest.raises(NotAllowed):
            await keys.page(work, somebody(role), PageRequest(), with_revoked=True)
        with pytest.raises(NotAllowed):
            await keys.revoke(work, somebody(role), made.id)
    assert await recognise(database, token)


async def test_nobody_makes_a_key_that_may_more_than_they_may(database: Database, tenant: Tenant) -> None:
    admin = somebody(Role.ADMIN)
    narrow = somebody(Role.OWNER, frozenset({Permission.KEYS_MANAGE, Permission.SPEND_READ}))

    with pytest.raises(NotAllowed):
        await make(database, tenant, Role.OWNER, admin)
    for role, scopes in ((Role.OWNER, None), (Role.VIEWER, None), (Role.VIEWER, {Permission.PORTFOLIO_READ})):
        with pytest.raises(NotAllowed):
            await make(database, tenant, role, narrow, scopes=scopes)
    _, token = await make(database, tenant, Role.VIEWER, narrow, scopes={Permission.SPEND_READ})
    child = await recognise(database, token)
    assert child is not None
    assert permissions_of(child.actor) <= permissions_of(narrow)


async def test_nobody_revokes_a_key_that_may_more_than_they_may(database: Database, tenant: Tenant) -> None:
    made, token = await make(database, tenant, Role.OWNER)

    with pytest.raises(NotAllowed):
        async with database.work(tenant.id) as work:
            await keys.revoke(work, somebody(Role.ADMIN), made.id)
    assert await recognise(database, token)


async def test_another_workspace_s_key_is_neither_listed_nor_revoked(
    database: Database, tenant: Tenant, stranger: Tenant
) -> None:
    made, token = await make(database, stranger)

    async with database.work(tenant.id) as work:
        listed = (await keys.page(work, TESTER, PageRequest(), with_revoked=True)).items
        with pytest.raises(NotFound):
            await keys.revoke(work, TESTER, made.id)
    assert made.id not in {key.id for key in listed}
    assert await recognise(database, token)


async def test_pages_show_every_key_once_and_revoked_ones_on_request(database: Database, tenant: Tenant) -> None:
    made = [(await make(database, tenant))[0] for _ in range(5)]
    async with database.work(tenant.id) as work:
        await keys.revoke(work, TESTER, made[2].id)

    for with_revoked, count in ((True, 6), (False, 5)):  # one is the tenant's own
        seen: list[UUID] = []
        request = PageRequest(limit=2)
        async with database.work(tenant.id) as work:
            while True:
                page = await keys.page(work, TESTER, request, with_revoked=with_revoked)
                seen += [key.id for key in page.items]
                if page.next is None:
                    break
                request = PageRequest(limit=2, cursor=page.next)
        assert len(seen) == len(set(seen)) == count
        assert seen == sorted(seen, reverse=True)
