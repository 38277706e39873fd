"""What it takes to price one event: by the library, by a formula, by a formula that is made for it, and at the desk."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

from genai_prices import Usage, calc_price

from bench.report import Report
from outlay.catalog.model import Ask
from outlay.catalog.prices.book import list_price
from outlay.catalog.prices.desk import PriceDesk
from outlay.catalog.prices.formula import PriceFormula, compile_formula
from outlay.catalog.prices.model import PriceRule

SECONDS = 0.5
AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
CALLS = {
    "two units": ("openai", "gpt-4o-mini", {"input_tokens": 1200, "output_tokens": 80}),
    "cached, tiered": (
        "anthropic",
        "claude-sonnet-4-5",
        {"input_tokens": 250_000, "cache_read_tokens": 100_000, "cache_write_tokens": 5000, "output_tokens": 900},
    ),
}


def run(report: Report) -> None:
    """Compare the ways for a simple and for a rich price."""
    for name, (service, model, counted) in CALLS.items():
        bench = f"price, {name}"
        quantities = {unit: Decimal(number) for unit, number in counted.items()}
        rule = list_price(service, model, AT).found
        desk, ask, units = PriceDesk(), Ask(service, model), frozenset(quantities)
        formula = desk.formula(ask, AT, units)
        assert isinstance(rule, PriceRule)
        assert isinstance(formula, PriceFormula)
        report.add(bench, "the library", _microseconds(_library(service, model, counted)), "µs")
        report.add(bench, "a formula", _microseconds(_formula(formula, quantities)), "µs")
        report.add(bench, "a formula, whole numbers", _microseconds(_formula(formula, counted)), "µs")
        report.add(bench, "at the desk", _microseconds(_at_desk(desk, ask, quantities)), "µs")
        report.add(bench, "making a formula", _microseconds(_making(rule, units)), "µs")


def _library(service: str, model: str, counted: dict[str, int]) -> Callable[[], object]:
    return lambda: calc_price(Usage(**counted), model, provider_id=service, genai_request_timestamp=AT)


def _formula(formula: PriceFormula, quantities: dict[str, Decimal] | dict[str, int]) -> Callable[[], object]:
    return lambda: formula.cost(quantities)


def _at_desk(desk: PriceDesk, ask: Ask, quantities: dict[str, Decimal]) -> Callable[[], object]:
    return lambda: desk.price(ask, AT, quantities)


def _making(rule: PriceRule, units: frozenset[str]) -> Callable[[], object]:
    return lambda: compile_formula(rule, units)


def _microseconds(call: Callable[[], object]) -> float:
    """How long a call takes on average, counted over half a second."""
    call()
    calls, begun = 0, time.perf_counter()
    while (spent := time.perf_counter() - begun) < SECONDS:
        for _ in range(50):
            call()
        calls += 50
    return spent / calls * 1e6
