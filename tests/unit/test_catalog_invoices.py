"""Prices against invoices that were computed by hand: the arithmetic stands beside each."""

from collections.abc import Mapping
from decimal import Decimal

import pytest

from outlay.catalog.model import Ask
from outlay.catalog.prices.desk import PriceDesk
from outlay.catalog.prices.formula import PriceFormula
from outlay.catalog.prices.model import PriceRule, Unpriced
from tests.support.prices import AT, ask, category, counts, override, rate, unit_rate

DESK = PriceDesk(
    [
        category("template", "messages", rate("0.0055")),
        category("per_mille", "impressions", rate("7.25", per=1000)),
        category("design", "hours", rate("56"), service="human_labor"),
        category("agent_design", "tokens", rate("0.07", per=1000), service="ai_agents", rate_first=True),
        category("rupees", "messages", rate("0.35", currency="INR")),
    ],
    [
        override("acme", "m-1", unit_rate("input_tokens", "2", 10**6), unit_rate("output_tokens", "8", 10**6)),
        override("acme", "m-2", unit_rate("output_tokens", "8", 10**6), unit_rate("output_reasoning_tokens", "4", 10**6)),
        override("volume", None, unit_rate("requests", "0.01", 1, {1000: "0.008", 5000: "0.005"})),
        override("openrouter", None, discount="12.5"),
    ],
)  # fmt: skip

# What was used, and what the invoice says.
INVOICES = {
    # 1,200 read of which 1,024 cached, 80 written: 176 × 0.15 + 1,024 × 0.075 + 80 × 0.60 = 26.4 + 76.8 + 48 = 151.2
    "cached input is taken out of the input": (
        ask("openai", "gpt-4o-mini"),
        counts(input_tokens=1200, cache_read_tokens=1024, output_tokens=80),
        "0.0001512",
    ),
    # 10,000 × 0.625 + 2,000 × 5 = 6,250 + 10,000 = 16,250 millionths
    "batch costs half": (
        ask("openai", "gpt-5", processing="batch"), counts(input_tokens=10_000, output_tokens=2000), "0.01625",
    ),
    # 1,000 × 3.5 + 100 × 14 = 3,500 + 1,400
    "priority costs more": (
        ask("openai", "gpt-4.1", service_tier="priority"), counts(input_tokens=1000, output_tokens=100), "0.0049",
    ),
    # 10,000 read: 6,000 cached, 1,000 + 500 written to the cache for 5 minutes and an hour, 2,500 afresh; 300 written.
    # 2,500 × 3 + 6,000 × 0.3 + 1,000 × 3.75 + 500 × 6 + 300 × 15 = 7,500 + 1,800 + 3,750 + 3,000 + 4,500 = 20,550
    "what is written to the cache costs by how long it is kept": (
        ask("anthropic", "claude-sonnet-4-5-20250929"),
        counts(
            input_tokens=10_000, cache_read_tokens=6000, cache_write_tokens=1500, cache_write_1h_tokens=500,
            output_tokens=300,
        ),
        "0.02055",
    ),
    # 200,000 × 3 = 600,000 millionths
    "a call up to the threshold pays the lower tier": (
        ask("anthropic", "claude-sonnet-4-5"), counts(input_tokens=200_000), "0.6",
    ),
    # all 200,001 × 6 = 1,200,006 millionths
    "one token more and the whole call pays the higher tier": (
        ask("anthropic", "claude-sonnet-4-5"), counts(input_tokens=200_001), "1.200006",
    ),
    # (200,001 − 100,000) × 2.5 + 100,000 × 0.25 + 10 × 15 = 250,002.5 + 25,000 + 150 = 275,152.5 millionths
    "the tier is decided by all input, cached input included": (
        ask("google_ai", "gemini-2.5-pro"),
        counts(input_tokens=200_001, cache_read_tokens=100_000, output_tokens=10),
        "0.2751525",
    ),
    # 60 s of 3,600 × 0.36
    "a minute of sound": (ask("openai", "whisper-1"), counts(audio_seconds=60), "0.006"),
    # at least 10 s are billed: 10 / 3,600 × 0.111 = 0.00030833…
    "a moment of sound where ten seconds are the least": (
        ask("groq", "whisper-large-v3"), counts(audio_seconds=3), "0.000308333333",
    ),
    # 1,000 in: 400 heard of which 100 cached, 200 cached in words: 300 × 32 + 100 × 0.4 + 200 × 0.4 + 400 × 4;
    # 500 out: 300 spoken: 300 × 64 + 200 × 16. 9,600 + 40 + 80 + 1,600 + 19,200 + 3,200 = 33,720
    "sound and words, cached and not": (
        ask("openai", "gpt-realtime"),
        counts(
            input_tokens=1000, input_audio_tokens=400, cache_read_tokens=300, cache_audio_read_tokens=100,
            output_tokens=500, output_audio_tokens=300,
        ),
        "0.03372",
    ),
    # 1,000 × 3 + 100 × 15 = 4,500 millionths, and one request at 14 / 1,000
    "a call costs by itself": (
        ask("perplexity", "sonar-pro"), counts(input_tokens=1000, output_tokens=100), "0.0185",
    ),
    # 250 × 0.0055
    "messages": (ask("gupshup", None, "template"), counts(messages=250), "1.375"),
    # 1,001 / 1,000 × 7.25
    "by the thousand": (ask("gupshup", None, "per_mille"), counts(impressions=1001), "7.25725"),
    # 2.75 × 56
    "hours in quarters": (ask("human_labor", None, "design"), counts(hours="2.75"), "154"),
    # (1,500 + 834) / 1,000 × 0.07: input and output are the tokens, what was cached is among the input
    "an agent's tokens are all that it read and wrote": (
        ask("ai_agents", None, "agent_design"),
        counts(input_tokens=1500, cache_read_tokens=900, output_tokens=834),
        "0.16338",
    ),
    # 2,334 / 1,000 × 0.07, whatever the model
    "an agent's rate goes before the model's": (
        ask("openai", "gpt-5", "agent_design"), counts(tokens=2334), "0.16338",
    ),
    # 3 × 0.35
    "another currency stays what it is": (ask("gupshup", None, "rupees"), counts(messages=3), "1.05"),
    # 7 × 2 + 3 × 8 = 38 millionths
    "a model that only the workspace knows": (ask("acme", "m-1"), counts(input_tokens=7, output_tokens=3), "0.000038"),
    # (100 − 60) × 8 + 60 × 4 = 560 millionths
    "a part with a price of its own leaves the whole": (
        ask("acme", "m-2"), counts(output_tokens=100, output_reasoning_tokens=60), "0.00056",
    ),
    # 176 × 0.15 + 1,024 × 0.075 + 80 × 0.60 = 151.2 millionths, less an eighth: 132.3
    "a discount on the list price": (
        ask("openrouter", "openai/gpt-4o-mini"),
        counts(input_tokens=1200, cache_read_tokens=1024, output_tokens=80),
        "0.0001323",
    ),
}  # fmt: skip


