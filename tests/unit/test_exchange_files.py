"""Files of exchange rates: what is read from them, and which line is to blame where it cannot be."""

import io
import zipfile
from datetime import date
from decimal import Decimal

import pytest

from outlay.catalog.exchange import files
from outlay.catalog.exchange.files import read_rates
from outlay.catalog.exchange.model import DatedRate
from outlay.kit.errors import InvalidRequest

FRIDAY = date(2026, 1, 2)
LONG = "date,base,quote,rate\n"
# As the bank's historical file is written: a comma at every end, the newest day first, N/A where there was no rate.
WIDE = "Date,USD,JPY,BGN,\n2026-01-05,1.0893,171.25,N/A,\n2026-01-02,1.0845,170.9,1.9558,\n"


def read(text: str, base: str | None = None) -> list[DatedRate]:
    return read_rates(text.encode(), source="ECB", base=base)


def zipped(**members: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(f"{name}.csv", text)
    return content.getvalue()


def told(rates: list[DatedRate]) -> set[tuple[str, str, str, str]]:
    return {(one.base, one.quote, one.day.isoformat(), str(one.rate)) for one in rates}


WIDE_TOLD = {
    ("EUR", "USD", "2026-01-05", "1.0893"),
    ("EUR", "JPY", "2026-01-05", "171.25"),
    ("EUR", "USD", "2026-01-02", "1.0845"),
    ("EUR", "JPY", "2026-01-02", "170.9"),
    ("EUR", "BGN", "2026-01-02", "1.9558"),
}


@pytest.mark.parametrize(
    ("text", "base"),
    [
        ("date,base,quote,rate\n2026-01-02,EUR,USD,1.0845\n", None),
        ("Rate,Quote,Base,Date\n1.0845,USD,EUR,2026-01-02\n", None),
        ("\ufeffdate,base,quote,rate\r\n\r\n2026-01-02,EUR,USD,1.0845\r\n", None),
        ('"date","base","quote","rate"\n"2026-01-02", EUR , USD ,1.0845', None),
        ("date,currency,rate\n2026-01-02,USD,1.0845\n", "EUR"),
        ("date,quote,rate\n2026-01-02,USD,1.0845\n", "EUR"),
        ("currency,base,date,rate\nUSD,EUR,2026-01-02,1.0845\n", None),
        ("date,base,quote,rate\n2026-01-02,EUR,USD,1.0845\n2026-01-02,EUR,USD,1.08450\n", None),
    ],
)
def test_a_long_file_is_read_whatever_the_order_of_its_columns(text: str, base: str | None):
    assert read(text, base) == [DatedRate("EUR", "USD", FRIDAY, Decimal("1.0845"), "ECB")]


@pytest.mark.parametrize("text", [WIDE, WIDE.replace(",\n", "\n"), WIDE.replace("N/A", ""), WIDE.replace(",", ", ")])
def test_the_wide_file_of_the_bank_is_read(text: str):
    assert told(read(text)) == WIDE_TOLD


def test_a_wide_file_may_be_against_another_currency():
    assert told(read("Date,EUR\n2026-01-02,0.92\n", "USD")) == {("USD", "EUR", "2026-01-02", "0.92")}


def test_the_bank_s_daily_file_writes_its_day_in_words():
    assert told(read("Date, USD, JPY, \n02 January 2026, 1.0845, 170.9, \n")) == {
        ("EUR", "USD", "2026-01-02", "1.0845"),
        ("EUR", "JPY", "2026-01-02", "170.9"),
    }


def test_a_zip_with_one_file_in_it_is_read():
    assert told(read_rates(zipped(hist=WIDE), source="ECB")) == WIDE_TOLD


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "file: is empty"),
        ("\n\n", "file: is empty"),
        (LONG, "file: holds no rates"),
        ("Date,USD,\n2026-01-02,N/A,\n", "file: holds no rates"),
        ("day;base;quote;rate\n", "line 1: the column 'day;base;quote;rate' is unknown"),
        ("date,base,quote,rate,bid\n", "line 1: the column 'bid' is unknown"),
        ("date,base,rate\n", "line 1: there is no column quote"),
        ("date,base,quote,currency,rate\n", "line 1: the column 'quote' is unknown"),
        ("date,rate,quote,rate\n", "line 1: the header names 'rate' twice"),
        ("Date,USD,usd\n", "line 1: the header names 'USD' twice"),
        ("Date,USD,,JPY\n", "line 1: the column 'usd' is unknown"),
        ("date,currency,rate\n2026-01-02,USD,1\n", "line 1: there is no column base: say with --base"),
        ("Date,EUR\n2026-01-02,1\n", "line 2: EUR is given against itself"),
        (LONG + "2026-01-02,EUR,EUR,1\n", "line 2: EUR is given against itself"),
        (LONG + "2026-01-02,EUR,usd,1\n", "line 2: 'usd' is not a currency"),
        (LONG + "2026-01-02,EUR,USD\n", "line 2: there are 3 columns where the header has 4"),
        (LONG + "2026-01-02,EUR,USD,1,08\n", "line 2: there are 5 columns where the header has 4"),
        ("Date,USD,JPY,\n2026-01-02,1.0\n", "line 2: there are 2 columns where the header has 3"),
        (LONG + "2026-01-02,EUR,USD,-1.08\n", "line 2: the rate -1.08 is not above 0"),
        (LONG + "\n2026-01-02,EUR,USD,0\n", "line 3: the rate 0 is not above 0"),
        (LONG + "2026-01-02,EUR,USD,NaN\n", "line 2: the rate 'NaN' is not a number"),
        (LONG + "2026-01-02,EUR,USD,inf\n", "line 2: the rate 'inf' is not a number"),
        (LONG + "2026-01-02,EUR,USD,\n", "line 2: the rate '' is not a number"),
        (LONG + "2026-01-02,EUR,USD,N/A\n", "line 2: the rate 'N/A' is not a number"),
        (LONG + "2026-01-02,EUR,USD,1_0\n", "line 2: the rate '1_0' is not a number"),
        (LONG + "2026-01-02,EUR,USD,١\n", "line 2: the rate '١' is not a number"),
        (LONG + "2026-01-02,EUR,USD,1000000001\n", "line 2: the rate 1.00000e+9 is above 1000000000"),
        (LONG + "2026-01-02,EUR,USD,1e999\n", "line 2: the rate 1e+999 is above 1000000000"),
        (LONG + "2026-01-02,EUR,USD,1e-999\n", "line 2: the rate 1e-999 has too few digits"),
        (LONG + "2026-01-02,EUR,USD,1e-9999\n", "line 2: the rate '1e-9999' is not a number"),
        (LONG + "2026-02-30,EUR,USD,1\n", "line 2: '2026-02-30' is not a date"),
        (LONG + "02/01/2026,EUR,USD,1\n", "line 2: '02/01/2026' is not a date"),
        (LONG + "20260102,EUR,USD,1\n", "line 2: '20260102' is not a date"),
        (LONG + "31 February 2026,EUR,USD,1\n", "line 2: '31 February 2026' is not a date"),
        (LONG + ",EUR,USD,1\n", "line 2: '' is not a date"),
        (LONG + f"{'9' * 500},EUR,USD,1\n", f"line 2: '{'9' * 40}…' is not a date"),
        (LONG + '2026-01-02,EUR,USD,"1\n', "line 2: this is not CSV"),
        (
            LONG + "2026-01-02,EUR,USD,1.1\n2026-01-02,EUR,JPY,170\n2026-01-02,EUR,USD,1.2\n",
            "line 4: EUR/USD of 2026-01-02 is 1.2 here and 1.1 in line 2",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(text: str, words: str):
    with pytest.raises(InvalidRequest) as refused:
        read(text)

    assert refused.value.detail.startswith(words)
    assert "\n" not in refused.value.detail


def test_the_base_is_said_once():
    with pytest.raises(InvalidRequest, match="line 1: there is a column base already"):
        read(LONG + "2026-01-02,EUR,USD,1\n", "EUR")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (WIDE.encode("utf-16"), "line 1: this is not UTF-8"),
        (LONG.encode() + "2026-01-02,EUR,USD,1\nZürich".encode("latin-1"), "line 3: this is not UTF-8"),
        (zipped(one=WIDE, two=WIDE), "file: is a zip with 2 CSV files"),
        (zipped(), "file: is a zip with 0 CSV files"),
        (zipped(hist=WIDE)[:60], "file: is a zip that cannot be read"),
        (zipped(hist=WIDE)[:50] + bytes(8) + zipped(hist=WIDE)[58:], "file: is a zip that cannot be read"),
    ],
    ids=["utf-16", "latin-1", "two files", "no file", "cut off", "damaged"],
)
def test_what_is_no_text_is_refused(content: bytes, words: str):
    with pytest.raises(InvalidRequest) as refused:
        read_rates(content, source="ECB")

    assert refused.value.detail.startswith(words)


def test_a_zip_that_swells_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(files, "FILE_BYTES_MAX", 1_000_000)

    with pytest.raises(InvalidRequest, match="unpacks to more than 1 MB"):
        read_rates(zipped(hist=LONG + " " * 1_000_000), source="ECB")
