"""A document's table as comma-separated values (RFC 4180), every digit of every figure in it."""

import csv
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from io import StringIO
from itertools import chain, islice
from typing import Final
from zoneinfo import ZoneInfo

from outlay.kit.money import plain
from outlay.reports.model import Cell, Document

MEDIA_TYPE: Final = "text/csv; charset=utf-8; header=present"
# What spreadsheets read as the beginning of a formula, in the widths that East Asian keyboards have too. They skip
# white space in front of it, and a tab or a line's end may begin one by itself.
_FORMULA: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_CONTROL: Final = ("\t", "\r", "\n")
_ROWS_AT_ONCE: Final = 500


def csv_chunks(document: Document, *, with_mark: bool = False) -> Iterator[bytes]:
    """The file, some rows at a time. The mark tells spreadsheets that the text is UTF-8; programs do without."""
    zone = ZoneInfo(document.time_zone)
    if with_mark:
        yield "\ufeff".encode()
    header = [safe_text(column.name) for column in document.table.columns]
    lines = chain([header], ([_written(cell, zone) for cell in row] for row in document.table.rows))
    while some := list(islice(lines, _ROWS_AT_ONCE)):
        text = StringIO(newline="")
        csv.writer(text, lineterminator="\r\n").writerows(some)
        yield text.getvalue().encode()


def safe_text(text: str) -> str:
    """The text, with an apostrophe before what a spreadsheet would otherwise run as a formula."""
    return f"'{text}" if text.lstrip().startswith(_FORMULA) or text.startswith(_CONTROL) else text


def _written(cell: Cell, zone: ZoneInfo) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return safe_text(cell)
    if isinstance(cell, Decimal):
        return plain(cell)
    if isinstance(cell, datetime):
        return cell.astimezone(zone).isoformat(timespec="minutes")
    return str(cell)
