"""`/metrics` for Prometheus: one collector that reads the database, so any process answers for all of them.

Nothing is counted in memory: counters kept by each process would start anew with it and differ between workers.
"""

import asyncio
import hmac
import ipaddress
import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_1_0_0, generate_latest
from prometheus_client.registry import Collector
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from outlay import __version__
from outlay.db.embedded import free_disk_bytes
from outlay.doors.http.callers import NotAuthenticated
from outlay.doors.http.services import Services, ServicesDependency
from outlay.jobs.model import JobStatus
from outlay.kit.errors import OutlayError

MAX_AGE_S = 5.0
_READ_S_MAX = 10.0
_FORWARDING_HEADERS = ("forwarded", "x-forwarded-for", "x-real-ip")

_COUNTS = text("""
select (select count(*) from workspace) as workspaces,
       (select count(*) from membership) as users,
       (select count(*) from client where archived_at is null) as clients,
       (select count(*) from campaign where archived_at is null) as campaigns,
       (select count(*) from agent where archived_at is null) as agents,
       (select count(*) from session
         where expires_at > now() and last_seen_at > now() - make_interval(secs => :idle_s)) as sessions_active,
       (select count(*) from one_time_link
         where kind = 'invitation' and used_at is null and expires_at > now()) as invitations_open,
       (select count(*) from api_key where revoked_at is null and coalesce(expires_at > now(), true)) as keys_active,
       (select count(*) from api_key where revoked_at is null and expires_at <= now()) as keys_expired,
       (select count(*) from api_key where revoked_at is not null) as keys_revoked,
       (select coalesce(extract(epoch from now() - min(coalesce(j.scheduled_at, e.at))), 0)::float8
          from jobs.procrastinate_jobs j
          left join lateral (select min(at) as at from jobs.procrastinate_events
                              where job_id = j.id and type = 'deferred') e on true
         where j.status = 'todo' and (j.scheduled_at is null or j.scheduled_at <= now())) as job_oldest_waiting_seconds,
       pg_database_size(current_database()) as database_size_bytes
""")
_JOBS = text("select status::text as status, count(*) as jobs from jobs.procrastinate_jobs group by status")

_log = logging.getLogger(__name__)


class MetricsClosed(OutlayError):
    """Metrics tell of all workspaces. Set OUTLAY_METRICS_TOKEN and send it as a bearer token, or ask from loopback."""

    status, code, title = 403, "metrics_closed", "Metrics are not open to this address"


class MetricsCollector:
    """Reads the numbers when it is asked, at most every few seconds, and once for all who ask together."""

    def __init__(self, services: Services, *, max_age_s: float = MAX_AGE_S) -> None:
        self._services = services
        self._max_age_s = max_age_s
        self._reading = asyncio.Lock()
        self._read_at = float("-inf")
        self._text = b""

    async def text(self) -> bytes:
        """The numbers in Prometheus' text format."""
        async with self._reading:
            if time.monotonic() - self._read_at >= self._max_age_s:
                self._text = generate_latest(
                    _Families([*_of_ourselves(), *await self._of_the_database(), *await self._of_the_disk()])
                )
                self._read_at = time.monotonic()
            return self._text

    async def _of_the_database(self) -> list[Metric]:
        """What the database knows; where it does not answer, that is what there is to tell."""
        idle_s = self._services.settings.session_idle_hours * 3600
        try:
            async with asyncio.timeout(_READ_S_MAX), self._services.database.operator() as connection:
                counts = dict((await connection.execute(_COUNTS, {"idle_s": idle_s})).mappings().one())
                jobs = {row.status: row.jobs for row in await connection.execute(_JOBS)}
        except (OutlayError, DBAPIError, TimeoutError) as error:
            _log.warning("metrics could not be read: %s", error)
            return [_up(is_up=False)]
        return [_up(is_up=True), *_counted(counts), *_labelled(counts, jobs)]

    async def _of_the_disk(self) -> list[Metric]:
        if not self._services.database_is_embedded:
            return []
        free_bytes = await asyncio.to_thread(free_disk_bytes, self._services.settings.data_dir)
        return [_gauge("disk_free_bytes", "Free space on the disk of the data directory.", free_bytes)]


def metrics_router(services: Services) -> APIRouter:
    """`GET /metrics`, with a collector for the life of the process."""
    collector = MetricsCollector(services)
    router = APIRouter(tags=["health"])

    @router.get(
        "/metrics",
        summary="Numbers for Prometheus",
        dependencies=[Depends(may_read)],
        response_class=Response,
        responses={200: {"content": {"text/plain": {}}}},
    )
    async def metrics() -> Response:
        """Numbers of all workspaces together, and of nobody in particular."""
        return Response(await collector.text(), media_type=CONTENT_TYPE_PLAIN_1_0_0)

    return router


def may_read(request: Request, services: ServicesDependency) -> None:
    """Refuses whoever has neither the token nor, where none is set, a place on this machine."""
    token = services.settings.metrics_token
    if token is not None and token.get_secret_value():
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        is_right = hmac.compare_digest(given.strip().encode(), token.get_secret_value().encode())
        if scheme.lower() != "bearer" or not is_right:
            raise NotAuthenticated("Send OUTLAY_METRICS_TOKEN as `Authorization: Bearer …`.")
    elif not is_from_this_machine(request.client.host if request.client else None, request.headers):
        raise MetricsClosed("Set OUTLAY_METRICS_TOKEN and send it as `Authorization: Bearer …`.")


def is_from_this_machine(peer: str | None, headers: Mapping[str, str]) -> bool:
    """Whether whoever asks is on this machine; a proxy on it, which asks for somebody else, is not believed."""
    if peer is None or any(name in headers for name in _FORWARDING_HEADERS):
        return False
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback


@dataclass(frozen=True)
class _Families(Collector):
    """Numbers that were read already, as the library wants to be given them."""

    families: Sequence[Metric]

    def collect(self) -> Iterable[Metric]:
        return self.families


def _of_ourselves() -> list[Metric]:
    return [InfoMetricFamily("outlay", "What runs here.", {"version": __version__})]


def _up(*, is_up: bool) -> Metric:
    return _gauge("database_up", "Whether the database answers.", is_up)


def _counted(counts: Mapping[str, Any]) -> list[Metric]:
    described = {
        "workspaces": "Workspaces.",
        "users": "Memberships of people in workspaces.",
        "clients": "Clients that are not archived.",
        "campaigns": "Campaigns that are not archived.",
        "agents": "Agents that are not archived.",
        "sessions_active": "Sessions of people who are signed in.",
        "invitations_open": "Invitations that can still be accepted.",
        "job_oldest_waiting_seconds": "How long the oldest job has been due; 0 when none is.",
        "database_size_bytes": "Size of the database.",
    }
    return [_gauge(name, help_text, counts[name]) for name, help_text in described.items()]


def _labelled(counts: Mapping[str, Any], jobs: Mapping[str, int]) -> list[Metric]:
    keys = GaugeMetricFamily("outlay_api_keys", "API keys.", labels=["state"])
    for state in ("active", "expired", "revoked"):
        keys.add_metric([state], counts[f"keys_{state}"])
    by_status = GaugeMetricFamily("outlay_jobs", "Background jobs in the queue.", labels=["status"])
    for status in JobStatus:
        by_status.add_metric([status.value], jobs.get(status.value, 0))
    return [keys, by_status]


def _gauge(name: str, help_text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"outlay_{name}", help_text, float(value))
