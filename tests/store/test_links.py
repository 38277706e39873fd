"""Links that work once: for their kind, in their workspace, until their time is up."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest

from outlay.db.connect import Database
from outlay.db.roles import DatabaseUrls
from outlay.identity.links import service as links
from outlay.identity.links.model import LINK_PREFIX, LinkKind, LinkSpent
from outlay.kit.ids import Token
from tests.support.tenants import Tenant

HOUR = timedelta(hours=1)


async def issue(database: Database, tenant: Tenant, kind: LinkKind = LinkKind.SIGN_IN) -> Token:
    async with database.work(tenant.id) as work:
        _, token = await links.issue(work, kind, HOUR, person_id=tenant.owner.id, email="a@b.test")
    return token


async def spend(database: Database, token: Token, kind: LinkKind = LinkKind.SIGN_IN) -> bool:
    """Whether the link gave what it promises."""
    try:
        async with database.work(token.workspace_id) as work:
            link = await links.spend(work, kind, token)
            assert link.kind is kind
    except LinkSpent:
        return False
    return True


async def test_a_link_works_once(database: Database, tenant: Tenant) -> None:
    token = await issue(database, tenant)

    assert [await spend(database, token) for _ in range(3)] == [True, False, False]


async def test_a_link_works_once_even_when_it_is_opened_many_times_at_the_same_moment(
    database: Database, tenant: Tenant
) -> None:
    token = await issue(database, tenant)

    assert sorted(await asyncio.gather(*(spend(database, token) for _ in range(8)))) == [False] * 7 + [True]


async def test_a_look_spends_nothing(database: Database, tenant: Tenant) -> None:
    token = await issue(database, tenant)
    async with database.work(tenant.id) as work:
        assert (await links.look(work, LinkKind.SIGN_IN, token)).email == "a@b.test"

    assert await spend(database, token)
    async with database.work(tenant.id) as work:
        with pytest.raises(LinkSpent):
            await links.look(work, LinkKind.SIGN_IN, token)


async def test_a_link_whose_promise_failed_still_works(database: Database, tenant: Tenant) -> None:
    token = await issue(database, tenant)
    with pytest.raises(ZeroDivisionError):
        async with database.work(tenant.id) as work:
            await links.spend(work, LinkKind.SIGN_IN, token)
            raise ZeroDivisionError

    assert await spend(database, token)


async def test_a_link_ends_by_the_database_s_clock(
    database: Database, tenant: Tenant, either_urls: DatabaseUrls
) -> None:
    early, late = await issue(database, tenant), await issue(database, tenant)
    with psycopg.connect(either_urls.owner) as owner:
        owner.execute(f"set local outlay.workspace_id = '{tenant.id}'".encode())
        shift = "update one_time_link set expires_at = now() + %s where token_hash = %s"
        owner.execute(shift, [timedelta(seconds=30), early.hash])
        owner.execute(shift, [timedelta(0), late.hash])

    assert await spend(database, early)
    assert not await spend(database, late)


@pytest.mark.parametrize("kind", [LinkKind.INVITATION, LinkKind.PASSWORD_RESET])
async def test_a_link_is_good_for_its_own_kind_only(database: Database, tenant: Tenant, kind: LinkKind) -> None:
    token = await issue(database, tenant)

    assert not await spend(database, token, kind)
    assert await spend(database, token)


async def test_a_link_belongs_to_its_workspace(database: Database, tenant: Tenant, stranger: Tenant) -> None:
    token = await issue(database, tenant)

    assert not await spend(database, Token(LINK_PREFIX, stranger.id, token.secret))
    assert not await spend(database, Token(LINK_PREFIX, uuid4(), token.secret))
    assert await spend(database, token)


async def test_a_withdrawn_link_is_spent_and_cannot_be_withdrawn_again(database: Database, tenant: Tenant) -> None:
    async with database.work(tenant.id) as work:
        link, token = await links.issue(work, LinkKind.INVITATION, HOUR, email="a@b.test")
        assert [one.id for one in await links.working(work, LinkKind.INVITATION)] == [link.id]
        assert await links.withdraw(work, LinkKind.SIGN_IN, link.id) is None
        assert await links.withdraw(work, LinkKind.INVITATION, link.id) == link
        assert await links.withdraw(work, LinkKind.INVITATION, link.id) is None
        assert await links.working(work, LinkKind.INVITATION) == []

    assert not await spend(database, token, LinkKind.INVITATION)


async def test_all_links_of_a_person_are_withdrawn_together(
    database: Database, tenant: Tenant, stranger: Tenant
) -> None:
    tokens = [await issue(database, tenant) for _ in range(3)]
    theirs = await issue(database, stranger)
    async with database.work(tenant.id) as work:
        await links.withdraw_all_for(work, LinkKind.SIGN_IN, tenant.owner.id)

    assert [await spend(database, token) for token in tokens] == [False] * 3
    assert await spend(database, theirs)


async def test_every_dead_link_gives_the_same_answer(database: Database, tenant: Tenant) -> None:
    spent = await issue(database, tenant)
    await spend(database, spent)
    invented = Token.generate(LINK_PREFIX, tenant.id)
    answers = set()
    for token in (spent, invented, Token.generate(LINK_PREFIX, uuid4())):
        async with database.work(token.workspace_id) as work:
            with pytest.raises(LinkSpent) as refused:
                await links.look(work, LinkKind.SIGN_IN, token)
            answers.add((refused.value.status, refused.value.detail))

    assert len(answers) == 1


async def test_the_secret_is_not_stored(database: Database, tenant: Tenant, either_urls: DatabaseUrls) -> None:
    token = await issue(database, tenant)
    with psycopg.connect(either_urls.operator) as operator:
        rows = operator.execute("select t::text from one_time_link t").fetchall()

    assert any(token.hash.hex() in row[0] for row in rows)
    assert not any(token.secret in row[0] for row in rows)


@pytest.mark.parametrize("text", ["", "nonsense", "ok_" + "0" * 32 + "_" + "0" * 64])
def test_what_is_not_a_link_says_so(text: str) -> None:
    with pytest.raises(LinkSpent):
        links.read_token(text)
