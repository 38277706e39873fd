"""Errors as RFC 9457 problems: a status, a stable code, what happened, and what to do; nothing of our insides."""

from collections.abc import Mapping
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from psycopg import errors as postgres
from pydantic import BaseModel, Field
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from outlay.kit.errors import DatabaseUnavailable, InvalidRequest, NotFound, OutlayError

_METHODS = ("DELETE", "GET", "PATCH", "POST", "PUT")

_log = structlog.get_logger()


class MalformedJson(OutlayError):
    """The body is not JSON, or not in UTF-8."""

    status, code, title = 400, "malformed_json", "The body is not JSON"


class MethodNotAllowed(OutlayError):
    """This address exists, but not for this method; `Allow` lists those it has."""

    status, code, title = 405, "method_not_allowed", "Method not allowed"


class BodyTooLarge(OutlayError):
    """The body is larger than this server takes. Send less at a time."""

    status, code, title = 413, "body_too_large", "The body is too large"


class UnsupportedMediaType(OutlayError):
    """The body must be JSON: send `Content-Type: application/json`."""

    status, code, title = 415, "unsupported_media_type", "Unsupported media type"


class FieldError(BaseModel):
    """What is wrong with one field."""

    path: str = Field(examples=["time_zone"])
    message: str = Field(examples=["is not a name of the tz database, such as Europe/Berlin"])


class Problem(BaseModel):
    """An error, after RFC 9457."""

    type: str = Field(examples=["/docs/errors#not_found"])
    title: str = Field(examples=["Not found"])
    status: int = Field(examples=[404])
    code: str = Field(description="Stable; programs may rely on it.", examples=["not_found"])
    detail: str = Field(examples=["There is no client 'acme' here."])
    request_id: str = Field(description="Quote it when you ask about this error.")
    errors: list[FieldError] | None = None


def problem_of(error: OutlayError, request_id: str) -> dict[str, Any]:
    """The body of an error's answer."""
    return {
        "type": f"/docs/errors#{error.code}",
        "title": error.title,
        "status": error.status,
        "code": error.code,
        "detail": error.detail,
        "request_id": request_id,
        **error.facts,
    }


def problem_response(error: OutlayError, request_id: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The answer to a request that failed."""
    extra = dict(headers or {})
    if error.retry_after_s is not None:
        extra["Retry-After"] = str(error.retry_after_s)
    if error.status == 401:
        extra.setdefault("WWW-Authenticate", "Bearer")
    body = problem_of(error, request_id)
    return JSONResponse(body, error.status, headers=extra, media_type="application/problem+json")


def add_problem_handlers(app: FastAPI) -> None:
    """Gives every error of the application one shape."""

    async def known(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, OutlayError)
        return problem_response(error, request_id_of(request))

    async def malformed(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        return problem_response(_from_validation(error), request_id_of(request))

    async def of_the_framework(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        headers = dict(error.headers or {})
        if error.status_code == 405:
            headers["Allow"] = _allowed_methods(request) or headers.get("Allow", "")
        return problem_response(_from_http(error), request_id_of(request), headers)

    async def of_the_database(request: Request, error: Exception) -> JSONResponse:
        return problem_response(_from_database(error), request_id_of(request))

    app.add_exception_handler(OutlayError, known)
    app.add_exception_handler(RequestValidationError, malformed)
    app.add_exception_handler(HTTPException, of_the_framework)

    async def of_ours(request: Request, error: Exception) -> JSONResponse:
        return problem_response(unexpected(error), request_id_of(request))

    app.add_exception_handler(DBAPIError, of_the_database)
    app.add_exception_handler(Exception, of_ours)


def response_to(error: Exception, request_id: str) -> JSONResponse:
    """The answer to whatever went wrong outside of the framework's routes."""
    if isinstance(error, OutlayError):
        return problem_response(error, request_id)
    if isinstance(error, DBAPIError):
        return problem_response(_from_database(error), request_id)
    return problem_response(unexpected(error), request_id)


def unexpected(error: BaseException) -> OutlayError:
    """What is shown of a fault of ours; the log has the rest, under the request's id."""
    _log.error("request failed", exc_info=error)
    return OutlayError("Something failed on our side. The request id helps to find out what.")


def request_id_of(request: Request) -> str:
    """The id under which the log tells of this request."""
    return str(request.scope.get("state", {}).get("request_id", ""))


def _from_validation(error: RequestValidationError) -> OutlayError:
    found = error.errors()
    if any(item["type"] == "json_invalid" for item in found):
        return MalformedJson("The body is not valid JSON.")
    fields = [{"path": _path(item["loc"]), "message": item["msg"].removeprefix("Value error, ")} for item in found]
    detail = "; ".join(f"{field['path']}: {field['message']}" for field in fields[:3])
    return InvalidRequest(detail, errors=fields)


def _path(location: tuple[int | str, ...]) -> str:
    """Where in the request: the body's fields by their names, parameters after their place."""
    parts = [str(part) for part in location]
    return ".".join(parts[1:] if parts[0] == "body" and len(parts) > 1 else parts)


def _allowed_methods(request: Request) -> str:
    """Every method of an address: the framework names only those of the first route that has it."""
    routes = request.app.router.routes
    allowed = {
        method
        for method in _METHODS
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in routes)
    }
    return ", ".join(sorted(allowed | {"HEAD"} if "GET" in allowed else allowed))


def _from_http(error: HTTPException) -> OutlayError:
    if isinstance(error.__cause__, OutlayError):
        return error.__cause__  # ours, raised while the framework was reading the body
    if error.status_code == 405:
        return MethodNotAllowed("This address does not take this method.")
    if error.status_code == 404:
        return NotFound("There is nothing at this address.")
    if error.status_code == 400:
        return MalformedJson("The body could not be read as JSON in UTF-8.")
    return OutlayError(str(error.detail))


def _from_database(error: Exception) -> OutlayError:
    original = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(original, postgres.DataError):
        # A value that no column can hold, such as a string with the null character.
        return InvalidRequest("A value cannot be stored: it holds a character or a size that is not allowed.")
    if isinstance(original, postgres.OperationalError):
        return DatabaseUnavailable("The database did not answer.", retry_after_s=2)
    return unexpected(error)
