"""Start PostgreSQL's programs so that they end with us: as the right user, from a thread that lives as long as we do."""

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import IO

from outlay.db.embedded.account import Account

LAUNCHER = Path(__file__).with_name("launch.py")
# The programs see nothing of our environment: PGDATA, PGPORT and the like would only confuse them.
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}

Order = tuple[list[str], int | IO[bytes], Future["subprocess.Popen[bytes]"]]


class _Keeper:
    """One thread that makes all children.

    The kernel announces the death of the *thread* that forked, not of the process: a child made by a short-lived thread
    would be stopped when that thread ends. This one waits for orders until the process is gone.
    """

    def __init__(self) -> None:
        self.pid = os.getpid()
        self._orders: queue.SimpleQueue[Order] = queue.SimpleQueue()
        threading.Thread(target=self._serve, name="outlay-postgres-keeper", daemon=True).start()

    def start(self, command: list[str], output: int | IO[bytes]) -> "subprocess.Popen[bytes]":
        answer: Future[subprocess.Popen[bytes]] = Future()
        self._orders.put((command, output, answer))
        return answer.result()

    def _serve(self) -> None:
        while True:
            command, output, answer = self._orders.get()
            try:
                answer.set_result(_popen(command, output))
            except Exception as error:  # noqa: BLE001 - whoever gave the order handles it.
                answer.set_exception(error)


def _popen(command: list[str], output: int | IO[bytes]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        cwd="/",
        env=ENVIRONMENT,
        # A session of its own: Ctrl-C in the terminal is for us, who stop the server after its last client.
        start_new_session=True,
    )


_keeper: _Keeper | None = None
_keeper_guard = threading.Lock()


def spawn(
    command: Sequence[str | Path], account: Account, *, output: int | IO[bytes], death_signal: signal.Signals
) -> "subprocess.Popen[bytes]":
    """Start a program as the account; it gets the signal when our process ends in whatever way."""
    global _keeper  # noqa: PLW0603 - one thread per process is the point.
    with _keeper_guard:
        # Threads do not survive a fork.
        if _keeper is None or _keeper.pid != os.getpid():
            _keeper = _Keeper()
        keeper = _keeper
    identity = ["-", "-", "-"]
    if account.switch:
        identity = [str(account.uid), str(account.gid), ",".join(str(group) for group in account.groups)]
    launcher = [sys.executable, "-I", "-S", str(LAUNCHER), str(os.getpid()), str(int(death_signal)), *identity]
    return keeper.start([*launcher, *(str(part) for part in command)], output)


def run(command: Sequence[str | Path], account: Account) -> tuple[int, str]:
    """Run a program to its end as the account: its exit code and everything it said."""
    process = spawn(command, account, output=subprocess.PIPE, death_signal=signal.SIGTERM)
    try:
        output, _nothing = process.communicate()
    except BaseException:
        process.terminate()
        process.wait()
        raise
    return process.returncode, output.decode(errors="replace")
