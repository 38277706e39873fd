"""Errors that a person or a program can act on: each carries a status and a stable, documented code."""

from collections.abc import Iterator
from typing import ClassVar


class OutlayError(Exception):
    """A fault of ours. It was logged under the `request_id` of the answer: quote that when you report it."""

    # The root of all errors that we mean to show; anything else is answered as this one. The docstring of a subclass
    # is its entry in the documentation of codes.
    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"
    title: ClassVar[str] = "Something failed on our side"

    def __init__(self, detail: str, *, retry_after_s: int | None = None, **facts: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.retry_after_s = retry_after_s
        self.facts = facts


class InvalidRequest(OutlayError):
    """The payload is malformed: a field is missing, unknown, or has a value it cannot have. `errors` names each."""

    status, code, title = 422, "invalid_request", "The request is malformed"

    @classmethod
    def field(cls, path: str, message: str) -> "InvalidRequest":
        """One field is wrong."""
        return cls(f"{path}: {message}", errors=[{"path": path, "message": message}])


class NotFound(OutlayError):
    """There is no such thing here, or it belongs to somebody else; the answer is the same for both."""

    status, code, title = 404, "not_found", "Not found"


class BadCursor(OutlayError):
    """The `cursor` was not made by this list. Start again without one."""

    status, code, title = 400, "bad_cursor", "The cursor is not one of ours"


class DatabaseUnavailable(OutlayError):
    """The database cannot be reached or is busy recovering. Nothing was stored. Try again after `Retry-After`."""

    status, code, title = 503, "database_unavailable", "The database is not available right now"


def documented_errors(root: type[OutlayError] = OutlayError) -> Iterator[type[OutlayError]]:
    """Every kind of error that is loaded, the root first; documentation and tests walk it."""
    yield root
    for child in root.__subclasses__():
        yield from documented_errors(child)
