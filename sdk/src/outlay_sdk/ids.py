"""Identifiers of events: unique without asking anybody, and sorted by time, which the server's index likes."""

import os
from datetime import datetime
from uuid import UUID

_RANDOM_A_MASK = (1 << 12) - 1
_RANDOM_B_MASK = (1 << 62) - 1


def new_id(at: datetime) -> str:
    """A version 7 UUID as text; its random bits come from the operating system, so that forked processes differ."""
    milliseconds = int(at.timestamp() * 1000) & ((1 << 48) - 1)
    noise = int.from_bytes(os.urandom(10), "big")
    random_a, random_b = noise >> 62 & _RANDOM_A_MASK, noise & _RANDOM_B_MASK
    return str(UUID(int=milliseconds << 80 | 0x7 << 76 | random_a << 64 | 0b10 << 62 | random_b))
