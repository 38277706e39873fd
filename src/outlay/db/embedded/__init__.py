"""The PostgreSQL server that Outlay brings along, with a lifecycle of our own.

At most one process owns a data directory: it holds the directory's lock, runs the server as its child and stops it
when it ends. Everybody else attaches to the running server over a private unix socket with peer authentication.

What always holds:

- No TCP, no password, no trust: the kernel says who connects, and only the users named in the map come in.
- The server never outlives its owner on Linux, not even after kill -9, and a start cleans up what any earlier owner left.
- An acknowledged commit survives kill -9 of the owner and of the server.
- A kill at any moment leaves either no database or a complete one.

    data_dir/
      lock            held by the owner for life; says who it is, where the socket is and how the server does
      cluster/        the PostgreSQL data directory, only for the account that runs the server
      run/            the socket, when the path is short enough for one
      postgres.log    what the server says, bounded
"""

from outlay.db.embedded.address import RunningServer
from outlay.db.embedded.attach import attach
from outlay.db.embedded.config import ROLES, SUPERUSER, EmbeddedConfig
from outlay.db.embedded.disk import DiskStatus, check_disk, disk_status, free_disk_bytes
from outlay.db.embedded.errors import EmbeddedError
from outlay.db.embedded.lock import ServerState, server_state
from outlay.db.embedded.reach import blocking_folder
from outlay.db.embedded.server import EmbeddedServer

__all__ = [
    "ROLES",
    "SUPERUSER",
    "DiskStatus",
    "EmbeddedConfig",
    "EmbeddedError",
    "EmbeddedServer",
    "RunningServer",
    "ServerState",
    "attach",
    "blocking_folder",
    "check_disk",
    "disk_status",
    "free_disk_bytes",
    "server_state",
]
