"""How to reach a server over its private socket, the same for the owner and for those who attach."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from outlay.db.embedded.config import PORT, SUPERUSER


def socket_url(socket_dir: Path, role: str, database: str) -> str:
    """The conninfo URL of a role in a database; it carries no secret, since the kernel vouches for the caller."""
    host = quote(str(socket_dir), safe="")
    return f"postgresql://{quote(role, safe='')}@/{quote(database, safe='')}?host={host}&port={PORT}"


@dataclass(frozen=True)
class RunningServer:
    """A server that another process owns; it may go away when its owner does."""

    socket_dir: Path
    binaries: Path

    @property
    def admin_url(self) -> str:
        """The bootstrap superuser in the maintenance database."""
        return self.url(SUPERUSER, "postgres")

    def url(self, role: str, database: str = "outlay") -> str:
        """The URL of a role in a database."""
        return socket_url(self.socket_dir, role, database)

    def tool(self, name: str) -> Path:
        """A client program (pg_dump, psql, …) of the server's own version."""
        return self.binaries / name
