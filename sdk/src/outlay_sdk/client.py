"""The client: what a program calls. Nothing here waits for the network."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Self, Unpack

from outlay_sdk import lifecycle, recorders
from outlay_sdk.amounts import Amount
from outlay_sdk.delivery import Delivery
from outlay_sdk.errors import OutlayUsageError
from outlay_sdk.event import ContextFields, EventFields, encode
from outlay_sdk.ids import new_id
from outlay_sdk.notices import Notices
from outlay_sdk.options import OptionFields, Options, Target, find_target, spool_places
from outlay_sdk.recorders import MessageType, Recorded
from outlay_sdk.sender import Sender
from outlay_sdk.spool import Spool
from outlay_sdk.stats import Counters, Stats
from outlay_sdk.transport import Transport
from outlay_sdk.version import __version__


class Outlay:
    """Reports usage to one workspace of an Outlay server. Make one for the process and share it between threads.

    Without a key or an address, from the arguments or from OUTLAY_API_KEY and OUTLAY_URL, it does nothing and says so
    once. `Options` describes the other keywords.
    """

    def __init__(
        self, api_key: str | None = None, base_url: str | None = None, **options: Unpack[OptionFields]
    ) -> None:
        self._options = Options(**options)
        self._counters = Counters()
        self._notices = Notices()
        self._sender: Sender | None = None
        target = find_target(api_key, base_url)
        if isinstance(target, Target):
            self._sender = self._start(target)
        else:
            self._notices.once("disabled", "Outlay is told nothing: %s.", target)

    def _start(self, target: Target) -> Sender:
        places = spool_places(self._options, target)
        spool = Spool(places, self._options.spool_bytes_max, self._counters, self._notices)
        delivery = Delivery(
            Transport(target.api_key, target.base_url, f"outlay-sdk/{__version__}"),
            self._counters,
            self._notices,
            retry_first_s=self._options.retry_first_s,
            retry_s_max=self._options.retry_s_max,
        )
        sender = Sender(self._options, delivery, spool, self._counters, self._notices)
        lifecycle.add(sender, self._options.exit_timeout_s)
        if spool.has_files():
            sender.start()
        return sender

    @property
    def is_enabled(self) -> bool:
        """Whether there is a server to tell."""
        return self._sender is not None

    def track(self, **fields: Unpack[EventFields]) -> str | None:
        """Reports one event and gives its id, or None where it cannot be reported; returns in microseconds.

        The time is now and the id is new unless they are given. Amounts are exact: Decimal, int or text; a float
        counts as the number that its repr shows. With `strict=True` a mistake raises OutlayUsageError.
        """
        ids = self._report(lambda: [fields])
        return ids[0] if ids else None

    def record_openai_usage(
        self,
        *,
        agent: str,
        model: str,
        operation: str,
        input_tokens: Amount,
        output_tokens: Amount,
        cache_read_tokens: Amount | None = None,
        lead: str | None = None,
        operation_id: str | None = None,
        metadata: Mapping[str, object] | None = None,
        **context: Unpack[ContextFields],
    ) -> Recorded | None:
        """Reports one call of a model as two events, `<operation>_input` and `<operation>_output`, of one operation.

        `cache_read_tokens` is the part of the input tokens that came from the provider's cache.
        """
        return self._record(
            operation_id,
            lambda: recorders.openai_events(
                agent=agent,
                model=model,
                operation=operation,
                input_tokens=input_tokens,
                output_tokens=output_tokens,
                cache_read_tokens=cache_read_tokens,
                lead=lead,
                metadata=metadata,
                **context,
            ),
        )

    def record_gupshup_usage(
        self,
        *,
        agent: str,
        message_type: MessageType,
        lead: str | None = None,
        phone_number: str | None = None,
        template_name: str | None = None,
        message_id: str | None = None,
        operation_id: str | None = None,
        metadata: Mapping[str, object] | None = None,
        **context: Unpack[ContextFields],
    ) -> Recorded | None:
        """Reports one WhatsApp message. Of the telephone number only the last digits leave this process."""
        return self._record(
            operation_id,
            lambda: recorders.gupshup_events(
                agent=agent,
                message_type=message_type,
                lead=lead,
                phone_number=phone_number,
                template_name=template_name,
                message_id=message_id,
                metadata=metadata,
                **context,
            ),
        )

    def record_third_party_usage(
        self,
        *,
        agent: str,
        service_name: str,
        operation: str,
        quantity: Amount = 1,
        unit: str = "requests",
        cost: Amount | None = None,
        provider: str | None = None,
        lead: str | None = None,
        operation_id: str | None = None,
        metadata: Mapping[str, object] | None = None,
        **context: Unpack[ContextFields],
    ) -> Recorded | None:
        """Reports the use of a paid API. `service_name` is the category that prices it, `provider` who sells it.

        Say the `cost` where the service told it; otherwise the category's rate counts.
        """
        return self._record(
            operation_id,
            lambda: recorders.third_party_events(
                agent=agent,
                service_name=service_name,
                operation=operation,
                quantity=quantity,
                unit=unit,
                cost=cost,
                provider=provider,
                lead=lead,
                metadata=metadata,
                **context,
            ),
        )

    def flush(self, timeout_s: float = 10.0) -> bool:
        """Waits until the server has answered for all that was tracked before; says whether it has.

        What earlier processes left behind is sent as well. False means that events are still kept, not that they are
        lost; `stats` tells how many the server rejected and how many had to be dropped.
        """
        return self._sender.flush(timeout_s) if self._sender else True

    def close(self, timeout_s: float | None = None) -> None:
        """Sends what can be sent in this time (`exit_timeout_s`), leaves the rest to the spool, and tracks no more."""
        if self._sender:
            self._sender.close(self._options.exit_timeout_s if timeout_s is None else timeout_s)
            lifecycle.remove(self._sender)

    def stats(self) -> Stats:
        """What became of this process' events so far."""
        if self._sender:
            return self._sender.stats()
        return self._counters.snapshot(tracked=0, in_memory=0, in_spool=0, spool_bytes=0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _record(self, operation_id: str | None, make: Callable[[], list[recorders.Fields]]) -> Recorded | None:
        def events() -> list[recorders.Fields]:
            return [{**event, "operation_id": operation} for event in make()]

        operation = new_id(datetime.now(UTC)) if operation_id is None else operation_id
        ids = self._report(events)
        return Recorded(operation, tuple(ids)) if ids else None

    def _report(self, make: Callable[[], Sequence[Mapping[str, object]]]) -> list[str]:
        """All of the events or none; the caller's program goes on whatever happens, unless it asked for strictness."""
        if self._sender is None and not self._options.strict:
            return []
        try:
            now = datetime.now(UTC)
            lines = [encode(fields, now) for fields in make()]
            if self._sender and not self._sender.add([line.data for line in lines]):
                raise OutlayUsageError("client", "is closed")
        except Exception as error:
            told = error if isinstance(error, OutlayUsageError) else _unforeseen(error)
            self._counters.mistake(told.field)
            if self._options.strict:
                raise told from error
            self._notices.once(f"mistake {told.field}", "An event was not tracked: %s", told)
            return []
        return [line.id for line in lines] if self._sender else []


def _unforeseen(error: Exception) -> OutlayUsageError:
    return OutlayUsageError("call", f"{type(error).__name__}: {error}")
