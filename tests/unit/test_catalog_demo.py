"""The demonstration's own arithmetic and our pricing agree, event by event."""

from collections import defaultdict
from datetime import date, datetime
from decimal import Decimal

import pytest

from outlay.catalog.model import Ask, Category, Override, Rate
from outlay.catalog.prices.desk import PriceDesk
from outlay.catalog.prices.model import Unpriced
from outlay.catalog.units import canonical_unit
from outlay.demo.agency import Agency, generate_agency
from outlay.kit.money import rounded
from tests.support.prices import category, override, rate, unit_rate

LAST_DAY = date(2026, 10, 30)


def installed(agency: Agency) -> PriceDesk:
    """A desk with the agency's prices: those with a model as overrides, the others as rates of their categories."""
    service_of = {one.key: one.service for one in agency.categories}
    of_models: defaultdict[tuple[str, str, datetime], dict[str, Decimal]] = defaultdict(dict)
    of_categories: defaultdict[str, list[Rate]] = defaultdict(list)
    units: dict[str, str] = {}
    for price in agency.prices:
        if price.model:
            of_models[service_of[price.category], price.model, price.effective_from][price.unit] = price.rate
        else:
            of_categories[price.category].append(rate(str(price.rate), since=price.effective_from))
            units[price.category] = price.unit
    categories: list[Category] = [
        category(key, canonical_unit(units[key]), *rates, service=service_of[key])
        for key, rates in of_categories.items()
    ]
    overrides: list[Override] = [
        override(service, model, *(unit_rate(unit, str(each)) for unit, each in rates.items()), since=since)
        for (service, model, since), rates in of_models.items()
    ]
    return PriceDesk(categories, overrides)


@pytest.mark.parametrize("month", [(date(2026, 4, 20), date(2026, 5, 20)), (date(2026, 8, 10), date(2026, 9, 9))])
def test_every_event_of_a_month_costs_what_the_agency_says(month: tuple[date, date]) -> None:
    agency = generate_agency(1, LAST_DAY, scale=0.25)
    desk = installed(agency)
    priced: defaultdict[str, int] = defaultdict(int)

    for event in agency.events(*month):
        if event.cost is not None:
            continue
        asked = Ask(event.service, event.model, event.category)
        ours = desk.price(asked, event.time, event.quantities)
        assert not isinstance(ours, Unpriced), (event, ours)
        assert ours == rounded(agency.cost_of(event)), event
        priced[event.category] += 1

    assert len(priced) >= 9, "a month without one of the categories proves little"
    assert min(priced.values()) > 10


def test_the_list_prices_are_the_agency_s_where_it_pays_them() -> None:
    """Small calls before the yearly agreement cost the list price without anything installed."""
    agency = generate_agency(1, LAST_DAY, scale=0.1)
    desk = PriceDesk()
    agreed = min(change.effective_from for change in agency.price_changes if change.model)
    models = set()
    for event in agency.events(agency.start, agreed.date()):
        if (
            event.cost is None
            and event.model
            and event.time < agreed
            and event.quantities.get("input_tokens", 0) < 200_000
        ):
            ours = desk.price(Ask(event.service, event.model), event.time, event.quantities)
            assert ours == rounded(agency.cost_of(event)), event
            models.add(event.model)

    assert len(models) == 8
