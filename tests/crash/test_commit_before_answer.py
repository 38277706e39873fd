"""The transaction is committed before the first byte of the answer leaves, and a commit that fails is never a success."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from outlay.db.connect import Database
from outlay.db.embedded.address import socket_url
from outlay.db.roles import DatabaseUrls
from outlay.identity.links import service as links
from outlay.identity.links.model import LinkKind
from tests.crash.installation import PATIENCE_S, Installation, kill, workers_of
from tests.crash.pending import PendingRequest
from tests.support.processes import Server, external
from tests.support.servers import ServerForTests
from tests.support.tenants import Tenant, make_tenant

ROUNDS = 4
REQUESTS_A_ROUND = 8
# Whatever is written to these tables waits in the middle of its commit while a test holds the lock.
_WAITING_TABLES = ("client", "api_key", "one_time_link", "session")
_LOCK = 4711
_AT_COMMIT = f"""
create function wait_at_commit() returns trigger language plpgsql as $$
begin
    perform pg_advisory_xact_lock_shared({_LOCK});
    return null;
end $$;
create function fail_at_commit() returns trigger language plpgsql as $$
begin
    if new.name = 'fails' then raise exception 'this commit fails'; end if;
    if new.name = 'collides' then raise serialization_failure; end if;
    return null;
end $$;
create constraint trigger fail_at_commit after insert on client
    deferrable initially deferred for each row execute function fail_at_commit();
"""
# An answer that does not wait for this commit is certainly ahead of it.
_SLOW_COMMIT = """
create function be_slow_at_commit() returns trigger language plpgsql as $$
begin
    perform pg_sleep(0.1);
    return null;
end $$;
create constraint trigger be_slow_at_commit after insert on client
    deferrable initially deferred for each row execute function be_slow_at_commit();
"""
_WAITING = """
select pid from pg_stat_activity
 where datname = current_database() and wait_event_type = 'Lock' and state = 'active' and query ilike %s
