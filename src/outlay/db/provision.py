"""Finds the database that the settings name, makes it ready, and says where each role connects."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from outlay.db import migrate, roles
from outlay.db.embedded import EmbeddedConfig, EmbeddedServer, RunningServer, attach
from outlay.db.roles import DatabaseUrls
from outlay.settings import Settings

DATABASE = "outlay"

# How the parent tells its workers what it has prepared; no setting of a person's.
_HANDOVER_VARIABLE = "_OUTLAY_SERVING"

OnState = Callable[[str], None]


@dataclass(frozen=True)
class Handover:
    """What a serving parent hands to its workers: the database it prepared, and who it is."""

    urls: DatabaseUrls
    is_embedded: bool
    parent_pid: int

    def to_environment(self) -> None:
        """Leaves it where processes that we start find it."""
        os.environ[_HANDOVER_VARIABLE] = json.dumps(asdict(self))

    @classmethod
    def from_environment(cls) -> "Handover":
        """As the parent left it."""
        fields = json.loads(os.environ[_HANDOVER_VARIABLE])
        return cls(DatabaseUrls(**fields["urls"]), fields["is_embedded"], fields["parent_pid"])


def embedded_config(settings: Settings) -> EmbeddedConfig:
    """Where our own server lives."""
    return EmbeddedConfig(data_dir=settings.data_dir, disk_warning_bytes=settings.disk_warn_bytes)


@contextmanager
def serving(
    settings: Settings, on_state: OnState, on_given_up: Callable[[], None] = lambda: None
) -> Iterator[DatabaseUrls]:
    """The database of a server: our own is started, kept alive and stopped at the end.

    `on_given_up` is called, from another thread, when it dies so often that it stays down.
    """
    urls = external_urls(settings)
    if urls is not None:
        prepare(urls.owner, urls, on_state)
        yield urls
        return
    server = EmbeddedServer(embedded_config(settings), on_state=on_state, on_given_up=on_given_up)
    server.start(supervised=True)
    try:
        yield _prepared(server, on_state)
    finally:
        server.stop()


@contextmanager
def visiting(settings: Settings, on_state: OnState = lambda _: None) -> Iterator[DatabaseUrls]:
    """The database of a command: beside a running server, or with one of its own for as long as it takes."""
    urls = external_urls(settings)
    if urls is not None:
        prepare(urls.owner, urls, on_state)
        yield urls
        return
    with attach(embedded_config(settings), on_state=on_state) as server:
        yield _prepared(server, on_state)


def external_urls(settings: Settings) -> DatabaseUrls | None:
    """Where the roles connect on a server that is not ours; None where we bring our own."""
    if settings.database_url is None:
        return None
    app, operator = settings.database_app_url, settings.database_operator_url
    return roles.derive_urls(
        settings.database_url.get_secret_value(),
        app.get_secret_value() if app else None,
        operator.get_secret_value() if operator else None,
    )


def prepare(admin_url: str, urls: DatabaseUrls, on_state: OnState) -> None:
    """Makes the run-time roles, checks them, and brings the schema up to date; changes nothing where nothing is missing."""
    roles.create_roles(admin_url, urls)
    roles.check_app_role(urls.app)
    migrate.upgrade(urls.owner, on_state)


def _prepared(server: EmbeddedServer | RunningServer, on_state: OnState) -> DatabaseUrls:
    roles.create_owner_and_database(server.admin_url, DATABASE)
    urls = DatabaseUrls(
        owner=server.url(roles.OWNER, DATABASE),
        app=server.url(roles.APP, DATABASE),
        operator=server.url(roles.OPERATOR, DATABASE),
    )
    prepare(server.admin_url, urls, on_state)
    return urls
