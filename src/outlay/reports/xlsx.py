"""A document as a workbook: its table with real numbers, and a sheet that says what it shows."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import IO, Any, Final
from zoneinfo import ZoneInfo

import xlsxwriter

from outlay.reports.model import Cell, Column, ColumnKind, Document, Table

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ABOUT: Final = "About"
NOTE: Final = "Spreadsheets keep 15 digits of a number. The CSV of the same view has all of them."
_CELL_CHARACTERS_MAX: Final = 32_767
_WIDTH_LEAST: Final = 10
_WIDTH_MOST: Final = 48
# A name among the first rows is as long as the names of the rest are, as a rule; reading all of them would cost time.
_ROWS_MEASURED: Final = 500
# Text is text and nothing else: neither a formula nor a link nor a number in disguise.
_OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
}


@dataclass(frozen=True)
class _Looks:
    """How a workbook's cells are shown; amounts below a cent keep their digits."""

    header: Any
    number_header: Any
    label: Any
    wrapped: Any
    part: Any  # for a number that is not whole
    by_kind: dict[ColumnKind, Any]

    def of(self, column: Column, cell: Cell) -> Any:
        """A whole number has no point behind it."""
        is_part = column.kind is ColumnKind.NUMBER and isinstance(cell, Decimal) and cell % 1 != 0
        return self.part if is_part else self.by_kind[column.kind]


def write_xlsx(document: Document, into: IO[bytes]) -> None:
    """Writes the workbook into a file; rows go to the disk as they are written, so that memory does not grow with them."""
    with xlsxwriter.Workbook(into, _OPTIONS) as book:
        # Without one, two workbooks of the same view would differ by when they were written.
        book.set_properties({"created": document.made_at.astimezone(UTC).replace(tzinfo=None), "author": "Outlay"})
        looks = _looks(book)
        _write_table(book.add_worksheet(_sheet_name(document.table.title)), document.table, document, looks)
        _write_about(book.add_worksheet(ABOUT), document, looks)


def _looks(book: Any) -> _Looks:
    heading = {"bold": True, "font_color": "#ffffff", "bg_color": "#4c1d95", "valign": "vcenter", "text_wrap": True}
    formats = {
        ColumnKind.TEXT: "@",
        ColumnKind.MONEY: "#,##0.00##########",
        ColumnKind.NUMBER: "#,##0",
        ColumnKind.PERCENT: "0.0%",
        ColumnKind.DATE: "yyyy-mm-dd",
        ColumnKind.HOUR: "yyyy-mm-dd hh:mm",
    }
    return _Looks(
        header=book.add_format(heading),
        number_header=book.add_format({**heading, "align": "right"}),
        label=book.add_format({"bold": True, "valign": "top"}),
        part=book.add_format({"num_format": "#,##0.0###########"}),
        wrapped=book.add_format({"text_wrap": True, "valign": "top"}),
        by_kind={kind: book.add_format({"num_format": code}) for kind, code in formats.items()},
    )


def _write_table(sheet: Any, table: Table, document: Document, looks: _Looks) -> None:
    for index, column in enumerate(table.columns):
        sheet.set_column(index, index, _width(table, index), looks.by_kind[column.kind])
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(table.rows), max(len(table.columns) - 1, 0))
    sheet.set_row(0, 32)
    for index, column in enumerate(table.columns):
        look = looks.header if column.kind is ColumnKind.TEXT else looks.number_header
        sheet.write_string(0, index, column.name, look)
    zone = ZoneInfo(document.time_zone)
    for place, row in enumerate(table.rows, start=1):
        for index, (column, cell) in enumerate(zip(table.columns, row, strict=True)):
            _write_cell(sheet, (place, index), cell, looks.of(column, cell), zone)


def _write_cell(sheet: Any, place: tuple[int, int], cell: Cell, look: Any, zone: ZoneInfo) -> None:
    if cell is None:
        return
    if isinstance(cell, str):
        sheet.write_string(*place, cell[:_CELL_CHARACTERS_MAX], look)
    elif isinstance(cell, int | Decimal):
        sheet.write_number(*place, cell, look)
    elif isinstance(cell, datetime):
        # A workbook knows no zones: hours are written as the clock on the wall showed them.
        sheet.write_datetime(*place, cell.astimezone(zone).replace(tzinfo=None), look)
    else:
        sheet.write_datetime(*place, datetime(cell.year, cell.month, cell.day), look)  # noqa: DTZ001 - as above


def _write_about(sheet: Any, document: Document, looks: _Looks) -> None:
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 90)
    for place, (name, value) in enumerate([*document.facts, ("Note", NOTE)]):
        sheet.write_string(place, 0, name, looks.label)
        sheet.write_string(place, 1, value[:_CELL_CHARACTERS_MAX], looks.wrapped)


def _width(table: Table, index: int) -> float:
    """Wide enough for the name and for what the first rows hold."""
    column = table.columns[index]
    shown = [_shown(column, row[index]) for row in table.rows[:_ROWS_MEASURED]]
    # A heading may take two lines, and the arrow of the filter stands beside it.
    needed = max([len(column.name) // 2 + 4, *(len(text) for text in shown)]) + 2
    return float(min(max(needed, _WIDTH_LEAST), _WIDTH_MOST))


def _shown(column: Column, cell: Cell) -> str:
    if cell is None:
        return ""
    if column.kind is ColumnKind.MONEY and isinstance(cell, Decimal):
        return f"{cell:,f}".rstrip("0")
    if isinstance(cell, datetime):
        return "2026-11-20 09:00"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)


def _sheet_name(title: str) -> str:
    """A title within what a workbook allows as the name of a sheet."""
    allowed = "".join(" " if character in "[]:*?/\\'" else character for character in title).strip()
    return allowed[:31] or "Table"
