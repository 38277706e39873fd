"""Free disk space: refused before it hurts, warned of before that."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from outlay.db.embedded.config import MEBIBYTE
from outlay.db.embedded.errors import EmbeddedError

DiskLevel = Literal["enough", "low", "full"]
FLOOR_BYTES = 64 * MEBIBYTE
WARNING_BYTES = 1024 * MEBIBYTE
# A new cluster with its first write-ahead log takes about this much before the first row is stored.
NEW_CLUSTER_BYTES = 64 * MEBIBYTE

FreeBytes = Callable[[Path], int]


@dataclass(frozen=True)
class DiskStatus:
    """How much an unprivileged process can still write where the data lives."""

    free_bytes: int
    level: DiskLevel

    @property
    def message(self) -> str:
        """One line for a log, a banner or a readiness answer."""
        return f"{self.free_bytes // MEBIBYTE} MB of disk space are free for the database"


def free_disk_bytes(data_dir: Path) -> int:
    """Bytes that an unprivileged account may still write there; the directory itself need not exist yet."""
    place = Path(data_dir).absolute()
    while not place.exists() and place != place.parent:
        place = place.parent
    numbers = os.statvfs(place)
    # Root's reserve does not count: the server never runs as root.
    return numbers.f_bavail * numbers.f_frsize


def disk_status(
    data_dir: Path,
    *,
    floor_bytes: int = FLOOR_BYTES,
    warning_bytes: int = WARNING_BYTES,
    free: FreeBytes = free_disk_bytes,
) -> DiskStatus:
    """How the disk stands now, for readiness and metrics; never raises for want of space."""
    free_bytes = free(data_dir)
    if free_bytes < floor_bytes:
        return DiskStatus(free_bytes, "full")
    return DiskStatus(free_bytes, "low" if free_bytes < warning_bytes else "enough")


def check_disk(
    data_dir: Path,
    *,
    floor_bytes: int = FLOOR_BYTES,
    warning_bytes: int = WARNING_BYTES,
    free: FreeBytes = free_disk_bytes,
) -> DiskStatus:
    """The disk's status, or a refusal when too little is left to start a server safely."""
    status = disk_status(data_dir, floor_bytes=floor_bytes, warning_bytes=warning_bytes, free=free)
    if status.level == "full":
        raise EmbeddedError(
            "disk_full",
            f"Only {status.message} in {data_dir}, and {-(-floor_bytes // MEBIBYTE)} MB are needed: "
            "free some space there, or choose another place with --data-dir.",
        )
    return status
