"""Sessions: who comes in and who does not, how long they stay, and how guessing is slowed down."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest

from outlay.db.connect import Database
from outlay.db.roles import DatabaseUrls
from outlay.identity.access.model import Actor, ActorKind, Role, Scope
from outlay.identity.links import service as links
from outlay.identity.links.model import LinkKind, LinkSpent
from outlay.identity.people import service as people
from outlay.identity.sign_in import service as sign_in
from outlay.identity.sign_in.model import Origin, Session, SessionExpired, SignedIn
from outlay.kit.errors import InvalidRequest, NotFound, OutlayError
from outlay.kit.ids import Token
from tests.store.tenancy_help import POLICY, spare_argon2
from tests.support.tenants import TESTER, Tenant

PASSWORD = "four unrelated quiet words"
NEW_PASSWORD = "quite another set of words"


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    spare_argon2(monkeypatch)


@pytest.fixture
def here() -> Origin:
    """A place that no other test signs in from."""
    return Origin(f"place {uuid4().hex}", "A browser")


@pytest.fixture
async def owner(database: Database, tenant: Tenant) -> Actor:
    """The tenant's owner, with a password."""
    actor = Actor(ActorKind.PERSON, str(tenant.owner.id), tenant.owner.name, Role.OWNER, Scope())
    async with database.work(tenant.id) as work:
        await people.change_own(work, actor, new_password=PASSWORD)
    return actor


async def join(database: Database, tenant: Tenant, email: str) -> None:
    """Makes a person who is known elsewhere an owner here too."""
    async with database.work(tenant.id) as work:
        await people.add_owner(work, TESTER, name="ignored", email=email)


async def enter(
    database: Database, tenant: Tenant, origin: Origin, password: str = PASSWORD, **more: object
) -> SignedIn:
    return await sign_in.sign_in(
        database,
        POLICY,
        origin,
        email=tenant.owner.email,
        password=password,
        **more,  # type: ignore[arg-type]
    )


async def outcome(attempt: object) -> str:
    try:
        await attempt  # type: ignore[misc]
    except OutlayError as error:
        return error.code
    return "done"


async def recognise(database: Database, token: Token) -> Session | None:
    try:
        async with database.work(token.workspace_id) as work:
            return (await sign_in.recognise(work, POLICY, token))[0]
    except SessionExpired:
        return None


def shift(urls: DatabaseUrls, token: Token, **columns: timedelta) -> None:
    """Moves a session's stored moments to some time from now."""
    with psycopg.connect(urls.owner) as owner:
        owner.execute(f"set local outlay.workspace_id = '{token.workspace_id}'".encode())
        for column, by in columns.items():
            statement = f"update session set {column} = now() + %s where token_hash = %s"
            assert owner.execute(statement.encode(), [by, token.hash]).rowcount == 1


async def test_the_right_password_lets_in(database: Database, tenant: Tenant, owner: Actor, here: Origin) -> None:
    came = await enter(database, tenant, here)

    session = await recognise(database, came.token)
    assert session is not None
    assert (session.id, session.person_id, session.ip) == (came.session.id, tenant.owner.id, here.ip)
    assert came.token.workspace_id == tenant.id


async def test_each_sign_in_has_a_token_of_its_own(
    database: Database, tenant: Tenant, owner: Actor, here: Origin
) -> None:
    one, other = await enter(database, tenant, here), await enter(database, tenant, here)

    assert one.token != other.token
    assert await recognise(database, one.token)


async def test_the_address_is_the_same_in_every_case(
    database: Database, tenant: Tenant, owner: Actor, here: Origin
) -> None:
    shouted = tenant.owner.email.upper()
    came = await sign_in.sign_in(database, POLICY, here, email=shouted, password=PASSWORD)

    assert came.user.id == tenant.owner.id


async def test_an_unknown_address_and_a_wrong_password_look_the_same(
    database: Database, tenant: Tenant, owner: Actor, stranger: Tenant, here: Origin
) -> None:
    answers = set()
    # A wrong password, a person without a password, and nobody at all.
    for email in (tenant.owner.email, stranger.owner.email, f"{uuid4().hex}@example.test", "no address", ""):
        with pytest.raises(OutlayError) as refused:
            await sign_in.sign_in(database, POLICY, here, email=email, password="wrong")
        answers.add((refused.value.code, refused.value.detail, str(refused.value.facts)))

    assert len(answers) == 1


async def test_a_person_without_a_password_comes_in_with_none(database: Database, tenant: Tenant, here: Origin) -> None:
    for password in ("", "None", "nobody has this password"):
        assert await outcome(enter(database, tenant, here, password)) == "sign_in_failed"


