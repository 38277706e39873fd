"""What is missing on a bare machine is named in one line, with the Debian package that brings it."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
BASICS = ("sh", "dirname", "rm", "touch")
# Stands for a Python from before 3.11, whose only answer to a question about its version is no.
OLD_PYTHON = "#!/bin/sh\nexit 1\n"
# Stands for Debian's Python without python3-venv: it runs, and knows no ensurepip.
BARE_PYTHON = '#!/bin/sh\ncase "$*" in *ensurepip*) exit 1 ;; *executable*) echo "$0" ;; esac\n'


class Machine:
    """A machine with nothing on its path but the basics and what the test puts there."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "bin"
        self.tools = folder / "checkout" / "tools"
        self.path.mkdir()
        shutil.copytree(ROOT / "tools", self.tools)
        for name in BASICS:
            self.link(name)

    def link(self, name: str) -> None:
        program = shutil.which(name)
        assert program is not None
        (self.path / name).symlink_to(program)

    def put(self, name: str, script: str) -> None:
        (self.path / name).write_text(script)
        (self.path / name).chmod(0o755)

    def run(self, tool: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/sh", str(self.tools / tool)],
            env={"PATH": str(self.path), **environment}, capture_output=True, text=True, check=False,
        )  # fmt: skip


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_without_git_the_error_names_its_package(machine: Machine):
    answer = machine.run("bootstrap.sh")

    assert answer.returncode == 1
    assert answer.stderr == "make setup: git is missing. On Debian: apt-get install git\n"


def test_with_an_old_python_only_the_error_names_the_packages(machine: Machine):
    machine.link("git")
    machine.put("python3", OLD_PYTHON)

    answer = machine.run("bootstrap.sh")

    assert answer.returncode == 1
    assert answer.stderr == (
        "make setup: Python 3.11 or newer is missing. On Debian 12 and later: apt-get install python3 python3-venv\n"
    )


def test_a_python_that_was_asked_for_is_not_replaced_by_another(machine: Machine):
    machine.link("git")
    machine.put("python3", BARE_PYTHON)
    machine.put("python3.9", OLD_PYTHON)

    answer = machine.run("bootstrap.sh", PYTHON="python3.9")

    assert answer.returncode == 1
    assert answer.stderr == "make setup: PYTHON=python3.9 is not a Python 3.11 or newer.\n"


@pytest.mark.parametrize("name", ["python3", "python3.12", "python3.13"])
def test_without_the_venv_module_the_error_names_its_package(machine: Machine, name: str):
    machine.link("git")
    machine.put(name, BARE_PYTHON)

    answer = machine.run("bootstrap.sh")

    assert answer.returncode == 1
    assert answer.stderr == "make setup: Python's venv module is missing. On Debian: apt-get install python3-venv\n"
    assert not (machine.tools.parent / ".tools").exists()


def test_an_ordinary_user_without_a_browser_is_told_what_to_install(machine: Machine):
    machine.put("id", "#!/bin/sh\necho 1000\n")

    answer = machine.run("test_needs.sh")

    assert answer.returncode == 1
    assert answer.stderr.startswith("make test: the tests need chromium")
    assert "apt-get install --no-install-recommends chromium" in answer.stderr
