"""What happens to every request: an id, a line in the log, a bound on its size, and headers that keep browsers safe."""

import ipaddress
import re
import time

import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from outlay.doors.http.problems import BodyTooLarge, problem_response, unexpected
from outlay.identity.allowance.model import Allowance
from outlay.kit.clock import system_clock
from outlay.kit.ids import new_id

_log = structlog.get_logger()
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")

# Scripts and styles come from us alone. React sets styles through the object model, which this policy allows.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Frame-Options": "DENY",
    # What may be kept says so itself, such as the page's files.
    "Cache-Control": "no-store",
}


class RequestContext:
    """Gives each request an id, logs one line about it, and turns what nobody caught into a clear answer."""

    def __init__(self, app: ASGIApp, *, trusted_proxies: list[str], secure: bool) -> None:
        self._app = app
        self._trusted = frozenset(trusted_proxies)
        headers = _SECURITY_HEADERS | (
            {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"} if secure else {}
        )
        # As they travel, since they are added to every answer.
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        headers = Headers(scope=scope)
        state["request_id"] = request_id = _request_id(headers)
        state["ip"] = self._ip(scope, headers)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        status, complete, started = 0, False, time.perf_counter()

        async def send_with_headers(message: Message) -> None:
            nonlocal status, complete
            if message["type"] == "http.response.start":
                status = message["status"]
                self._add_headers(message, state)
            await send(message)
            complete = message["type"] == "http.response.body" and not message.get("more_body", False)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception as error:  # the last line of defence: whatever it was, the caller gets an answer
            if complete:
                return  # the application has answered and told the log
            if status:
                raise
            await problem_response(unexpected(error), request_id)(scope, receive, send_with_headers)
        finally:
            # The path without its query, which may hold what a person typed or the secret of a link.
            duration_ms = round((time.perf_counter() - started) * 1000, 1)
            # What comes thousands of times a second is told when it fails; the metrics count it all.
            if status >= 400 or not state.get("is_routine"):
                _log.info("request", method=scope["method"], path=scope["path"], status=status, duration_ms=duration_ms)

    def _add_headers(self, message: Message, state: dict[str, object]) -> None:
        given = list(message.get("headers", ()))
        present = {name.lower() for name, _ in given}
        given += (header for header in self._headers if header[0] not in present)
        given.append((b"x-request-id", str(state["request_id"]).encode()))
        allowance = state.get("allowance")
        if isinstance(allowance, Allowance):
            given.append((b"ratelimit-policy", f'"minute";q={allowance.limit};w=60'.encode()))
            given.append((b"ratelimit", f'"minute";r={allowance.remaining};t={allowance.reset_s}'.encode()))
        message["headers"] = given

    def _ip(self, scope: Scope, headers: Headers) -> str | None:
        """The caller's address: the nearest that is not a proxy of ours."""
        client = scope.get("client")
        address = str(client[0]) if client else None
        if address not in self._trusted:
            return address
        for hop in reversed(headers.get("x-forwarded-for", "").split(",")):
            candidate = hop.strip()
            if not _is_address(candidate):
                break
            address = candidate
            if candidate not in self._trusted:
                break
        return address


class HeadAsGet:
    """Answers HEAD wherever there is a GET: the server in front of us leaves out the body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}
        await self._app(scope, receive, send)


class BodyLimit:
    """Refuses bodies that are too large: at once where their length is said, else as soon as they are."""

    def __init__(self, app: ASGIApp, *, bytes_max: int) -> None:
        self._app = app
        self._bytes_max = bytes_max

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        length = Headers(scope=scope).get("content-length", "0")
        if length.isdigit() and int(length) > self._bytes_max:
            await self._refuse(scope, receive, send)
            return
        seen, started = 0, False

        async def counted_receive() -> Message:
            nonlocal seen
            message = await receive()
            if message["type"] == "http.request":
                seen += len(message.get("body", b""))
                if seen > self._bytes_max:
                    raise BodyTooLarge(f"The body is larger than {self._bytes_max} bytes.")
            return message

        async def noted_send(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, counted_receive, noted_send)
        except BodyTooLarge:
            if started:
                raise
            await self._refuse(scope, receive, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        error = BodyTooLarge(f"The body is larger than {self._bytes_max} bytes.")
        request_id = str(scope["state"]["request_id"])
        await problem_response(error, request_id, {"Connection": "close"})(scope, receive, send)


def _request_id(headers: Headers) -> str:
    given = headers.get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else new_id(system_clock()).hex


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