async def test_a_person_enters_the_workspace_they_name_or_used_last(
    database: Database, tenant: Tenant, stranger: Tenant, owner: Actor, here: Origin
) -> None:
    await join(database, stranger, tenant.owner.email)

    named = await enter(database, tenant, here, workspace_id=stranger.id)
    again = await enter(database, tenant, here)

    assert named.token.workspace_id == again.token.workspace_id == stranger.id
    assert (await enter(database, tenant, here, workspace_id=tenant.id)).token.workspace_id == tenant.id
    assert await outcome(enter(database, tenant, here, workspace_id=uuid4())) == "sign_in_failed"


async def test_who_is_a_member_of_nothing_does_not_come_in(
    database: Database, tenant: Tenant, owner: Actor, here: Origin
) -> None:
    async with database.work(tenant.id) as work:
        await people.add_owner(work, TESTER, name="Heir", email=f"{uuid4().hex}@example.test")
        await people.remove(work, TESTER, tenant.owner.id)

    assert await outcome(enter(database, tenant, here)) == "sign_in_failed"


async def test_guessing_ends_in_a_pause_even_for_the_right_password(
    database: Database, tenant: Tenant, owner: Actor, here: Origin
) -> None:
    outcomes = [await outcome(enter(database, tenant, here, "wrong")) for _ in range(POLICY.attempts_max)]
    assert set(outcomes) == {"sign_in_failed"}

    with pytest.raises(OutlayError) as refused:
        await enter(database, tenant, here)

    assert refused.value.code == "too_many_attempts"
    assert refused.value.retry_after_s is not None
    assert 1 <= refused.value.retry_after_s <= 15 * 60


async def test_many_guesses_at_once_do_not_slip_through(
    database: Database, tenant: Tenant, owner: Actor, here: Origin
) -> None:
    outcomes = Counter(await asyncio.gather(*(outcome(enter(database, tenant, here, "wrong")) for _ in range(50))))

    assert outcomes == {"sign_in_failed": POLICY.attempts_max, "too_many_attempts": 50 - POLICY.attempts_max}


async def test_guessing_at_nobody_ends_in_the_same_pause(database: Database, here: Origin) -> None:
    email = f"{uuid4().hex}@example.test"

    outcomes = [
        await outcome(sign_in.sign_in(database, POLICY, here, email=email, password="wrong"))
        for _ in range(POLICY.attempts_max + 1)
    ]

    assert outcomes == ["sign_in_failed"] * POLICY.attempts_max + ["too_many_attempts"]


async def test_guessing_from_one_place_at_many_addresses_ends_too(database: Database, here: Origin) -> None:
    outcomes = [
        await outcome(sign_in.sign_in(database, POLICY, here, email=f"{uuid4().hex}@a.test", password="wrong"))
        for _ in range(POLICY.attempts_max * 3 + 1)
    ]

    assert outcomes.index("too_many_attempts") == POLICY.attempts_max * 3


async def test_others_guesses_do_not_shut_out_who_knows_the_password(
    database: Database, tenant: Tenant, owner: Actor, here: Origin
) -> None:
    elsewhere = Origin(f"place {uuid4().hex}")
    for _ in range(POLICY.attempts_max + 1):
        await outcome(enter(database, tenant, elsewhere, "wrong"))

    assert await outcome(enter(database, tenant, here)) == "done"


async def test_success_forgives(database: Database, tenant: Tenant, owner: Actor, here: Origin) -> None:
    for _ in range(2):
        for _ in range(POLICY.attempts_max - 1):
            assert await outcome(enter(database, tenant, here, "wrong")) == "sign_in_failed"
        await enter(database, tenant, here)


async def test_an_account_of_one_s_own_does_not_wash_away_guesses_at_others(
    database: Database, tenant: Tenant, owner: Actor, here: Origin
) -> None:
    outcomes = []
    for _ in range(POLICY.attempts_max):
        for _ in range(5):
            guess = sign_in.sign_in(database, POLICY, here, email=f"{uuid4().hex}@a.test", password="wrong")
            outcomes.append(await outcome(guess))
        await outcome(enter(database, tenant, here))

    assert "too_many_attempts" in outcomes


async def test_a_pause_ends_with_its_window(
    database: Database, tenant: Tenant, owner: Actor, here: Origin, either_urls: DatabaseUrls
) -> None:
    for _ in range(POLICY.attempts_max + 1):
        await outcome(enter(database, tenant, here, "wrong"))
    with psycopg.connect(either_urls.owner) as connection:
        connection.execute("update sign_in_throttle set window_started_at = now() - interval '15 minutes'")

    assert await outcome(enter(database, tenant, here)) == "done"


