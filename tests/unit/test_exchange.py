"""Which exchange rate counts on a day, against figures computed by hand."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from outlay.catalog.exchange.model import RATE_AGE_DAYS_MAX, DatedRate, Rate
from outlay.catalog.exchange.rules import RATE_MAX, Exchange, check_rates, packed
from outlay.kit.errors import InvalidRequest

FRIDAY, MONDAY = date(2026, 1, 2), date(2026, 1, 5)


def rate_of(pair: str, number: str, day: date = FRIDAY, source: str = "ECB") -> DatedRate:
    base, quote = pair.split("/")
    return DatedRate(base, quote, day, Decimal(number), source)


def exchange(*rates: DatedRate) -> Exchange:
    return Exchange(packed(rates))


def found(rates: Exchange, currency: str, into: str, day: date = FRIDAY) -> Rate:
    rate = rates.rate(currency, into, day)
    assert rate is not None
    return rate


def value(rates: Exchange, currency: str, into: str, day: date = FRIDAY) -> Decimal | None:
    rate = rates.rate(currency, into, day)
    return rate.value if rate else None


def test_a_currency_is_worth_itself_even_where_nothing_is_known():
    rate = found(Exchange(), "EUR", "EUR")

    assert rate == Rate(Decimal(1), FRIDAY, "same", "", ())


def test_a_rate_counts_as_it_was_given():
    rate = found(exchange(rate_of("EUR/USD", "1.0845")), "EUR", "USD")

    assert rate == Rate(Decimal("1.0845"), FRIDAY, "direct", "ECB", (rate_of("EUR/USD", "1.0845"),))


def test_a_rate_counts_the_other_way_round():
    rate = found(exchange(rate_of("EUR/USD", "1.08")), "USD", "EUR")

    assert (rate.value, rate.how) == (Decimal("0.925925925926"), "inverse")  # 1 / 1.08 = 0.925 925 925 925 9…


def test_two_currencies_meet_in_a_third_and_are_rounded_once():
    rates = exchange(rate_of("EUR/USD", "1.08"), rate_of("EUR/INR", "90", source="RBI"))

    rate = found(rates, "USD", "INR")

    # 90 / 1.08 = 83.333…; the inverse rounded first, times 90, would be 83.333333333340.
    assert (rate.value, rate.how, rate.source) == (Decimal("83.333333333333"), "cross via EUR", "ECB, RBI")
    assert [(leg.base, leg.quote) for leg in rate.legs] == [("EUR", "USD"), ("EUR", "INR")]
    assert value(rates, "INR", "USD") == Decimal("0.012000000000")


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("USD/EUR", "EUR/INR", "180"),  # 2 × 90
        ("EUR/USD", "EUR/INR", "45"),  # 90 / 2
        ("USD/EUR", "INR/EUR", "0.022222222222"),  # 2 / 90
        ("EUR/USD", "INR/EUR", "0.005555555556"),  # 1 / (2 × 90)
    ],
)
def test_a_cross_works_whichever_way_its_legs_were_given(first: str, second: str, expected: str):
    rates = exchange(rate_of(first, "2"), rate_of(second, "90"))

    assert value(rates, "USD", "INR") == Decimal(expected)


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        ("1.000001", "1.000001500000"),  # × 1.0000005 = 1.000001 500000 5: the even neighbour is below
        ("1.000003", "1.000003500002"),  # × 1.0000005 = 1.000003 500001 5: the even neighbour is above
    ],
)
def test_what_lies_in_the_middle_is_rounded_to_the_even_digit(first: str, expected: str):
    rates = exchange(rate_of("USD/EUR", first), rate_of("EUR/INR", "1.0000005"))

    assert value(rates, "USD", "INR") == Decimal(expected)


def test_a_weekend_has_the_rate_of_its_friday():
    rates = exchange(rate_of("EUR/USD", "1.08"), rate_of("EUR/USD", "1.09", MONDAY))

    assert [value(rates, "EUR", "USD", FRIDAY + timedelta(days=days)) for days in range(4)] == [
        Decimal("1.08"), Decimal("1.08"), Decimal("1.08"), Decimal("1.09"),
    ]  # fmt: skip
    assert found(rates, "EUR", "USD", MONDAY - timedelta(days=1)).day == FRIDAY


def test_a_rate_of_the_future_never_counts():
    rates = exchange(rate_of("EUR/USD", "1.09", MONDAY))

    assert value(rates, "EUR", "USD", MONDAY - timedelta(days=1)) is None
    assert value(rates, "EUR", "USD", MONDAY) == Decimal("1.09")


def test_a_rate_that_is_too_old_no_longer_counts():
    rates = exchange(rate_of("EUR/USD", "1.08"), rate_of("EUR/INR", "90"))
    last = FRIDAY + timedelta(days=RATE_AGE_DAYS_MAX)

    for pair in (("EUR", "USD"), ("USD", "EUR"), ("USD", "INR")):
        assert value(rates, *pair, last) is not None
        assert value(rates, *pair, last + timedelta(days=1)) is None


def test_a_cross_is_as_old_as_its_older_leg():
    rates = exchange(rate_of("EUR/USD", "1.08"), rate_of("EUR/INR", "90", MONDAY))

    assert found(rates, "USD", "INR", MONDAY).day == FRIDAY


def test_what_was_given_goes_before_what_is_computed():
    rates = exchange(
        rate_of("USD/INR", "80"), rate_of("INR/USD", "0.0125"), rate_of("EUR/USD", "1.08"), rate_of("EUR/INR", "90")
    )

    assert (found(rates, "USD", "INR").how, value(rates, "USD", "INR")) == ("direct", Decimal(80))
    assert (found(rates, "INR", "USD").how, value(rates, "INR", "USD")) == ("direct", Decimal("0.0125"))


def test_where_several_currencies_lie_between_the_freshest_counts_and_then_the_first_by_name():
    old = [rate_of("CHF/USD", "2"), rate_of("CHF/INR", "2")]
    alike = [rate_of(f"{between}/{to}", "3", MONDAY) for between in ("GBP", "EUR") for to in ("USD", "INR")]

    assert found(exchange(*old, *alike), "USD", "INR", MONDAY).how == "cross via EUR"
    assert found(exchange(*old, *alike), "USD", "INR", FRIDAY).how == "cross via CHF"


def test_nothing_is_found_where_no_single_currency_lies_between():
    rates = exchange(rate_of("USD/EUR", "1"), rate_of("EUR/CHF", "1"), rate_of("CHF/INR", "1"))

    assert value(rates, "USD", "INR") is None
    assert value(rates, "USD", "XYZ") is None


def test_what_would_round_to_nothing_is_no_rate():
    rates = exchange(rate_of("USD/EUR", "0.00000001"), rate_of("EUR/INR", "0.00000001"))

    assert value(rates, "USD", "INR") is None


def test_days_of_a_pair_may_come_from_several_sources():
    rates = exchange(rate_of("EUR/USD", "1.09", MONDAY, "mine"), rate_of("EUR/USD", "1.08"))

    assert [(found(rates, "EUR", "USD", day).source, value(rates, "EUR", "USD", day)) for day in (FRIDAY, MONDAY)] == [
        ("ECB", Decimal("1.08")),
        ("mine", Decimal("1.09")),
    ]


def test_what_was_found_is_remembered_within_bounds(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("outlay.catalog.exchange.rules._FOUND_MAX", 5)
    rates = exchange(rate_of("EUR/USD", "1.08"))
    once = found(rates, "EUR", "USD")

    assert rates.rate("EUR", "USD", FRIDAY) is once
    for days in range(20):
        rates.rate("EUR", "USD", FRIDAY + timedelta(days=days))
    assert len(rates._found) <= 5
    assert rates.rate("EUR", "USD", FRIDAY) == once


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (rate_of("EUR/usd", "1"), "not a currency"),
        (rate_of("EURO/USD", "1"), "not a currency"),
        (rate_of("EUR/EUR", "1"), "against itself"),
        (rate_of("EUR/USD", "0"), "not above 0"),
        (rate_of("EUR/USD", "-1"), "not above 0"),
        (rate_of("EUR/USD", "NaN"), "not a number"),
        (rate_of("EUR/USD", "Infinity"), "not a number"),
        (rate_of("EUR/USD", "1000000000.01"), "above 1000000000"),
        (rate_of("EUR/USD", "0.0000000000001"), "too few digits"),
        (rate_of("EUR/USD", "1", source=" "), "source"),
        (rate_of("EUR/USD", "1", source="E\nCB"), "source"),
    ],
)
def test_an_unsound_rate_is_refused(one: DatedRate, words: str):
    with pytest.raises(InvalidRequest, match=words):
        check_rates([one])


def test_a_rate_is_kept_with_twelve_places_where_that_changes_next_to_nothing():
    [kept] = check_rates([rate_of("INR/EUR", "0.0117647058823529")])

    assert kept.rate == Decimal("0.011764705882")
    assert check_rates([rate_of("EUR/USD", str(RATE_MAX))])[0].rate == RATE_MAX


def test_a_pair_has_one_rate_on_a_day():
    assert len(check_rates([rate_of("EUR/USD", "1.1"), rate_of("EUR/USD", "1.10")])) == 1
    with pytest.raises(InvalidRequest, match=r"EUR/USD of 2026-01-02 is 1\.2 here and 1\.1"):
        check_rates([rate_of("EUR/USD", "1.1"), rate_of("EUR/USD", "1.2")])
