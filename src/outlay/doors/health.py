"""Signs of life: `/healthz` says that the process answers, `/readyz` that it can do its work."""

import asyncio
from collections.abc import Awaitable, Callable

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from outlay.db import migrate
from outlay.db.connect import ping
from outlay.db.embedded import free_disk_bytes
from outlay.doors.http.services import Services, ServicesDependency
from outlay.kit.errors import OutlayError

_CHECK_TIMEOUT_S = 3
_DISK_FLOOR_BYTES = 64 * 1024 * 1024

router = APIRouter(tags=["health"])


@router.get("/healthz", summary="Is the process alive?")
async def healthz() -> dict[str, str]:
    """Answers as long as the process does."""
    return {"status": "ok"}


@router.get("/readyz", summary="Can it do its work?", responses={503: {"description": "The failing check is named."}})
async def readyz(services: ServicesDependency) -> JSONResponse:
    """All checks, each `ok` or what is wrong."""
    checks: dict[str, Callable[[Services], Awaitable[str]]] = {
        "database": _database,
        "schema": _schema,
        "disk": _disk,
    }
    found = {name: await _checked(check, services) for name, check in checks.items()}
    failing = [name for name, result in found.items() if not result.startswith("ok")]
    status = 503 if failing else 200
    body = {"status": "not ready" if failing else "ready", "failing": failing, "checks": found}
    return JSONResponse(body, status, headers={"Retry-After": "2"} if failing else None)


async def _checked(check: Callable[[Services], Awaitable[str]], services: Services) -> str:
    try:
        async with asyncio.timeout(_CHECK_TIMEOUT_S):
            return await check(services)
    except (OutlayError, TimeoutError) as error:
        return str(error) or "did not answer in time"


async def _database(services: Services) -> str:
    async with services.database.directory() as connection:
        await ping(connection)
    return "ok"


async def _schema(services: Services) -> str:
    async with services.database.directory() as connection:
        is_current = await migrate.is_current(connection)
    return "ok" if is_current else "the schema is not the one of this version: run `outlay db upgrade`"


async def _disk(services: Services) -> str:
    settings = services.settings
    if not services.database_is_embedded:
        return "ok: the database is elsewhere"
    free = await asyncio.to_thread(free_disk_bytes, settings.data_dir)
    if free < _DISK_FLOOR_BYTES:
        return f"only {free // 1024**2} MB are free in {settings.data_dir}"
    return "ok" if free >= settings.disk_warn_bytes else f"ok, but only {free // 1024**2} MB are free"
