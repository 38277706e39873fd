"""Short ways to write down prices in tests."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID, uuid4

from outlay.catalog.model import Ask, Category, Kind, Override, Rate
from outlay.catalog.prices.book import normal_context
from outlay.catalog.prices.model import Source, UnitRate

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def ask(service: str | None = None, model: str | None = None, category: str | None = None, **context: str) -> Ask:
    return Ask(service, model, category, normal_context(context))


def counts(**quantities: int | str) -> dict[str, Decimal]:
    return {unit: Decimal(quantity) for unit, quantity in quantities.items()}


def unit_rate(unit: str, rate: str, per: int = 1, steps: Mapping[int, str] | None = None) -> UnitRate:
    graduated = tuple((Decimal(start), Decimal(each)) for start, each in (steps or {}).items())
    return UnitRate(unit, per, Decimal(rate), Source.OVERRIDE, steps=graduated)


def rate(amount: str, per: int = 1, currency: str = "USD", since: datetime = LONG_AGO) -> Rate:
    return Rate(Decimal(amount), per, currency, since, since, "test")


def category(key: str, unit: str, *rates: Rate, service: str = "gupshup", rate_first: bool = False) -> Category:
    return Category(uuid4(), key, Kind.AI, service, unit, "", LONG_AGO, rate_first, rates)


def override(
    service: str,
    model: str | None,
    *rates: UnitRate,
    discount: str = "0",
    since: datetime = LONG_AGO,
    until: datetime | None = None,
    currency: str = "USD",
    number: int | None = None,
    **context: str,
) -> Override:
    made = UUID(int=number) if number is not None else uuid4()
    return Override(
        made, service, model, rates, Decimal(discount), currency, since, until, "", since, "test",
        normal_context(context),
    )  # fmt: skip
