"""Puts the agency together: one seed in, facts and lazy streams of events and outcomes out."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from hashlib import sha256
from zoneinfo import ZoneInfo

from outlay.demo import cast, incidents, prices, rhythm
from outlay.demo.events import events_of
from outlay.demo.model import AgencyFacts, DemoEvent, DemoOutcome
from outlay.demo.outcomes import outcomes_of


@dataclass(frozen=True)
class Agency(AgencyFacts):
    """The generated agency. Streams are made anew at each call and are the same each time."""

    _book: prices.PriceBook = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_book", prices.PriceBook(self.prices))

    @property
    def scale(self) -> float:
        return self.scale_per_mille / 1000

    def events(self, first: date | None = None, last: date | None = None) -> Iterator[DemoEvent]:
        """Cost facts in time order, of all days or of the local days from `first` to `last`, both inclusive."""
        return events_of(self, *self._days(first, last))

    def outcomes(self, first: date | None = None, last: date | None = None) -> Iterator[DemoOutcome]:
        """Value facts in time order, of all days or of the local days from `first` to `last`, both inclusive."""
        return outcomes_of(self, *self._days(first, last))

    def cost_of(self, event: DemoEvent) -> Decimal:
        """What the event costs by the agency's own prices; for tests and pictures, since the ledger prices for itself."""
        return self._book.cost(event)

    def _days(self, first: date | None, last: date | None) -> tuple[date, date]:
        return max(first or self.start, self.start), min(last or self.end, self.end)


def generate_agency(seed: int, end: date, scale: float = 1.0) -> Agency:
    """Thirteen months of an agency up to and including the day `end`.

    The scale multiplies how often the agents work, for a smaller or larger ledger; advertisements, messages, hours
    and charges stay as they are. Another seed, end or scale makes other ids, so two agencies never collide.
    """
    scale_per_mille = round(scale * 1000)
    if scale_per_mille < 1:
        raise ValueError("The scale must be at least 0.001.")
    zone = ZoneInfo(cast.WORKSPACE.time_zone)
    start = rhythm.first_day(end)
    members = cast.clients(seed, start)
    changes = prices.price_changes(end, zone)
    return Agency(
        seed=seed,
        start=start,
        end=end,
        scale_per_mille=scale_per_mille,
        fingerprint=sha256(f"{seed}/{end.isoformat()}/{scale_per_mille}".encode()).hexdigest()[:8],
        workspace=cast.WORKSPACE,
        services=cast.SERVICES,
        categories=prices.CATEGORIES,
        clients=members,
        campaigns=cast.campaigns(seed, end, members),
        agents=cast.AGENTS,
        prices=prices.prices(start, zone, changes),
        price_changes=changes,
        anomalies=incidents.anomalies(seed, end),
        runaway=incidents.runaway(seed, end, zone),
    )
