"""The reference says what the code does: every setting, every code of an error, every command."""

import re

import click
import pytest

from outlay.settings import Settings
from tools.reference import PAGES, REFERENCE, WRITTEN, every_command, every_error, meaning


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_what_the_code_would_write(name: str):
    assert (REFERENCE / name).read_text("utf-8") == PAGES[name](), "run `.venv/bin/python tools/reference.py --write`"


def test_every_setting_is_described_on_its_page():
    page = (REFERENCE / "settings.md").read_text("utf-8")
    for name, field in Settings.model_fields.items():
        assert field.description, f"{name} has no description"
        assert f"| `OUTLAY_{name.upper()}` |" in page


def test_every_kind_of_error_has_a_code_of_its_own_and_says_what_it_means():
    kinds = every_error()
    codes = [kind.code for kind in kinds]
    assert sorted(codes) == sorted(set(codes))
    for kind in kinds:
        assert meaning(kind), f"{kind.__name__} has no docstring"
        assert 400 <= kind.status < 600


def test_every_command_and_every_option_says_what_it_is_for():
    silent = []
    for path, command, context in every_command():
        if not command.help:
            silent.append(path)
        silent += [
            f"{path} {option.opts[0]}"
            for option in command.get_params(context)
            if option.param_type_name == "option" and not getattr(option, "help", None)
        ]
    assert silent == []


def test_every_command_that_the_readme_names_exists():
    readme = (REFERENCE.parents[1] / "README.md").read_text("utf-8")
    known = {path for path, command, _ in every_command() if not isinstance(command, click.Group)}
    named = re.findall(r"(?:`|bin/|://\S+ )outlay(?: --data-dir \S+)?((?: [a-z]+)+)", readme)
    assert len(named) > 5
    unknown = [words for words in named if not any(f"outlay{words} ".startswith(f"{path} ") for path in known)]
    assert unknown == []


def test_pages_tell_that_they_are_written_by_a_tool():
    for name in PAGES:
        assert WRITTEN in (REFERENCE / name).read_text("utf-8")
