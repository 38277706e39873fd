"""Two workers behave as one: sessions, revoked keys and rate limits are the same, whichever of them answers."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import httpx
import pytest

from outlay.db.connect import Database
from outlay.db.roles import DatabaseUrls
from outlay.identity.access.model import Role
from outlay.identity.keys.service import KeyDraft
from outlay.identity.links import service as links
from outlay.identity.links.model import LinkKind
from tests.crash.installation import workers_of
from tests.crash.machine import server_of
from tests.support.processes import Server, external
from tests.support.servers import ServerForTests
from tests.support.tenants import Tenant, make_key, make_tenant

_CONNECTIONS_MAX = 64
_LIMIT = 40


@pytest.fixture(scope="module")
def urls(newest_server: ServerForTests, worker: str) -> DatabaseUrls:
    return newest_server.clone(f"twins_{worker}")


@pytest.fixture(scope="module")
def server(urls: DatabaseUrls) -> Iterator[Server]:
    with Server(external(urls), "--workers", "2") as running:
        yield running


@pytest.fixture
def twins(server: Server) -> Iterator[list[httpx.Client]]:
    """A browser at each worker: its one connection stays open, and so at the worker that took it."""
    with ExitStack() as stack:
        found: dict[int, httpx.Client] = {}
        for _ in range(_CONNECTIONS_MAX):
            browser = stack.enter_context(_single_connection(server.origin))
            taken_by = _who_answers(browser, server.port)
            found.setdefault(taken_by, browser)
            if len(found) == 2:
                break
        assert sorted(found) == sorted(workers_of(server)), "both workers take connections"
        yield list(found.values())
        # The proof that nobody changed places meanwhile.
        assert {_who_answers(browser, server.port): browser for browser in found.values()} == found


def test_who_signs_in_at_one_worker_is_signed_in_at_the_other_and_out_at_both(
    urls: DatabaseUrls, twins: list[httpx.Client]
) -> None:
    here, there = twins
    me = here.post("/session/link", json={"token": asyncio.run(_sign_in_link(urls))}).raise_for_status().json()
    there.cookies = here.cookies

    assert there.get("/me").json()["user"] == me["user"]
    made = there.post("/clients", json={"name": "Acme"}, headers={"X-CSRF-Token": me["csrf_token"]})
    assert made.status_code == 201, made.text
    assert here.get("/clients/acme").json() == made.json()

    assert there.delete("/session", headers={"X-CSRF-Token": me["csrf_token"]}).status_code == 204
    assert here.get("/me").status_code == 401


def test_a_key_that_one_worker_revokes_is_refused_by_the_other_at_once(
    urls: DatabaseUrls, twins: list[httpx.Client]
) -> None:
    here, there = twins
    owner = asyncio.run(_tenant(urls))
    made = here.post("/keys", json={"name": "spare", "role": "viewer"}, headers=owner.headers).raise_for_status().json()
    spare = {"Authorization": f"Bearer {made['secret']}"}
    assert there.get("/me", headers=spare).status_code == 200, "the other worker has seen the key at work"

    assert here.delete(f"/keys/{made['id']}", headers=owner.headers).status_code == 204

    refused = there.get("/me", headers=spare)
    assert (refused.status_code, refused.json()["code"]) == (401, "key_revoked")


def test_both_workers_together_allow_no_more_than_the_limit(urls: DatabaseUrls, twins: list[httpx.Client]) -> None:
    # Allowances are by the minute: only a minute that did not change on the way tells anything.
    statuses: list[int] = []
    for _ in range(2):
        key = {"Authorization": f"Bearer {asyncio.run(_limited_key(urls))}"}
        minute = time.time() // 60
        statuses = [twins[turn % 2].get("/me", headers=key).status_code for turn in range(2 * _LIMIT)]
        if time.time() // 60 == minute:
            break

    assert statuses.count(200) == _LIMIT
    assert statuses.count(429) == _LIMIT
    assert set(statuses[-2:]) == {429}, "both refuse in the end"


def _single_connection(origin: str) -> httpx.Client:
    limits = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=60)
    return httpx.Client(base_url=f"{origin}/api/v1", limits=limits, timeout=30, verify=False)


def _who_answers(browser: httpx.Client, port: int) -> int:
    """The worker at the other end of the browser's connection."""
    with browser.stream("GET", "/me") as answer:
        client_port = answer.extensions["network_stream"].get_extra_info("client_addr")[1]
        answer.read()
    found = server_of(port, client_port)
    assert found is not None
    return found


async def _tenant(urls: DatabaseUrls) -> Tenant:
    database = Database(urls, pool_size=2, pool_wait_s=10)
    try:
        return await make_tenant(database)
    finally:
        await database.close()


async def _sign_in_link(urls: DatabaseUrls) -> str:
    tenant = await _tenant(urls)
    database = Database(urls, pool_size=2, pool_wait_s=10)
    try:
        async with database.work(tenant.id) as work:
            _, token = await links.issue(work, LinkKind.SIGN_IN, timedelta(hours=1), person_id=tenant.owner.id)
        return token.text
    finally:
        await database.close()


async def _limited_key(urls: DatabaseUrls) -> str:
    tenant = await _tenant(urls)
    database = Database(urls, pool_size=2, pool_wait_s=10)
    try:
        draft = KeyDraft(name="limited", role=Role.VIEWER, rate_limit_per_minute=_LIMIT)
        return await make_key(database, tenant, draft)
    finally:
        await database.close()
