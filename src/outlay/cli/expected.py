"""Which errors a person at the terminal can do something about, and the one line that each of them becomes."""

import psycopg
from sqlalchemy.exc import DBAPIError

from outlay.db.embedded import EmbeddedError
from outlay.kit.errors import OutlayError
from outlay.settings import PREFIX, SettingsError

_MALFORMED_ADDRESS = ("connection info string", "invalid URI", "invalid connection option")


def one_line(error: BaseException) -> str | None:
    """What to tell the person; None for a fault of ours, which needs its traceback."""
    if isinstance(error, DBAPIError) and error.orig is not None:
        return one_line(error.orig)
    if isinstance(error, psycopg.Error):
        return _of_database(error)
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    if isinstance(error, OutlayError):
        return error.detail
    return str(error) if isinstance(error, SettingsError | EmbeddedError) else None


def _of_database(error: psycopg.Error) -> str | None:
    if isinstance(error, psycopg.OperationalError):
        return f"{' '.join(str(error).split())} (see {PREFIX}DATABASE_URL)"
    if isinstance(error, psycopg.ProgrammingError) and any(words in str(error) for words in _MALFORMED_ADDRESS):
        # The library quotes the address it could not read, and a password may be in it.
        return f"{PREFIX}DATABASE_URL is not an address of PostgreSQL: write it as postgresql://USER:PASSWORD@HOST/DATABASE."
    return None
