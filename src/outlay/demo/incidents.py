"""What went wrong, and when: three anomalies and one runaway agent, placed by the seed on ordinary working days."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from outlay.demo.draws import Draws
from outlay.demo.model import DemoAnomaly, DemoRunaway
from outlay.demo.rhythm import is_working_day, midnight

CACHE_OFF: Final = "cache-switched-off"
REPEATED_BROADCAST: Final = "repeated-broadcast"
BID_LIMIT_REMOVED: Final = "bid-limit-removed"

# Tuesday to Thursday: a peak in the middle of the week cannot be mistaken for the weekly rhythm.
_MIDWEEK: Final = (1, 2, 3)
_RUNAWAY_STARTS: Final = timedelta(hours=1)
_RUNAWAY_LASTS: Final = timedelta(hours=4)


def anomalies(seed: int, end: date) -> tuple[DemoAnomaly, ...]:
    """Three kinds of cause (a model, a message, an advertisement), the newest within the last thirty days."""
    draws = Draws(seed, "anomalies")
    return (
        DemoAnomaly(
            key=CACHE_OFF,
            title="Drafts without the prompt cache",
            day=_ordinary_day(end, draws.between(17, 24)),
            client="corvale-outdoor",
            campaign="corvale-field-guides",
            service="anthropic",
            factor=Decimal(3),
            surge=10,
            cause="A changed template broke the prompt cache: each draft read the whole brand library again, many times.",
        ),
        DemoAnomaly(
            key=REPEATED_BROADCAST,
            title="A broadcast sent again and again",
            day=_ordinary_day(end, draws.between(84, 112)),
            client="maristone-dental",
            campaign="maristone-recall",
            service="gupshup",
            factor=Decimal(4),
            surge=6,
            cause="A schedule without a guard against repetition sent the recall reminder six times in one morning.",
        ),
        DemoAnomaly(
            key=BID_LIMIT_REMOVED,
            title="Advertisements without a bid limit",
            day=_ordinary_day(end, draws.between(150, 210)),
            client="sundrel-solar",
            campaign="sundrel-homeowners",
            service="meta_ads",
            factor=Decimal("2.5"),
            surge=4,
            cause="The bid limit was removed during an experiment and put back on the next morning.",
        ),
    )


def runaway(seed: int, end: date, zone: ZoneInfo) -> DemoRunaway:
    day = _ordinary_day(end, Draws(seed, "runaway").between(42, 58))
    started_at = midnight(day, zone) + _RUNAWAY_STARTS
    return DemoRunaway(
        agent="trend-watcher",
        client="quillhaven-books",
        campaign="quillhaven-readers",
        started_at=started_at,
        stopped_at=started_at + _RUNAWAY_LASTS,
        cause="A watched page changed its form; the agent fetched and read it again all night until it was stopped.",
    )


def _ordinary_day(end: date, days_before: int) -> date:
    """The nearest ordinary day in the middle of a week, at or before the given distance from the end."""
    day = end - timedelta(days=days_before)
    while day.weekday() not in _MIDWEEK or not is_working_day(day):
        day -= timedelta(days=1)
    return day
