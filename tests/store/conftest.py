"""A process that records events, others beside it, and a look into what they stored."""

from collections.abc import AsyncIterator, Callable

import pytest

from outlay.db.connect import Database
from outlay.ledger.recorder import Recorder
from tests.support.books import Books
from tests.support.tenants import Tenant


@pytest.fixture
async def recorder(database: Database) -> AsyncIterator[Recorder]:
    made = Recorder(database)
    yield made
    await made.stop()


@pytest.fixture
def another(database: Database) -> Callable[[], Recorder]:
    """What another process would have: caches of its own, over the same database."""
    return lambda: Recorder(database)


@pytest.fixture
def books(database: Database, tenant: Tenant) -> Callable[[], Books]:
    """All that is stored, after a look at whether it adds up."""

    def opened() -> Books:
        found = Books.of(database, tenant)
        found.assert_sound()
        return found

    return opened
