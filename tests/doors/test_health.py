"""Signs of life: the process answers whatever happens, and says what keeps it from its work until that is over."""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from outlay.db import migrate, roles
from outlay.db.embedded import EmbeddedConfig, EmbeddedServer
from outlay.db.embedded.address import socket_url
from outlay.db.roles import DatabaseUrls
from tests.doors.door_help import problem, visitor
from tests.support.processes import Server, external

PATIENCE_S = 30


class Database:
    """A PostgreSQL server of this file's own, which can be stopped and started under a running Outlay."""

    def __init__(self, folder: Path) -> None:
        self._config = EmbeddedConfig(data_dir=folder, settings={"fsync": "off"})
        self._server = EmbeddedServer(self._config)
        self._server.start()
        roles.create_owner_and_database(self._server.admin_url, "outlay")
        place, names = self._server.address.socket_dir, (roles.OWNER, roles.APP, roles.OPERATOR)
        self.urls = DatabaseUrls(*(socket_url(place, name, "outlay") for name in names))
        roles.create_roles(self._server.admin_url, self.urls)
        migrate.upgrade(self.urls.owner)

    def start(self) -> None:
        self._server = EmbeddedServer(self._config)
        self._server.start()

    def stop(self) -> None:
        self._server.stop()


@pytest.fixture(scope="module")
def postgres() -> Iterator[Database]:
    folder = Path(tempfile.mkdtemp(prefix="outlay-health-"))
    folder.chmod(0o755)
    database = Database(folder / "data")
    yield database
    database.stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def outlay(postgres: Database) -> Iterator[Server]:
    settings = external(postgres.urls) | {"OUTLAY_DATABASE_POOL_WAIT_S": "1"}
    with Server(settings, "--workers", "2") as running:
        yield running


@pytest.fixture
def client(outlay: Server) -> Iterator[httpx.Client]:
    with visitor(outlay.origin) as anybody:
        yield anybody


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.1)


def test_a_ready_server_says_so_and_names_what_it_checked(client: httpx.Client) -> None:
    alive, ready = client.get("/healthz"), client.get("/readyz")

    assert (alive.status_code, alive.json()) == (200, {"status": "ok"})
    assert (ready.status_code, ready.json()["status"], ready.json()["failing"]) == (200, "ready", [])
    assert set(ready.json()["checks"]) >= {"database", "schema", "disk"}
    assert all(result.startswith("ok") for result in ready.json()["checks"].values())


def test_a_schema_of_another_version_is_named(client: httpx.Client, postgres: Database) -> None:
    with psycopg.connect(postgres.urls.owner, autocommit=True) as connection:
        row = connection.execute("select version_num from alembic_version").fetchone()
        assert row is not None
        connection.execute("update alembic_version set version_num = '0000'")
        try:
            answer = client.get("/readyz")
        finally:
            connection.execute("update alembic_version set version_num = %s", [row[0]])

    assert (answer.status_code, answer.json()["failing"]) == (503, ["schema"])
    assert "outlay db upgrade" in answer.json()["checks"]["schema"]
    assert client.get("/readyz").status_code == 200


def test_while_the_database_is_gone_every_door_says_so_and_afterwards_all_go_on_by_themselves(
    outlay: Server, client: httpx.Client, postgres: Database
) -> None:
    """One story, since stopping and starting a database takes seconds: ready, gone, and back."""
    with psycopg.connect(postgres.urls.operator) as connection:
        row = connection.execute("select id from workspace").fetchone()
        assert row is not None
    headers = {"Authorization": f"Bearer ok_{row[0].hex}_{'0' * 64}"}
    problem(client.get("/api/v1/me", headers=headers), 401, "not_authenticated")

    postgres.stop()
    until(lambda: client.get("/readyz").status_code == 503)

    answer = client.get("/readyz")
    assert (answer.json()["status"], answer.json()["failing"]) == ("not ready", ["database", "schema"])
    assert int(answer.headers["retry-after"]) >= 1
    assert "postgres" not in answer.text
    assert "/tmp" not in answer.text
    for _ in range(6):  # both processes, and the connections that each still holds
        with visitor(f"{outlay.origin}/api/v1") as nobody:
            for asked in (
                nobody.get("/me", headers=headers),
                nobody.post("/session", json={"email": "mia@example.test", "password": "x"}),
                nobody.post("/session/link", json={"token": f"ol_{row[0].hex}_{'0' * 64}"}),
            ):
                problem(asked, 503, "database_unavailable")
                assert int(asked.headers["retry-after"]) >= 1
    assert client.get("/healthz").status_code == 200
    assert client.get("/docs/errors").status_code == 200
    problem(client.get("/api/v1/nope"), 404, "not_found")

    postgres.start()
    until(lambda: client.get("/readyz").status_code == 200)

    for _ in range(6):
        with visitor(f"{outlay.origin}/api/v1") as nobody:
            problem(nobody.get("/me", headers=headers), 401, "not_authenticated")
    assert outlay.process.poll() is None


def test_health_is_asked_without_a_credential_and_answers_a_wrong_one_too(client: httpx.Client) -> None:
    for path in ("/healthz", "/readyz"):
        assert client.get(path, headers={"Authorization": "Bearer nonsense"}).status_code == 200
