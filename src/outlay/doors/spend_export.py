"""Spend as a file: the same question as at /spend, its whole answer as CSV or as a workbook."""

from dataclasses import replace
from enum import StrEnum
from io import BytesIO
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response, StreamingResponse
from pydantic import Field

from outlay.doors.http.callers import Caller, caller_beforehand
from outlay.doors.http.services import ServicesDependency
from outlay.doors.spend import question_of
from outlay.doors.spend_parameters import Asked, SpendParameters
from outlay.reports import csv, xlsx
from outlay.reports import service as reports
from outlay.reports.model import Document

router = APIRouter(prefix="/spend", tags=["spend"])

# A file has no pages.
_OWN: Final = ("format", "bom", "limit", "cursor")
_BINARY: Final = {"schema": {"type": "string", "format": "binary"}}


class FileFormat(StrEnum):
    """How a file is written."""

    CSV = "csv"
    XLSX = "xlsx"


class ExportParameters(SpendParameters):
    """Those of /spend, and how the file is written."""

    format: FileFormat = FileFormat.CSV
    bom: bool = Field(False, description="Begin a CSV with the mark that tells spreadsheets that it is UTF-8.")


@router.get(
    "/export",
    summary="Spend as a file",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}, xlsx.MEDIA_TYPE: _BINARY}}},
    description=f"""
All groups of a question about spend, asked as at `/spend`, as CSV (every digit) or as an Excel workbook (real numbers,
and a sheet that says what is shown). `limit` and `cursor` have no effect: a file is whole, and what would be longer
than {reports.ROWS_MAX:,} rows is refused.
""",
)
async def export_spend(
    request: Request,
    caller: Annotated[Caller, Depends(caller_beforehand)],
    services: ServicesDependency,
    parameters: Annotated[ExportParameters, Query()],
) -> Response:
    """Writes the file outside of the transaction that reads what is in it, so that no connection waits for that."""
    shared = [(name, text) for name, text in request.query_params.multi_items() if name not in _OWN]
    async with services.database.work(caller.work.workspace_id) as work:
        question = await question_of(replace(caller, work=work), Asked.read(shared))
        document = await reports.spend(work, caller.actor, question)
    headers = {"Content-Disposition": f'attachment; filename="{document.file_name}.{parameters.format.value}"'}
    if parameters.format is FileFormat.CSV:
        chunks = csv.csv_chunks(document, with_mark=parameters.bom)
        return StreamingResponse(chunks, headers=headers, media_type=csv.MEDIA_TYPE)
    workbook = await run_in_threadpool(_workbook, document)
    return Response(workbook, headers=headers, media_type=xlsx.MEDIA_TYPE)


def _workbook(document: Document) -> bytes:
    """The whole workbook, since one that breaks off in the middle could not be opened; it is a few megabytes at most."""
    file = BytesIO()
    xlsx.write_xlsx(document, file)
    return file.getvalue()
