"""JSON whose numbers are read as decimals, digit by digit, and never pass through a float."""

import json
import re
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Final

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, WithJsonSchema

from outlay.kit.money import AMOUNT_MAX, PLACES, rounded

# More than a provider of any size bills for in a month, and few enough digits for every product with a rate.
QUANTITY_MAX: Final = Decimal(10) ** 15
_EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)
_TEXT: Final = re.compile(r"[0-9]{1,20}(\.[0-9]{1,20})?")


class ExactRequest(Request):
    """A request whose JSON keeps every digit."""

    async def json(self) -> Any:
        """The body; what exceeds even a decimal's exponent is infinite, which no field takes."""
        if not hasattr(self, "_json"):
            self._json = json.loads(await self.body(), parse_float=_decimal, parse_constant=Decimal)
        return self._json


class ExactRoute(APIRoute):
    """An address whose body is read digit by digit."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The usual handler, given an exact request."""
        handle = super().get_route_handler()

        async def exactly(request: Request) -> Response:
            return await handle(ExactRequest(request.scope, request.receive))

        return exactly


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal("Infinity")


def _exact(value: object) -> Decimal:
    if isinstance(value, str) and _TEXT.fullmatch(value):
        return Decimal(value)
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        number = Decimal(value)
        if not number.is_finite():
            raise ValueError("must be finite")
        if number < 0:
            raise ValueError("must not be negative")
        return number
    raise ValueError("must be a number that is not negative, or the same as text, such as 0.0025")


def _below(limit: Decimal) -> Callable[[Decimal], Decimal]:
    def checked(number: Decimal) -> Decimal:
        if number >= limit:
            raise ValueError(f"must be below {limit:f}")
        return number

    return checked


def _kept(number: Decimal) -> Decimal:
    if rounded(number) != number:
        raise ValueError(f"must have at most {PLACES} decimal places")
    return number


def _plausible(moment: datetime) -> datetime:
    if not _EARLIEST <= moment < _LATEST:
        raise ValueError(f"must be from {_EARLIEST.year} on and before {_LATEST.year}")
    return moment.astimezone(UTC)


def _schema(limit: Decimal) -> dict[str, Any]:
    number = {"type": "number", "minimum": 0, "exclusiveMaximum": int(limit)}
    text = {"type": "string", "pattern": r"^[0-9]{1,20}(\.[0-9]{1,20})?$"}
    return {"anyOf": [number, text], "description": "A number, or its digits as text; both are read exactly."}


AmountIn = Annotated[
    Decimal, BeforeValidator(_exact), AfterValidator(_below(AMOUNT_MAX)), WithJsonSchema(_schema(AMOUNT_MAX))
]
QuantityIn = Annotated[
    Decimal,
    BeforeValidator(_exact),
    AfterValidator(_below(QUANTITY_MAX)),
    AfterValidator(_kept),
    WithJsonSchema(_schema(QUANTITY_MAX)),
]
Moment = Annotated[AwareDatetime, AfterValidator(_plausible)]
