"""The live door, with the official client: who is let in, who hears what, and who is shown out."""

import ast
import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import httpx
import psycopg
import pytest

import outlay
from outlay.db.announce import PgAnnouncer
from outlay.db.connect import Database
from outlay.db.roles import DatabaseUrls
from outlay.doors.live_audience import TOPIC_PERMISSIONS, Audience
from outlay.identity.access.model import Actor, ActorKind, Permission, Role, Scope
from outlay.identity.access.rules import ROLE_PERMISSIONS
from outlay.identity.keys import service as keys
from outlay.identity.keys.service import KeyDraft
from outlay.identity.people import service as people
from outlay.identity.portfolio import service as portfolio
from outlay.identity.portfolio.model import Kind
from outlay.identity.portfolio.service import Change
from outlay.identity.sign_in import service as sign_in
from outlay.identity.sign_in.model import Origin, SignedIn
from outlay.kit.ids import Token
from tests.clients.socketio_client import Connection, SocketIoClient
from tests.doors.live_help import POLICY, PUBLIC_ORIGIN, LiveServer
from tests.support.processes import Server
from tests.support.tenants import TESTER, Tenant, make_key

OWNERS_KEY = KeyDraft(name="second", role=Role.OWNER)
VIEWERS_KEY = KeyDraft(name="viewer's", role=Role.VIEWER)


@pytest.fixture(scope="module")
def live(door_urls: DatabaseUrls) -> Iterator[LiveServer]:
    with LiveServer(door_urls) as running:
        yield running


@pytest.fixture
async def database(door_urls: DatabaseUrls) -> AsyncIterator[Database]:
    """The test as one more process, whose changes the servers must hear of."""
    opened = Database(door_urls, pool_size=4, pool_wait_s=10)
    announcer = opened.announcer = PgAnnouncer(door_urls)
    await announcer.start()
    yield opened
    await announcer.stop()
    await opened.close()


@pytest.fixture
async def client() -> AsyncIterator[SocketIoClient]:
    async with SocketIoClient() as running:
        yield running


async def by_key(client: SocketIoClient, live: LiveServer, key: str) -> Connection:
    return await client.connected(live.url, auth={"token": key})


async def by_session(client: SocketIoClient, live: LiveServer, session: SignedIn) -> Connection:
    return await client.connected(live.url, extraHeaders={"Cookie": f"theme=dark; outlay_session={session.token.text}"})


async def signed_in(database: Database, tenant: Tenant) -> SignedIn:
    async with database.work(tenant.id) as work:
        return await sign_in.begin(work, POLICY, Origin(), tenant.owner.id)


async def change(database: Database, tenant: Tenant, *topics: str) -> None:
    async with database.work(tenant.id) as work:
        work.announce(*topics)


async def revoke(database: Database, tenant: Tenant, key: str) -> None:
    token = Token.parse(key, "ok")
    assert token
    async with database.work(tenant.id) as work:
        known = await keys.recognise(work, token)
        assert known
        await keys.revoke(work, TESTER, known.id)


# --- who is let in ----------------------------------------------------------------------------------------------------


async def test_a_key_is_let_in_and_greeted(client: SocketIoClient, live: LiveServer, tenant: Tenant) -> None:
    connection = await client.open(live.url, auth={"token": tenant.key})

    hello = await connection.next("hello")

    assert connection.names()[:2] == ["connect", "hello"]
    assert hello["workspace_id"] == str(tenant.id)
    assert hello["role"] == "owner"
    assert abs(datetime.fromisoformat(hello["server_time"]) - datetime.now(UTC)) < timedelta(minutes=1)


async def test_a_session_is_let_in_by_its_cookie(
    client: SocketIoClient, live: LiveServer, database: Database, tenant: Tenant
) -> None:
    session = await signed_in(database, tenant)

    connection = await by_session(client, live, session)

    assert connection.names() == ["connect", "hello"]


async def test_a_key_is_let_in_by_its_header(client: SocketIoClient, live: LiveServer, tenant: Tenant) -> None:
    await client.connected(live.url, extraHeaders=tenant.headers)


async def test_without_a_credential_nobody_is_let_in(client: SocketIoClient, live: LiveServer, tenant: Tenant) -> None:
    unknown = Token.generate("ok", tenant.id).text
    attempts = [{}, {"token": "nonsense"}, {"token": None}, {"token": 7}, {"token": {"a": [1]}}, {"token": unknown}]

    refusals = [await client.refused(live.url, auth=auth) for auth in attempts]

    assert [refusal["code"] for refusal in refusals] == ["not_authenticated"] * len(attempts)
    assert "ok_" in refusals[0]["message"]


