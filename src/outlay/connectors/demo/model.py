"""What a demonstration is made of, how far its filling is, and what came of it."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from outlay.demo.agency import Agency, generate_agency
from outlay.demo.cast import WORKSPACE
from outlay.kit.periods import local_date

PER_MILLE = 1000


@dataclass(frozen=True)
class Plan:
    """Everything that decides which events there are: those of the agency that happened until a moment."""

    seed: int
    end: date
    scale_per_mille: int
    until: datetime

    @classmethod
    def made(cls, now: datetime, *, seed: int, scale: float, end: date | None = None) -> "Plan":
        """A plan up to the present, or to an earlier day."""
        today = local_date(now, ZoneInfo(WORKSPACE.time_zone))
        return cls(seed, end or today, round(scale * PER_MILLE), now)

    @cached_property
    def agency(self) -> Agency:
        """The agency that is meant."""
        return generate_agency(self.seed, self.end, self.scale_per_mille / PER_MILLE)

    def as_facts(self) -> dict[str, Any]:
        """As the audit log keeps it."""
        return {
            "seed": self.seed,
            "last_day": self.end.isoformat(),
            "scale_per_mille": self.scale_per_mille,
            "until": self.until.isoformat(),
        }

    @classmethod
    def from_facts(cls, facts: dict[str, Any]) -> "Plan":
        """What `as_facts` wrote."""
        return cls(
            facts["seed"],
            date.fromisoformat(facts["last_day"]),
            facts["scale_per_mille"],
            datetime.fromisoformat(facts["until"]),
        )


@dataclass(frozen=True)
class Demonstration:
    """A demonstration that a workspace was given, or is being given."""

    plan: Plan
    is_finished: bool


@dataclass(frozen=True)
class Progress:
    """How far a filling is; days say it best, since nobody knows the number of events beforehand."""

    days: int
    days_in_all: int
    events: int


@dataclass(frozen=True)
class Stored:
    """What a workspace holds after a filling; `repeated` events were there before it."""

    events: int
    repeated: int
    unpriced: int
    cost: Decimal
    currency: str
