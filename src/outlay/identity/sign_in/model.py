"""A session, and what can go wrong on the way to one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from outlay.identity.people.model import User
from outlay.kit.errors import OutlayError
from outlay.kit.ids import Token

SESSION_PREFIX = "os"
ATTEMPT_WINDOW_S = 15 * 60


@dataclass(frozen=True)
class Origin:
    """Where a request came from, as far as it can be known."""

    ip: str | None = None
    user_agent: str | None = None


@dataclass(frozen=True)
class SessionPolicy:
    """How long sessions and links last, and how often one may guess."""

    idle: timedelta
    longest: timedelta
    password_reset: timedelta
    attempts_max: int


@dataclass(frozen=True)
class Session:
    """Somebody's stay, without its secret."""

    id: UUID
    person_id: UUID
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    ip: str | None = None
    user_agent: str | None = None


@dataclass(frozen=True)
class SignedIn:
    """Who came in, and the secret to hand out."""

    user: User
    session: Session
    token: Token


class SignInFailed(OutlayError):
    """The e-mail address or the password is not right. The answer is the same for an unknown address."""

    status, code, title = 401, "sign_in_failed", "E-mail or password is wrong"


class SessionExpired(OutlayError):
    """The session ended: it was idle for too long, grew too old, or was revoked. Sign in again."""

    status, code, title = 401, "session_expired", "The session has ended"


class TooManyAttempts(OutlayError):
    """Too many failed sign-ins. Wait until `Retry-After`, or use a password reset link."""

    status, code, title = 429, "too_many_attempts", "Too many failed sign-ins"
