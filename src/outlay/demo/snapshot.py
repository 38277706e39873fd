"""Writes thirty days of the agency as the chart gallery's fixture: `python -m outlay.demo.snapshot [FILE]`."""

import json
import sys
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final, TypedDict
from zoneinfo import ZoneInfo

from outlay.demo.agency import Agency, generate_agency
from outlay.demo.rhythm import days

GALLERY_SEED: Final = 1
GALLERY_END: Final = date(2026, 10, 30)
GALLERY_FILE: Final = Path(__file__).parents[3] / "web" / "src" / "gallery" / "agency.json"
_PERIOD: Final = timedelta(days=30)
_ONE_DAY: Final = timedelta(days=1)
_CENT: Final = Decimal("0.01")


class ServiceSeries(TypedDict):
    name: str
    slot: int
    daily_cost: list[str]


class PreviousPeriod(TypedDict):
    daily_cost: list[str]


class ClientCost(TypedDict):
    name: str
    slot: int
    cost: str
    previous: str


class GallerySnapshot(TypedDict):
    currency: str
    days: list[str]
    services: list[ServiceSeries]
    previous: PreviousPeriod
    clients: list[ClientCost]


def gallery_snapshot(agency: Agency) -> GallerySnapshot:
    """The last thirty local days by service and client, and the thirty before; exact sums, rounded to cents at the end."""
    current_first = agency.end - _PERIOD + _ONE_DAY
    previous_first = current_first - _PERIOD
    current = list(days(current_first, agency.end))
    previous = list(days(previous_first, current_first - _ONE_DAY))
    by_service, by_client = _sums(agency, previous_first, current_first)
    return {
        "currency": agency.workspace.currency,
        "days": [day.isoformat() for day in current],
        "services": [
            {
                "name": service.name,
                "slot": service.slot,
                "daily_cost": [_cents(by_service[service.key, day]) for day in current],
            }
            for service in agency.services
        ],
        "previous": {
            "daily_cost": [
                _cents(sum((by_service[service.key, day] for service in agency.services), Decimal(0)))
                for day in previous
            ]
        },
        "clients": [
            {
                "name": client.name,
                "slot": client.slot,
                "cost": _cents(by_client[client.key, True]),
                "previous": _cents(by_client[client.key, False]),
            }
            for client in agency.clients
        ],
    }


def _sums(
    agency: Agency, first: date, current_first: date
) -> tuple[dict[tuple[str, date], Decimal], dict[tuple[str | None, bool], Decimal]]:
    """Cost by service and local day, and by client and whether it falls in the current period."""
    zone = ZoneInfo(agency.workspace.time_zone)
    by_service: defaultdict[tuple[str, date], Decimal] = defaultdict(Decimal)
    by_client: defaultdict[tuple[str | None, bool], Decimal] = defaultdict(Decimal)
    for event in agency.events(first=first):
        day = event.time.astimezone(zone).date()
        cost = agency.cost_of(event)
        by_service[event.service, day] += cost
        by_client[event.client, day >= current_first] += cost
    return by_service, by_client


def _cents(amount: Decimal) -> str:
    return str(amount.quantize(_CENT))


def gallery_text() -> str:
    """The gallery's file as it must be: any difference means that the generator or the file was changed alone."""
    return json.dumps(gallery_snapshot(generate_agency(GALLERY_SEED, GALLERY_END)), indent=2) + "\n"


def main(arguments: list[str]) -> None:
    target = Path(arguments[0]) if arguments else GALLERY_FILE
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(gallery_text(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
