"""`outlay fx`: rates from a file into a workspace, and which one counts on a day."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.terminal import Terminal

WIDE = "Date,USD,INR,BGN,\n2026-01-05,1.09,N/A,N/A,\n2026-01-02,1.08,90,1.9558,\n"


@pytest.fixture(scope="module")
def terminal() -> Iterator[Terminal]:
    """Somebody with an Outlay of their own, in a short path that the server's account can reach."""
    folder = Path(tempfile.mkdtemp(prefix="outlay-fx-"))
    folder.chmod(0o755)
    made = Terminal({"OUTLAY_DATA_DIR": str(folder / "data")}, folder)
    made.does("workspaces", "create", "Northlight", "--owner-email", "o@example.test", "--owner-name", "Olivia")
    yield made
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def furnished(terminal: Terminal) -> Terminal:
    """The same, after an import."""
    (terminal.folder / "hist.csv").write_text(WIDE, "utf-8")
    said = terminal.does("fx", "import", "hist.csv", "--source", "ECB", "--json")
    assert said.data == {"added": 4, "changed": 0, "same": 0}
    return terminal


def test_an_import_again_says_that_all_is_there(furnished: Terminal):
    assert furnished.does("fx", "import", "hist.csv").out == "added 0, changed 0, same 4\n"


def test_the_pairs_are_listed_with_their_days(furnished: Terminal):
    lines = [line.split() for line in furnished.does("fx", "list").out.splitlines()]

    assert lines[0] == ["base", "quote", "first", "day", "last", "day", "rates"]
    assert lines[-1] == ["EUR", "USD", "2026-01-02", "2026-01-05", "2"]
    pair = {"base": "EUR", "quote": "BGN", "first_day": "2026-01-02", "last_day": "2026-01-02", "rates": 1}
    assert furnished.does("fx", "list", "--json").data[0] == pair


def test_the_rate_of_a_day_is_explained(furnished: Terminal):
    said = furnished.does("fx", "show", "usd", "INR", "--on", "2026-01-04")

    lines = said.out.splitlines()
    assert lines[0] == "1 USD = 83.333333333333 INR on 2026-01-04 (cross via EUR)"
    assert [line.split() for line in lines[2:]] == [
        ["2026-01-02", "1", "EUR", "=", "1.08", "USD", "ECB"],
        ["2026-01-02", "1", "EUR", "=", "90", "INR", "ECB"],
    ]


def test_the_rate_of_a_day_is_explained_to_programs(furnished: Terminal):
    data = furnished.does("fx", "show", "USD", "EUR", "--on", "2026-01-06", "--json").data

    assert data == {
        "currency": "USD", "into": "EUR", "on": "2026-01-06",
        "rate": "0.917431192661", "day": "2026-01-05", "how": "inverse", "source": "ECB",
        "legs": [{"base": "EUR", "quote": "USD", "day": "2026-01-05", "rate": "1.09", "source": "ECB"}],
        "unpriced": None,
    }  # fmt: skip


def test_where_there_is_no_rate_it_says_so(furnished: Terminal):
    silent = furnished.does("fx", "show", "EUR", "USD", "--on", "2026-01-16")

    assert silent.out == "no_rate: nothing leads from EUR to USD on 2026-01-16 or in the 10 days before\n"
    data = furnished.does("fx", "show", "EUR", "USD", "--on", "2026-01-01", "--json").data
    assert (data["rate"], data["unpriced"]) == (None, "no_rate")


def test_without_a_day_it_is_today(furnished: Terminal):
    assert furnished.does("fx", "show", "EUR", "EUR").out.startswith("1 EUR = 1 EUR on 20")


def test_a_file_with_one_wrong_line_leaves_nothing_behind(furnished: Terminal):
    before = furnished.does("fx", "list", "--json").data
    (furnished.folder / "wrong.csv").write_text(
        "date,base,quote,rate\n2026-01-02,EUR,CHF,0.93\n2026-01-05,EUR,CHF,-1\n"
    )

    said = furnished.says("fx", "import", "wrong.csv")

    assert (said.code, said.out) == (1, "")
    assert said.err.splitlines()[-1] == "error: line 3: the rate -1 is not above 0"
    assert furnished.does("fx", "list", "--json").data == before


def test_a_long_import_tells_how_far_it_is(furnished: Terminal, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("outlay.cli.fx._MANY_RATES", 2)
    (furnished.folder / "long.csv").write_text("date,currency,rate\n2026-01-02,EUR,0.9\n2026-01-05,EUR,0.8\n")

    said = furnished.does("fx", "import", "long.csv", "--base", "usd", "--json")

    assert "2 of 2 rates" in said.err
    assert said.data == {"added": 2, "changed": 0, "same": 0}


@pytest.mark.parametrize(
    "arguments",
    [
        ("import", "missing.csv"),
        ("import", "hist.csv", "--base", "euro"),
        ("show", "EUR"),
        ("show", "EUR", "US$"),
        ("show", "EUR", "USD", "--on", "yesterday"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(furnished: Terminal, arguments: tuple[str, ...]):
    said = furnished.says("fx", *arguments)

    assert said.code == 2
    assert said.out == ""
    assert "Traceback" not in said.err
    assert "rror:" in said.err