"""

Admin = psycopg.Connection[tuple[Any, ...]]


@pytest.fixture(scope="module")
def database_name(worker: str) -> str:
    return f"commit_{worker}"


@pytest.fixture(scope="module")
def urls(newest_server: ServerForTests, database_name: str) -> DatabaseUrls:
    """A database whose commits can be held up, and made to fail."""
    made = newest_server.clone(database_name)
    with psycopg.connect(made.owner) as connection:
        connection.execute(_AT_COMMIT.encode())
        for table in _WAITING_TABLES:
            connection.execute(
                f"create constraint trigger wait_at_commit after insert on {table} "
                "deferrable initially deferred for each row execute function wait_at_commit()".encode()
            )
    return made


@pytest.fixture(scope="module")
def tenant(urls: DatabaseUrls) -> Tenant:
    return asyncio.run(_prepared(urls))


@pytest.fixture(scope="module")
def server(urls: DatabaseUrls, tenant: Tenant) -> Iterator[Server]:
    with Server(external(urls), "--workers", "1") as running:
        yield running


@pytest.fixture
def admin(newest_server: ServerForTests, database_name: str) -> Iterator[Admin]:
    """Somebody who sees what every backend does, and can hold and end them."""
    url = socket_url(Path(newest_server.socket_dir), "outlay_admin", database_name)
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        pytest.param("/clients", {"name": "Waits"}, 201, id="portfolio"),
        pytest.param("/keys", {"name": "Waits", "role": "viewer"}, 201, id="keys"),
        pytest.param("/invitations", {"email": "sam@example.test", "role": "viewer"}, 201, id="people"),
        pytest.param("/session/link", {"token": "…"}, 200, id="sign-in"),
    ],
)
def test_nothing_of_the_answer_leaves_before_the_commit(
    urls: DatabaseUrls, server: Server, tenant: Tenant, admin: Admin, path: str, body: dict[str, str], status: int
) -> None:
    if "token" in body:
        body = {"token": asyncio.run(_sign_in_link(urls, tenant))}
    admin.execute("select pg_advisory_lock(%s)", [_LOCK])

    with PendingRequest(server.port, path, body, tenant.headers) as request:
        _wait_for_backend(admin, "commit%")
        assert not request.has_begun_to_answer(within_s=0.3)

        admin.execute("select pg_advisory_unlock(%s)", [_LOCK])
        answer = request.answer()

    assert answer.status == status, answer.text


@pytest.mark.parametrize(("name", "status"), [("fails", 500), ("collides", 503)])
def test_a_commit_that_fails_is_an_error_and_leaves_nothing(
    server: Server, tenant: Tenant, admin: Admin, name: str, status: int
) -> None:
    with PendingRequest(server.port, "/clients", {"name": name}, tenant.headers) as request:
        answer = request.answer()

    assert answer.status == status, answer.text
    assert ("retry-after" in answer.headers) == (status == 503)
    assert "this commit fails" not in answer.text
    assert _clients_called(admin, name) == 0


def test_a_backend_that_is_ended_in_the_middle_of_the_commit_is_answered_503(
    server: Server, tenant: Tenant, admin: Admin
) -> None:
    admin.execute("select pg_advisory_lock(%s)", [_LOCK])

    with PendingRequest(server.port, "/clients", {"name": "Ended"}, tenant.headers) as request:
        admin.execute("select pg_terminate_backend(%s)", [_wait_for_backend(admin, "commit%")])
        answer = request.answer()

    assert (answer.status, answer.headers.get("retry-after")) == (503, "2"), answer.text
    assert _clients_called(admin, "Ended") == 0


def test_a_backend_that_is_ended_at_the_last_statement_is_answered_503(
    server: Server, tenant: Tenant, admin: Admin
) -> None:
    # A connection of its own, since who looks from inside a transaction sees the same backends all the time.
    with psycopg.connect(admin.info.dsn) as holder:
        holder.execute("select 1 from audit_head where workspace_id = %s for update", [tenant.id])
        with PendingRequest(server.port, "/clients", {"name": "Ended too"}, tenant.headers) as request:
            admin.execute("select pg_terminate_backend(%s)", [_wait_for_backend(admin, "%audit_head%")])
            answer = request.answer()

    assert (answer.status, answer.headers.get("retry-after")) == (503, "2"), answer.text
    assert _clients_called(admin, "Ended too") == 0


def test_what_was_acknowledged_is_there_although_all_was_killed_at_the_first_byte_of_an_answer(
    installation: Installation,
) -> None:
    acknowledged: set[str] = set()
    with installation.serve() as server:
        with psycopg.connect(installation.urls().owner) as connection:
            connection.execute(_SLOW_COMMIT.encode())
        for round_number in range(ROUNDS):
            keys = [f"round-{round_number}-{number}" for number in range(REQUESTS_A_ROUND)]
            answered = _answered_before_the_kill(installation, server, keys)
            assert answered, "the test does not reach what it is about"
            acknowledged |= answered
            server.wait_until_ready()
            assert acknowledged <= installation.stored_keys()


def _answered_before_the_kill(installation: Installation, server: Server, keys: list[str]) -> set[str]:
    # The workers first: what they have not committed by then is lost with them.
    victims = [*workers_of(server), installation.postmaster()]
    with ExitStack() as stack:
        requests = {
            key: stack.enter_context(PendingRequest(installation.port, "/clients", {"name": key}, installation.headers))
            for key in keys
        }
        _wait_for_first_byte(list(requests.values()))
        kill(*victims)
        return {key for key, request in requests.items() if request.status_or_none() == 201}


def _wait_for_backend(admin: Admin, query: str) -> int:
    """The backend that waits for a lock in such a statement."""
    deadline = time.monotonic() + PATIENCE_S
    while (row := admin.execute(_WAITING, [query]).fetchone()) is None:
        assert time.monotonic() < deadline, f"nobody waits in {query}"
        time.sleep(0.02)
    return int(row[0])


def _wait_for_first_byte(requests: list[PendingRequest]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not any(request.has_begun_to_answer() for request in requests):
        assert time.monotonic() < deadline, "nothing is answered"


def _clients_called(admin: Admin, name: str) -> int:
    row = admin.execute("select count(*) from client where name = %s", [name]).fetchone()
    assert row is not None
    return int(row[0])


async def _prepared(urls: DatabaseUrls) -> Tenant:
    database = Database(urls, pool_size=2, pool_wait_s=10)
    try:
        return await make_tenant(database)
    finally:
        await database.close()


async def _sign_in_link(urls: DatabaseUrls, tenant: Tenant) -> str:
    database = Database(urls, pool_size=2, pool_wait_s=10)
    try:
        async with database.work(tenant.id) as work:
            _, token = await links.issue(work, LinkKind.SIGN_IN, timedelta(hours=1), person_id=tenant.owner.id)
        return token.text
    finally:
        await database.close()
