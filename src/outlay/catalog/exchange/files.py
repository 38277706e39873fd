"""Reads files of exchange rates: long CSV, the wide CSV of the European Central Bank, and a zip with either in it."""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from outlay.catalog.exchange.model import DatedRate
from outlay.catalog.exchange.rules import check_currency, check_source, check_value, contradiction
from outlay.kit.errors import InvalidRequest

# Against which the European Central Bank publishes its rates.
WIDE_BASE: Final = "EUR"
FILE_BYTES_MAX: Final = 100_000_000

# The second is how a zip without anything in it begins.
_ZIP_BEGINNINGS: Final = (b"PK\x03\x04", b"PK\x05\x06")
_OTHER_ENCODINGS: Final = (b"\xff\xfe", b"\xfe\xff")
_NO_RATE: Final = frozenset({"", "N/A"})
_CODE: Final = re.compile(r"[A-Za-z]{3}")
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?")
_ISO_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# The bank's daily file writes 2 January 2026 where its historical one writes 2026-01-02.
_WRITTEN_DAY: Final = re.compile(r"([0-9]{1,2}) ([A-Z][a-z]+) ([0-9]{4})")
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip
_SHOWN_CHARACTERS_MAX: Final = 40


@dataclass(frozen=True)
class _Layout:
    """Where a file has what: the day's column, and of each rate its base, quote and value, by column or by name."""

    width: int
    day: int
    base: int | str
    quotes: tuple[tuple[int | str, int], ...]
    may_lack_rates: bool


def read_rates(content: bytes, *, source: str, base: str | None = None) -> list[DatedRate]:
    """All rates of a file; the first thing that is wrong with it is an error that names the line.

    `base` is what the rates are against where the file does not say so.
    """
    source = check_source(source)
    rates: dict[tuple[str, str, date], tuple[DatedRate, int]] = {}
    for line, one in _rates(_text(_unzipped(content)), source, base):
        known, known_line = rates.setdefault((one.base, one.quote, one.day), (one, line))
        if known.rate != one.rate:
            raise _wrong(line, f"{contradiction(one, known)} in line {known_line}")
    if not rates:
        raise InvalidRequest.field("file", "holds no rates")
    return [one for one, _ in rates.values()]


def _rates(text: str, source: str, base: str | None) -> Iterator[tuple[int, DatedRate]]:
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    layout: _Layout | None = None
    try:
        for cells in lines:
            row = [cell.strip() for cell in cells]
            if not any(row):
                continue
            if layout is None:
                layout = _layout(lines.line_num, _without_empty_end(row), base)
            else:
                for one in _of_row(lines.line_num, row, layout, source):
                    yield lines.line_num, one
    except csv.Error as error:
        raise _wrong(lines.line_num, f"this is not CSV: {error}") from error
    if layout is None:
        raise InvalidRequest.field("file", "is empty")


def _of_row(line: int, row: Sequence[str], layout: _Layout, source: str) -> Iterator[DatedRate]:
    if len(row) < layout.width or any(row[layout.width :]):
        has = len(_without_empty_end(row)) if len(row) > layout.width else len(row)
        raise _wrong(line, f"there are {has} columns where the header has {layout.width}")
    day = _day(line, row[layout.day])
    base = _currency(line, row, layout.base)
    for named, place in layout.quotes:
        if layout.may_lack_rates and row[place].upper() in _NO_RATE:
            continue
        quote = _currency(line, row, named)
        if quote == base:
            raise _wrong(line, f"{base} is given against itself")
        yield DatedRate(base, quote, day, _number(line, row[place]), source)


def _layout(line: int, header: Sequence[str], base: str | None) -> _Layout:
    names = [name.lower() for name in header]
    twice = next((name for name in header if names.count(name.lower()) > 1), None)
    if twice is not None:
        raise _wrong(line, f"the header names {_shown(twice)} twice")
    if names[0] == "date" and len(names) > 1 and all(_CODE.fullmatch(name) for name in names[1:]):
        quotes = tuple((name.upper(), place) for place, name in enumerate(names) if place)
        return _Layout(len(names), 0, base or WIDE_BASE, quotes, may_lack_rates=True)
    return _long_layout(line, names, base)


def _long_layout(line: int, names: Sequence[str], base: str | None) -> _Layout:
    quote = "currency" if "currency" in names else "quote"
    strange = [name for name in names if name not in {"date", "base", quote, "rate"}]
    missing = [name for name in ("date", quote, "rate") if name not in names]
    if strange or missing:
        fault = f"the column {_shown(strange[0])} is unknown" if strange else f"there is no column {missing[0]}"
        raise _wrong(line, f"{fault}: the header must be date,base,quote,rate, or Date and a column for each currency")
    if "base" not in names and base is None:
        raise _wrong(line, "there is no column base: say with --base against which currency the rates are")
    if "base" in names and base is not None:
        raise _wrong(line, "there is a column base already: leave --base out")
    against: int | str = names.index("base") if base is None else base
    quotes = ((names.index(quote), names.index("rate")),)
    return _Layout(len(names), names.index("date"), against, quotes, may_lack_rates=False)


def _currency(line: int, row: Sequence[str], named: int | str) -> str:
    return named if isinstance(named, str) else check_currency(f"line {line}", row[named])


def _number(line: int, words: str) -> Decimal:
    if not _NUMBER.fullmatch(words):
        raise _wrong(line, f"the rate {_shown(words)} is not a number such as 1.0845")
    return check_value(f"line {line}", Decimal(words))


def _day(line: int, words: str) -> date:
    written = _WRITTEN_DAY.fullmatch(words)
    try:
        if written and written[2] in _MONTHS:
            return date(int(written[3]), _MONTHS.index(written[2]) + 1, int(written[1]))
        if _ISO_DAY.fullmatch(words):
            return date.fromisoformat(words)
    except ValueError:
        pass  # A day that the calendar does not have is as bad as no day.
    raise _wrong(line, f"{_shown(words)} is not a date such as 2026-01-31")


def _text(content: bytes) -> str:
    if content.startswith(_OTHER_ENCODINGS):
        raise _wrong(1, "this is not UTF-8: save the file as CSV in UTF-8")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _wrong(line, "this is not UTF-8: save the file as CSV in UTF-8") from error


def _unzipped(content: bytes) -> bytes:
    if not content.startswith(_ZIP_BEGINNINGS):
        return content
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            inside = [one for one in archive.infolist() if one.filename.lower().endswith(".csv")]
            if len(inside) != 1:
                raise InvalidRequest.field("file", f"is a zip with {len(inside)} CSV files in it; it must be one")
            with archive.open(inside[0]) as packed:
                unpacked = packed.read(FILE_BYTES_MAX + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise InvalidRequest.field("file", f"is a zip that cannot be read: {error}") from error
    if len(unpacked) > FILE_BYTES_MAX:
        raise InvalidRequest.field("file", f"unpacks to more than {FILE_BYTES_MAX // 10**6} MB")
    return unpacked


def _without_empty_end(row: Sequence[str]) -> list[str]:
    cells = list(row)
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _shown(words: str) -> str:
    return repr(words if len(words) <= _SHOWN_CHARACTERS_MAX else f"{words[:_SHOWN_CHARACTERS_MAX]}…")


def _wrong(line: int, message: str) -> InvalidRequest:
    return InvalidRequest.field(f"line {line}", message)
