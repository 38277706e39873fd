"""A link that works once."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from outlay.identity.access.model import Role
from outlay.kit.errors import OutlayError

LINK_PREFIX = "ol"


class LinkKind(StrEnum):
    """What a link is good for."""

    SIGN_IN = "sign_in"
    INVITATION = "invitation"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - the name of a kind


class LinkSpent(OutlayError):
    """The link was used already, has expired or was withdrawn. Ask for a new one."""

    status, code, title = 410, "link_spent", "The link no longer works"


@dataclass(frozen=True)
class Link:
    """A link, without its secret: who it is for and what it gives."""

    id: UUID
    kind: LinkKind
    created_at: datetime
    expires_at: datetime
    person_id: UUID | None = None
    email: str | None = None
    role: Role | None = None
    client_id: UUID | None = None
    created_by: str | None = None
