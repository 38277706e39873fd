"""What the embedded server is told, and where it keeps its files."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

SUPERUSER = "outlay_admin"
# PostgreSQL 15 cannot map a system user to "all" roles, so the roles that may come are known by name there.
ROLES = (SUPERUSER, "outlay_owner", "outlay_app", "outlay_operator")
PORT = 5432
MEBIBYTE = 1024 * 1024

OnState = Callable[[str], None]


def say_nothing(_message: str) -> None:
    """Swallow progress messages when nobody listens."""


@dataclass(frozen=True)
class EmbeddedConfig:
    """What differs between installations; every field but the directory has a default that suits most."""

    data_dir: Path
    # The folder with initdb and postgres; by default the one inside the wheel that Outlay depends on.
    binaries: Path | None = None
    # The unprivileged system account that runs the server when Outlay itself is started by root.
    account: str = "outlay"
    # Extra lines for the server's configuration; they win over ours (tests turn fsync off here).
    settings: Mapping[str, str] = field(default_factory=dict)
    start_timeout_s: float = 3600.0
    stop_timeout_s: float = 30.0
    # A server that dies this often in a row stays down.
    restart_attempts_max: int = 8
    disk_floor_bytes: int = 64 * MEBIBYTE
    disk_warning_bytes: int = 1024 * MEBIBYTE

    @property
    def directory(self) -> Path:
        """The data directory without symbolic links, so that everybody derives the same names from it."""
        return Path(self.data_dir).expanduser().resolve()

    @property
    def cluster(self) -> Path:
        """PostgreSQL's own data directory."""
        return self.directory / "cluster"

    @property
    def lock_file(self) -> Path:
        """The file whose lock makes its holder the owner."""
        return self.directory / "lock"

    @property
    def log_file(self) -> Path:
        """What the server says."""
        return self.directory / "postgres.log"
