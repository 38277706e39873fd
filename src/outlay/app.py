"""The composition root: the only place that knows all parts and wires them together."""

import os
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Lifespan

from outlay import __version__
from outlay.db.announce import PgAnnouncer
from outlay.db.connect import Database
from outlay.db.provision import Handover
from outlay.db.roles import DatabaseUrls
from outlay.doors import health, page, reference
from outlay.doors.events import IngestDoor
from outlay.doors.http.middleware import BodyLimit, HeadAsGet, RequestContext
from outlay.doors.http.problems import add_problem_handlers
from outlay.doors.http.services import Services
from outlay.doors.http.shortcut import Shortcut
from outlay.doors.live import LiveDoor
from outlay.doors.metrics import metrics_router
from outlay.doors.native import PREFIX, native_router
from outlay.identity.allowance.service import Allowances
from outlay.identity.sign_in import jobs as sign_in_jobs
from outlay.identity.sign_in.model import SessionPolicy
from outlay.jobs.queue import JobQueue
from outlay.jobs.registry import Registry
from outlay.kit.logs import configure_logs
from outlay.ledger import jobs as ledger_jobs
from outlay.ledger.recorder import Recorder
from outlay.mail import Mailer
from outlay.settings import Settings, load_settings

_COMPRESS_FROM_BYTES = 1_000
_PARENT_WATCH_S = 0.5
# Jobs must have stopped, and be back in the queue, before the parent's patience with its workers ends.
_JOBS_GRACE_SHARE = 0.5


def serving_app() -> ASGIApp:
    """What a worker process serves; it ends when its parent does."""
    settings = load_settings()
    configure_logs(settings.log_level, settings.log_format)
    handover = Handover.from_environment()
    threading.Thread(target=_end_with, args=(handover.parent_pid,), name="outlay-parent-watch", daemon=True).start()
    services = make_services(settings, handover.urls, is_embedded=handover.is_embedded)
    live = LiveDoor(services.database, services.policy, origin=settings.origin)
    return around(live.around(with_shortcuts(make_api(services, _running(services, live)))), settings)


def make_services(settings: Settings, urls: DatabaseUrls, *, is_embedded: bool) -> Services:
    """One of each."""
    database = Database(urls, pool_size=settings.database_pool_size, pool_wait_s=settings.database_pool_wait_s)
    return Services(
        settings=settings,
        database=database,
        database_is_embedded=is_embedded,
        allowances=Allowances(database),
        policy=session_policy(settings),
        mailer=Mailer(settings),
        recorder=Recorder(database),
    )


def session_policy(settings: Settings) -> SessionPolicy:
    """How long sessions last, as the settings say."""
    return SessionPolicy(
        idle=timedelta(hours=settings.session_idle_hours),
        longest=timedelta(days=settings.session_days_max),
        password_reset=timedelta(minutes=settings.password_reset_minutes),
        attempts_max=settings.sign_in_attempts_max,
    )


def make_jobs(services: Services) -> JobQueue:
    """The queue with every kind of job that the slices have."""
    registry = Registry()
    sign_in_jobs.register(registry, services.policy)
    ledger_jobs.register(registry)
    return JobQueue(services.database, registry)


def make_api(services: Services, lifespan: Lifespan[FastAPI] | None = None) -> FastAPI:
    """The HTTP application: every door."""
    api = FastAPI(
        title="Outlay",
        version=__version__,
        summary="What every client, campaign and agent costs.",
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    api.state.services = services
    add_problem_handlers(api)
    ingest = api.state.ingest = IngestDoor(services)
    api.include_router(native_router(ingest))
    api.include_router(health.router)
    api.include_router(metrics_router(services))
    api.include_router(reference.router)
    api.router.default = page.page
    return api


def with_shortcuts(api: FastAPI) -> ASGIApp:
    """The application, with its busiest address reached directly."""
    ingest: IngestDoor = api.state.ingest
    return Shortcut(api, method="POST", path=ingest.path, endpoint=ingest.store)


def around(app: ASGIApp, settings: Settings) -> ASGIApp:
    """What every request passes on its way in, the outermost last."""
    app = BodyLimit(app, bytes_max=settings.body_bytes_max)
    app = GZipMiddleware(app, minimum_size=_COMPRESS_FROM_BYTES)
    app = HeadAsGet(app)
    return RequestContext(app, trusted_proxies=settings.trusted_proxies, secure=settings.secure_cookies)


def _running(services: Services, live: LiveDoor) -> Lifespan[FastAPI]:
    """What runs beside the requests, for as long as the process serves."""
    database, settings = services.database, services.settings
    announcer = database.announcer = PgAnnouncer(database.urls)
    jobs = make_jobs(services)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await announcer.start()
        await live.start()
        if settings.jobs_in_server:
            await jobs.start(
                concurrency=settings.jobs_concurrency, grace_s=settings.shutdown_grace_s * _JOBS_GRACE_SHARE
            )
        yield
        # The live door first: its browsers move on to another process while our jobs finish.
        await live.stop()
        await services.recorder.stop()
        await jobs.stop()
        await announcer.stop()
        await database.close()

    return lifespan


def _end_with(parent_pid: int) -> None:
    """A parent that was killed cannot end its workers, and a worker left behind would keep the port."""
    while os.getppid() == parent_pid:
        time.sleep(_PARENT_WATCH_S)
    os._exit(1)
