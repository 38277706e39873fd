"""What a client can be told, and what it takes from its environment."""

import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict
from urllib.parse import urlsplit

from outlay_sdk.errors import OutlayUsageError

_MEBIBYTE = 1024 * 1024


class OptionFields(TypedDict, total=False):
    """The keywords of `Outlay` and `AsyncOutlay`; `Options` has their defaults and what they mean."""

    strict: bool
    durable: bool
    spool: bool
    spool_dir: str | os.PathLike[str] | None
    spool_bytes_max: int
    queue_events_max: int
    batch_events_max: int
    batch_wait_s: float
    request_timeout_s: float
    retry_first_s: float
    retry_s_max: float
    exit_timeout_s: float


@dataclass(frozen=True, kw_only=True)
class Options:
    """How a client behaves."""

    strict: bool = False  # mistakes raise OutlayUsageError instead of being logged and counted
    durable: bool = False  # every event is in the spool before `track` returns
    spool: bool = True  # keep events on disk while the server is away
    spool_dir: str | os.PathLike[str] | None = None  # default: OUTLAY_SPOOL_DIR, else a folder in the user's state
    spool_bytes_max: int = 100 * _MEBIBYTE  # for all processes that share the folder
    queue_events_max: int = 10_000
    batch_events_max: int = 500
    batch_wait_s: float = 1.0
    request_timeout_s: float = 10.0
    retry_first_s: float = 0.5
    retry_s_max: float = 60.0
    exit_timeout_s: float = 5.0  # how long the end of the process may wait for the server

    def __post_init__(self) -> None:
        for name in ("queue_events_max", "batch_events_max", "request_timeout_s", "retry_first_s", "retry_s_max"):
            if getattr(self, name) <= 0:
                raise OutlayUsageError(name, "must be more than 0")
        if self.batch_wait_s < 0 or self.exit_timeout_s < 0:
            raise OutlayUsageError("batch_wait_s and exit_timeout_s", "must not be negative")
        if self.batch_events_max > 10_000:
            raise OutlayUsageError("batch_events_max", "must be at most 10,000, which is what the server takes at once")
        if self.spool_bytes_max < 64 * 1024:
            raise OutlayUsageError("spool_bytes_max", "must be at least 65,536")


@dataclass(frozen=True)
class Target:
    """Where events go, and as whom."""

    api_key: str
    base_url: str

    def __repr__(self) -> str:
        return f"Target({self.base_url!r})"


def find_target(api_key: str | None, base_url: str | None) -> Target | str:
    """What was given, or else the environment says; or, in words, what is missing."""
    key = (os.environ.get("OUTLAY_API_KEY", "") if api_key is None else api_key).strip()
    url = (os.environ.get("OUTLAY_URL", "") if base_url is None else base_url).strip()
    if not key:
        return "there is no API key (api_key or OUTLAY_API_KEY)"
    if not key.isascii() or not key.isprintable() or " " in key:
        return "the API key holds characters that no key has"
    if not url:
        return "there is no address of a server (base_url or OUTLAY_URL)"
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    return Target(key, url) if is_address else "the server's address must look like https://outlay.example.com"


def spool_places(options: Options, target: Target) -> list[Path]:
    """The folders to try, best first; each workspace of each server has its own, so that nothing goes astray."""
    if not options.spool:
        return []
    leaf = _leaf(target)
    chosen = options.spool_dir or os.environ.get("OUTLAY_SPOOL_DIR")
    if chosen:
        return [Path(chosen).expanduser() / leaf]
    user = os.geteuid() if hasattr(os, "geteuid") else 0
    return [*_state_folders(leaf), Path(tempfile.gettempdir()) / f"outlay-spool-{user}-{leaf}"]


def _state_folders(leaf: str) -> list[Path]:
    try:
        state = Path(os.environ.get("XDG_STATE_HOME") or "~/.local/state").expanduser()
    except RuntimeError:  # an account without a home
        return []
    return [state / "outlay" / "spool" / leaf] if state.is_absolute() else []


def _leaf(target: Target) -> str:
    """A folder's name from the server and the workspace. A renewed key of the workspace finds it again."""
    parts = urlsplit(target.base_url)
    words = target.api_key.split("_")
    whose = words[1] if len(words) == 3 and words[1] else target.api_key
    digest = hashlib.sha256(f"{target.base_url.rstrip('/')} {whose}".encode()).hexdigest()[:16]
    return re.sub(r"[^A-Za-z0-9.-]", "-", f"{parts.hostname}-{parts.port or parts.scheme}-{digest}")
