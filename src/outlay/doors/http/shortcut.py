"""The way to one busy address past the framework's routing and dependencies, which cost more than the work itself."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from outlay.doors.http.problems import BodyTooLarge, request_id_of, response_to

Endpoint = Callable[[Request], Awaitable[Response]]


class Shortcut:
    """Calls the endpoint of one address itself; everything else goes on to the application.

    The application has the same address with the same endpoint, so that its description is whole.
    """

    def __init__(self, app: ASGIApp, *, method: str, path: str, endpoint: Endpoint) -> None:
        self._app = app
        self._method = method
        self._path = path
        self._endpoint = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != self._path or scope["method"] != self._method:
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            response = await self._endpoint(request)
        except BodyTooLarge:
            raise  # whoever counts the bytes answers, and hangs up
        except Exception as error:  # noqa: BLE001 - whatever it was, the caller gets an answer and the log the rest
            response = response_to(error, request_id_of(request))
        await response(scope, receive, send)
