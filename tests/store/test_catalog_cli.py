"""`outlay price explain`: why something costs what it costs, for people and for programs."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from outlay.catalog.rules import seeds
from tests.support.processes import external
from tests.support.servers import ServerForTests
from tests.support.terminal import Terminal

CALL = ("--service", "anthropic", "--model", "claude-sonnet-4-5", "--input", "200001", "--output", "1000")
THEN = ("--at", "2026-11-20")
OWNER = ("--owner-email", "o@example.test", "--owner-name", "Olivia")


@pytest.fixture(scope="module")
def terminal() -> Iterator[Terminal]:
    """Somebody with an Outlay of their own, in a short path that the server's account can reach."""
    folder = Path(tempfile.mkdtemp(prefix="outlay-price-"))
    folder.chmod(0o755)
    made = Terminal({"OUTLAY_DATA_DIR": str(folder / "data")}, folder)
    made.does("workspaces", "create", "Northlight", *OWNER)
    yield made
    shutil.rmtree(folder)


def explain(terminal: Terminal, *arguments: str):
    return terminal.does("price", "explain", *arguments)


def test_a_list_price_is_explained_without_a_database():
    said = explain(Terminal(), *CALL, "--list-price", *THEN)

    lines = [line.split() for line in said.out.splitlines()]
    assert lines[1][:2] == ["input_tokens", "200001"]
    assert "above 200000 input tokens" in said.out
    assert lines[-1] == ["total", "1.222506", "USD"]  # 200,001 × 6 + 1,000 × 22.5 millionths
    assert said.err.startswith("genai-prices ")


def test_a_price_for_programs_has_the_rule_and_a_line_for_each_unit():
    data = explain(Terminal(), *CALL, "--cache-read", "1", "--list-price", "--json", *THEN).data

    assert (data["cost"], data["currency"], data["unpriced"]) == ("1.2225006", "USD", None)
    assert {line["unit"]: line["amount"] for line in data["lines"]} == {
        "input_tokens": "1.2",
        "cache_read_tokens": "0.0000006",
        "output_tokens": "0.0225",
    }
    assert data["rule"]["source"] == "genai-prices"
    assert data["rule"]["matched"] == "anthropic/claude-sonnet-4-5"


def test_what_has_no_price_says_why():
    silent = Terminal().does(
        "price", "explain", "--service", "openai", "--model", "whisper-1", "--input", "5", "--list-price"
    )

    assert silent.out == "unpriced: unit_not_priced (input_tokens)\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("--input", "5"),
        ("--model", "gpt-5", "--service", "openai", "--input", "-5"),
        ("--model", "gpt-5", "--service", "openai", "--input", "nan"),
        ("--model", "gpt-5", "--service", "openai", "--quantity", "seconds"),
        ("--model", "gpt-5", "--service", "openai", "--input", "5", "--at", "yesterday"),
        ("--model", "gpt-5", "--service", "openai", "--input", "5", "--cache-read", "9"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(arguments: tuple[str, ...]):
    said = Terminal().says("price", "explain", "--list-price", *arguments)

    assert said.code in {1, 2}
    assert said.out == ""
    assert "Traceback" not in said.err
    assert "rror:" in said.err


def test_a_workspace_s_own_categories_are_explained_from_its_first_day(terminal: Terminal):
    data = explain(
        terminal, "--service", "ai_agents", "--category", "agent_design", "--input", "1500", "--output", "834",
        "--json", *THEN,
    ).data  # fmt: skip

    assert data["cost"] == "0.16338"
    assert (data["rule"]["source"], data["rule"]["matched"]) == ("category", "agent_design")


@pytest.mark.parametrize("made_by", [("workspaces", "create", "North", *OWNER), ("keys", "create", "--role", "owner")])
def test_a_workspace_has_its_price_book_as_soon_as_it_is_made(
    newest_server: ServerForTests, worker: str, made_by: tuple[str, ...]
):
    urls = newest_server.clone(f"prices_{made_by[0]}_{worker}")

    Terminal(external(urls)).does(*made_by)

    with psycopg.connect(urls.operator) as connection:
        (found,) = connection.execute("select count(*) from category").fetchone() or (0,)
    assert found == len(list(seeds()))
