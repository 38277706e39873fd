"""`/metrics`: what it tells, and whom."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import psycopg
import pytest
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families

from outlay import __version__
from outlay.app import make_services
from outlay.db.roles import DatabaseUrls
from outlay.doors.http.problems import add_problem_handlers
from outlay.doors.http.services import Services
from outlay.doors.metrics import MetricsCollector, is_from_this_machine, metrics_router
from outlay.identity.access.model import Role
from outlay.identity.keys import service as keys
from outlay.identity.keys.service import KeyDraft
from outlay.identity.sign_in import service as sign_in
from outlay.identity.sign_in.model import Origin
from outlay.jobs.queue import JobQueue
from outlay.jobs.registry import Registry
from outlay.kit.ids import Token
from outlay.settings import load_settings
from tests.support.processes import Server
from tests.support.tenants import TESTER, Tenant, make_key, make_tenant

TOKEN = "a token for metrics"
NOWHERE = DatabaseUrls(*["postgresql:///nowhere?host=/nonexistent"] * 3)


@pytest.fixture
async def services(either_urls: DatabaseUrls, tmp_path: Path) -> AsyncIterator[Services]:
    made = make_services(load_settings(data_dir=tmp_path), either_urls, is_embedded=True)
    yield made
    await made.database.close()


@pytest.fixture
async def tenant(services: Services) -> Tenant:
    return await make_tenant(services.database)


def client_of(services: Services, peer: str = "127.0.0.1") -> httpx.AsyncClient:
    api = FastAPI()
    api.state.services = services
    add_problem_handlers(api)
    api.include_router(metrics_router(services))
    transport = httpx.ASGITransport(api, client=(peer, 40_000))
    return httpx.AsyncClient(transport=transport, base_url="http://outlay.test")


async def numbers(services: Services) -> dict[str, float]:
    """What is told right now: each sample by its name and labels."""
    told = (await MetricsCollector(services).text()).decode()
    return {
        sample.name + "".join(f"[{value}]" for _, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(told)
        for sample in family.samples
    }


async def risen(services: Services, before: dict[str, float]) -> dict[str, float]:
    """What has changed since."""
    after = await numbers(services)
    return {name: after[name] - before[name] for name in after if after[name] != before[name]}


# --- what it tells ----------------------------------------------------------------------------------------------------


async def test_it_speaks_prometheus(services: Services) -> None:
    async with client_of(services) as client:
        answer = await client.get("/metrics")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=1.0.0; charset=utf-8"
    families = list(text_string_to_metric_families(answer.text))
    assert len(families) > 10
    assert all(family.name.startswith("outlay") and family.documentation for family in families)


async def test_it_tells_of_the_process_the_database_and_the_disk(services: Services) -> None:
    told = await numbers(services)

    assert told[f"outlay_info[{__version__}]"] == 1
    assert told["outlay_database_up"] == 1
    assert told["outlay_database_size_bytes"] > 1_000_000
    assert told["outlay_disk_free_bytes"] > 0


async def test_the_disk_of_a_database_elsewhere_is_not_ours_to_tell_of(either_urls: DatabaseUrls) -> None:
    services = make_services(load_settings(), either_urls, is_embedded=False)

    assert "outlay_disk_free_bytes" not in await numbers(services)
    await services.database.close()


async def test_it_counts_over_all_workspaces(services: Services) -> None:
    before = await numbers(services)

    await make_tenant(services.database)
    await make_tenant(services.database)

    grown = await risen(services, before)
    assert grown["outlay_workspaces"] == 2
    assert grown["outlay_users"] == 2
    assert grown["outlay_api_keys[active]"] == 2


async def test_it_counts_keys_by_their_state(services: Services, tenant: Tenant) -> None:
    before = await numbers(services)
    now = datetime.now(UTC)
    draft = KeyDraft(name="k", role=Role.VIEWER, expires_at=now + timedelta(hours=1))
    texts = [await make_key(services.database, tenant, draft) for _ in range(3)]
    tokens = [token for token in (Token.parse(text, "ok") for text in texts) if token]
    async with services.database.work(tenant.id) as work:
        revoked = await keys.recognise(work, tokens[0])
        assert revoked
        await keys.revoke(work, TESTER, revoked.id)
        expired = await keys.recognise(work, tokens[1])
        assert expired
    with psycopg.connect(services.database.urls.owner) as owner:
        owner.execute(f"set local outlay.workspace_id = '{tenant.id}'")
        owner.execute("update api_key set expires_at = now() - interval '1 minute' where id = %s", [expired.id])

    grown = await risen(services, before)

    assert {name: by for name, by in grown.items() if "api_keys" in name} == {
        "outlay_api_keys[active]": 1,
        "outlay_api_keys[expired]": 1,
        "outlay_api_keys[revoked]": 1,
    }


async def test_it_counts_sessions_that_are_alive(services: Services, tenant: Tenant) -> None:
    before = await numbers(services)

    async with services.database.work(tenant.id) as work:
        await sign_in.begin(work, services.policy, Origin(), tenant.owner.id)
        old = await sign_in.begin(work, services.policy, Origin(), tenant.owner.id)
    with psycopg.connect(services.database.urls.owner) as owner:
        owner.execute(f"set local outlay.workspace_id = '{tenant.id}'")
        owner.execute("update session set last_seen_at = now() - interval '25 hours' where id = %s", [old.session.id])

    assert (await risen(services, before))["outlay_sessions_active"] == 1


async def test_it_tells_of_jobs_and_how_long_the_oldest_waits(services: Services, tenant: Tenant) -> None:
    registry = Registry()

    @registry.tenant_job("test.nothing")
    async def nothing(work: object) -> None:
        pass

    with psycopg.connect(services.database.urls.owner) as owner:
        owner.execute("truncate jobs.procrastinate_jobs cascade")
    before = await numbers(services)
    async with services.database.work(tenant.id) as work:
        job_id = await JobQueue(services.database, registry).enqueue(work, "test.nothing")
    with psycopg.connect(services.database.urls.owner) as owner:
        owner.execute("update jobs.procrastinate_events set at = now() - interval '1 hour' where job_id = %s", [job_id])

    after = await numbers(services)

    assert before["outlay_jobs[todo]"] == before["outlay_job_oldest_waiting_seconds"] == 0
    assert after["outlay_jobs[todo]"] == 1
    assert after["outlay_job_oldest_waiting_seconds"] >= 3600
    assert after["outlay_jobs[failed]"] == 0


async def test_a_job_that_is_not_due_yet_waits_for_nothing(services: Services, tenant: Tenant) -> None:
    with psycopg.connect(services.database.urls.owner) as owner:
        owner.execute("truncate jobs.procrastinate_jobs cascade")
        owner.execute("set local search_path = jobs")
        owner.execute(
            "insert into procrastinate_jobs (queue_name, task_name, scheduled_at) "
            "values ('outlay', 'test.later', now() + interval '1 hour')"
        )

    told = await numbers(services)

    assert told["outlay_jobs[todo]"] == 1
    assert told["outlay_job_oldest_waiting_seconds"] == 0


async def test_a_database_that_is_away_is_told_as_such(tmp_path: Path) -> None:
    services = make_services(load_settings(data_dir=tmp_path), NOWHERE, is_embedded=True)
    async with client_of(services) as client:
        answer = await client.get("/metrics")

    assert answer.status_code == 200
    assert "outlay_database_up 0.0" in answer.text
    assert "outlay_disk_free_bytes" in answer.text
    assert "outlay_workspaces" not in answer.text
    await services.database.close()


async def test_many_who_ask_at_once_cost_one_reading(services: Services) -> None:
    collector = MetricsCollector(services, max_age_s=3600)
    first = await asyncio.gather(*(collector.text() for _ in range(20)))
    await make_tenant(services.database)

    again = await collector.text()

    assert {*first, again} == {again}
    assert await MetricsCollector(services, max_age_s=0).text() != again


async def test_no_name_or_id_of_anybody_is_told(services: Services, tenant: Tenant) -> None:
    told = (await MetricsCollector(services).text()).decode()

    for secret in (str(tenant.id), tenant.id.hex, "Northlight", tenant.owner.email, tenant.owner.name):
        assert secret not in told


def test_every_process_of_a_running_server_tells_the_same(server: Server) -> None:
    answers = [httpx.get(f"{server.origin}/metrics") for _ in range(6)]

    assert {answer.status_code for answer in answers} == {200}
    assert all("outlay_database_up 1.0" in answer.text for answer in answers)


# --- whom it tells ----------------------------------------------------------------------------------------------------


async def test_with_a_token_set_it_opens_to_the_token_alone(either_urls: DatabaseUrls) -> None:
    services = make_services(load_settings(metrics_token=TOKEN), either_urls, is_embedded=False)
    wrong = [{}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {TOKEN}"}, {"Authorization": "Bearer é"}]
    async with client_of(services, "127.0.0.1") as here, client_of(services, "203.0.113.9") as elsewhere:
        refused = [await here.get("/metrics", headers=_latin(headers)) for headers in wrong]
        let_in = await elsewhere.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})

    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [(401, "not_authenticated")] * 4
    assert let_in.status_code == 200
    await services.database.close()


async def test_without_a_token_it_opens_to_this_machine_alone(services: Services) -> None:
    async with client_of(services, "203.0.113.9") as elsewhere, client_of(services, "::1") as here:
        refused = await elsewhere.get("/metrics")
        claimed = await elsewhere.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"})
        proxied = await here.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"})
        let_in = await here.get("/metrics")

    assert [answer.status_code for answer in (refused, claimed, proxied)] == [403] * 3
    assert refused.json()["code"] == "metrics_closed"
    assert let_in.status_code == 200


async def test_an_owners_key_of_one_workspace_does_not_open_the_numbers_of_all(
    services: Services, tenant: Tenant
) -> None:
    async with client_of(services, "203.0.113.9") as elsewhere:
        answer = await elsewhere.get("/metrics", headers=tenant.headers)

    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("peer", "is_here"),
    [
        ("127.0.0.1", True),
        ("127.8.9.10", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("::ffff:203.0.113.9", False),
        ("10.0.0.1", False),
        ("0.0.0.0", False),
        ("", False),
        ("localhost", False),
        (None, False),
    ],
)
def test_what_counts_as_this_machine(peer: str | None, is_here: bool) -> None:
    assert is_from_this_machine(peer, {}) is is_here


def _latin(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in headers.items()]
