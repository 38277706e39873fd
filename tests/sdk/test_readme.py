"""What the README promises: its programs run as they stand there, and its table knows every option."""

import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from outlay_sdk.options import OptionFields, Options
from tests.sdk.conftest import Program
from tests.sdk.door import Door

README = (Path(__file__).parents[2] / "sdk" / "README.md").read_text("utf-8")
PROGRAMS = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def test_there_are_programs():
    assert len(PROGRAMS) == 3


@pytest.mark.parametrize(("number", "events"), [(0, 2), (1, 4), (2, 1)])
def test_a_program_of_the_readme_runs_and_its_events_arrive(program: Program, door: Door, number: int, events: int):
    process = program(PROGRAMS[number])
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (0, "", "")
    assert len(door.stored) == events


def test_the_readme_names_every_option():
    named = set(re.findall(r"`(\w+)`", README.partition("## Options")[2]))
    options = {field.name for field in fields(Options)}
    assert options <= named
    assert set(OptionFields.__annotations__) == options


def test_the_package_says_its_version():
    program = "import outlay_sdk; print(outlay_sdk.__version__)"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", said)
