"""Whom failed sign-ins are counted against."""

import hashlib


def throttled_subjects(email: str, ip: str | None, attempts_max: int) -> dict[bytes, int]:
    """What each failed attempt counts against, with its limit.

    The pair of address and place is the strictest; a place may hold an office, and an address alone has a wide limit,
    so that nobody can lock somebody else out cheaply. Hashed, since what people type as an e-mail may be a password.
    """
    place, address = ip or "unknown", email.lower()
    return {
        _hashed(f"pair:{place}:{address}"): attempts_max,
        place_subject(ip): attempts_max * 3,
        _hashed(f"address:{address}"): attempts_max * 10,
    }


def place_subject(ip: str | None) -> bytes:
    """What all attempts from one place count against together."""
    return _hashed(f"place:{ip or 'unknown'}")


def _hashed(subject: str) -> bytes:
    return hashlib.sha256(subject.encode()).digest()
