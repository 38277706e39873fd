"""The command line as a person meets it before any database is there: help, settings, mistakes."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest

from outlay.cli import COMMANDS
from tests.support.terminal import Terminal

HEAVY = ("sqlalchemy", "psycopg", "pydantic", "rich", "fastapi", "alembic", "argon2", "granian", "asyncio")


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    """In an empty folder, with a data directory that does not exist."""
    return Terminal({"OUTLAY_DATA_DIR": str(tmp_path / "data")}, tmp_path)


def test_help_imports_nothing_heavy():
    program = "import sys; from outlay.cli import cli; cli.main(['--help'], standalone_mode=False); print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert [name for name in HEAVY if name in modules] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_of_commands_says_of_each_what_its_own_help_says(name: str):
    place, words = COMMANDS[name]
    module, _, attribute = place.partition(":")
    command = getattr(import_module(module), attribute)
    assert isinstance(command, click.Command)
    assert command.name == name
    assert command.get_short_help_str(limit=200) == words


def test_nothing_at_all_is_a_question_for_help(terminal: Terminal):
    said = terminal.runs()
    assert said.code == 2
    assert "Commands:" in said.err


def test_a_misspelt_command_is_a_mistake_of_use_and_names_the_nearest(terminal: Terminal):
    said = terminal.says("keys", "creat")
    assert said.code == 2
    assert "create" in said.err


def test_a_missing_option_is_a_mistake_of_use(terminal: Terminal):
    said = terminal.says("keys", "create")
    assert (said.code, said.out) == (2, "")
    assert "--role" in said.err


@pytest.mark.parametrize("moment", ["soon", "30", "d", "-3d", "2027-13-01", "99999999999d"])
def test_a_time_that_is_none_is_a_mistake_of_use(terminal: Terminal, moment: str):
    said = terminal.says("keys", "create", "--role", "viewer", f"--expires={moment}")
    assert said.code == 2
    assert "30d" in said.err


def test_config_shows_what_differs_from_the_default(terminal: Terminal):
    changed = terminal.with_settings(OUTLAY_PORT="8080")
    lines = changed.does("config").out.splitlines()
    assert [line.split()[0] for line in lines] == ["setting", "OUTLAY_DATA_DIR", "OUTLAY_PORT"]


def test_config_shows_every_setting_when_asked_to(terminal: Terminal):
    every = terminal.does("config", "--all", "--json").data
    assert every["OUTLAY_PORT"] == {
        "value": "5002",
        "is_default": True,
        "description": "The port to listen on.",
    }
    assert len(every) > 30


def test_config_reads_the_file_beside_it_and_masks_secrets(terminal: Terminal):
    (terminal.folder / ".env").write_text("OUTLAY_DATABASE_URL=postgresql://me:hunter2@db/outlay\nOUTLAY_WORKERS=3\n")
    for arguments in (["config"], ["config", "--all"], ["config", "--json"]):
        said = terminal.does(*arguments)
        assert "hunter2" not in said.out + said.err
        assert "OUTLAY_WORKERS" in said.out
        assert "********" in said.out


def test_a_data_directory_may_be_named_before_and_after_the_command(terminal: Terminal):
    before = terminal.does("--data-dir", "/one", "config", "--json").data
    after = terminal.does("config", "--json", "--data-dir", "/two").data
    assert before["OUTLAY_DATA_DIR"]["value"] == "/one"
    assert after["OUTLAY_DATA_DIR"]["value"] == "/two"


def test_an_unknown_variable_is_warned_of_once_and_names_the_nearest(terminal: Terminal):
    misspelt = terminal.with_settings(OUTLAY_PRT="8080")
    said = misspelt.does("config")
    assert said.err.count("OUTLAY_PRT") == 1
    assert "OUTLAY_PORT" in said.err
    assert "OUTLAY_PRT" not in said.out


def test_a_bad_value_is_one_line_that_names_the_variable(terminal: Terminal):
    said = Terminal({"OUTLAY_PORT": "many"}, terminal.folder).runs("config")
    assert said.code == 1
    assert said.err.startswith("error: OUTLAY_PORT: ")
    assert said.err.count("\n") == 1


@pytest.mark.parametrize(
    "url",
    [
        "mysql://me:hunter2@db/outlay",
        "me:hunter2@db",
        "postgresql://me:hunter2@127.0.0.1:1/outlay",
        "postgresql://me:hunter2@127.0.0.1:1/outlay?fetch=yes",
    ],
)
def test_a_database_that_cannot_be_reached_is_one_line_without_the_password(terminal: Terminal, url: str):
    unreachable = Terminal({"OUTLAY_DATABASE_URL": url}, terminal.folder)
    for arguments in (["keys", "list"], ["db", "verify"], ["db", "upgrade"]):
        said = unreachable.says(*arguments)
        assert said.code == 1
        assert said.err.startswith("error: ")
        assert said.err.count("\n") == 1
        assert "OUTLAY_DATABASE_URL" in said.err
        assert "hunter2" not in said.err


def test_debug_shows_where_an_error_comes_from(terminal: Terminal):
    said = terminal.runs("--debug", "db", "verify")
    assert said.code == 1
    assert "Traceback" in said.err
    assert "NoDatabase" in said.err


@pytest.mark.parametrize("command", [["backup", "b"], ["verify"], ["shell"]])
def test_commands_that_only_look_make_no_database(terminal: Terminal, command: list[str]):
    said = terminal.says("db", *command)
    assert said.code == 1
    assert "outlay serve" in said.err
    assert list(terminal.folder.iterdir()) == []


def test_the_description_of_the_api_needs_no_database(terminal: Terminal):
    description = terminal.does("openapi").data
    assert description["openapi"].startswith("3.")
    assert "/api/v1/me" in description["paths"]
    assert list(terminal.folder.iterdir()) == []
