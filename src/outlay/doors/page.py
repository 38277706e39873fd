"""The web application: its files, and the one page that answers every address of its own."""

import mimetypes
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, PlainTextResponse, Response

from outlay.kit.errors import NotFound

PAGE = Path(__file__).parents[1] / "_ui"
# Addresses of doors: what is not found there is an error in that door's shape, never the page.
_DOORS = ("api", "v1", "socket.io", "metrics", "healthz", "readyz", "assets")
_FOREVER = "public, max-age=31536000, immutable"

router = APIRouter(include_in_schema=False)


@router.get("/{path:path}")
@router.head("/{path:path}")
async def page(path: str, request: Request) -> Response:
    """A file of the page, or else the page itself, which reads the address."""
    found = _file(path)
    if found is not None:
        return _served(found, request, _FOREVER if path.startswith("assets/") else "no-cache")
    if path.partition("/")[0] in _DOORS or "." in path.rpartition("/")[2]:
        raise NotFound("There is nothing at this address.")
    index = PAGE / "index.html"
    if not index.is_file():
        return PlainTextResponse("The page was not built. The API is at /api/v1, its description at /docs.\n", 503)
    return _served(index, request, "no-cache")


def _file(path: str) -> Path | None:
    """The file at a path inside the page's folder, and nothing outside of it."""
    if not path or "\x00" in path:
        return None
    candidate = (PAGE / path).resolve()
    if not candidate.is_relative_to(PAGE.resolve()) or not candidate.is_file() or candidate.name.startswith("."):
        return None
    return candidate


def _served(file: Path, request: Request, cache_control: str) -> Response:
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    headers = {"Cache-Control": cache_control, "Vary": "Accept-Encoding"}
    packed = file.with_name(file.name + ".gz")
    if "gzip" in request.headers.get("accept-encoding", "") and packed.is_file():
        return FileResponse(packed, media_type=kind, headers={**headers, "Content-Encoding": "gzip"})
    return FileResponse(file, media_type=kind, headers=headers)
