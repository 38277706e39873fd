"""How keys are made and what an actor sees of the portfolio."""

import re
import unicodedata

from outlay.kit.errors import InvalidRequest

KEY_PATTERN = r"^[a-z0-9][a-z0-9_.-]{0,63}$"
_KEY = re.compile(KEY_PATTERN)


def key_from(name: str) -> str:
    """A key made from a name: Latin letters without accents, digits, dashes."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9_.]+", "-", plain).strip("-._")[:64]


def is_key(text: str) -> bool:
    """Whether a text has the form of a key."""
    return _KEY.fullmatch(text) is not None


def check_key(key: str) -> str:
    """The key, when it has the form of one."""
    if not _KEY.fullmatch(key):
        raise InvalidRequest.field("key", "must start with a letter or digit and hold only a-z, 0-9, dot, dash, _")
    return key
