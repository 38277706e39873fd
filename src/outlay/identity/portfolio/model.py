"""Clients, campaigns and agents: three kinds of entry that differ in little."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from outlay.kit.errors import OutlayError


class Kind(StrEnum):
    """Which of the three an entry is."""

    CLIENT = "client"
    CAMPAIGN = "campaign"
    AGENT = "agent"


class AgentType(StrEnum):
    """What an AI agent does; each type has a rate in the price book."""

    CONTENT = "CONTENT"
    SEO = "SEO"
    EMAIL_MARKETING = "EMAIL_MARKETING"
    SOCIAL_POSTING = "SOCIAL_POSTING"
    CUSTOMER_SUPPORT = "CUSTOMER_SUPPORT"
    AD = "AD"
    OUTREACH = "OUTREACH"
    TREND = "TREND"
    INSIGHT = "INSIGHT"
    DESIGN = "DESIGN"
    BRAND_VOICE = "BRAND_VOICE"
    GOAL_PLANNER = "GOAL_PLANNER"
    PATTERN_MINER = "PATTERN_MINER"
    SEGMENT_ANALYZER = "SEGMENT_ANALYZER"


@dataclass(frozen=True)
class Reference:
    """Enough of an entry to name it."""

    id: UUID
    key: str
    name: str


@dataclass(frozen=True)
class Entry:
    """A client, a campaign or an agent. `client` is whose it is; an agent may be nobody's in particular."""

    kind: Kind
    id: UUID
    key: str
    name: str
    created_at: datetime
    archived_at: datetime | None = None
    client: Reference | None = None
    agent_type: AgentType | None = None

    @property
    def reference(self) -> Reference:
        """Enough of it to name it."""
        return Reference(self.id, self.key, self.name)


@dataclass(frozen=True)
class Filter:
    """Which entries of a list are wanted."""

    archived: bool = False
    words: str | None = None
    client: str | None = None


class KeyTaken(OutlayError):
    """Another entry of the same kind has this key already. Choose another, or change that one."""

    status, code, title = 409, "key_taken", "The key is taken"