async def test_a_session_token_is_no_key_and_a_key_is_no_session(
    client: SocketIoClient, live: LiveServer, database: Database, tenant: Tenant
) -> None:
    session = await signed_in(database, tenant)

    as_key = await client.refused(live.url, auth={"token": session.token.text})
    as_session = await client.refused(live.url, extraHeaders={"Cookie": f"outlay_session={tenant.key}"})

    assert as_key["code"] == as_session["code"] == "not_authenticated"


async def test_a_revoked_key_and_an_ended_session_are_told_so(
    client: SocketIoClient, live: LiveServer, database: Database, tenant: Tenant
) -> None:
    key, session = await make_key(database, tenant, OWNERS_KEY), await signed_in(database, tenant)
    await revoke(database, tenant, key)
    async with database.work(tenant.id) as work:
        await sign_in.sign_out(work, session.token)

    by_key = await client.refused(live.url, auth={"token": key})
    by_cookie = await client.refused(live.url, extraHeaders={"Cookie": f"outlay_session={session.token.text}"})

    assert by_key["code"] == "key_revoked"
    assert by_cookie["code"] == "session_expired"


@pytest.mark.parametrize("origin", ["http://evil.example.test", "null", "https://outlay.example.test.evil.test"])
async def test_a_page_from_elsewhere_is_kept_out_although_it_has_the_cookie(
    client: SocketIoClient, live: LiveServer, database: Database, tenant: Tenant, origin: str
) -> None:
    session = await signed_in(database, tenant)
    cookie = f"outlay_session={session.token.text}"

    refusal = await client.refused(live.url, extraHeaders={"Cookie": cookie, "Origin": origin})

    assert refusal["message"] == "websocket error"


async def test_our_own_pages_are_let_in_by_either_address(
    client: SocketIoClient, live: LiveServer, tenant: Tenant
) -> None:
    for origin in (live.url, PUBLIC_ORIGIN):
        await client.connected(live.url, auth={"token": tenant.key}, extraHeaders={"Origin": origin})


def test_polling_is_not_spoken_here(live: LiveServer) -> None:
    answer = httpx.get(f"{live.url}/socket.io/?EIO=4&transport=polling")

    assert answer.status_code == 400


async def test_without_a_database_the_client_is_told_to_come_back(client: SocketIoClient, tenant: Tenant) -> None:
    nowhere = DatabaseUrls(*["postgresql:///nowhere?host=/nonexistent"] * 3)
    with LiveServer(nowhere, workers=1) as server:
        refusal = await client.refused(server.url, auth={"token": tenant.key})

    assert refusal["code"] == "database_unavailable"


# --- who hears what ---------------------------------------------------------------------------------------------------


async def test_a_change_in_one_process_is_heard_in_all_of_them(
    client: SocketIoClient, live: LiveServer, database: Database, tenant: Tenant
) -> None:
    # So many connections that each of the two processes has some.
    connections = [await by_key(client, live, tenant.key) for _ in range(8)]

    async with database.work(tenant.id) as work:
        await portfolio.create(work, TESTER, Kind.CLIENT, Change(name="Harbour"))

    await asyncio.gather(*(connection.hears("clients", "audit") for connection in connections))
    changed = await connections[0].next("changed")
    assert datetime.fromisoformat(changed["at"]).tzinfo is not None


async def test_another_workspace_hears_nothing(
    client: SocketIoClient, live: LiveServer, database: Database, tenant: Tenant, stranger: Tenant
) -> None:
    here, there = await by_key(client, live, tenant.key), await by_key(client, live, stranger.key)

    await change(database, tenant, "clients")
    await here.hears("clients")
    await change(database, stranger, "agents")
    await there.hears("agents")

    assert "clients" not in there.heard()
    assert "agents" not in here.heard()


async def test_each_role_hears_what_it_may_read(
    client: SocketIoClient, live: LiveServer, database: Database, tenant: Tenant
) -> None:
    async with database.work(tenant.id) as work:
        acme = await portfolio.create(work, TESTER, Kind.CLIENT, Change(name="Acme"))
        robot = await portfolio.create(work, TESTER, Kind.AGENT, Change(name="Robot"))
    drafts = {
        Role.VIEWER: VIEWERS_KEY,
        Role.PORTAL: KeyDraft(name="portal's", role=Role.PORTAL, client=acme.key),
        Role.AGENT: KeyDraft(name="agent's", role=Role.AGENT, agent=robot.key),
    }
    heard: dict[Role, Connection] = {Role.OWNER: await by_key(client, live, tenant.key)}
    for role, draft in drafts.items():
        heard[role] = await by_key(client, live, await make_key(database, tenant, draft))

    await change(database, tenant, "keys", "audit", "users", "invitations", "sessions", "clients", "unheard of")
    await asyncio.gather(*(connection.hears("clients") for connection in heard.values()))

    secret = {"keys", "audit", "users", "invitations", "sessions"}
    assert secret <= heard[Role.OWNER].heard()
    for role in drafts:
        assert not secret & heard[role].heard()
    assert not any("unheard of" in connection.heard() for connection in heard.values())


