"""Whom failed sign-ins are counted against."""

import hashlib


def throttled_subjects(email: str, ip: str | None, attempts_max: int) -> dict[bytes, int]:
    """What each failed attempt counts against, with its limit.

    The pair of address and place is the strictest; a place may hold an office, and an address alone has a wide limit,
    so that nobody can lock somebody else out cheaply. Hashed, since what people type as an e-mail may be a password.
    """
    place = ip or "unknown"
    limits = {
        f"pair:{place}:{email.lower()}": attempts_max,
        f"place:{place}": attempts_max * 3,
        f"address:{email.lower()}": attempts_max * 10,
    }
    return {hashlib.sha256(subject.encode()).digest(): limit for subject, limit in limits.items()}
