"""The native API: one router for every module that serves a part of it."""

from fastapi import APIRouter, Depends

from outlay.doors import keys, me, people, portfolio, session, workspace
from outlay.doors.http.callers import json_only
from outlay.doors.http.schemas import COMMON_PROBLEMS

PREFIX = "/api/v1"


def native_router() -> APIRouter:
    """Everything below /api/v1."""
    router = APIRouter(prefix=PREFIX, dependencies=[Depends(json_only)], responses=COMMON_PROBLEMS)
    for module in (session, me, workspace, portfolio, people, keys):
        router.include_router(module.router)
    return router
