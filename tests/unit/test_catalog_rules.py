"""What every workspace begins with, and what is refused before it can misprice anything."""

from datetime import datetime
from decimal import Decimal

import pytest

from outlay.catalog import rules
from outlay.catalog.model import agent_category
from outlay.catalog.prices.model import Source, UnitRate
from outlay.catalog.units import UNITS, canonical_unit, directions_of, is_part_of, overlap, properties_of
from outlay.identity.portfolio.model import AgentType
from outlay.kit.errors import InvalidRequest
from tests.support.prices import unit_rate

# Contracts 03 §3 and 02 §4.1, written out.
SEEDED = {
    "openai_gpt4_input": ("openai", "input_tokens", "0.00003", 1),
    "openai_gpt4_output": ("openai", "output_tokens", "0.00006", 1),
    "gupshup_template_message": ("gupshup", "messages", "0.0055", 1),
    "gupshup_session_message": ("gupshup", "messages", "0.0055", 1),
    "google_search_api": ("google", "requests", "0.005", 1),
    "scrapingbee_request": ("scrapingbee", "requests", "0.001", 1),
} | {
    f"agent_{name}": ("ai_agents", "tokens", rate, 1000)
    for name, rate in {
        "content": "0.04", "seo": "0.03", "email_marketing": "0.05", "social_posting": "0.03",
        "customer_support": "0.04", "ad": "0.06", "outreach": "0.04", "trend": "0.03", "insight": "0.05",
        "design": "0.07", "brand_voice": "0.04", "goal_planner": "0.05", "pattern_miner": "0.04",
        "segment_analyzer": "0.05", "other": "0.04",
    }.items()
}  # fmt: skip


def test_every_workspace_begins_with_the_categories_of_the_contracts() -> None:
    seeded = {one.key: (one.service, one.unit, str(one.rate), one.per) for one in rules.seeds()}

    assert seeded == SEEDED
    assert {agent_category(agent_type) for agent_type in (*AgentType, None)} == {
        key for key in SEEDED if key.startswith("agent_")
    }
    assert all(rules.check_key(one.key) and rules.check_unit(one.unit) in UNITS for one in rules.seeds())


@pytest.mark.parametrize(
    ("check", "value"),
    [
        (rules.check_key, "Upper"), (rules.check_key, ""), (rules.check_key, "a" * 65), (rules.check_key, "a\n"),
        (rules.check_unit, "Tokens!"), (rules.check_unit, ""), (rules.check_unit, "1st"), (rules.check_unit, "a" * 65),
        (rules.check_service, " "), (rules.check_service, "a\x00b"), (rules.check_service, "x" * 121),
        (rules.check_currency, "usd"), (rules.check_currency, "US"), (rules.check_currency, "USD\n"),
        (rules.check_per, 0), (rules.check_per, -1), (rules.check_per, 10**13),
        (rules.check_model, "gpt-*-mini"), (rules.check_model, "x" * 201), (rules.check_model, "a\x00"),
        (rules.check_discount, Decimal("100.01")), (rules.check_discount, Decimal(-1)),
        (rules.check_discount, Decimal("NaN")),
        (lambda value: rules.check_amount("amount", value), Decimal("-0.01")),
        (lambda value: rules.check_amount("amount", value), Decimal("Infinity")),
        (lambda value: rules.check_amount("amount", value), Decimal("1E-13")),
        (lambda value: rules.check_amount("amount", value), Decimal("1E+11")),
        (lambda value: rules.check_moment("at", value), datetime(2026, 1, 1)),  # noqa: DTZ001 - which is the point
        (rules.check_context, {"colour": "red"}),
        (rules.check_rates, [unit_rate("requests", "1"), unit_rate("request", "2")]),
        (rules.check_rates, [unit_rate("requests", "1", steps={0: "1"})]),
        (rules.check_rates, [unit_rate("requests", "1", steps={10: "1", 5: "2"})]),
        (rules.check_rates, [unit_rate("requests", "1", steps={start + 1: "1" for start in range(21)})]),
        (rules.check_rates, [unit_rate(f"unit_{number}", "1") for number in range(41)]),
        (rules.check_rates, [unit_rate("input_tokens", "1"), unit_rate("input_audio_tokens", "2"),
                             unit_rate("cache_read_tokens", "3")]),
    ],
)  # fmt: skip
def test_what_is_unsound_is_refused(check, value) -> None:
    with pytest.raises(InvalidRequest):
        check(value)


def test_what_is_sound_is_kept_under_its_one_name() -> None:
    assert rules.check_unit("prompt_tokens") == "input_tokens"
    assert rules.check_unit("carrier_pigeons") == "carrier_pigeons"
    assert (rules.check_model(" gpt-5* "), rules.check_model("*"), rules.check_model("")) == ("gpt-5*", None, None)
    assert rules.check_context({"service_tier": "batch"}) == (("processing", "batch"),)
    (kept,) = rules.check_rates([UnitRate("message", 1, Decimal("0.5"), Source.BOOK)])
    assert kept == UnitRate("messages", 1, Decimal("0.5"), Source.OVERRIDE)


@pytest.mark.parametrize(
    ("part", "whole"),
    [
        ("cache_read_tokens", "input_tokens"), ("cache_write_5m_tokens", "cache_write_tokens"),
        ("input_audio_tokens", "input_tokens"), ("cache_audio_read_tokens", "input_audio_tokens"),
        ("cache_audio_read_tokens", "cache_read_tokens"), ("output_reasoning_tokens", "output_tokens"),
        ("input_tokens", "tokens"), ("input_audio_seconds", "audio_seconds"),
        ("input_annotated_document_pages", "pages"),
    ],
)  # fmt: skip
def test_units_know_what_they_are_part_of(part: str, whole: str) -> None:
    assert is_part_of(part, whole)
    assert not is_part_of(whole, part)
    assert not is_part_of(part, part)


def test_units_know_where_they_meet() -> None:
    assert overlap("cache_read_tokens", "input_audio_tokens") == properties_of("cache_audio_read_tokens")
    assert overlap("cache_read_tokens", "cache_write_tokens") is None
    assert overlap("cache_read_tokens", "input_tokens") is None
    assert overlap("messages", "carrier_pigeons") is None


def test_input_and_output_make_up_the_whole() -> None:
    assert directions_of("tokens") == ("input_tokens", "output_tokens")
    assert directions_of("audio_seconds") == ("input_audio_seconds", "output_audio_seconds")
    assert directions_of("input_tokens") == directions_of("carrier_pigeons") == ()


def test_other_spellings_lead_to_units_that_are_known() -> None:
    spelled = {canonical_unit(name) for name in ("token", "message", "request", "seat", "month", "hour", "amount")}
    assert spelled <= UNITS.keys()
    assert all(canonical_unit(name) == name for name in UNITS)
