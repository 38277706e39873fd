"""The same client for programs that live in an event loop."""

from collections.abc import Callable
from types import TracebackType
from typing import Any, Self, TypeVar, Unpack

from outlay_sdk.client import Outlay
from outlay_sdk.event import EventFields
from outlay_sdk.options import OptionFields
from outlay_sdk.recorders import Recorded
from outlay_sdk.stats import Stats

_Result = TypeVar("_Result")


class AsyncOutlay:
    """`Outlay` with awaitable methods.

    Reporting hands an event to the sending thread, which takes microseconds, so it happens at once and gives the loop
    nothing to wait for; `flush` and `close` wait in another thread while the loop goes on.
    """

    def __init__(
        self, api_key: str | None = None, base_url: str | None = None, **options: Unpack[OptionFields]
    ) -> None:
        self.sync = Outlay(api_key, base_url, **options)

    @property
    def is_enabled(self) -> bool:
        """Whether there is a server to tell."""
        return self.sync.is_enabled

    async def track(self, **fields: Unpack[EventFields]) -> str | None:
        """As `Outlay.track`."""
        return self.sync.track(**fields)

    async def record_openai_usage(self, **fields: Any) -> Recorded | None:
        """As `Outlay.record_openai_usage`."""
        return self.sync.record_openai_usage(**fields)

    async def record_gupshup_usage(self, **fields: Any) -> Recorded | None:
        """As `Outlay.record_gupshup_usage`."""
        return self.sync.record_gupshup_usage(**fields)

    async def record_third_party_usage(self, **fields: Any) -> Recorded | None:
        """As `Outlay.record_third_party_usage`."""
        return self.sync.record_third_party_usage(**fields)

    async def flush(self, timeout_s: float = 10.0) -> bool:
        """As `Outlay.flush`."""
        return await _in_thread(lambda: self.sync.flush(timeout_s))

    async def close(self, timeout_s: float | None = None) -> None:
        """As `Outlay.close`."""
        await _in_thread(lambda: self.sync.close(timeout_s))

    def stats(self) -> Stats:
        """As `Outlay.stats`."""
        return self.sync.stats()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


async def _in_thread(wait: Callable[[], _Result]) -> _Result:
    # A program without a loop should not pay for asyncio when it imports this package; this one has it already.
    import asyncio  # noqa: PLC0415

    return await asyncio.to_thread(wait)
