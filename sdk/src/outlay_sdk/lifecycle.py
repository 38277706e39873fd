"""The life of the process around the clients: its forks, and its end."""

import atexit
import os
import sys
import threading
import time
from typing import Protocol

from outlay_sdk.notices import logger


class Living(Protocol):
    """What lives as long as the process, unless it is closed before."""

    def before_fork(self) -> None: ...
    def after_fork_in_parent(self) -> None: ...
    def after_fork_in_child(self) -> None: ...
    def begin_to_close(self, timeout_s: float) -> None: ...
    def close(self, timeout_s: float) -> None: ...


# In the order of their making; a dictionary for its order. Held here, so that an event outlives a dropped client.
_living: dict[Living, float] = {}
_forking: list[Living] = []

# Held by a thread that imports something large. A fork waits for it: what was imported by half would stay so in the
# child, which has no such thread. It does not wait for ever, as others may stop the importing for the fork's sake.
importing = threading.RLock()
_IMPORT_WAIT_S = 5.0
_held: list[threading.RLock] = []


def add(one: Living, exit_timeout_s: float) -> None:
    """From now on, forks are told to it, and the end of the process closes it."""
    _living[one] = exit_timeout_s


def remove(one: Living) -> None:
    _living.pop(one, None)


def watch_this_process() -> None:
    """A child of `multiprocessing` ends without asking `atexit`, and has a list of its own."""
    processes = sys.modules.get("multiprocessing.process")
    helpers = sys.modules.get("multiprocessing.util")
    if processes and helpers and processes.parent_process() is not None:
        helpers.Finalize(None, _close_all, exitpriority=0)


def _close_all() -> None:
    """All at once, so that the end waits for the slowest and not for one after the other."""
    living = list(_living.items())
    began = time.monotonic()
    for one, timeout_s in living:
        one.begin_to_close(timeout_s)
    for one, timeout_s in living:
        one.close(max(0.0, began + timeout_s - time.monotonic()))
        remove(one)


def _before_fork() -> None:
    if importing.acquire(timeout=_IMPORT_WAIT_S):
        _held.append(importing)
    else:
        logger.warning("A fork did not wait any longer for an import; the child may not be able to send.")
    _forking[:] = _living
    for one in _forking:
        one.before_fork()


def _after_fork_in_parent() -> None:
    while _forking:
        _forking.pop().after_fork_in_parent()
    while _held:
        _held.pop().release()


def _after_fork_in_child() -> None:
    global importing  # noqa: PLW0603 - a thread that is no more may hold the parent's
    importing = threading.RLock()
    _held.clear()
    while _forking:
        _forking.pop().after_fork_in_child()


atexit.register(_close_all)
# Before a fork, who registered last is asked first: so we are after logging, which is imported above and locks itself
# for the fork, and which the import of httpx needs.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork_in_parent, after_in_child=_after_fork_in_child)
