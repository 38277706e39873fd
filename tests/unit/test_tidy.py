"""The repository stays readable: files and functions are short, modules say what they are for, nothing is left over."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent

FUNCTION_LINES_MAX = 60
MODULE_LINES_MAX = 400
TEST_LINES_MAX = 600
COMPONENT_LINES_MAX = 200

# What is longer than its limit, with its present length: `path` for a file, `path::name` for a function. The list may
# only shrink: a longer one fails, a shorter one has to be written down here, and one within the limit has to leave.
EXCEPTIONS: dict[str, int] = {}

# Written by a tool, or a record of what was done once: their length is nobody's decision.
GENERATED = ("src/outlay/db/migrations/versions/", "web/src/api/schema.d.ts")

# Put together from parts, so that this file does not contain what it forbids.
FORBIDDEN_TEXT = {
    "a package registry's host": r"\b(?:py" + r"pi|pythonhosted|npm" + r"js|yarn" + r"pkg)\.(?:org|com)\b",
    "an index that a lock names": r"^--(?:extra-)?(?:index-" + r"url|find-" + r'links)|"resolved' + r'": "http',
    "a path of someone's machine": r"(?<![\w./-])/(?:(?:ho" + r"me|Us" + r"ers)/\w+|ro" + r"ot|wo" + r"rk)/\w",
    "work left for later": r"\b(?:TO" + r"DO|FIX" + r"ME)\b",
}


@cache
def repository_files() -> tuple[str, ...]:
    # The owner of a checkout is not always who runs its tests, and a file counts before it is added.
    listing = subprocess.run(
        ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return tuple(sorted(name for name in set(listing.stdout.split("\0")) if name and (ROOT / name).is_file()))


def text_of(name: str) -> str | None:
    """Return a file's text, or None when it is not text."""
    try:
        return (ROOT / name).read_text("utf-8")
    except UnicodeDecodeError:
        return None


def files_that_end_with(*endings: str) -> list[str]:
    return [name for name in repository_files() if name.endswith(endings)]


def lines_max(name: str) -> int | None:
    """Return how long a file may be, or None when it may be any length."""
    if name.startswith(GENERATED):
        return None
    if name.endswith(".tsx"):
        return COMPONENT_LINES_MAX
    if name.endswith(".py"):
        return TEST_LINES_MAX if name.startswith("tests/") else MODULE_LINES_MAX
    return None


def functions_of(name: str) -> Iterator[tuple[str, int]]:
    """Yield each function of a module with its length; a method is named after its class."""

    def walk(node: ast.AST, path: str) -> Iterator[tuple[str, int]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                inner = f"{path}.{child.name}".lstrip(".")
                if not isinstance(child, ast.ClassDef):
                    yield inner, (child.end_lineno or child.lineno) - child.lineno + 1
                yield from walk(child, inner)
            else:
                yield from walk(child, path)

    yield from walk(ast.parse((ROOT / name).read_text("utf-8")), "")


@cache
def measured() -> dict[str, tuple[int, int]]:
    """Return (length, limit) of every file and function that has a limit."""
    sizes: dict[str, tuple[int, int]] = {}
    for name in files_that_end_with(".py", ".tsx"):
        limit = lines_max(name)
        if limit is None:
            continue
        sizes[name] = (len((text_of(name) or "").splitlines()), limit)
        if name.endswith(".py"):
            sizes |= {f"{name}::{function}": (lines, FUNCTION_LINES_MAX) for function, lines in functions_of(name)}
    return sizes


def test_files_and_functions_stay_within_their_limits():
    too_long = [
        f"{what} has {lines} lines, the limit is {EXCEPTIONS.get(what, limit)}"
        for what, (lines, limit) in measured().items()
        if lines > EXCEPTIONS.get(what, limit)
    ]
    assert not too_long, "\n".join(too_long)


def test_the_list_of_exceptions_only_shrinks():
    larger_than_needed = []
    for what, allowed in EXCEPTIONS.items():
        lines, limit = measured().get(what, (0, 0))
        if lines <= limit:
            larger_than_needed.append(f"{what} is within its limit now: take it off the list")
        elif lines < allowed:
            larger_than_needed.append(f"{what} has only {lines} lines now: write that down")
    assert not larger_than_needed, "\n".join(larger_than_needed)


def test_every_module_starts_with_a_sentence():
    silent = []
    for name in files_that_end_with(".py"):
        docstring = ast.get_docstring(ast.parse((ROOT / name).read_text("utf-8")))
        first_paragraph = (docstring or "").split("\n\n")[0].rstrip()
        if not first_paragraph.endswith((".", "?", "!")):
            silent.append(name)
    assert not silent, f"no docstring that starts with a sentence: {', '.join(silent)}"


@pytest.mark.parametrize("what", FORBIDDEN_TEXT)
def test_no_file_contains(what: str):
    pattern = re.compile(FORBIDDEN_TEXT[what], re.MULTILINE)
    found = [
        f"{name}:{text.count(chr(10), 0, match.start()) + 1}: {match.group()}"
        for name in repository_files()
        if (text := text_of(name)) is not None
        for match in pattern.finditer(text)
    ]
    assert not found, f"{what}:\n" + "\n".join(found)
