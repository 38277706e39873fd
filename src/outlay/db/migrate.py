"""Brings the schema up to date, one process at a time."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncConnection

from outlay.kit.errors import OutlayError

MIGRATIONS = Path(__file__).parent / "migrations"
# An arbitrary number that only Outlay's migrations lock.
_ADVISORY_LOCK = 7_402_114_215


class SchemaTooNew(OutlayError):
    """A newer version of Outlay has used this database. Run that version, or restore a backup from before."""

    status, code, title = 500, "schema_too_new", "The database is newer than this program"


def head() -> str:
    """The newest step we have, by its file's number; cheap, so that readiness can ask for it."""
    return max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def upgrade(owner_url: str, on_step: Callable[[str], None] = lambda _: None) -> tuple[str | None, str]:
    """Runs the missing steps under a lock; gives the revisions before and after."""
    engine = create_engine(_sqlalchemy_url(owner_url))
    try:
        with engine.connect() as connection:
            connection.execute(text("select pg_advisory_lock(:lock)"), {"lock": _ADVISORY_LOCK})
            before = current(connection)
            connection.commit()
            if before is not None and before > head():
                raise SchemaTooNew(
                    f"The database is at step {before}, newer than this version of Outlay knows ({head()})."
                )
            if before != head():
                on_step(f"migrating the schema from {before or 'nothing'} to {head()}")
                _run_missing_steps(connection)
            connection.execute(text("select pg_advisory_unlock(:lock)"), {"lock": _ADVISORY_LOCK})
            connection.commit()
            return before, head()
    finally:
        engine.dispose()


def _run_missing_steps(connection: Connection) -> None:
    # Alembic takes most of a second to import, and only whoever migrates needs it.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    connection.commit()


def current(connection: Connection) -> str | None:
    """The step the database is at; None where it is empty."""
    if connection.execute(text("select to_regclass('public.alembic_version')")).scalar() is None:
        return None
    return connection.execute(text("select version_num from public.alembic_version")).scalar()


async def is_current(connection: AsyncConnection) -> bool:
    """Whether the schema is the one this code was written for."""
    return await connection.run_sync(current) == head()


def _sqlalchemy_url(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if scheme in {"postgres", "postgresql"} else url
