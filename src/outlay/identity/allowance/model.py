"""What is left of an allowance."""

from dataclasses import dataclass

from outlay.kit.errors import OutlayError


@dataclass(frozen=True)
class Allowance:
    """Shown in the RateLimit headers of each answer."""

    limit: int
    remaining: int
    reset_s: int


class TooManyRequests(OutlayError):
    """The key has made all requests it may in this minute. Slow down, and go on after `Retry-After`."""

    status, code, title = 429, "too_many_requests", "Too many requests"

    def __init__(self, allowance: Allowance) -> None:
        super().__init__(
            f"The limit is {allowance.limit} requests a minute; go on in {allowance.reset_s} s.",
            retry_after_s=allowance.reset_s,
        )
        self.allowance = allowance
