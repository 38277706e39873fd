"""What a workspace may be called, and which zones and currencies exist."""

import re
from functools import cache
from zoneinfo import available_timezones

from outlay.kit.errors import InvalidRequest

_CURRENCY = re.compile(r"[A-Z]{3}")


def check_time_zone(name: str) -> str:
    """The zone's name, when the tz database knows it."""
    if name not in _zones():
        raise InvalidRequest.field("time_zone", "is not a name of the tz database, such as Europe/Berlin")
    return name


def check_currency(code: str) -> str:
    """The currency's code, when it has the form of ISO 4217."""
    if not _CURRENCY.fullmatch(code):
        raise InvalidRequest.field("currency", "must be three capital letters of ISO 4217, such as USD")
    return code


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
