"""The owner of a data directory: takes the lock, starts the server, keeps it alive, and stops it."""

import os
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from outlay.db.embedded.account import Account, server_account
from outlay.db.embedded.address import RunningServer
from outlay.db.embedded.binaries import find_binaries, reachable_binaries, server_version
from outlay.db.embedded.cluster import ensure_cluster
from outlay.db.embedded.config import EmbeddedConfig, OnState, say_nothing
from outlay.db.embedded.disk import NEW_CLUSTER_BYTES, FreeBytes, check_disk, free_disk_bytes
from outlay.db.embedded.errors import EmbeddedError
from outlay.db.embedded.lock import DataDirectoryLock, ServerState, StateName, server_state
from outlay.db.embedded.logfile import rotate_log
from outlay.db.embedded.places import (
    choose_socket_directory,
    is_temporary,
    prepare_data_directory,
    remove_socket_directory,
)
from outlay.db.embedded.postmaster import Installation, Process, launch, stop
from outlay.db.embedded.supervision import WATCH_EVERY_S, Restarts

# A command that runs beside us ends soon; a serving owner does not.
COMMAND_PATIENCE_S = 30.0


class EmbeddedServer:
    """At most one per data directory on the whole machine; the server lives no longer than the process that made it."""

    def __init__(
        self,
        config: EmbeddedConfig,
        *,
        on_state: OnState = say_nothing,
        on_given_up: Callable[[], None] = lambda: None,
        free_bytes: FreeBytes = free_disk_bytes,
    ) -> None:
        self.config = config
        self._on_state = on_state
        self._on_given_up = on_given_up
        self._free_bytes = free_bytes
        self._guard = threading.RLock()
        self._stopping = threading.Event()
        self._supervised = False
        self._owner_pid = os.getpid()
        self._lock: DataDirectoryLock | None = None
        self._installation: Installation | None = None
        self._process: Process | None = None
        self._address: RunningServer | None = None
        self._watcher: threading.Thread | None = None
        self._restarts = Restarts(self.config.restart_attempts_max)
        self._state: StateName = "stopped"
        self._detail = ""

    def start(self, *, supervised: bool = False) -> None:
        """Take the lock, make the cluster when there is none, start the server and wait until it is ready.

        A supervised server is restarted when it dies; the thread that does so ends with stop().
        """
        with self._guard:
            if self._lock is not None:
                return
            self._supervised = supervised
            self._stopping.clear()
            account = server_account(self.config.account)
            self._check_disk()
            prepare_data_directory(self.config, account)
            self._lock = self._become_owner()
            try:
                self._start_owned(account)
            except OSError as error:
                self.stop()
                raise EmbeddedError(
                    "data_dir", f"The database in {self.config.directory} cannot be started: {error}."
                ) from error
            except BaseException:
                self.stop()
                raise
            self._restarts = Restarts(self.config.restart_attempts_max)
            if supervised:
                self._watcher = threading.Thread(target=self.supervise, name="outlay-postgres-watcher", daemon=True)
                self._watcher.start()

    def stop(self) -> None:
        """Shut down cleanly and leave the directory free; does nothing when there is nothing to stop.

        It also ends a start() that is under way in another thread. Not for use inside a signal handler.
        """
        if os.getpid() != self._owner_pid:
            # A forked worker inherits this object but owns nothing.
            return
        self._stopping.set()
        with self._guard:
            if self._lock is None:
                return
            self._become("stopping")
            if self._process is not None:
                stop(self._process, self.config.stop_timeout_s)
                self._process = None
            if self._address is not None and is_temporary(self._address.socket_dir, self.config):
                remove_socket_directory(self._address.socket_dir)
            self._become("stopped")
            self._lock.release()
            self._lock = self._address = self._installation = None
        watcher, self._watcher = self._watcher, None
        if watcher is not None and watcher is not threading.current_thread():
            watcher.join()

    def supervise(self) -> None:
        """Watch the server until stop() or until restarting it has failed too often."""
        while not self._stopping.wait(WATCH_EVERY_S) and self._state != "failed":
            self.poll()

    def poll(self) -> None:
        """One look: restart a server that died under us, keep its log bounded. Never raises."""
        with self._guard:
            if self._process is None or self._installation is None or self._stopping.is_set():
                return
            if self._state == "failed":
                return
            rotate_log(self.config.log_file)
            if self._process.poll() is None:
                self._restarts.lives(time.monotonic())
                return
            self._restart(self._installation)

    def _restart(self, installation: Installation) -> None:
        why = "the database server died"
        while self._restarts.may_try(time.monotonic()):
            self._become("restarting", why)
            self._on_state(f"Restarting the database: {why}")
            if self._stopping.wait(self._restarts.pause_s):
                return
            try:
                self._process = launch(installation, on_state=self._on_state, abandoned=self._stopping.is_set)
            except EmbeddedError as error:
                why = str(error)
            except OSError as error:
                why = f"the database server cannot be started: {error}"
            else:
                self._become("ready")
                self._on_state("The database is back")
                return
            if self._stopping.is_set():
                return
        self._become("failed", why)
        self._on_state(f"The database stays down after {self._restarts.attempts} attempts: {why}")
        self._on_given_up()

    @property
    def state(self) -> StateName:
        """How the server does; other processes read the same with server_state()."""
        return self._state

    @property
    def detail(self) -> str:
        """Why the server is not ready, in one line."""
        return self._detail

    @property
    def process_id(self) -> int | None:
        """The process id of the server, while there is one."""
        return None if self._process is None else self._process.pid

    @property
    def address(self) -> RunningServer:
        """Where the server listens."""
        if self._address is None:
            raise EmbeddedError("not_started", "The embedded database is not running: call start() first.")
        return self._address

    @property
    def admin_url(self) -> str:
        """The bootstrap superuser in the maintenance database."""
        return self.address.admin_url

    def url(self, role: str, database: str = "outlay") -> str:
        """The URL of a role in a database."""
        return self.address.url(role, database)

    def _start_owned(self, account: Account) -> None:
        self._become("starting")
        original = find_binaries(self.config)
        version = server_version(original)
        binaries = reachable_binaries(self.config, original, version, account)
        if not self.config.cluster.exists():
            self._on_state("Making a new database")
        ensure_cluster(self.config, binaries, version, account)
        self._address = RunningServer(choose_socket_directory(self.config, account), original)
        self._installation = Installation(self.config, account, binaries, version, self._address)
        self._process = launch(self._installation, on_state=self._on_state, abandoned=self._stopping.is_set)
        self._become("ready")

    def _check_disk(self) -> None:
        try:
            is_new = not self.config.cluster.exists()
        except OSError:
            # Whoever may not look inside is told so by the check of the owner.
            is_new = False
        status = check_disk(
            self.config.directory,
            floor_bytes=self.config.disk_floor_bytes + (NEW_CLUSTER_BYTES if is_new else 0),
            warning_bytes=self.config.disk_warning_bytes,
            free=self._free_bytes,
        )
        if status.level == "low":
            self._on_state(f"Warning: only {status.message} in {self.config.directory}")

    def _become_owner(self) -> DataDirectoryLock:
        deadline, told = time.monotonic() + COMMAND_PATIENCE_S, False
        while True:
            lock = DataDirectoryLock.try_acquire(self.config.lock_file)
            if lock is not None:
                return lock
            holder = server_state(self.config.directory)
            waits = holder is None or (self._supervised and not holder.supervised)
            if not waits or time.monotonic() > deadline:
                raise EmbeddedError(
                    "already_running",
                    f"Another Outlay (process {'?' if holder is None else holder.pid}) uses {self.config.directory}: "
                    "stop it first, or choose another directory with --data-dir.",
                )
            if holder is not None and not told:
                told = True
                self._on_state(f"Waiting for a command (process {holder.pid}) that uses the database")
            time.sleep(0.1)

    def _become(self, state: StateName, detail: str = "") -> None:
        self._state, self._detail = state, detail
        if self._lock is not None:
            socket_dir = "" if self._address is None else str(self._address.socket_dir)
            self._lock.announce(ServerState(os.getpid(), self._supervised, state, detail, socket_dir))

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
