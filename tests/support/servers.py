"""PostgreSQL servers for a test run: started once by the process that leads it, used by all workers."""

import json
import os
import shutil
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import psycopg

from outlay.db import migrate, roles
from outlay.db.embedded import EmbeddedConfig, EmbeddedServer
from outlay.db.embedded.address import socket_url
from outlay.db.roles import DatabaseUrls

VARIABLE = "OUTLAYTEST_SERVERS"
TEMPLATE = "outlay_template"
DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")
# Nothing here outlives the run, so nothing needs to reach the disk.
_FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    # Several servers of two workers each, with pools of their own, share one database server here.
    "max_connections": "400",
}


@dataclass(frozen=True)
class ServerForTests:
    """A running server with a migrated template database."""

    version: str
    socket_dir: str

    def urls(self, database: str) -> DatabaseUrls:
        place = Path(self.socket_dir)
        return DatabaseUrls(*(socket_url(place, role, database) for role in (roles.OWNER, roles.APP, roles.OPERATOR)))

    @property
    def admin_url(self) -> str:
        return socket_url(Path(self.socket_dir), "outlay_admin", "postgres")

    def clone(self, name: str) -> DatabaseUrls:
        """A fresh database with the whole schema, in a few hundredths of a second."""
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            connection.execute(f'drop database if exists "{name}" with (force)')
            connection.execute(f'create database "{name}" template {TEMPLATE} owner {roles.OWNER}')
        return self.urls(name)


class ServerFarm:
    """Starts the servers, tells the workers through the environment, and stops them."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="outlay-tests-"))
        self._folder.chmod(0o755)
        self._running: list[EmbeddedServer] = []

    def start(self) -> None:
        versions: dict[str, Path | None] = {"18": None}
        if DEBIAN_15.exists():
            versions["15"] = DEBIAN_15
        os.environ[VARIABLE] = json.dumps([asdict(self._start(name, path)) for name, path in versions.items()])

    def stop(self) -> None:
        for server in self._running:
            server.stop()
        os.environ.pop(VARIABLE, None)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _start(self, version: str, binaries: Path | None) -> ServerForTests:
        config = EmbeddedConfig(data_dir=self._folder / version, binaries=binaries, settings=_FAST)
        server = EmbeddedServer(config)
        server.start()
        self._running.append(server)
        roles.create_owner_and_database(server.admin_url, TEMPLATE)
        described = ServerForTests(version, str(server.address.socket_dir))
        urls = described.urls(TEMPLATE)
        roles.create_roles(server.admin_url, urls)
        migrate.upgrade(urls.owner)
        return described


def servers() -> dict[str, ServerForTests]:
    """The servers of this run, by version."""
    found = [ServerForTests(**fields) for fields in json.loads(os.environ[VARIABLE])]
    return {server.version: server for server in found}
