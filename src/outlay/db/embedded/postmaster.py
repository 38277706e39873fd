"""The server process itself: started and waited for, stopped cleanly, and stopped by force when it must be."""

import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from outlay.db.embedded.account import Account, admitted_users
from outlay.db.embedded.address import RunningServer
from outlay.db.embedded.binaries import major
from outlay.db.embedded.conf import (
    OWN_FILE,
    access_rules,
    forced_settings,
    machine_memory_bytes,
    render,
    settings_for,
    user_map,
    write_configuration,
)
from outlay.db.embedded.config import PORT, EmbeddedConfig, OnState
from outlay.db.embedded.errors import EmbeddedError
from outlay.db.embedded.leftovers import clear_leftovers
from outlay.db.embedded.logfile import log_since, log_size, open_log, reason, rotate_log
from outlay.db.embedded.ready import wait_until_ready
from outlay.db.embedded.spawn import spawn

Process = subprocess.Popen[bytes]
# Said while processes of a killed server still hold its memory; it passes.
STILL_IN_USE = ("pre-existing shared memory block", "lock file")
STILL_IN_USE_PATIENCE_S = 30.0
QUICK_STOP_S = 10.0


@dataclass(frozen=True)
class Installation:
    """Everything that a start of the server needs to know, found out once."""

    config: EmbeddedConfig
    account: Account
    binaries: Path
    version: str
    address: RunningServer


def launch(what: Installation, *, on_state: OnState, abandoned: Callable[[], bool]) -> Process:
    """Clear what an earlier server left, start a new one, and wait until it takes connections."""
    deadline = time.monotonic() + STILL_IN_USE_PATIENCE_S
    _configure(what)
    while True:
        clear_leftovers(
            what.config.cluster,
            what.address.socket_dir,
            on_state=on_state,
            stop_timeout_s=what.config.stop_timeout_s,
        )
        rotate_log(what.config.log_file)
        offset = log_size(what.config.log_file)
        process = _spawn(what)
        try:
            ready = wait_until_ready(
                what.address.admin_url,
                alive=lambda: process.poll() is None and not abandoned(),  # noqa: B023 - used within this round only.
                on_state=on_state,
                timeout_s=what.config.start_timeout_s,
            )
        except BaseException:
            stop(process, what.config.stop_timeout_s)
            raise
        if ready:
            return process
        stop(process, what.config.stop_timeout_s)
        why = reason(log_since(what.config.log_file, offset))
        if abandoned() or time.monotonic() > deadline or not why.startswith(STILL_IN_USE):
            raise _did_not_start(what, why)
        time.sleep(0.25)


def stop(process: Process, patience_s: float) -> None:
    """A fast shutdown, which writes everything down; after the patience an immediate one, and in the end force."""
    for signal_to_send, wait_s in ((signal.SIGINT, patience_s), (signal.SIGQUIT, QUICK_STOP_S), (signal.SIGKILL, None)):
        if process.poll() is not None:
            return
        process.send_signal(signal_to_send)
        try:
            process.wait(wait_s)
        except subprocess.TimeoutExpired:
            continue


def _configure(what: Installation) -> None:
    major_version = major(what.version)
    settings = settings_for(machine_memory_bytes(), major_version) | dict(what.config.settings)
    files = {
        OWN_FILE: render(settings),
        "pg_hba.conf": access_rules(),
        "pg_ident.conf": user_map(admitted_users(what.account), major_version),
    }
    write_configuration(what.config.cluster, what.account, files)


def _spawn(what: Installation) -> Process:
    command: list[str | Path] = [what.binaries / "postgres", "-D", what.config.cluster]
    for name, value in forced_settings(what.config.cluster, what.address.socket_dir, PORT).items():
        command += ["-c", f"{name}={value}"]
    with open_log(what.config.log_file) as log:
        # SIGINT is PostgreSQL's fast shutdown: what it does when we die is what it does when we stop it.
        return spawn(command, what.account, output=log, death_signal=signal.SIGINT)


def _did_not_start(what: Installation, why: str) -> EmbeddedError:
    if "No space left on device" in why:
        return EmbeddedError(
            "disk_full",
            f"The disk is too full for the database in {what.config.directory}: free some space there ({why}).",
        )
    return EmbeddedError("start_failed", f"The database did not start: {why} (more in {what.config.log_file}).")