def compiled(asked: Ask, quantities: Mapping[str, Decimal]) -> PriceFormula:
    formula = DESK.formula(asked, AT, frozenset(quantities))
    assert isinstance(formula, PriceFormula), formula
    return formula


@pytest.mark.parametrize("invoice", INVOICES)
def test_the_cost_is_what_the_invoice_says(invoice: str) -> None:
    asked, quantities, billed = INVOICES[invoice]

    assert DESK.price(asked, AT, quantities) == Decimal(billed)


@pytest.mark.parametrize("invoice", INVOICES)
def test_the_lines_add_up_to_the_cost_and_can_be_told_from_the_stored_rule_alone(invoice: str) -> None:
    asked, quantities, billed = INVOICES[invoice]
    formula = compiled(asked, quantities)

    lines = formula.explain(quantities)
    stored = PriceRule.from_json(formula.rule.as_json())

    assert sum(line.amount for line in lines) == Decimal(billed)
    assert stored == formula.rule
    assert stored.digest == formula.rule.digest


@pytest.mark.parametrize(
    ("used", "calls", "billed"),
    [
        (0, 1000, "10"),  # 1,000 × 0.01
        (999, 2, "0.018"),  # 1 × 0.01 + 1 × 0.008
        (1000, 1, "0.008"),
        (500, 6000, "44.5"),  # 500 × 0.01 + 4,000 × 0.008 + 1,500 × 0.005 = 5 + 32 + 7.5
        (90_000, 10, "0.05"),
    ],
)
def test_steps_by_volume_count_from_where_the_month_stands(used: int, calls: int, billed: str) -> None:
    asked, quantities = ask("volume"), counts(requests=calls)
    formula = compiled(asked, quantities)

    assert formula.volumes == ("requests",)
    assert formula.volume(quantities) == counts(requests=calls)
    assert formula.cost(quantities, counts(requests=used)) == Decimal(billed)
    assert sum(line.amount for line in formula.explain(quantities, counts(requests=used))) == Decimal(billed)


def test_however_a_month_is_cut_into_events_its_sum_is_the_same() -> None:
    asked = ask("volume")
    whole = DESK.price(asked, AT, counts(requests=7000))
    used, total = 0, Decimal(0)
    for calls in (1, 998, 2, 3999, 1, 1999):
        part = DESK.price(asked, AT, counts(requests=calls), counts(requests=used))
        assert not isinstance(part, Unpriced)
        total, used = total + part, used + calls

    assert used == 7000
    assert total == whole == Decimal(52)  # 1,000 × 0.01 + 4,000 × 0.008 + 2,000 × 0.005


@pytest.mark.parametrize(
    ("quantity", "billed"), [("0.5", "0.000000000000"), ("1.5", "0.000000000002"), ("2.5", "0.000000000002")]
)
def test_halves_of_the_last_place_go_to_the_even_neighbour(quantity: str, billed: str) -> None:
    desk = PriceDesk(overrides=[override("tiny", "m", unit_rate("input_tokens", "0.000000000001"))])

    assert desk.price(ask("tiny", "m"), AT, counts(input_tokens=quantity)) == Decimal(billed)


def test_rounding_lines_never_loses_or_makes_money() -> None:
    """Three lines of a third of the last place each are one unit of it together, and nothing one by one."""
    third = [unit_rate(unit, "0.000000000001", per=3) for unit in ("requests", "images", "characters")]
    desk = PriceDesk(overrides=[override("tiny", "m", *third)])
    quantities = counts(requests=1, images=1, characters=1)
    formula = desk.formula(ask("tiny", "m"), AT, frozenset(quantities))
    assert isinstance(formula, PriceFormula)

    amounts = [line.amount for line in formula.explain(quantities)]

    assert formula.cost(quantities) == Decimal("1E-12")
    assert amounts == [Decimal(0), Decimal("1E-12"), Decimal(0)]
