"""The traps of the price book: what its library would price wrongly without a word, is priced rightly or not at all."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import genai_prices
import pytest
from genai_prices.data_snapshot import get_snapshot
from genai_prices.data_units import unit_data

from outlay.catalog.prices import book
from outlay.catalog.prices.book import list_price, normal_context
from outlay.catalog.prices.desk import PriceDesk
from outlay.catalog.prices.formula import NotPriced, PriceFormula, compile_formula
from outlay.catalog.prices.model import PriceRule, Reason, Unpriced
from outlay.catalog.prices.services import known_providers, provider_of
from outlay.catalog.units import UNITS
from outlay.kit.errors import InvalidRequest
from tests.support.prices import AT, ask, counts

DESK = PriceDesk()
TOKENS = counts(input_tokens=1000, output_tokens=100)


def rule(service: str | None, model: str, at: datetime = AT, **context: str) -> PriceRule:
    found = list_price(service, model, at, normal_context(context)).found
    assert isinstance(found, PriceRule), found
    return found


def test_a_model_paid_by_sound_has_no_price_for_tokens() -> None:
    assert DESK.price(ask("openai", "whisper-1"), AT, TOKENS) == Unpriced(Reason.UNIT_NOT_PRICED, "input_tokens")
    assert DESK.price(ask("openai", "whisper-1"), AT, counts(audio_seconds=60)) == Decimal("0.006")


def test_sound_that_was_only_heard_is_all_the_sound() -> None:
    assert DESK.price(ask("openai", "whisper-1"), AT, counts(input_audio_seconds=60)) == Decimal("0.006")


def test_a_cost_without_a_price_is_never_zero() -> None:
    formula = DESK.formula(ask("openai", "whisper-1"), AT, frozenset(TOKENS))
    assert isinstance(formula, PriceFormula)
    with pytest.raises(NotPriced):
        formula.cost(TOKENS)
    with pytest.raises(NotPriced):
        formula.explain(TOKENS)


def test_nothing_of_what_has_no_price_costs_nothing() -> None:
    """Writers of events fill in zeros; a zero of anything needs no price."""
    quantities = counts(input_tokens=1000, output_tokens=0)
    assert DESK.price(ask("openai", "text-embedding-3-small"), AT, quantities) == Decimal("0.00002")


@pytest.mark.parametrize("quantities", [counts(requests=1), counts(widgets=3), counts(tokens=500), counts(images=1)])
def test_what_a_model_is_not_paid_by_has_no_price(quantities: dict[str, Decimal]) -> None:
    (unit,) = quantities
    assert DESK.price(ask("openai", "gpt-5"), AT, quantities) == Unpriced(Reason.UNIT_NOT_PRICED, unit)


def test_counting_requests_or_all_tokens_beside_the_tokens_changes_nothing() -> None:
    alone = DESK.price(ask("openai", "gpt-5"), AT, TOKENS)
    assert DESK.price(ask("openai", "gpt-5"), AT, TOKENS | counts(requests=1)) == alone
    assert DESK.price(ask("openai", "gpt-5"), AT, TOKENS | counts(tokens=1100)) == alone


def test_nothing_counted_has_no_price() -> None:
    assert DESK.price(ask("openai", "gpt-5"), AT, {}) == Unpriced(Reason.NO_QUANTITY)


@pytest.mark.parametrize(
    ("service", "model"),
    [
        ("openai", "gpt-99-imaginary"), ("openai", "x" * 100_000), ("x" * 100_000, "gpt-5"), ("openai", ""), ("openai", "\x00"),
        ("acme", "gpt-5"), ("my-openai-proxy", "gpt-5"), ("litellm", "gpt-5"),
        ("litellm", "acme/gpt-5"), (None, "nobody-knows"),
    ],
)  # fmt: skip
def test_a_model_or_service_that_nobody_knows_has_no_price(service: str | None, model: str) -> None:
    found = DESK.price(ask(service, model), AT, TOKENS)
    assert isinstance(found, Unpriced)
    assert found.reason is Reason.UNKNOWN_MODEL


def test_a_model_without_prices_in_the_book_has_no_price() -> None:
    found = DESK.price(ask("github-copilot", "gpt-4o"), AT, TOKENS)
    assert found == Unpriced(Reason.UNIT_NOT_PRICED, "input_tokens")


def test_a_model_that_is_called_free_costs_nothing() -> None:
    assert DESK.price(ask("openrouter", "qwen/qwen3-coder:free"), AT, TOKENS) == 0


@pytest.mark.parametrize("word", ["batch", "Batch "])
def test_batch_is_batch_wherever_it_is_written(word: str) -> None:
    standard = DESK.price(ask("openai", "gpt-5"), AT, TOKENS)
    batch = DESK.price(ask("openai", "gpt-5", service_tier=word), AT, TOKENS)
    assert isinstance(standard, Decimal)
    assert batch == DESK.price(ask("openai", "gpt-5", processing="batch"), AT, TOKENS) == standard / 2


@pytest.mark.parametrize("word", ["", "auto", "default", "standard", "on_demand", "STANDARD"])
def test_words_for_as_usual_are_as_usual(word: str) -> None:
    usual = DESK.price(ask("openai", "gpt-5"), AT, TOKENS)
    assert DESK.price(ask("openai", "gpt-5", service_tier=word), AT, TOKENS) == usual


@pytest.mark.parametrize(
    ("service", "model", "tier"),
    [("openai", "gpt-5", "scale"), ("openai", "gpt-5", "prioriti"), ("x-ai", "grok-4", "flex"),
     ("azure", "gpt-4o", "batch")],
)  # fmt: skip
def test_a_tier_that_the_book_does_not_know_has_no_price(service: str, model: str, tier: str) -> None:
    found = DESK.price(ask(service, model, service_tier=tier), AT, TOKENS)
    assert isinstance(found, Unpriced)
    assert found.reason is Reason.TIER_NOT_PRICED


def test_a_tier_before_its_price_was_known_has_no_price() -> None:
    batch = ask("anthropic", "claude-opus-4-5", processing="batch")
    first = datetime(2026, 10, 14, tzinfo=UTC)
    before = DESK.price(batch, first - timedelta(microseconds=1), TOKENS)
    assert before == Unpriced(Reason.TIER_NOT_PRICED, "processing=batch")
    assert DESK.price(batch, first, TOKENS) == Decimal("0.00375")  # 1,000 × 2.5 + 100 × 12.5 millionths


def test_what_distinguishes_calls_has_few_names() -> None:
    with pytest.raises(InvalidRequest):
        normal_context({"colour": "red"})


@pytest.mark.parametrize(
    ("service", "model", "matched"),
    [
        ("x_ai", "grok-4", "x-ai/grok-4-0709"),
        ("xAI", "grok-4", "x-ai/grok-4-0709"),
        ("azure.ai.openai", "gpt-4o", "azure/gpt-4o"),
        ("az.ai.openai", "gpt-4o", "azure/gpt-4o"),
        ("gcp.gen_ai", "gemini-2.5-pro", "google/gemini-2.5-pro"),
        ("gcp.gemini", "gemini-2.5-pro", "google/gemini-2.5-pro"),
        ("gcp.vertex_ai", "gemini-2.5-pro", "google/gemini-2.5-pro"),
        ("vertex", "gemini-2.5-pro", "google/gemini-2.5-pro"),
        ("google_ai", "gemini-2.5-flash", "google/gemini-2.5-flash"),
        ("litellm", "openai/gpt-4o-mini", "openai/gpt-4o-mini"),
        ("litellm", "x_ai/grok-4", "x-ai/grok-4-0709"),
        ("OpenAI", "GPT-5", "openai/gpt-5"),
        (None, "claude-sonnet-4-5", "anthropic/claude-sonnet-4-5"),
        # Without a region in front it is called where it is deployed, which costs a tenth more; the rule says so.
        (
            "aws.bedrock",
            "anthropic.claude-sonnet-4-5-20250929-v1:0",
            "aws/regional.anthropic.claude-sonnet-4-5-20250929-v1:0",
        ),
        (
            "aws_bedrock",
            "global.anthropic.claude-sonnet-4-5-20250929-v1:0",
            "aws/global.anthropic.claude-sonnet-4-5-20250929-v1:0",
        ),
    ],
)
def test_services_are_known_by_the_names_that_people_and_telemetry_give_them(
    service: str | None, model: str, matched: str
) -> None:
    assert rule(service, model).matched == matched


def test_a_region_costs_a_tenth_more() -> None:
    regional = DESK.price(ask("bedrock", "anthropic.claude-sonnet-4-5-20250929-v1:0"), AT, TOKENS)
    everywhere = DESK.price(ask("bedrock", "global.anthropic.claude-sonnet-4-5-20250929-v1:0"), AT, TOKENS)
    assert (regional, everywhere) == (Decimal("0.00495"), Decimal("0.0045"))


def test_every_provider_of_the_book_has_a_name_and_no_name_leads_nowhere() -> None:
    providers = {provider.id for provider in get_snapshot().providers}
    assert known_providers() == providers
    assert all(provider_of(provider, "m") == (provider, "m") for provider in providers)


def test_a_price_changes_on_its_date_and_the_older_one_stays() -> None:
    model = ask("google", "gemini-3.6-flash")
    new_year = datetime(2027, 1, 1, tzinfo=UTC)
    assert DESK.price(model, new_year - timedelta(microseconds=1), TOKENS) == Decimal("0.001125")
    assert DESK.price(model, new_year, TOKENS) == Decimal("0.00225")
    assert DESK.price(model, AT, TOKENS) == Decimal("0.001125")


@pytest.mark.parametrize(
    ("clock", "billed"),
    [("00:29:59", "0.00019"), ("00:30:00", "0.00038"), ("16:29:59", "0.00038"), ("16:30:00", "0.00019")],
)
def test_hours_of_the_day_have_their_own_price(clock: str, billed: str) -> None:
    at = datetime.fromisoformat(f"2026-11-20T{clock}+00:00")
    # 1,000 × 0.135 + 100 × 0.55 = 190 millionths, and twice that in the busy hours
    assert DESK.price(ask("deepseek", "deepseek-chat"), at, TOKENS) == Decimal(billed)


def test_a_price_holds_for_the_stretch_that_it_says() -> None:
    """From one boundary to the next the same rule is found, and another one, or the same by chance, beyond."""
    at = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)
    listed = list_price("deepseek", "deepseek-chat", at + timedelta(hours=3))
    assert listed.valid.start == at
    assert listed.valid.end == at + timedelta(hours=8)
    inside = [listed.valid.start, listed.valid.end - timedelta(microseconds=1)]
    outside = [listed.valid.start - timedelta(microseconds=1), listed.valid.end]
    assert all(list_price("deepseek", "deepseek-chat", moment).found == listed.found for moment in inside)
    assert all(list_price("deepseek", "deepseek-chat", moment).found != listed.found for moment in outside)


@pytest.mark.parametrize(
    ("quantities", "path"),
    [
        (counts(input_tokens=5, cache_read_tokens=10), "quantities.input_tokens"),
        (counts(cache_read_tokens=10), "quantities.input_tokens"),
        (counts(input_tokens=10, cache_read_tokens=6, cache_write_tokens=6), "quantities.input_tokens"),
    ],
)
def test_parts_that_are_more_than_the_whole_are_an_error(quantities: dict[str, Decimal], path: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        DESK.price(ask("anthropic", "claude-sonnet-4-5"), AT, quantities)
    assert refused.value.facts["errors"][0]["path"] == path  # type: ignore[index]


def test_names_that_callers_make_up_are_forgotten_again() -> None:
    book._entry.cache_clear()
    snapshot = get_snapshot()
    remembered = len(snapshot._lookup_cache), len(snapshot._provider_cache), len(snapshot._provider_misses)
    for number in range(book._REMEMBERED_MODELS + 500):
        list_price("openai-decisions", f"made-up-{number}", AT)

    assert book._entry.cache_info().currsize == book._REMEMBERED_MODELS
    assert (len(snapshot._lookup_cache), len(snapshot._provider_cache), len(snapshot._provider_misses)) == remembered


def test_formulas_are_remembered_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("outlay.catalog.prices.desk._FORMULAS_MAX", 10)
    desk = PriceDesk()
    for number in range(25):
        desk.price(ask("openai", f"made-up-{number}"), AT, TOKENS)

    assert len(desk._compiled) <= 10
    assert desk.formula(ask("openai", "gpt-5"), AT, frozenset(TOKENS)) is desk.formula(
        ask("openai", "gpt-5"), AT + timedelta(days=1), frozenset(TOKENS)
    )


def test_our_units_are_those_of_the_book_and_more() -> None:
    for unit, facts in unit_data.items():
        assert UNITS[unit] == frozenset(facts["dimensions"].items()), unit
    assert len(set(UNITS.values())) == len(UNITS), "two units are the same"


def test_the_rule_names_the_book_s_version() -> None:
    found = rule("openai", "gpt-5")
    assert (found.source.value, found.version) == ("genai-prices", genai_prices.__version__)


def test_the_same_rule_has_the_same_digest_in_every_process_and_year() -> None:
    kept = {
        "source": "category", "version": "2020-01-01T00:00:00+00:00", "matched": "template", "service": "gupshup",
        "model": None, "currency": "USD", "complete": False,
        "lines": [{"unit": "messages", "per": 1, "rate": "0.0055", "source": "category"}],
    }  # fmt: skip
    assert PriceRule.from_json(kept).as_json() == kept
    assert PriceRule.from_json(kept).digest.hex() == "3c60c7102bd4528d92e5207fae532a9d"
    other = kept | {"currency": "EUR"}
    assert PriceRule.from_json(other).digest != PriceRule.from_json(kept).digest


def test_a_formula_counts_for_the_units_it_was_made_for() -> None:
    formula = compile_formula(rule("openai", "gpt-5"), ["input_tokens", "output_tokens"])
    assert formula.reported == {"input_tokens", "output_tokens"}
    assert formula.volumes == ()
