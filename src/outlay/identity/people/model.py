"""People, their membership in a workspace, and what can go wrong with either."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from outlay.identity.access.model import Role
from outlay.identity.portfolio.model import Reference
from outlay.kit.errors import OutlayError


@dataclass(frozen=True)
class Person:
    """Somebody with an e-mail address."""

    id: UUID
    email: str
    name: str
    password_hash: str | None
    created_at: datetime


@dataclass(frozen=True)
class User:
    """A person as a member of a workspace."""

    id: UUID
    name: str
    email: str
    role: Role
    joined_at: datetime
    last_seen_at: datetime | None = None
    client_id: UUID | None = None
    client: Reference | None = None  # what client_id names, where it was looked up


class EmailTaken(OutlayError):
    """This person is a member of the workspace already."""

    status, code, title = 409, "email_taken", "Already a member"


class LastOwner(OutlayError):
    """A workspace always has an owner. Make somebody else an owner first."""

    status, code, title = 409, "last_owner", "The last owner stays"


class PasswordMissing(OutlayError):
    """The invited person belongs to another workspace and has no password yet, so nothing can prove who accepts."""

    status, code, title = 403, "password_missing", "Set a password first"


class WrongPassword(OutlayError):
    """The current password is not right, so the new one was not set."""

    status, code, title = 403, "wrong_password", "The current password is wrong"
