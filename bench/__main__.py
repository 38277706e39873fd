"""Runs the benchmarks: python -m bench [--json] [NAME…], where bench/bench_NAME.py has a function run(report)."""

import argparse
import importlib
import sys
import time
from pathlib import Path

from bench.report import Report

PREFIX = "bench_"


def known_benches() -> list[str]:
    """Return the names of all benches, in order."""
    return sorted(path.stem.removeprefix(PREFIX) for path in Path(__file__).parent.glob(f"{PREFIX}*.py"))


def main(arguments: list[str]) -> int:
    """Run the named benches, or all of them, and print what they measured."""
    known = known_benches()
    parser = argparse.ArgumentParser(prog="python -m bench", description="Benchmarks that print ratios in one run.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of: {', '.join(known) or 'none yet'}")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args(arguments)
    unknown = sorted(set(options.names) - set(known))
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; known: {', '.join(known) or 'none yet'}")

    report = Report()
    for name in options.names or known:
        started = time.monotonic()
        importlib.import_module(f"bench.{PREFIX}{name}").run(report)
        print(f"{name}: {time.monotonic() - started:.1f} s", file=sys.stderr)
    print(report.as_json() if options.json else report.as_table())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
