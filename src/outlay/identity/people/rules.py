"""What an e-mail address, a password and a role with its client must be like."""

import re

from outlay.identity.access.model import Role
from outlay.kit.errors import InvalidRequest

PASSWORD_LENGTH_MIN = 10
PASSWORD_LENGTH_MAX = 256
# Loose on purpose: the proof of an address is a mail that arrives.
_EMAIL = re.compile(r"[^@\s\x00-\x1f\ud800-\udfff]+@[^@\s\x00-\x1f\ud800-\udfff]+")
_EMAIL_LENGTH_MAX = 254


def check_email(email: str) -> str:
    """The address without space around it, when it can be one."""
    email = email.strip()
    if len(email) > _EMAIL_LENGTH_MAX or not _EMAIL.fullmatch(email):
        raise InvalidRequest.field("email", "is not an e-mail address")
    return email


def check_password(password: str, *, email: str, field: str = "password") -> str:
    """The password, when it is long enough and not the address itself."""
    if not PASSWORD_LENGTH_MIN <= len(password) <= PASSWORD_LENGTH_MAX:
        raise InvalidRequest.field(field, f"must have {PASSWORD_LENGTH_MIN} to {PASSWORD_LENGTH_MAX} characters")
    if password.lower() in {email.lower(), email.lower().partition("@")[0]} or len(set(password)) < 4:
        raise InvalidRequest.field(field, "is too easy to guess; a few unrelated words make a good one")
    return password


def check_role(role: Role, *, has_client: bool) -> Role:
    """The role, when a person can have it: the portal's people have a client, nobody else has one."""
    if role is Role.AGENT:
        raise InvalidRequest.field("role", "agent is for API keys")
    if (role is Role.PORTAL) != has_client:
        message = "a portal user needs a client" if role is Role.PORTAL else "only a portal user is bound to a client"
        raise InvalidRequest.field("client", message)
    return role
