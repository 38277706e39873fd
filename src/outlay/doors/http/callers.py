"""Who calls: a key or a session, recognised in the request's own transaction, with its allowance counted."""

import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import structlog
from fastapi import Depends, Request, Security
from fastapi.security import APIKeyCookie, HTTPBearer
from sqlalchemy.ext.asyncio import AsyncConnection

from outlay.db.connect import Work
from outlay.doors.http.problems import UnsupportedMediaType
from outlay.doors.http.services import Services, services_of
from outlay.identity.access.model import Actor
from outlay.identity.allowance.model import TooManyRequests
from outlay.identity.allowance.service import Touch
from outlay.identity.keys import service as keys
from outlay.identity.keys.model import KEY_PREFIX, ApiKey
from outlay.identity.people import service as people
from outlay.identity.people.model import User
from outlay.identity.sign_in import service as sign_in
from outlay.identity.sign_in.model import SESSION_PREFIX, Session
from outlay.kit.errors import OutlayError
from outlay.kit.ids import Token

SESSION_COOKIE = "outlay_session"
CSRF_HEADER = "x-csrf-token"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# These only describe what `token_of` reads, so that the description of the API says where a credential is needed.
_KEY_SCHEME = HTTPBearer(scheme_name="key", description="An API key: `ok_…`.", auto_error=False)
_SESSION_SCHEME = APIKeyCookie(
    name=SESSION_COOKIE,
    scheme_name="session",
    description="A session's cookie; every change then also carries `X-CSRF-Token`, from `GET /api/v1/me`.",
    auto_error=False,
)


class NotAuthenticated(OutlayError):
    """No credential came with the request, or one that we do not know."""

    status, code, title = 401, "not_authenticated", "Sign in, or send an API key"


class CsrfFailed(OutlayError):
    """A change asked for with a session's cookie must carry its `X-CSRF-Token`, from `GET /api/v1/me`."""

    status, code, title = 403, "csrf_failed", "The CSRF token is missing or wrong"


@dataclass(frozen=True)
class Caller:
    """Who calls, and the transaction in which their request happens."""

    work: Work
    actor: Actor
    token: Token
    key: ApiKey | None = None
    session: Session | None = None
    user: User | None = None


def token_of(request: Request) -> Token:
    """The credential of a request: an API key, or else a session's cookie."""
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        token = Token.parse(text.strip(), KEY_PREFIX)
        if token is None:
            raise NotAuthenticated("The API key is not complete: it starts with ok_ and is 100 characters long.")
        return token
    token = Token.parse(request.cookies.get(SESSION_COOKIE, ""), SESSION_PREFIX)
    if token is None:
        raise NotAuthenticated("Sign in, or send an API key as `Authorization: Bearer ok_…`.")
    return token


async def transaction_of_caller(
    request: Request,
    services: Annotated[Services, Depends(services_of)],
    _key: Annotated[object, Security(_KEY_SCHEME)],
    _session: Annotated[object, Security(_SESSION_SCHEME)],
) -> AsyncIterator[Caller]:
    """The request's one transaction, committed before the answer is sent."""
    token = token_of(request)
    async with services.database.work(token.workspace_id) as work:
        caller = await _recognised(work, services, token)
        structlog.contextvars.bind_contextvars(workspace=str(work.workspace_id), actor=caller.actor.id)
        if caller.session is not None and request.method not in _SAFE_METHODS:
            _check_csrf(request, token)
        await _spend(request, services, caller)
        yield Caller(work, caller.actor.seen_from(request.state.ip), token, caller.key, caller.session, caller.user)


# `scope="function"` ends the dependency, and so the transaction, before the body is sent and not after it.
CallerDependency = Annotated[Caller, Depends(transaction_of_caller, scope="function")]


async def caller_beforehand(
    request: Request,
    services: Annotated[Services, Depends(services_of)],
    _key: Annotated[object, Security(_KEY_SCHEME)],
    _session: Annotated[object, Security(_SESSION_SCHEME)],
) -> Caller:
    """Who calls, recognised in a transaction that is over, for what happens in transactions of its own.

    Requests that hold a connection and wait for a second one of the same few can wait for each other for ever.
    """
    async with asynccontextmanager(transaction_of_caller)(request, services, _key, _session) as caller:
        return caller


async def json_only(request: Request) -> None:
    """Refuses bodies that are not JSON; browsers cannot send JSON across sites without asking first."""
    has_body = request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if has_body and request.method not in _SAFE_METHODS and kind != "application/json":
        raise UnsupportedMediaType("Send the body as `Content-Type: application/json`.")


def csrf_token(token: Token) -> str:
    """What a page must send along with changes."""
    return token.derive("csrf")


async def _recognised(work: Work, services: Services, token: Token) -> Caller:
    if token.prefix == KEY_PREFIX:
        key = await keys.recognise(work, token)
        if key is None:
            raise NotAuthenticated("This API key is not known.")
        return Caller(work, key.actor, token, key=key)
    session, user = await sign_in.recognise(work, services.policy, token)
    return Caller(work, people.actor_of(user), token, session=session, user=user)


def _check_csrf(request: Request, token: Token) -> None:
    if not hmac.compare_digest(request.headers.get(CSRF_HEADER, "").encode(), csrf_token(token).encode()):
        raise CsrfFailed("Send the csrf_token of GET /api/v1/me as X-CSRF-Token.")


async def _spend(request: Request, services: Services, caller: Caller) -> None:
    settings, workspace_id = services.settings, caller.work.workspace_id
    subject_id, limit, touch = _metered(caller, settings.rate_limit_per_minute, settings.session_rate_limit_per_minute)
    try:
        request.state.allowance = await services.allowances.spend(workspace_id, subject_id, limit, touch)
    except TooManyRequests as error:
        request.state.allowance = error.allowance
        raise


def _metered(caller: Caller, key_limit: int, session_limit: int) -> tuple[UUID, int, Touch]:
    workspace_id = caller.work.workspace_id
    if caller.key is not None:
        key = caller.key

        async def touch_key(connection: AsyncConnection) -> None:
            await keys.touch(connection, workspace_id, key.id)

        return key.id, key.rate_limit_per_minute or key_limit, touch_key
    session = caller.session
    assert session is not None

    async def touch_session(connection: AsyncConnection) -> None:
        await sign_in.touch(connection, workspace_id, session)

    return session.id, session_limit, touch_session
