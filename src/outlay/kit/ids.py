"""Identifiers that sort by time, and secrets that name the workspace they open."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

_SECRET_BYTES = 32


def new_id(at: datetime) -> UUID:
    """A version 7 UUID: rows made together lie together in an index, and ids sort by age."""
    milliseconds = int(at.timestamp() * 1000) & ((1 << 48) - 1)
    random_bits = secrets.randbits(74)
    value = milliseconds << 80 | 0x7 << 76 | (random_bits >> 62) << 64 | 0b10 << 62 | (random_bits & ((1 << 62) - 1))
    return UUID(int=value)


@dataclass(frozen=True)
class Token:
    """A secret as its holder shows it: `<prefix>_<workspace>_<secret>`.

    The workspace is readable from the token, so that a look-up can set the tenant first
    and row-level security holds for credentials too.
    """

    prefix: str
    workspace_id: UUID
    secret: str = field(repr=False)

    @classmethod
    def generate(cls, prefix: str, workspace_id: UUID) -> "Token":
        """A token with 256 random bits; so long that a plain hash of it is safe to store."""
        return cls(prefix, workspace_id, secrets.token_hex(_SECRET_BYTES))

    @classmethod
    def parse(cls, text: str, prefix: str) -> "Token | None":
        """The token in `text`, or None where it cannot be one of ours."""
        parts = text.split("_")
        if len(parts) != 3 or parts[0] != prefix or len(parts[1]) != 32 or len(parts[2]) != _SECRET_BYTES * 2:
            return None
        try:
            workspace_id = UUID(hex=parts[1])
            bytes.fromhex(parts[2])
        except ValueError:
            return None
        token = cls(prefix, workspace_id, parts[2])
        return token if token.text == text else None

    @property
    def text(self) -> str:
        """What its holder keeps."""
        return f"{self.prefix}_{self.workspace_id.hex}_{self.secret}"

    @property
    def hash(self) -> bytes:
        """What we keep."""
        return hashlib.sha256(self.text.encode()).digest()

    @property
    def hint(self) -> str:
        """Enough to recognise the token in a list, too little to use it."""
        return f"{self.prefix}_…{self.secret[-4:]}"

    def derive(self, purpose: str) -> str:
        """A second secret bound to this one, such as a session's CSRF token; nothing is stored for it."""
        return hmac.new(self.text.encode(), purpose.encode(), hashlib.sha256).hexdigest()
