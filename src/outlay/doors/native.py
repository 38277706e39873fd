"""The native API: one router for every module that serves a part of it."""

from fastapi import APIRouter, Depends

from outlay.doors import (
    event_history,
    events,
    keys,
    ledger_settings,
    me,
    people,
    portfolio,
    price_explain,
    prices,
    session,
    spend,
    spend_export,
    workspace,
)
from outlay.doors.http.callers import json_only
from outlay.doors.http.schemas import COMMON_PROBLEMS

PREFIX = "/api/v1"


def native_router(ingest: events.IngestDoor) -> APIRouter:
    """Everything below /api/v1."""
    router = APIRouter(dependencies=[Depends(json_only)])
    for module in (
        session,
        me,
        workspace,
        portfolio,
        ledger_settings,
        event_history,
        spend,
        spend_export,
        prices,
        price_explain,
        people,
        keys,
    ):
        router.include_router(module.router)
    # Events come in more shapes than JSON alone; their door says which.
    whole = APIRouter(prefix=PREFIX, responses=COMMON_PROBLEMS)
    whole.include_router(ingest.router())
    whole.include_router(router)
    return whole
