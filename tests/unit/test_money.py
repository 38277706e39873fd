"""Amounts: exact, finite, kept to twelve places."""

from decimal import Decimal

import pytest

from outlay.kit.money import BadAmount, amount, plain, product


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("1", "1"),
        ("0.0000000000005", "0"),  # half goes to the even neighbour
        ("0.0000000000015", "0.000000000002"),
        ("1e-7", "0.0000001"),
        ("-3.50", "-3.5"),
        ("99999999999.999999999999", "99999999999.999999999999"),
        ("-0", "0"),
    ],
)
def test_an_amount_is_kept_exactly_or_rounded_half_even(given: str, kept: str) -> None:
    assert plain(amount(given)) == kept


@pytest.mark.parametrize("given", ["NaN", "Infinity", "-Infinity", "1e11", "-1e400", "abc", "", "1,5", "sNaN"])
def test_what_is_no_amount_is_refused(given: str) -> None:
    with pytest.raises(BadAmount):
        amount(given)


def test_a_product_is_rounded_once() -> None:
    assert product(Decimal(1234567), Decimal("0.00000015")) == Decimal("0.185185050000")
    assert product(Decimal(3), Decimal("0.333333333333")) == Decimal("0.999999999999")
