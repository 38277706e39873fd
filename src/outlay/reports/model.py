"""A document as every renderer is given it: tables of typed columns, and the facts that say what they show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

Cell = str | int | Decimal | date | datetime | None


class ColumnKind(StrEnum):
    """What the cells of a column are."""

    TEXT = "text"
    MONEY = "money"  # exact, in the document's currency
    NUMBER = "number"
    PERCENT = "percent"  # as a fraction: 0.25 for a quarter
    DATE = "date"
    HOUR = "hour"  # a moment; written in the document's zone


@dataclass(frozen=True)
class Column:
    """One column of a table; a cell of it is of its kind, or None where there is none."""

    name: str
    kind: ColumnKind = ColumnKind.TEXT


@dataclass(frozen=True)
class Table:
    """Rows under named columns; each row has as many cells as there are columns."""

    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True)
class Document:
    """A table with what must be known to read it."""

    file_name: str  # without an ending
    table: Table
    facts: tuple[tuple[str, str], ...]
    time_zone: str
    currency: str
    made_at: datetime
