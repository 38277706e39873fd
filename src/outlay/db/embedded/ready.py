"""Wait until a server takes connections, however long its recovery needs, as long as it lives."""

import time
from collections.abc import Callable

import psycopg

from outlay.db.embedded.config import OnState
from outlay.db.embedded.errors import EmbeddedError

FIRST_PAUSE_S = 0.02
LONGEST_PAUSE_S = 0.25
REPORT_EVERY_S = 3.0
# Waiting does not cure these.
HOPELESS = ("authentication failed", "no pg_hba.conf entry")


def wait_until_ready(url: str, *, alive: Callable[[], bool], on_state: OnState, timeout_s: float) -> bool:
    """True once a connection succeeds, False when the server has died; raises when time is up."""
    began = time.monotonic()
    reported, pause = began, FIRST_PAUSE_S
    while alive():
        refusal = _refusal(url)
        if refusal is None:
            return True
        now = time.monotonic()
        if any(words in refusal for words in HOPELESS):
            raise EmbeddedError("connect", f"The database server refuses us: {refusal}")
        if now - began > timeout_s:
            raise EmbeddedError(
                "start_timeout",
                f"The database has not become ready within {timeout_s:.0f} s ({refusal}): look into postgres.log in the data directory.",
            )
        if now - reported > REPORT_EVERY_S:
            reported = now
            on_state(f"Waiting for the database to recover ({now - began:.0f} s)")
        time.sleep(pause)
        pause = min(LONGEST_PAUSE_S, pause * 1.5)
    return False


def _refusal(url: str) -> str | None:
    """Why a connection fails now, or None when it succeeds."""
    try:
        psycopg.connect(url, connect_timeout=5, application_name="outlay readiness").close()
    except psycopg.OperationalError as error:
        return " ".join(str(error).split())
    return None
