"""Keeps web/openapi.json and the types made from it in step with the code: checks them, or writes them (--write)."""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
OUTLAY = Path(sys.executable).with_name("outlay")
DESCRIPTION = ROOT / "web" / "openapi.json"
TYPES = ROOT / "web" / "src" / "api" / "schema.d.ts"


def describe_api() -> str:
    """Return the OpenAPI description that this code serves."""
    return subprocess.run([OUTLAY, "openapi"], capture_output=True, text=True, check=True, cwd=ROOT).stdout


def write_types(description: Path, types: Path) -> None:
    """Write the TypeScript types of a description."""
    npm = [sys.executable, "-m", "tools.npm", "--prefix=web", "exec", "--silent", "--"]
    command = [*npm, "openapi-typescript", str(description), "--output", str(types)]
    subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)


def make_into(folder: Path) -> dict[Path, str]:
    """Make both files in a folder; return what each committed file should hold."""
    description, types = folder / DESCRIPTION.name, folder / TYPES.name
    description.write_text(describe_api(), encoding="utf-8")
    write_types(description, types)
    return {committed: made.read_text("utf-8") for committed, made in ((DESCRIPTION, description), (TYPES, types))}


def main(arguments: list[str]) -> int:
    """Write both files, or name those that differ from what they should hold."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            wanted = make_into(Path(folder))
        except subprocess.CalledProcessError as failure:
            print(f"{' '.join(map(str, failure.cmd))} failed:\n{failure.stderr}")
            return 1
    if "--write" in arguments:
        for path, text in wanted.items():
            path.write_text(text, encoding="utf-8")
        return 0
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text]
    for path in stale:
        print(f"{path.relative_to(ROOT)} differs from what the code describes; run `make openapi`.")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
