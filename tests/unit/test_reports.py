"""Files are opened again by another reader than their writer, and hold what the document held: to the last digit."""

import csv
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from outlay.reports.csv import csv_chunks, safe_text
from outlay.reports.model import Cell, Column, ColumnKind, Document, Table
from outlay.reports.xlsx import write_xlsx

MADE_AT = datetime(2026, 11, 20, 21, 30, tzinfo=UTC)
KINDS = tuple(Column(kind.value.title(), kind) for kind in ColumnKind)
DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1", '=HYPERLINK("x","y")']


def document(columns: Sequence[Column], *rows: Sequence[Cell], zone: str = "Asia/Kolkata") -> Document:
    facts = (("Period", "2026-11-01 to 2026-11-20"), ("Client", "=cmd|' /C calc'!A0"))
    return Document("spend", Table("Spend", tuple(columns), rows), facts, zone, "EUR", MADE_AT)


def as_csv(made: Document, *, with_mark: bool = False) -> str:
    return b"".join(csv_chunks(made, with_mark=with_mark)).decode()


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(StringIO(text, newline=""), strict=True))


def as_workbook(made: Document) -> Workbook:
    file = BytesIO()
    write_xlsx(made, file)
    return load_workbook(BytesIO(file.getvalue()))


ROW: Sequence[Cell] = (
    "Acme, Inc.", Decimal("1204.180000000001"), 12, Decimal("0.25"), date(2026, 11, 20),
    datetime(2026, 11, 20, 20, 30, tzinfo=UTC),
)  # fmt: skip


def test_a_csv_has_every_digit_and_each_kind_in_its_one_form() -> None:
    assert rows_of(as_csv(document(KINDS, ROW))) == [
        ["Text", "Money", "Number", "Percent", "Date", "Hour"],
        ["Acme, Inc.", "1204.180000000001", "12", "0.25", "2026-11-20", "2026-11-21T02:00+05:30"],
    ]


def test_a_csv_is_written_as_rfc_4180_says() -> None:
    made = document([Column("A"), Column("B")], ['say "hi"', "one\r\ntwo"], ["a,b", ""], ["Ünïcode", None])

    assert as_csv(made) == 'A,B\r\n"say ""hi""","one\r\ntwo"\r\n"a,b",\r\nÜnïcode,\r\n'


def test_the_mark_of_utf_8_is_there_only_where_it_is_wanted() -> None:
    made = document([Column("A")], ["é"])

    assert b"".join(csv_chunks(made, with_mark=True)).startswith(b"\xef\xbb\xbfA")
    assert b"".join(csv_chunks(made)).startswith(b"A")


def test_amounts_never_get_an_exponent() -> None:
    made = document([Column("Cost", ColumnKind.MONEY)], [Decimal("3.4E-7")], [Decimal("1E+6")], [Decimal("0E-12")])

    assert rows_of(as_csv(made))[1:] == [["0.00000034"], ["1000000"], ["0"]]


@pytest.mark.parametrize("text", DANGEROUS)
def test_text_that_would_run_as_a_formula_is_neutralised(text: str) -> None:
    assert safe_text(text) == f"'{text}"
    header, (cell,) = rows_of(as_csv(document([Column(text)], [text])))
    assert (header, cell) == ([f"'{text}"], f"'{text}")


@pytest.mark.parametrize("text", ["Acme", "a=b", "2-1", "user@example.test", "", " "])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert safe_text(text) == text


def test_a_negative_amount_stays_a_number() -> None:
    made = document(
        [Column("Cost", ColumnKind.MONEY), Column("Change", ColumnKind.PERCENT)], [Decimal(-5), Decimal("-0.5")]
    )

    assert rows_of(as_csv(made))[1] == ["-5", "-0.5"]
    sheet = as_workbook(made)["Spend"]
    assert [(cell.value, cell.data_type) for cell in sheet[2]] == [(-5, "n"), (-0.5, "n")]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40), max_size=20))
