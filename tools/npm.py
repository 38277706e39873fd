"""Runs npm as the build hook does: the system's own when its Node is new enough, else the one of the locked wheel.

python -m tools.npm --prefix web ci
"""

import os
import subprocess
import sys

from hatch_build import _system_node, _wheel_node


def main(arguments: list[str]) -> int:
    """Run npm with the arguments and give its exit status."""
    node = _system_node() or _wheel_node()
    # npm's scripts start with `env node`, so that node has to be found first.
    path = os.pathsep.join([str(node.folder), os.environ.get("PATH", "")])
    return subprocess.run([*node.npm, *arguments], env={**os.environ, "PATH": path}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