async def test_many_who_sign_in_at_once_from_one_place_all_come_in(
    database: Database, tenant: Tenant, owner: Actor, here: Origin
) -> None:
    outcomes = Counter(await asyncio.gather(*(outcome(enter(database, tenant, here)) for _ in range(8))))

    assert outcomes == {"done": 8}


@pytest.mark.parametrize(("column", "limit"), [("last_seen_at", -POLICY.idle), ("expires_at", timedelta(0))])
async def test_a_session_ends_when_idle_or_old_by_the_database_s_clock(
    database: Database, tenant: Tenant, owner: Actor, here: Origin, either_urls: DatabaseUrls,
    column: str, limit: timedelta,
) -> None:  # fmt: skip
    came = await enter(database, tenant, here)

    shift(either_urls, came.token, **{column: limit + timedelta(seconds=30)})
    assert await recognise(database, came.token)
    shift(either_urls, came.token, **{column: limit})
    assert await recognise(database, came.token) is None
    async with database.work(tenant.id) as work:
        assert came.session.id not in {one.id for one in await sign_in.sessions(work, POLICY, tenant.owner.id)}
        assert await sign_in.tidy(work, POLICY) == 1


async def test_use_keeps_a_session_but_not_beyond_its_longest(
    database: Database, tenant: Tenant, owner: Actor, here: Origin, either_urls: DatabaseUrls
) -> None:
    came = await enter(database, tenant, here)
    shift(either_urls, came.token, last_seen_at=-POLICY.idle + timedelta(minutes=1))
    async with database.work(tenant.id) as work:
        await sign_in.touch(work.connection, tenant.id, came.session)
    session = await recognise(database, came.token)

    assert session is not None
    assert datetime.now(UTC) - session.last_seen_at < timedelta(minutes=1)
    assert session.expires_at == came.session.expires_at


@pytest.mark.parametrize("by", [timedelta(days=-3), timedelta(days=3)])
async def test_a_machine_whose_clock_is_wrong_makes_sessions_that_last_as_long(
    either_urls: DatabaseUrls, tenant: Tenant, owner: Actor, here: Origin, by: timedelta
) -> None:
    database = Database(either_urls, pool_size=2, pool_wait_s=10, clock=lambda: datetime.now(UTC) + by)
    try:
        came = await enter(database, tenant, here)
        session = await recognise(database, came.token)
    finally:
        await database.close()

    assert session is not None
    lasts = session.expires_at - datetime.now(UTC)
    assert POLICY.longest - timedelta(minutes=1) < lasts <= POLICY.longest


async def test_who_signs_out_is_out(database: Database, tenant: Tenant, owner: Actor, here: Origin) -> None:
    one, other = await enter(database, tenant, here), await enter(database, tenant, here)
    async with database.work(tenant.id) as work:
        await sign_in.sign_out(work, one.token)
    await sign_in.forget(database, other.token.text)
    for nothing in (None, "", "nonsense", Token.generate("os", uuid4()).text):
        await sign_in.forget(database, nothing)

    assert await recognise(database, one.token) is None
    assert await recognise(database, other.token) is None


async def test_one_ends_one_s_own_sessions_and_nobody_else_s(
    database: Database, tenant: Tenant, owner: Actor, here: Origin
) -> None:
    came = await enter(database, tenant, here)
    other = replace(owner, id=str(uuid4()))
    async with database.work(tenant.id) as work:
        with pytest.raises(NotFound):
            await sign_in.end(work, other, came.session.id)
        assert await sign_in.sessions(work, POLICY, UUID(other.id)) == []
        await sign_in.end(work, owner, came.session.id)
        with pytest.raises(NotFound):
            await sign_in.end(work, owner, came.session.id)

    assert await recognise(database, came.token) is None


async def test_another_workspace_s_token_with_the_same_secret_opens_nothing(
    database: Database, tenant: Tenant, stranger: Tenant, owner: Actor, here: Origin
) -> None:
    came = await enter(database, tenant, here)

    assert await recognise(database, replace(came.token, workspace_id=stranger.id)) is None


async def test_only_members_switch_into_a_workspace(
    database: Database, tenant: Tenant, stranger: Tenant, owner: Actor, here: Origin
) -> None:
    with pytest.raises(NotFound):
        await sign_in.switch(database, POLICY, here, tenant.owner.id, stranger.id)
    await join(database, stranger, tenant.owner.email)

    there = await sign_in.switch(database, POLICY, here, tenant.owner.id, stranger.id)

    assert there.token.workspace_id == stranger.id


