"""Which price counts: a workspace's own over the list, the most specific and latest over the others, by date."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from outlay.catalog.model import Ask
from outlay.catalog.prices.desk import PriceDesk
from outlay.catalog.prices.formula import PriceFormula
from outlay.catalog.prices.model import PriceRule, Reason, Source, Unpriced
from tests.support.prices import AT, LONG_AGO, ask, category, counts, override, rate, unit_rate

MILLION = counts(input_tokens=10**6)
MARCH = datetime(2026, 3, 1, tzinfo=UTC)
JUNE = datetime(2026, 6, 1, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
GPT5 = ask("openai", "gpt-5")


def per_million(amount: str, unit: str = "input_tokens"):
    return unit_rate(unit, amount, 10**6)


def rule(desk: PriceDesk, asked: Ask, at: datetime = AT) -> PriceRule:
    found = desk.rule(asked, at).found
    assert isinstance(found, PriceRule), found
    return found


def test_a_rate_counts_from_its_date_until_the_next_one() -> None:
    desk = PriceDesk([category("sms", "messages", rate("0.01", since=MARCH), rate("0.02", since=JUNE))])
    sms = ask(category="sms")

    costs = [desk.price(sms, at, counts(messages=1)) for at in (MARCH, JUNE - MOMENT, JUNE, AT)]

    assert costs == [Decimal("0.01"), Decimal("0.01"), Decimal("0.02"), Decimal("0.02")]


def test_before_its_first_rate_a_category_has_no_price() -> None:
    desk = PriceDesk([category("sms", "messages", rate("0.01", since=MARCH)), category("bare", "messages")])

    assert desk.price(ask(category="sms"), MARCH - MOMENT, counts(messages=1)) == Unpriced(Reason.NO_RATE, "sms")
    assert desk.price(ask(category="bare"), AT, counts(messages=1)) == Unpriced(Reason.NO_RATE, "bare")
    assert desk.price(ask(category="nobody's"), AT, counts(messages=1)) == Unpriced(Reason.NO_RATE, "nobody's")
    assert desk.price(ask("gupshup"), AT, counts(messages=1)) == Unpriced(Reason.NO_RATE, "gupshup")


def test_a_category_bills_by_its_unit_whatever_else_was_counted() -> None:
    desk = PriceDesk([category("sms", "messages", rate("0.01"))])

    assert desk.price(ask(category="sms"), AT, counts(messages=2, characters=300)) == Decimal("0.02")
    found = desk.price(ask(category="sms"), AT, counts(characters=300))
    assert found == Unpriced(Reason.UNIT_NOT_PRICED, "characters")


def test_the_model_s_price_goes_before_the_category_s_which_is_there_for_unknown_models() -> None:
    desk = PriceDesk([category("gpt4_input", "input_tokens", rate("0.00003"), service="openai")])

    known = ask("openai", "gpt-4o-mini", "gpt4_input")
    unknown = ask("openai", "gpt-99-imaginary", "gpt4_input")

    assert desk.price(known, AT, MILLION) == Decimal("0.15")
    assert desk.price(unknown, AT, MILLION) == Decimal(30)
    assert rule(desk, unknown).source is Source.CATEGORY


def test_a_category_that_insists_goes_before_the_model() -> None:
    insists = category("agent_seo", "tokens", rate("0.03", per=1000, since=MARCH), rate_first=True)
    desk = PriceDesk([insists])

    assert desk.price(ask("openai", "gpt-5", "agent_seo"), AT, MILLION) == Decimal(30)
    # Before it had a rate there was the model's price.
    assert desk.price(ask("openai", "gpt-5", "agent_seo"), MARCH - MOMENT, MILLION) == Decimal("1.25")


def test_what_was_agreed_for_a_model_does_not_change_what_a_category_insists_on() -> None:
    insists = category("agent_seo", "tokens", rate("0.03", per=1000), service="ai_agents", rate_first=True)
    agreed = [override("openai", "gpt-5", per_million("1")), override("openai", None, discount="50")]

    assert PriceDesk([insists], agreed).price(ask("openai", "gpt-5", "agent_seo"), AT, MILLION) == 30
    agreed.append(override("ai_agents", None, discount="10"))
    assert PriceDesk([insists], agreed).price(ask("openai", "gpt-5", "agent_seo"), AT, MILLION) == 27


def test_what_was_agreed_for_a_model_takes_the_place_of_a_category_s_rate() -> None:
    fallback = category("llm", "input_tokens", rate("0.00003"), service="acme")
    quantities = counts(input_tokens=10**6, output_tokens=10**6)

    both = override("acme", "m-1", per_million("2"), per_million("3", "output_tokens"))
    assert PriceDesk([fallback], [both]).price(ask("acme", "m-1", "llm"), AT, quantities) == 5
    cheaper = override("acme", "m-1", discount="50")
    assert PriceDesk([fallback], [cheaper]).price(ask("acme", "m-1", "llm"), AT, quantities) == 15


def test_a_category_is_billed_by_its_own_unit_only_whatever_was_agreed_for_its_service() -> None:
    sms = category("sms", "messages", rate("0.01"))
    quantities = counts(messages=100, characters=9000)

    agreed = override("gupshup", None, unit_rate("messages", "0.008"), unit_rate("characters", "5"))
    assert PriceDesk([sms], [agreed]).price(ask("gupshup", None, "sms"), AT, quantities) == Decimal("0.8")
    elsewhere = override("gupshup", None, unit_rate("characters", "5"))
    desk = PriceDesk([sms], [elsewhere])
    assert desk.price(ask("gupshup", None, "sms"), AT, quantities) == 1
    assert rule(desk, ask("gupshup", None, "sms")).source is Source.CATEGORY


def test_a_fixed_price_replaces_what_it_names_and_leaves_the_rest() -> None:
    desk = PriceDesk(overrides=[override("openai", "gpt-5", per_million("1"), number=7)])
    quantities = counts(input_tokens=10**6, cache_read_tokens=400_000, output_tokens=100_000)

    # 600,000 × 1 agreed, 400,000 × 0.125 and 100,000 × 10 from the list: 0.6 + 0.05 + 1
    assert desk.price(GPT5, AT, quantities) == Decimal("1.65")
    found = rule(desk, GPT5)
    assert (found.source, found.version, found.matched) == (
        Source.OVERRIDE,
        "00000000-0000-0000-0000-000000000007",
        "openai/gpt-5",
    )
    assert found.base is not None
    assert (found.base.source, found.base.matched) == (Source.BOOK, "openai/gpt-5")
    formula = desk.formula(GPT5, AT, frozenset(quantities))
    assert isinstance(formula, PriceFormula)
    sources = {line.unit: line.source for line in formula.explain(quantities)}
    assert sources == {
        "input_tokens": Source.OVERRIDE,
        "output_tokens": Source.BOOK,
        "cache_read_tokens": Source.BOOK,
    }


def test_a_discount_is_taken_off_the_list_price_of_the_moment() -> None:
    desk = PriceDesk(overrides=[override("openai", None, discount="20")])
    quantities = counts(input_tokens=10**6, output_tokens=10**5)

    assert desk.price(GPT5, AT, quantities) == Decimal("1.8")  # (1.25 + 1) × 0.8
    assert desk.price(ask("openai", "gpt-5", service_tier="batch"), AT, quantities) == Decimal("0.9")


def test_a_discount_leaves_agreed_prices_alone() -> None:
    desk = PriceDesk(overrides=[override("openai", "gpt-5", per_million("1"), discount="50")])

    assert desk.price(GPT5, AT, counts(input_tokens=10**6, output_tokens=10**5)) == Decimal("1.5")  # 1 + 1 × 0.5


def test_a_discount_on_a_category_s_rate_and_on_nothing_known() -> None:
    desk = PriceDesk([category("sms", "messages", rate("0.01"))], [override("gupshup", None, discount="10")])

    assert desk.price(ask("gupshup", None, "sms"), AT, counts(messages=100)) == Decimal("0.9")
    assert desk.price(ask("gupshup", "imaginary"), AT, MILLION) == Unpriced(Reason.UNKNOWN_MODEL, "imaginary")


@pytest.mark.parametrize("order", [1, -1])
def test_the_most_specific_override_counts_then_the_latest(order: int) -> None:
    overrides = [
        override("openai", None, per_million("9"), since=JUNE),
        override("openai", None, per_million("6"), processing="batch"),
        override("openai", "gpt-*", per_million("8"), since=JUNE),
        override("openai", "gpt-5*", per_million("7")),
        override("openai", "gpt-5-mini", per_million("5")),
        override("openai", "gpt-5-mini", per_million("4"), since=MARCH),
        override("openai", "gpt-5-mini", per_million("2"), processing="batch"),
        override("openai", "gpt-5-mini", per_million("1"), since=MARCH, until=JUNE),
    ][::order]
    desk = PriceDesk(overrides=overrides)

    def cost(model: str, at: datetime = AT, **context: str) -> object:
        return desk.price(ask("openai", model, **context), at, MILLION)

    assert cost("o3") == 9
    assert cost("o3", processing="batch") == 6
    assert cost("gpt-5", processing="batch") == 7
    assert cost("gpt-4.1") == 8
    assert cost("gpt-5") == 7
    assert cost("gpt-5-mini") == 4
    assert cost("gpt-5-mini", processing="batch") == 2
    assert cost("gpt-5-mini", MARCH - MOMENT) == 5


def test_an_override_counts_from_its_date_until_its_end() -> None:
    desk = PriceDesk(overrides=[override("openai", "gpt-5", per_million("1"), since=MARCH, until=JUNE)])

    costs = [desk.price(GPT5, at, MILLION) for at in (MARCH - MOMENT, MARCH, JUNE - MOMENT, JUNE)]

    assert costs == [Decimal("1.25"), Decimal(1), Decimal(1), Decimal("1.25")]


def test_an_override_is_found_by_the_name_in_the_book_too() -> None:
    desk = PriceDesk(overrides=[override("anthropic", "claude-sonnet-4-5", per_million("1"))])

    assert desk.price(ask("Anthropic", "Claude-Sonnet-4-5-20250929"), AT, MILLION) == 1


def test_an_override_counts_for_its_own_service_only() -> None:
    desk = PriceDesk(overrides=[override("azure", "gpt-5", per_million("1"))])

    assert desk.price(GPT5, AT, MILLION) == Decimal("1.25")


def test_amounts_of_two_currencies_never_mix() -> None:
    desk = PriceDesk(overrides=[override("openai", "gpt-5", per_million("1"), currency="EUR")])

    assert desk.price(GPT5, AT, MILLION) == 1
    assert rule(desk, GPT5).currency == "EUR"
    found = desk.price(GPT5, AT, counts(input_tokens=5, output_tokens=5))
    assert found == Unpriced(Reason.UNIT_NOT_PRICED, "output_tokens")


def test_units_that_meet_where_nothing_is_priced_have_no_price() -> None:
    """Sound and cached input overlap in cached sound; without a price for that nobody can say what is due."""
    desk = PriceDesk(overrides=[override("openai", "gpt-5", per_million("20", "input_audio_tokens"))])

    heard = counts(input_tokens=1000, input_audio_tokens=100)
    assert desk.price(GPT5, AT, heard) == Decimal("0.003125")  # 900 × 1.25 + 100 × 20 millionths
    both = desk.price(GPT5, AT, heard | counts(cache_read_tokens=100))
    assert both == Unpriced(Reason.UNIT_NOT_PRICED, "cache_audio_read_tokens")


@pytest.mark.parametrize("at", [LONG_AGO - MOMENT, LONG_AGO, MARCH, JUNE - MOMENT, JUNE, AT])
def test_a_rule_says_for_which_stretch_it_counts(at: datetime) -> None:
    desk = PriceDesk(
        [category("sms", "messages", rate("0.01"), rate("0.02", since=JUNE))],
        [override("gupshup", None, discount="10", since=MARCH)],
    )
    asked = ask("gupshup", None, "sms")
    listed = desk.rule(asked, at)

    within, beyond = [at], []
    if listed.valid.start.year > 1:
        within.append(listed.valid.start)
        beyond.append(listed.valid.start - MOMENT)
    if listed.valid.end.year < 9999:
        within.append(listed.valid.end - MOMENT)
        beyond.append(listed.valid.end)

    assert listed.valid.start <= at < listed.valid.end
    assert all(desk.rule(asked, moment) == listed for moment in within)
    assert all(desk.rule(asked, moment).found != listed.found for moment in beyond)


def test_a_remembered_formula_ends_with_its_stretch() -> None:
    desk = PriceDesk([category("sms", "messages", rate("0.01"), rate("0.02", since=JUNE))])
    asked, units = ask(category="sms"), frozenset({"messages"})

    before, after = desk.formula(asked, JUNE - MOMENT, units), desk.formula(asked, JUNE, units)

    assert before is not after
    assert desk.formula(asked, MARCH, units) is before
    assert desk.formula(asked, AT, units) is after