async def test_a_key_with_few_scopes_hears_no_more_than_they_allow(
    client: SocketIoClient, live: LiveServer, database: Database, tenant: Tenant
) -> None:
    narrow = KeyDraft(name="narrow", role=Role.OWNER, scopes=[Permission.AUDIT_READ])
    connection = await by_key(client, live, await make_key(database, tenant, narrow))

    await change(database, tenant, "keys", "clients", "audit")

    await connection.hears("audit")
    assert connection.heard() == {"audit"}


async def test_many_changes_are_told_in_few_messages(
    client: SocketIoClient, live: LiveServer, database: Database, tenant: Tenant
) -> None:
    connection = await by_key(client, live, tenant.key)

    for _ in range(150):
        await change(database, tenant, "clients")
    await change(database, tenant, "agents")

    await connection.hears("agents")
    assert connection.names().count("changed") < 30


async def test_after_an_outage_of_the_announcements_everything_may_have_changed(
    client: SocketIoClient, live: LiveServer, door_urls: DatabaseUrls, tenant: Tenant
) -> None:
    connection = await by_key(client, live, tenant.key)
    with psycopg.connect(door_urls.app, autocommit=True) as other:
        query = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'outlay listener'"
        other.execute(query)

    await connection.hears("*")


async def test_what_a_client_says_is_ignored(
    client: SocketIoClient, live: LiveServer, database: Database, tenant: Tenant
) -> None:
    connection = await by_key(client, live, tenant.key)
    for event in ("changed", "hello", "enter_room", "*", "connect_error "):
        await connection.emit(event, {"room": f"workspace:{tenant.id}", "topics": ["forged"]})

    await change(database, tenant, "clients")

    await connection.hears("clients")
    assert "forged" not in connection.heard()


async def test_a_client_that_says_too_much_is_cut_off(client: SocketIoClient, live: LiveServer, tenant: Tenant) -> None:
    connection = await by_key(client, live, tenant.key)

    await connection.emit("changed", "x" * 50_000)

    await connection.next("disconnect")


# --- who is shown out -------------------------------------------------------------------------------------------------


async def test_revoking_a_key_ends_its_connections_in_every_process_and_no_others(
    client: SocketIoClient, live: LiveServer, database: Database, tenant: Tenant
) -> None:
    doomed_key = await make_key(database, tenant, VIEWERS_KEY)
    doomed = [await by_key(client, live, doomed_key) for _ in range(6)]
    lasting = await by_key(client, live, tenant.key)

    await revoke(database, tenant, doomed_key)

    for connection in doomed:
        assert await connection.next("signed_out") == {"reason": "key_revoked"}
        assert await connection.next("disconnect") == {"reason": "io server disconnect"}
    await lasting.hears("keys")
    assert "disconnect" not in lasting.names()


async def test_signing_out_ends_the_connections_of_that_session_only(
    client: SocketIoClient, live: LiveServer, database: Database, tenant: Tenant
) -> None:
    ending, staying = await signed_in(database, tenant), await signed_in(database, tenant)
    ended, stayed = await by_session(client, live, ending), await by_session(client, live, staying)

    async with database.work(tenant.id) as work:
        await sign_in.sign_out(work, ending.token)

    assert await ended.next("signed_out") == {"reason": "session_expired"}
    await stayed.hears("sessions")
    assert "disconnect" not in stayed.names()


async def test_a_removed_member_is_shown_out(
    client: SocketIoClient, live: LiveServer, database: Database, tenant: Tenant
) -> None:
    connection = await by_session(client, live, await signed_in(database, tenant))
    async with database.work(tenant.id) as work:
        await people.add_owner(work, TESTER, name="Second Owner", email=f"second-{tenant.id.hex}@example.test")

    async with database.work(tenant.id) as work:
        await people.remove(work, TESTER, tenant.owner.id)

    await connection.next("signed_out")
    await connection.next("disconnect")