def test_whatever_a_name_holds_the_rows_of_a_csv_stay_rows(names: list[str]) -> None:
    found = rows_of(as_csv(document([Column("A"), Column("B")], *([name, "end"] for name in names))))[1:]

    assert [row[1] for row in found] == ["end"] * len(names)
    assert [row[0].removeprefix("'") for row in found] == [name.removeprefix("'") for name in names]


def test_many_rows_come_in_pieces_and_are_all_there() -> None:
    made = document([Column("N", ColumnKind.NUMBER)], *([number] for number in range(1_234)))

    assert len(list(csv_chunks(made))) == 3
    assert [row[0] for row in rows_of(as_csv(made))[1:]] == [str(number) for number in range(1_234)]


def test_a_workbook_has_real_numbers_dates_and_hours_with_formats() -> None:
    cells = as_workbook(document(KINDS, ROW))["Spend"][2]

    assert [cell.value for cell in cells] == [
        "Acme, Inc.",
        1204.180000000001,
        12,
        0.25,
        datetime.fromisoformat("2026-11-20"),
        datetime.fromisoformat("2026-11-21T02:00"),  # the clock on the wall in Kolkata
    ]
    assert [cell.data_type for cell in cells] == ["s", "n", "n", "n", "d", "d"]
    assert [cell.number_format for cell in cells] == [
        "@", "#,##0.00##########", "#,##0", "0.0%", "yyyy-mm-dd", "yyyy-mm-dd hh:mm",
    ]  # fmt: skip


def test_a_part_of_something_shows_its_decimals_and_a_whole_number_no_point() -> None:
    sheet = as_workbook(document([Column("Hours", ColumnKind.NUMBER)], [Decimal("1.5")], [Decimal("2.000")]))["Spend"]

    assert [sheet.cell(row, 1).number_format for row in (2, 3)] == ["#,##0.0###########", "#,##0"]


def test_a_workbook_keeps_its_header_in_sight_and_gives_columns_room() -> None:
    names = [Column("Client"), Column("Cost (EUR)", ColumnKind.MONEY)]
    sheet = as_workbook(document(names, ["A client with a rather long name", Decimal(1)]))["Spend"]

    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:B2"
    assert sheet.column_dimensions["A"].width > 30 > sheet.column_dimensions["B"].width


@pytest.mark.parametrize("text", [*DANGEROUS, "https://example.test", "0123", "\x01\x0b", "x" * 40_000])
def test_a_workbook_holds_no_formula_and_no_link_whatever_a_name_says(text: str) -> None:
    made = document([Column("A")], [text])
    cell = as_workbook(made)["Spend"]["A2"]

    assert (cell.data_type, cell.hyperlink) == ("s", None)
    assert len(cell.value) <= 32_767
    file = BytesIO()
    write_xlsx(made, file)
    with ZipFile(file) as parts:
        sheets = [parts.read(name).decode() for name in parts.namelist() if name.startswith("xl/worksheets/")]
    assert not [sheet for sheet in sheets if "<f>" in sheet or "<hyperlink" in sheet]


def test_a_workbook_says_what_it_shows() -> None:
    about = as_workbook(document([Column("A")]))["About"]

    rows = {row[0].value: row[1].value for row in about.iter_rows()}
    assert rows["Period"] == "2026-11-01 to 2026-11-20"
    assert rows["Client"] == "=cmd|' /C calc'!A0"
    assert about["B2"].data_type == "s"
    assert "15 digits" in rows["Note"]


def test_the_same_document_is_the_same_workbook() -> None:
    one, other = BytesIO(), BytesIO()
    write_xlsx(document(KINDS, ROW), one)
    write_xlsx(document(KINDS, ROW), other)

    with ZipFile(one) as first, ZipFile(other) as second:
        assert {name: first.read(name) for name in first.namelist()} == {
            name: second.read(name) for name in second.namelist()
        }


def test_nothing_is_still_a_file() -> None:
    assert as_csv(document([Column("A"), Column("B")])) == "A,B\r\n"
    assert as_workbook(document([Column("A")]))["Spend"]["A1"].value == "A"
