"""Amounts as decimals: how they are read, how precisely they are kept, and how they are written."""

from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation, localcontext

PLACES = 12
# What fits numeric(24, 12); far beyond any bill, and far below where sums could overflow.
AMOUNT_MAX = Decimal(10) ** 11
_STEP = Decimal(1).scaleb(-PLACES)
_DIGITS = 60


class BadAmount(ValueError):
    """The text or number is no amount that can be kept."""


def amount(value: Decimal | int | str) -> Decimal:
    """An exact amount, rounded half-even to the places that the database keeps; never from a float."""
    try:
        number = Decimal(value) if isinstance(value, int | str) else value
    except InvalidOperation as error:
        raise BadAmount("is not a number") from error
    if not number.is_finite():
        raise BadAmount("must be finite")
    if abs(number) >= AMOUNT_MAX:
        raise BadAmount(f"must be below {AMOUNT_MAX:f}")
    return rounded(number)


def rounded(number: Decimal) -> Decimal:
    """A number at the places that the database keeps; computed with more digits than any product of ours has."""
    with localcontext() as context:
        context.prec = _DIGITS
        return number.quantize(_STEP, ROUND_HALF_EVEN)


def product(quantity: Decimal, rate: Decimal) -> Decimal:
    """Quantity times rate, rounded once, at the end."""
    with localcontext() as context:
        context.prec = _DIGITS
        return (quantity * rate).quantize(_STEP, ROUND_HALF_EVEN)


def plain(number: Decimal) -> str:
    """The exact amount as text, without an exponent and without zeros that say nothing."""
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"", "-0"} else text
