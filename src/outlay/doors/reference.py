"""The documentation that every installation carries: addresses of the API and codes of errors, without a script."""

import re
from html import escape
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from outlay.kit.errors import documented_errors

router = APIRouter(prefix="/docs", include_in_schema=False)

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 0; }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem; overflow-wrap: anywhere; }
section { border-top: 1px solid; padding: 0.5rem 0; }
h2 { font-size: 1.1rem; }
code { font-family: ui-monospace, monospace; font-size: 0.9em; }
table { border-collapse: collapse; }
th, td { border-bottom: 1px solid; padding: 0.4rem 0.6rem; text-align: left; vertical-align: top; }
:target { outline: 2px solid; }
"""


@router.get("")
async def docs(request: Request) -> HTMLResponse:
    """Every address of the API, as its description says."""
    description = request.app.openapi()
    parts = [
        "<h1>Outlay API</h1>",
        "<p>For machines: <a href='/api/v1/openapi.json'>openapi.json</a>. <a href='/docs/errors'>Errors</a>.</p>",
    ]
    for path, operations in description["paths"].items():
        parts += [_operation(path, method, operation) for method, operation in operations.items()]
    return _page("Outlay API", "".join(parts))


@router.get("/errors")
async def errors() -> HTMLResponse:
    """Every code, with its status and what to do."""
    rows = "".join(
        f"<tr id='{kind.code}'><td><code>{kind.code}</code></td><td>{kind.status}</td>"
        f"<td>{_prose((kind.__doc__ or kind.title).strip())}</td></tr>"
        for kind in sorted(documented_errors(), key=lambda kind: kind.code)
    )
    table = f"<table><thead><tr><th>Code</th><th>Status</th><th>Meaning</th></tr></thead><tbody>{rows}</tbody></table>"
    return _page("Codes of errors", f"<h1>Codes of errors</h1><p><a href='/docs'>API</a></p>{table}")


@router.get("/style.css")
async def style() -> Response:
    """How these pages look; they come with the doors, so that they are there when the page was not built."""
    return Response(_STYLE, media_type="text/css")


def _prose(text: str) -> str:
    """Text for people, with what stands between backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def _operation(path: str, method: str, operation: dict[str, Any]) -> str:
    answers = ", ".join(escape(status) for status in operation.get("responses", {}))
    parameters = "".join(
        f"<li><code>{escape(item['name'])}</code> ({escape(item['in'])}) {_prose(item.get('description', ''))}</li>"
        for item in operation.get("parameters", [])
    )
    return (
        f"<section><h2><code>{method.upper()} {escape(path)}</code></h2>"
        f"<p><strong>{escape(operation.get('summary', ''))}.</strong> {_prose(operation.get('description', ''))}</p>"
        + (f"<ul>{parameters}</ul>" if parameters else "")
        + f"<p>Answers: {answers}</p></section>"
    )


def _page(title: str, body: str) -> HTMLResponse:
    return HTMLResponse(
        f"<!doctype html><html lang='en'><head><meta charset='utf-8'><title>{escape(title)}</title>"
        "<meta name='viewport' content='width=device-width'><meta name='color-scheme' content='light dark'>"
        f"<link rel='stylesheet' href='/docs/style.css'></head><body><main>{body}</main></body></html>"
    )
