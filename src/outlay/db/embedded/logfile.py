"""The server's log file: appended to by the server itself, kept bounded by the owner."""

import os
import shutil
from pathlib import Path
from typing import IO

LOG_BYTES_MAX = 8 * 1024 * 1024
TAIL_BYTES = 16 * 1024


def open_log(path: Path) -> IO[bytes]:
    """Open the log for the server to append to; never through a link."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.fdopen(os.open(path, flags, 0o600), "ab", buffering=0)


def rotate_log(path: Path, bytes_max: int = LOG_BYTES_MAX) -> None:
    """Keep one older file. The server holds the file open for appending, so it is copied and emptied, not renamed."""
    try:
        if path.stat().st_size <= bytes_max:
            return
        shutil.copyfile(path, path.with_name(f"{path.name}.1"))
        os.truncate(path, 0)
    except FileNotFoundError:
        return
    except OSError:
        # The disk is full: a bounded log matters more than an old one.
        path.with_name(f"{path.name}.1").unlink(missing_ok=True)
        os.truncate(path, 0)


def log_size(path: Path) -> int:
    """Where the next line will go."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def log_since(path: Path, offset: int) -> list[str]:
    """The lines that were written after the offset, at most the last few kilobytes of them."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(offset, size - TAIL_BYTES) if offset <= size else 0)
            return file.read().decode(errors="replace").splitlines()
    except FileNotFoundError:
        return []


def reason(lines: list[str]) -> str:
    """The line that says best why a server did not start."""
    for severity in ("PANIC:", "FATAL:", "ERROR:"):
        for line in lines:
            if severity in line:
                said = line.split(severity, 1)[1].strip()
                # A configuration file that "contains errors" was complained about before, and more precisely.
                complaints = [line.split("LOG:", 1)[1].strip() for line in lines if "LOG:" in line]
                return f"{said}: {complaints[0]}" if "contains errors" in said and complaints else said
    spoken = [line.strip() for line in lines if line.strip()]
    return spoken[-1] if spoken else "it said nothing"
