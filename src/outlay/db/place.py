"""The database as it is found, for commands that must neither make nor migrate it: backup, restore, verify, shell."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from outlay.db import roles
from outlay.db.embedded import EmbeddedConfig, EmbeddedServer, RunningServer, attach
from outlay.db.programs import Programs, programs_of, suitable_programs
from outlay.db.provision import DATABASE, embedded_config, external_urls
from outlay.db.roles import DatabaseUrls
from outlay.kit.errors import OutlayError
from outlay.settings import Settings

OnState = Callable[[str], None]
# Commands that use our server as guests end soon; whoever wants it alone waits for them.
GUEST_PATIENCE_S = 60.0
_POLL_S = 0.1


class NoDatabase(OutlayError):
    """There is no database of Outlay where the settings point. `outlay serve` or `outlay db upgrade` makes one."""

    status, code, title = 500, "no_database", "There is no database yet"


class DatabaseInUse(OutlayError):
    """Somebody else uses the database, and what was asked for needs it alone. Stop `outlay serve`, then try again."""

    status, code, title = 409, "database_in_use", "The database is in use"


@dataclass(frozen=True)
class Place:
    """Where a database is, who may do what with it, and which programs speak its server's language."""

    urls: DatabaseUrls
    # Databases of a server in turn, for whoever makes and renames them: one cannot rename what one is connected to.
    maintenance_urls: tuple[str, ...]
    programs: Programs
    # Where our own server keeps its data; None for a server that is not ours.
    data_dir: Path | None

    @property
    def database(self) -> str:
        """The database's name."""
        return str(conninfo_to_dict(self.urls.owner).get("dbname") or conninfo_to_dict(self.urls.owner).get("user"))


@contextmanager
def as_it_stands(settings: Settings, on_state: OnState) -> Iterator[Place]:
    """The database beside whoever uses it; nothing is made and nothing is migrated."""
    external = external_place(settings)
    if external is not None:
        yield external
        return
    config = embedded_config(settings)
    if not _has_cluster(config):
        raise NoDatabase(
            f"There is no database in {config.directory}: start `outlay serve` or run `outlay db upgrade` to make one, "
            "or name another directory with --data-dir."
        )
    with attach(config, on_state=on_state) as server:
        yield _embedded_place(server, config)


@contextmanager
def made_where_missing(settings: Settings, on_state: OnState) -> Iterator[Place]:
    """The database and its roles, beside whoever uses them; nothing is migrated."""
    external = external_place(settings)
    if external is not None:
        roles.create_roles(external.urls.owner, external.urls)
        yield external
        return
    config = embedded_config(settings)
    with attach(config, on_state=on_state) as server:
        yield _made(server, config)


@contextmanager
def all_to_oneself(settings: Settings, on_state: OnState) -> Iterator[Place]:
    """The database, made where there is none, with the roles in place; nobody else may come in meanwhile.

    On our own server the data directory's lock and the guests' door see to that; elsewhere whoever is connected is
    asked to leave first.
    """
    external = external_place(settings)
    if external is not None:
        roles.create_roles(external.urls.owner, external.urls)
        yield external
        return
    config = embedded_config(settings)
    server = EmbeddedServer(config, on_state=on_state)
    server.start()
    try:
        with _without_guests(config):
            yield _made(server, config)
    finally:
        server.stop()


def external_place(settings: Settings) -> Place | None:
    """The place on a server that is not ours; None where we bring our own."""
    urls = external_urls(settings)
    if urls is None:
        return None
    with psycopg.connect(urls.owner, connect_timeout=10) as connection:
        major, with_tls = connection.info.server_version // 10_000, connection.pgconn.ssl_in_use
    maintenance = tuple(make_conninfo(urls.owner, dbname=name) for name in ("postgres", "template1"))
    return Place(urls, maintenance, suitable_programs(major, with_tls=with_tls), None)


def _made(server: EmbeddedServer | RunningServer, config: EmbeddedConfig) -> Place:
    roles.create_owner_and_database(server.admin_url, DATABASE)
    place = _embedded_place(server, config)
    roles.create_roles(server.admin_url, place.urls)
    return place


def _embedded_place(server: EmbeddedServer | RunningServer, config: EmbeddedConfig) -> Place:
    address = server.address if isinstance(server, EmbeddedServer) else server
    urls = DatabaseUrls(*(server.url(role, DATABASE) for role in (roles.OWNER, roles.APP, roles.OPERATOR)))
    return Place(urls, (server.admin_url,), programs_of(address.binaries), config.directory)


def _has_cluster(config: EmbeddedConfig) -> bool:
    try:
        return config.cluster.exists()
    except OSError:
        # Whoever may not look inside is told so, with the owner's name, by the attempt to come in.
        return True


@contextmanager
def _without_guests(config: EmbeddedConfig) -> Iterator[None]:
    """Hold the door that guests come in by, which they find closed until we are done."""
    door = os.open(config.cluster, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    deadline = time.monotonic() + GUEST_PATIENCE_S
    try:
        while True:
            with suppress(BlockingIOError):
                fcntl.flock(door, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            if time.monotonic() > deadline:
                raise DatabaseInUse(f"Another command still uses {config.directory}: let it end, then try again.")
            time.sleep(_POLL_S)
        yield
    finally:
        os.close(door)
