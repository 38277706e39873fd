"""A database that is not ours may go away: requests are answered 503 meanwhile, and all recovers by itself."""

from collections.abc import Iterator

import httpx
import pytest

from outlay.db import roles
from outlay.db.embedded import EmbeddedConfig, EmbeddedServer
from outlay.db.roles import DatabaseUrls
from tests.crash.installation import SETTINGS, Installation
from tests.crash.load import Load
from tests.crash.people import OURSELVES
from tests.support.processes import Server, external, free_port


@pytest.fixture
def elsewhere(installation: Installation) -> Iterator[EmbeddedServer]:
    """The installation's own database, run by the test instead of by `outlay serve`."""
    server = EmbeddedServer(EmbeddedConfig(data_dir=installation.data_dir))
    server.start()
    try:
        yield server
    finally:
        server.stop()


def test_a_database_that_goes_away_is_answered_503_and_found_again(
    installation: Installation, elsewhere: EmbeddedServer
) -> None:
    settings = SETTINGS | external(_urls(elsewhere))
    with Server(settings, "--workers", "2", port=installation.port) as server:
        with Load(installation) as load:
            load.wait_for_acknowledged(20)
            elsewhere.stop()
            load.wait_for_status(503, more=10)
            readiness = httpx.get(f"{server.origin}/readyz")
            elsewhere.start()
            load.wait_for_acknowledged(20)
            server.wait_until_ready()
        assert load.acknowledged <= installation.stored_keys()

    assert (readiness.status_code, readiness.json()["failing"]) == (503, ["database", "schema"])
    assert load.statuses.keys() == {201, 503}, load.statuses
    assert all(int(answer.retry_after or 0) >= 1 for answer in load.answers if answer.status == 503)
    assert server.process.returncode == 0


def test_a_start_without_the_database_says_so_in_one_line(installation: Installation) -> None:
    nowhere = DatabaseUrls(*(f"postgresql://{role}:secret@127.0.0.1:{free_port()}/outlay" for role in ("a", "b", "c")))

    refusal = OURSELVES.refused_to_serve("--port", str(installation.port), settings=external(nowhere))

    assert "Connection refused" in refusal
    assert "OUTLAY_DATABASE_URL" in refusal
    assert "secret" not in refusal


def _urls(server: EmbeddedServer) -> DatabaseUrls:
    return DatabaseUrls(*(server.url(role) for role in (roles.OWNER, roles.APP, roles.OPERATOR)))
