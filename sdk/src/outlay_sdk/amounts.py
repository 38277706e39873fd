"""Amounts as people write them, turned into exact decimal text."""

import operator
from decimal import Decimal, InvalidOperation
from typing import SupportsIndex

from outlay_sdk.errors import OutlayUsageError

Amount = Decimal | int | str | float | SupportsIndex

# Far beyond what anything costs or counts; without a limit, Decimal("1e999999") would be a megabyte of zeros.
_DIGITS_BEFORE_POINT_MAX = 30
_DIGITS_AFTER_POINT_MAX = 40


def amount_text(field: str, value: object, *, at_most: int | None = None) -> str:
    """The amount as decimal text without an exponent; a float counts as the number that its repr shows."""
    number = _decimal(field, value)
    if not number.is_finite():
        raise OutlayUsageError(field, "must be a finite number")
    if number < 0:
        raise OutlayUsageError(field, "must not be negative")
    if at_most is not None and number > at_most:
        raise OutlayUsageError(field, f"must be from 0 to {at_most}")
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int), "a finite number has an exponent"
    if number.adjusted() >= _DIGITS_BEFORE_POINT_MAX or exponent < -_DIGITS_AFTER_POINT_MAX:
        raise OutlayUsageError(field, "has more digits than any amount needs")
    return format(abs(number), "f")  # abs: minus nought is nought


def _decimal(field: str, value: object) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, float):
        return Decimal(float.__repr__(value))  # float's own: the repr of a subclass may say more than the number
    if isinstance(value, str):
        try:
            return Decimal(value)
        except InvalidOperation:
            raise OutlayUsageError(field, "must be a decimal number") from None
    if isinstance(value, bool) or not isinstance(value, SupportsIndex):
        raise OutlayUsageError(field, f"must be a Decimal, int, str or float, not {type(value).__name__}")
    return Decimal(operator.index(value))