async def test_a_key_whose_time_is_over_is_shown_out_without_an_announcement(
    client: SocketIoClient, live: LiveServer, database: Database, tenant: Tenant
) -> None:
    draft = KeyDraft(name="short", role=Role.VIEWER, expires_at=datetime.now(UTC) + timedelta(seconds=2))
    connection = await by_key(client, live, await make_key(database, tenant, draft))

    assert await connection.next("signed_out") == {"reason": "key_expired"}


async def test_a_new_role_is_told_and_hears_more_from_then_on(
    client: SocketIoClient, live: LiveServer, database: Database, tenant: Tenant
) -> None:
    connection = await by_session(client, live, await signed_in(database, tenant))
    async with database.work(tenant.id) as work:
        await people.add_owner(work, TESTER, name="Second Owner", email=f"second-{tenant.id.hex}@example.test")
        await people.change(work, TESTER, tenant.owner.id, role=Role.VIEWER, client=None)
    assert (await connection.next("hello"))["role"] == "viewer"

    await change(database, tenant, "keys", "clients")
    await connection.hears("clients")
    assert "keys" not in connection.heard()

    async with database.work(tenant.id) as work:
        await people.change(work, TESTER, tenant.owner.id, role=Role.ADMIN, client=None)
    assert (await connection.next("hello"))["role"] == "admin"
    await change(database, tenant, "keys")
    await connection.hears("keys")


async def test_browsers_come_back_by_themselves_after_a_restart(
    client: SocketIoClient, door_urls: DatabaseUrls, tenant: Tenant
) -> None:
    with LiveServer(door_urls, workers=1) as first:
        connection = await client.connected(
            first.url, auth={"token": tenant.key}, reconnection=True, reconnectionDelay=100, reconnectionDelayMax=300
        )
    assert (await connection.next("disconnect"))["reason"] == "transport close"

    with LiveServer(door_urls, workers=1, port=first.port):
        await connection.next("hello")


# --- the whole house --------------------------------------------------------------------------------------------------


async def test_what_is_changed_at_the_native_api_is_heard_and_a_revoked_key_hears_no_more(
    client: SocketIoClient, server: Server, api: httpx.Client, tenant: Tenant
) -> None:
    made = await asyncio.to_thread(api.post, "/keys", json={"name": "short-lived", "role": "viewer"})
    viewers = [await client.connected(server.origin, auth={"token": made.json()["secret"]}) for _ in range(4)]
    owner = await client.connected(server.origin, auth={"token": tenant.key}, extraHeaders={"Origin": server.origin})

    await asyncio.to_thread(api.post, "/clients", json={"name": "Harbour"})
    await asyncio.gather(*(connection.hears("clients") for connection in [owner, *viewers]))
    await asyncio.to_thread(api.delete, f"/keys/{made.json()['id']}")

    for viewer in viewers:
        assert await viewer.next("signed_out") == {"reason": "key_revoked"}
    await owner.hears("keys")
    assert "disconnect" not in owner.names()


# --- the table of topics ----------------------------------------------------------------------------------------------


def announced_topics() -> set[str]:
    """Every topic that stands as a plain string in a call of `announce`."""
    topics = set()
    for path in Path(outlay.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "announce":
                topics |= {item.value for item in node.args if isinstance(item, ast.Constant)}
    return {topic for topic in topics if isinstance(topic, str)} | {f"{kind.value}s" for kind in Kind}


def test_every_topic_that_is_announced_has_its_permission() -> None:
    topics = announced_topics()

    assert len(topics) > 5
    assert topics <= set(TOPIC_PERMISSIONS)


@pytest.mark.parametrize("role", Role)
def test_an_audience_hears_a_topic_exactly_when_it_may_read_it(role: Role) -> None:
    audience = Audience.of(UUID(int=1), Actor(ActorKind.KEY, "1", "key", role, Scope()))

    heard = audience.hears([*TOPIC_PERMISSIONS, "unknown"])

    assert set(heard) == {topic for topic, needed in TOPIC_PERMISSIONS.items() if needed in ROLE_PERMISSIONS[role]}
    assert audience.hears(["*", "keys"]) == ["*"]


def test_those_who_see_differently_share_no_room() -> None:
    scopes = [Scope(), Scope(client_id=UUID(int=1)), Scope(client_id=UUID(int=2)), Scope(agent_id=UUID(int=1))]
    audiences = [
        Audience(workspace_id, scope, ROLE_PERMISSIONS[role])
        for workspace_id in (UUID(int=1), UUID(int=2))
        for scope in scopes
        for role in (Role.OWNER, Role.ADMIN, Role.VIEWER)
    ]

    assert len({audience.room for audience in audiences}) == len(audiences)
