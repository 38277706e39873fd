"""Puts the cost facts of all sources into one stream, a local day at a time, in the order in which they happened."""

from collections.abc import Iterator
from datetime import date
from operator import attrgetter
from zoneinfo import ZoneInfo

from outlay.demo.desk import Desk
from outlay.demo.model import AgencyFacts, DemoEvent
from outlay.demo.operations import work_of_agents, work_of_the_runaway
from outlay.demo.rhythm import days
from outlay.demo.standing import advertisements, broadcasts, charges_of_the_month, hours_of_people


def events_of(facts: AgencyFacts, first: date, last: date) -> Iterator[DemoEvent]:
    """Sorting each day is enough, because no event leaves its local day."""
    night_of_runaway = facts.runaway.started_at.astimezone(ZoneInfo(facts.workspace.time_zone)).date()
    for day in days(first, last):
        yield from _events_of_day(facts, day, with_runaway=day == night_of_runaway)


def _events_of_day(facts: AgencyFacts, day: date, *, with_runaway: bool) -> list[DemoEvent]:
    """Agents and standing costs draw separately, so that the scale changes the agents' work and nothing else."""
    agents = Desk(facts, day, "agents")
    work_of_agents(agents)
    if with_runaway:
        work_of_the_runaway(agents)
    standing = Desk(facts, day, "standing")
    for write_down in (charges_of_the_month, advertisements, broadcasts, hours_of_people):
        write_down(standing)
    return sorted(agents.events + standing.events, key=attrgetter("time", "id"))