async def test_a_sign_in_link_lets_its_person_in_once(database: Database, tenant: Tenant, here: Origin) -> None:
    async with database.work(tenant.id) as work:
        _, token = await links.issue(work, LinkKind.SIGN_IN, timedelta(hours=1), person_id=tenant.owner.id)

    assert (await sign_in.sign_in_by_link(database, POLICY, here, token.text)).user.id == tenant.owner.id
    with pytest.raises(LinkSpent):
        await sign_in.sign_in_by_link(database, POLICY, here, token.text)


async def reset(database: Database, tenant: Tenant, origin: Origin) -> str:
    issued = await sign_in.request_reset(database, POLICY, origin, tenant.owner.email.upper())
    assert issued is not None
    address, token = issued
    assert address == tenant.owner.email, "the mail goes to the address as it is stored"
    return token.text


async def test_a_reset_sets_the_password_and_ends_all_sessions_in_all_workspaces(
    database: Database, tenant: Tenant, stranger: Tenant, owner: Actor, here: Origin
) -> None:
    await join(database, stranger, tenant.owner.email)
    before = [await enter(database, tenant, here, workspace_id=one.id) for one in (tenant, stranger)]
    text = await reset(database, tenant, here)

    came = await sign_in.reset_password(database, POLICY, here, text=text, password=NEW_PASSWORD)

    assert [await recognise(database, one.token) for one in before] == [None, None]
    assert await recognise(database, came.token)
    assert await outcome(enter(database, tenant, here)) == "sign_in_failed"
    assert await outcome(enter(database, tenant, here, NEW_PASSWORD)) == "done"
    with pytest.raises(LinkSpent):
        await sign_in.reset_password(database, POLICY, here, text=text, password=PASSWORD)


async def test_after_a_reset_the_other_links_in_the_mailbox_are_dead(
    database: Database, tenant: Tenant, owner: Actor, here: Origin
) -> None:
    older, newer = await reset(database, tenant, here), await reset(database, tenant, here)
    await sign_in.reset_password(database, POLICY, here, text=newer, password=NEW_PASSWORD)

    with pytest.raises(LinkSpent):
        await sign_in.reset_password(database, POLICY, here, text=older, password=PASSWORD)


async def test_a_password_that_is_refused_leaves_the_reset_link_good(
    database: Database, tenant: Tenant, owner: Actor, here: Origin
) -> None:
    text = await reset(database, tenant, here)
    with pytest.raises(InvalidRequest):
        await sign_in.reset_password(database, POLICY, here, text=text, password="short")

    came = await sign_in.reset_password(database, POLICY, here, text=text, password=NEW_PASSWORD)
    assert came.user.id == tenant.owner.id


async def test_a_reset_for_nobody_makes_nothing_and_is_slowed_down_alike(
    database: Database, tenant: Tenant, here: Origin
) -> None:
    nobody = f"{uuid4().hex}@example.test"
    for email in (nobody, tenant.owner.email):
        outcomes = [
            await outcome(sign_in.request_reset(database, POLICY, here, email)) for _ in range(POLICY.attempts_max + 1)
        ]
        assert outcomes == ["done"] * POLICY.attempts_max + ["too_many_attempts"]
    assert await sign_in.request_reset(database, POLICY, Origin("elsewhere"), nobody) is None


async def test_a_new_password_of_one_s_own_ends_the_other_sessions_here(
    database: Database, tenant: Tenant, owner: Actor, here: Origin
) -> None:
    kept, other = await enter(database, tenant, here), await enter(database, tenant, here)
    async with database.work(tenant.id) as work:
        await sign_in.end_others(work, kept.session)

    assert await recognise(database, kept.token)
    assert await recognise(database, other.token) is None


async def test_guessing_a_password_by_way_of_an_invitation_is_slowed_down(
    database: Database, tenant: Tenant, stranger: Tenant, owner: Actor, here: Origin
) -> None:
    async with database.work(stranger.id) as work:
        _, token = await people.invite(
            work, TESTER, email=tenant.owner.email, role=Role.VIEWER, client=None, valid_for=timedelta(days=1)
        )

    outcomes = [
        await outcome(
            sign_in.accept_invitation(database, POLICY, here, text=token.text, name=None, password=f"guess {number}")
        )
        for number in range(POLICY.attempts_max + 1)
    ]

    assert outcomes == ["wrong_password"] * POLICY.attempts_max + ["too_many_attempts"]
