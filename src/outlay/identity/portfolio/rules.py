"""How keys are made and what an actor sees of the portfolio."""

import re
import unicodedata
from hashlib import blake2b

from outlay.kit.errors import InvalidRequest

KEY_PATTERN = r"^[a-z0-9][a-z0-9_.-]{0,63}$"
_KEY = re.compile(KEY_PATTERN)
_NEARLY_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _.-]{0,63}")


def key_from(name: str) -> str:
    """A key made from a name: Latin letters without accents, digits, dashes."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9_.]+", "-", plain).strip("-._")[:64]


def spelling(name: str) -> str:
    """The one spelling of a name: a key, where capitals and spaces are all that keeps it from being one."""
    return key_from(name) if not is_key(name) and _NEARLY_KEY.fullmatch(name) else name


def key_of_its_own(name: str, otherwise: str) -> str:
    """A key for a name that is not nearly one; always the same, and nobody else's."""
    digest = blake2b(name.encode(), digest_size=4).hexdigest()
    return f"{key_from(name)[:48] or otherwise}-{digest}"


def is_key(text: str) -> bool:
    """Whether a text has the form of a key."""
    return _KEY.fullmatch(text) is not None


def check_key(key: str) -> str:
    """The key, when it has the form of one."""
    if not _KEY.fullmatch(key):
        raise InvalidRequest.field("key", "must start with a letter or digit and hold only a-z, 0-9, dot, dash, _")
    return key
