"""Password hashes: argon2id, computed beside the event loop since each takes tens of milliseconds."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# Each computation takes 64 MiB; a burst of sign-ins must not take the whole machine.
_THREADS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")


async def hashed(password: str) -> str:
    """What to store for a password."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _hash, password)


async def matches(stored: str | None, password: str) -> bool:
    """Whether the password is the stored one; as slow for nobody's password, so that time tells nothing."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _matches, stored, password)


def _hash(password: str) -> str:
    return _hasher().hash(password)


def _matches(stored: str | None, password: str) -> bool:
    try:
        _hasher().verify(stored or _nobodys(), password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _nobodys() -> str:
    return _hasher().hash("nobody has this password")
