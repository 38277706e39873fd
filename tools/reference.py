"""Keeps docs/reference in step with the code: checks every page, or writes them (--write)."""

import importlib
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path

import click

import outlay
from outlay.cli import cli
from outlay.kit.errors import OutlayError, documented_errors
from outlay.settings import PREFIX, Settings, shown_settings

ROOT = Path(__file__).parent.parent
REFERENCE = ROOT / "docs" / "reference"
WRITTEN = "<!-- Written by tools/reference.py --write; change the code instead. -->"
# Where the default depends on who starts Outlay.
DEFAULTS = {"data_dir": "`/var/lib/outlay` for root, else `~/.local/share/outlay`"}
# Run by their path, not imported.
_PROGRAMS = ("outlay.db.migrations.", "outlay.db.embedded.launch")
_WIDTH = 100


def settings_page() -> str:
    """Every setting with its default and what it does."""
    rows = []
    for name, shown in zip(
        Settings.model_fields, shown_settings(Settings.model_construct(data_dir=Path())), strict=True
    ):
        default = DEFAULTS.get(name) or (f"`{shown.value}`" if shown.value else "–")
        rows.append(f"| `{shown.variable}` | {default} | {shown.description} |")
    return "\n".join(
        [
            "# Settings",
            WRITTEN,
            "",
            "Each is a variable of the environment, or a line of the file `.env` in the current directory.",
            f"Those that start with `{PREFIX}` and are not in this list are warned of.",
            "`outlay config` shows what is in force.",
            "",
            "| Setting | Default | What it does |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


def errors_page() -> str:
    """Every code with its status and what to do."""
    rows = [
        f"| `{kind.code}` | {kind.status} | {kind.title} | {meaning(kind)} |"
        for kind in sorted(every_error(), key=lambda kind: kind.code)
    ]
    return "\n".join(
        [
            "# Errors",
            WRITTEN,
            "",
            "The native API answers errors as problems of RFC 9457. `code` is stable: programs may rely on it.",
            "At the command line the same errors are one line, and the exit code is 1.",
            "",
            "| Code | Status | Title | What it means |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )


def meaning(kind: type[OutlayError]) -> str:
    """What a kind of error tells a reader: its docstring."""
    return " ".join((kind.__doc__ or "").split())


def commands_page() -> str:
    """The help of every command."""
    sections = ["# Commands", WRITTEN, ""]
    for path, command, context in every_command():
        sections += [f"## {path}", "", "```text", command.get_help(context).rstrip(), "```", ""]
    return "\n".join(sections)


def every_error() -> list[type[OutlayError]]:
    """Every kind of error in the whole of Outlay."""
    for module in pkgutil.walk_packages(outlay.__path__, "outlay."):
        if not module.name.startswith(_PROGRAMS):
            importlib.import_module(module.name)
    return [kind for kind in documented_errors() if kind.__module__.startswith("outlay.")]


def every_command(
    command: click.Command = cli, parent: click.Context | None = None, name: str = "outlay"
) -> Iterator[tuple[str, click.Command, click.Context]]:
    """Every command and group, from the top down."""
    context = click.Context(command, info_name=name, parent=parent, terminal_width=_WIDTH, max_content_width=_WIDTH)
    context.help_option_names = ["-h", "--help"]
    yield context.command_path, command, context
    if isinstance(command, click.Group):
        for child in command.list_commands(context):
            found = command.get_command(context, child)
            assert found is not None
            yield from every_command(found, context, child)


PAGES = {"settings.md": settings_page, "errors.md": errors_page, "commands.md": commands_page}


def main(arguments: list[str]) -> int:
    """Write all pages, or name those that differ from what they should say."""
    stale = []
    for name, page in PAGES.items():
        path, text = REFERENCE / name, page()
        if "--write" in arguments:
            REFERENCE.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text("utf-8") != text:
            stale.append(path)
    for path in stale:
        print(f"{path.relative_to(ROOT)} differs from the code; run `.venv/bin/python tools/reference.py --write`.")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
