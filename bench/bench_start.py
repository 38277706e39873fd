"""How long `outlay serve` takes until it is ready, the first time and later, and how much memory it holds when idle."""

import shutil
import tempfile
import time
from pathlib import Path

from bench.report import Report
from tests.crash.machine import processes_in
from tests.support.processes import Server

_BENCH = "start"
_KIBIBYTES_IN_MB = 1024
# After this long without a request, what a start needed for a moment has been given back.
_IDLE_S = 3.0


def run(report: Report) -> None:
    """Start twice in a fresh directory, with one worker, and look at every process of the second start."""
    folder = Path(tempfile.mkdtemp(prefix="outlay-bench-", dir="/tmp"))
    folder.chmod(0o755)  # the account that runs PostgreSQL for root must pass
    try:
        for name in ("first start until ready", "second start until ready"):
            started = time.monotonic()
            with Server({}, "--workers", "1", "--data-dir", str(folder / "data")):
                report.add(_BENCH, name, time.monotonic() - started, "s")
                if name.startswith("second"):
                    time.sleep(_IDLE_S)
                    _report_memory(report, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _report_memory(report: Report, folder: Path) -> None:
    """PSS counts a shared page once in all, RSS once in each process: the sum of PSS is what the machine misses."""
    processes = processes_in(folder)
    databases = [process.pid for process in processes if process.program == "postgres"]
    ours = [process.pid for process in processes if process.program != "postgres"]
    for measure in ("Pss", "Rss"):
        for name, pids in (("all", databases + ours), ("serving parent and worker", ours), ("PostgreSQL", databases)):
            held_mb = sum(_kibibytes(pid, measure) for pid in pids) / _KIBIBYTES_IN_MB
            report.add(_BENCH, f"{name}: {len(pids)} processes, idle", held_mb, f"MB {measure.upper()}")


def _kibibytes(pid: int, measure: str) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{measure}:"):
            return int(line.split()[1])
    return 0
