"""Where one day's events are written down: numbering, local time and the fields that every event shares."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from outlay.demo.draws import Draws
from outlay.demo.model import AgencyFacts, DemoAgent, DemoCampaign, DemoEvent, Placement
from outlay.demo.rhythm import HOURS_OF_WORK, local_hours

SOURCE: Final = "demo"
SCORES: Final = tuple(Decimal(f"{score / 1000:.3f}") for score in range(1001))
_HOUR_IN_MS: Final = 3_600_000
_LAST_MOMENT: Final = timedelta(milliseconds=1)
_OPERATIONS_TEAM: Final = "operations"


class Desk:
    """Collects the events of one local day. Ids name the agency, the day and a number, so no day needs another."""

    def __init__(self, facts: AgencyFacts, day: date, purpose: str) -> None:
        self.facts = facts
        self.day = day
        self.draws = Draws(facts.seed, purpose, day.toordinal())
        self.running = tuple(campaign for campaign in facts.campaigns if campaign.runs_on(day))
        self.events: list[DemoEvent] = []
        self._prefix = f"{facts.fingerprint}-{day:%Y%m%d}-{purpose[0]}"
        self._operations = 0
        self._hours = local_hours(day, ZoneInfo(facts.workspace.time_zone))
        self._latest = self._hours[-1] - _LAST_MOMENT

    def at_hour(self, hour: int) -> datetime:
        """Some moment within a local clock hour."""
        return self._within_day(self._hours[hour] + timedelta(milliseconds=self.draws.below(_HOUR_IN_MS)))

    def at_work(self) -> datetime:
        """Some moment of the day, as likely as work is at that hour."""
        return self.at_hour(self.draws.pick(HOURS_OF_WORK))

    def next_operation(self) -> str:
        self._operations += 1
        return f"{self._prefix}-op{self._operations:04d}"

    def write(
        self,
        time: datetime,
        operation_id: str,
        service: str,
        category: str,
        operation: str,
        quantities: Mapping[str, Decimal],
        *,
        campaign: DemoCampaign | None = None,
        agent: DemoAgent | None = None,
        placement: Placement | None = None,
        lead: str | None = None,
        model: str | None = None,
        cost: Decimal | None = None,
        success: bool = True,
        latency_ms: int | None = None,
        retry_count: int = 0,
        impact: Decimal | None = None,
        quality: Decimal | None = None,
        conversion: bool | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> None:
        self.events.append(
            DemoEvent(
                id=f"{self._prefix}-{len(self.events):05d}",
                source=SOURCE,
                time=self._within_day(time),
                operation_id=operation_id,
                client=campaign.client if campaign else None,
                campaign=campaign.key if campaign else None,
                agent=agent.key if agent else None,
                lead=lead,
                service=service,
                category=category,
                operation=operation,
                model=model,
                platform=placement.platform if placement else None,
                content_type=placement.content_type if placement else None,
                labels={"team": agent.team if agent else _OPERATIONS_TEAM},
                quantities=quantities,
                cost=cost,
                currency=self.facts.workspace.currency,
                success=success,
                latency_ms=latency_ms,
                retry_count=retry_count,
                impact=impact,
                quality=quality,
                conversion=conversion,
                metadata=metadata or {},
            )
        )

    def _within_day(self, time: datetime) -> datetime:
        """Work that starts just before midnight is still booked on its own day, which keeps days independent."""
        return min(time, self._latest)
