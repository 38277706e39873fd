"""The web application: its files, and the one page that answers every address of its own."""

import mimetypes
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketClose

from outlay.kit.errors import NotFound

PAGE = Path(__file__).parents[1] / "_ui"
# Addresses of doors: what is not found there is an error in that door's shape, never the page.
_DOORS = ("api", "v1", "socket.io", "metrics", "healthz", "readyz", "docs")
_FOREVER = "public, max-age=31536000, immutable"


async def page(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers whatever no door has: a file of the page, or else the page itself, which reads the address."""
    if scope["type"] == "websocket":
        await WebSocketClose()(scope, receive, send)
        return
    await _answer(Request(scope))(scope, receive, send)


def _answer(request: Request) -> Response:
    path = str(request.scope["path"]).removeprefix("/")
    parts = path.split("/")
    if parts[0] in _DOORS or ".." in parts or "\x00" in path:
        raise NotFound("There is nothing at this address.")
    if request.method not in {"GET", "HEAD"}:
        raise HTTPException(405, headers={"Allow": "GET, HEAD"})
    found = _file(path)
    if found is not None:
        return _served(found, request, _FOREVER if parts[0] == "assets" else "no-cache")
    if parts[0] == "assets" or "." in parts[-1]:
        raise NotFound("There is nothing at this address.")
    index = PAGE / "index.html"
    if not index.is_file():
        return PlainTextResponse("The page was not built. The API is at /api/v1, its description at /docs.\n", 503)
    return _served(index, request, "no-cache")


def _file(path: str) -> Path | None:
    """The file at a path inside the page's folder, and nothing outside of it."""
    try:
        candidate = (PAGE / path).resolve()
        is_ours = candidate.is_relative_to(PAGE.resolve()) and candidate.is_file()
    except (OSError, ValueError):  # a name that no file can have
        return None
    return candidate if is_ours and not candidate.name.startswith(".") else None


def _served(file: Path, request: Request, cache_control: str) -> Response:
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    headers = {"Cache-Control": cache_control, "Vary": "Accept-Encoding"}
    packed = file.with_name(file.name + ".gz")
    if "gzip" in request.headers.get("accept-encoding", "") and packed.is_file():
        file = packed
        headers["Content-Encoding"] = "gzip"
    response = FileResponse(file, media_type=kind, headers=headers, stat_result=file.stat())
    if request.headers.get("if-none-match") == response.headers["etag"]:
        return Response(status_code=304, headers={**headers, "ETag": response.headers["etag"]})
    return response
