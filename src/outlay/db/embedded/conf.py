"""The server's configuration: computed from the machine, rewritten at each start."""

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from outlay.db.embedded.account import Account
from outlay.db.embedded.config import MEBIBYTE, ROLES

OWN_FILE = "outlay.conf"
USER_MAP = "outlay"
INCLUDE = f"\n# Outlay's own settings, rewritten at each start. To change one for good, use ALTER SYSTEM.\ninclude_if_exists = '{OWN_FILE}'\n"
MAPS_ALL_ROLES_SINCE = 16
HAS_IO_METHOD_SINCE = 18


def settings_for(memory_bytes: int, major: int) -> dict[str, str]:
    """Settings that suit a small machine, stay modest on a large one, and never trade durability for speed."""
    shared_mb = min(256, max(64, memory_bytes // 16 // MEBIBYTE))
    maintenance_mb = min(128, max(32, memory_bytes // 64 // MEBIBYTE))
    settings = {
        "shared_buffers": f"{shared_mb}MB",
        "effective_cache_size": f"{max(shared_mb, memory_bytes // 2 // MEBIBYTE)}MB",
        "maintenance_work_mem": f"{maintenance_mb}MB",
        "work_mem": "8MB",
        "max_connections": "100",
        "max_logical_replication_workers": "0",
        "huge_pages": "try",
        "jit": "off",
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "wal_compression": "on",
        "checkpoint_timeout": "10min",
        "max_wal_size": "1GB",
        "min_wal_size": "80MB",
        # Budget counters are updated all the time: small tables are cleaned soon, large ones by their inserts.
        "autovacuum": "on",
        "autovacuum_naptime": "20s",
        "autovacuum_max_workers": "2",
        # A query whose client was killed must not run on.
        "client_connection_check_interval": "2s",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "datestyle": "ISO, YMD",
        "log_min_messages": "warning",
        "log_checkpoints": "off",
        "log_line_prefix": "%m [%p] %q%u@%d ",
        "logging_collector": "off",
        "log_destination": "stderr",
    }
    if major >= HAS_IO_METHOD_SINCE:
        # Worker processes for reading pay off on large machines only, and each costs memory while idle.
        settings["io_method"] = "sync"
    return settings


def forced_settings(cluster: Path, socket_dir: Path, port: int) -> dict[str, str]:
    """What nobody may change, given on the command line because that wins over every file."""
    return {
        "listen_addresses": "",
        "port": str(port),
        "unix_socket_directories": str(socket_dir),
        # Root comes in without a mode bit; everybody else is the account itself.
        "unix_socket_permissions": "0700",
        "hba_file": str(cluster / "pg_hba.conf"),
        "ident_file": str(cluster / "pg_ident.conf"),
    }


def access_rules() -> str:
    """pg_hba.conf: the kernel says who comes over the socket; there is no other way in."""
    return f"# Written by Outlay at each start.\nlocal all all peer map={USER_MAP}\n"


def user_map(users: tuple[str, ...], major: int) -> str:
    """pg_ident.conf: these system users may come as any role."""
    roles = ["all"] if major >= MAPS_ALL_ROLES_SINCE else list(ROLES)
    lines = [f'{USER_MAP} "{user}" {role}' for user in users for role in roles]
    return "# Written by Outlay at each start.\n" + "\n".join(lines) + "\n"


def render(settings: Mapping[str, str]) -> str:
    """A configuration file's text."""
    quoted = ((name, value.replace("'", "''")) for name, value in settings.items())
    return "# Written by Outlay at each start.\n" + "".join(f"{name} = '{value}'\n" for name, value in quoted)


def write_configuration(cluster: Path, account: Account, files: Mapping[str, str]) -> None:
    """Put each file in place whole, owned by the account, without following anything the account may have put there."""
    folder = os.open(cluster, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        for name, text in files.items():
            _write_file(folder, name, text, account)
    finally:
        os.close(folder)


def _write_file(folder: int, name: str, text: str, account: Account) -> None:
    temporary = f"{name}.{secrets.token_hex(6)}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        with os.fdopen(os.open(temporary, flags, 0o600, dir_fd=folder), "w", encoding="utf-8") as file:
            os.fchown(file.fileno(), account.uid, account.gid)
            file.write(text)
        os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary, dir_fd=folder)
        raise


def machine_memory_bytes() -> int:
    """The memory that this machine, or the container that we are in, may use."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for limit in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        with suppress(OSError, ValueError):
            total = min(total, int(Path(limit).read_text(encoding="ascii")))
    return total
