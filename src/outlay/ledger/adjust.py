"""Voids and corrections: appended, in the original's buckets, counting no events, with their own moment and author."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import insert, text

from outlay.catalog.prices.model import REPORTED
from outlay.db.connect import Work
from outlay.identity.access.model import Actor, Permission
from outlay.identity.access.rules import NotAllowed, require
from outlay.identity.audit import service as audit
from outlay.identity.audit.model import Facts, Target
from outlay.kit.errors import InvalidRequest
from outlay.kit.ids import new_id
from outlay.kit.money import plain
from outlay.ledger import events, rules, stage, store
from outlay.ledger.model import EventDraft, EventsConflict, SpendFact
from outlay.ledger.posting import Posting, post
from outlay.ledger.recorder import USAGE_TOPIC, Recorder
from outlay.ledger.rules import details_of
from outlay.ledger.standing import Standing
from outlay.ledger.stored import StoredEvent
from outlay.ledger.tables import adjustment

_ZERO: Final = Decimal(0)
REASON_CHARACTERS_MAX: Final = 500
# What a correction may say anew; when something happened, and under which id, stays.
CORRECTABLE: Final = frozenset(EventDraft.__struct_fields__) - {"id", "source", "time", "hold"}


class Amounts(NamedTuple):
    """What an event adds to the sums of its series."""

    failed: int
    unpriced: int
    cost: Decimal
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    quantity: Decimal

    @classmethod
    def of(
        cls, counted: Mapping[str, int | Decimal], unit: str | None, cost: Decimal | None, *, failed: bool
    ) -> "Amounts":
        """What an event of these counts and this cost adds."""
        return cls(
            failed=int(failed),
            unpriced=int(cost is None),
            cost=cost or _ZERO,
            input_tokens=int(counted.get("input_tokens", 0)),
            output_tokens=int(counted.get("output_tokens", 0)),
            cache_read_tokens=int(counted.get("cache_read_tokens", 0)),
            cache_write_tokens=int(counted.get("cache_write_tokens", 0)),
            quantity=Decimal(counted.get(unit, 0)) if unit else _ZERO,
        )

    def negated(self) -> "Amounts":
        """What takes it away again."""
        return Amounts._make(-number for number in self)

    def plus(self, other: "Amounts") -> "Amounts":
        """Both together."""
        pairs: Iterable[tuple[Any, Any]] = zip(self, other, strict=True)
        return Amounts._make(one + two for one, two in pairs)


@dataclass(frozen=True)
class _Entry:
    """One line of an adjustment."""

    series_id: int
    lane_id: int
    amounts: Amounts
    is_reversal: bool
    conversion_id: int | None = None
    original_cost: Decimal | None = None
    details: Mapping[str, Any] | None = None


async def void(
    recorder: Recorder, work: Work, actor: Actor, event_id: str, source: str | None, reason: str
) -> StoredEvent:
    """Takes an event out of all sums. It stays, with the reason."""
    found = await _current(work, actor, event_id, source, reason)
    await _write(recorder, work, actor, found, "void", reason, [await _reversal(work, found)])
    return await events.get(work, actor, found.id, found.source)


async def correct(
    recorder: Recorder,
    work: Work,
    actor: Actor,
    event_id: str,
    source: str | None,
    reason: str,
    changes: Mapping[str, Any],
) -> StoredEvent:
    """Puts other contents in the place of an event's, priced as of when it happened."""
    found = await _current(work, actor, event_id, source, reason)
    standing = await recorder.standings.of(work)
    posting = await _replacement(work, standing, found, changes)
    entries = [await _reversal(work, found), _entry_of(posting)]
    await _write(recorder, work, actor, found, "correct", reason, entries)
    return await events.get(work, actor, found.id, found.source)


async def _current(work: Work, actor: Actor, event_id: str, source: str | None, reason: str) -> StoredEvent:
    """The event, with nobody else changing it until the transaction ends."""
    require(actor, Permission.SPEND_WRITE)
    if not actor.scope.is_whole_workspace:
        raise NotAllowed("An agent's own key reports what it spent; it corrects nothing.")
    if not reason.strip() or len(reason) > REASON_CHARACTERS_MAX or not reason.isprintable():
        raise InvalidRequest.field("reason", f"must say why, in 1 to {REASON_CHARACTERS_MAX} printable characters")
    await store.lock(work.connection, work.workspace_id)
    found = await events.get(work, actor, event_id, source)
    if found.contents is None:
        raise EventsConflict("The event is void already.")
    return found


async def _reversal(work: Work, found: StoredEvent) -> _Entry:
    contents = found.contents
    assert contents is not None
    lane_id, series_id, unit = await _lane_now(work, found)
    amounts = Amounts.of(contents.quantities, unit, contents.cost, failed=contents.failed)
    # What questions about single events look for, so that they find the reversal where they find the event.
    details = _with_operation(contents.details, found.operation_id)
    return _Entry(series_id, lane_id, amounts.negated(), is_reversal=True, details=details)


async def _lane_now(work: Work, found: StoredEvent) -> tuple[int, int, str | None]:
    """The lane and series under which the event counts now."""
    row = (
        await work.connection.execute(
            text("""
            select l.id, s.id, s.unit
              from lane l join series s on s.workspace_id = l.workspace_id and s.id = l.series_id
             where l.workspace_id = :workspace and l.id = coalesce(
                   (select a.lane_id from adjustment a
                     where a.workspace_id = :workspace and a.key = :key and not a.is_reversal
                     order by a.recorded_at desc, a.id desc limit 1),
                   (select e.lane_id from event e
                     where e.workspace_id = :workspace and e.occurred_at = :at and e.id = :id
                       and exists (select from lane w where w.workspace_id = e.workspace_id and w.id = e.lane_id
                                      and w.source = :source)))
            """),
            {
                "workspace": work.workspace_id,
                "key": rules.key_of(found.source, found.id),
                "at": found.at,
                "id": rules.packed_id(found.id),
                "source": found.source,
            },
        )
    ).one()
    return row[0], row[1], row[2]


async def _replacement(work: Work, standing: Standing, found: StoredEvent, changes: Mapping[str, Any]) -> Posting:
    unknown = changes.keys() - CORRECTABLE
    if unknown:
        raise InvalidRequest.field(min(unknown), "cannot be corrected")
    try:
        draft = msgspec.convert({**_as_sent(found), **changes, "id": found.id, "source": found.source}, EventDraft)
        incoming = rules.checked(draft, work.now, standing.settings.tracked_labels)
    except msgspec.ValidationError as error:
        raise InvalidRequest(str(error)) from error
    except rules.Unsound as fault:
        raise InvalidRequest.field(fault.path, fault.message) from fault
    posted = await post(work, standing, [incoming])
    for outcome in posted.refused.values():
        raise InvalidRequest(outcome.message)
    return posted.postings[0]


def _as_sent(found: StoredEvent) -> dict[str, Any]:
    """What a sender would have said to bring about what is stored now."""
    contents = found.contents
    assert contents is not None
    sent: dict[str, Any] = {
        name: contents.series[name]
        for name in ("service", "category", "operation", "model", "platform", "content_type")
        if contents.series[name]
    }
    for name, reference in (("client", contents.client), ("campaign", contents.campaign), ("agent", contents.agent)):
        if reference:
            sent[name] = str(reference.id)
    details = contents.details
    sent |= {name: details[name] for name in ("lead", "latency_ms", "retry_count", "conversion") if name in details}
    sent |= {name: Decimal(details[name]) for name in ("impact", "quality") if name in details}
    if contents.rule == REPORTED:
        sent["cost"] = contents.original_cost if contents.conversion else contents.cost
        if contents.conversion:
            sent["currency"] = contents.conversion.currency
    if contents.failed:
        sent["success"] = False
    if found.operation_id:
        sent["operation_id"] = found.operation_id
    return sent | {
        "time": found.at,
        "quantities": dict(contents.quantities),
        "labels": {**contents.series["labels"], **details.get("labels", {})},
        "metadata": details.get("metadata", {}),
    }


def _with_operation(details: Mapping[str, Any], operation_id: str | None) -> dict[str, Any] | None:
    return ({**details, "operation_id": operation_id} if operation_id else dict(details)) or None


def _entry_of(posting: Posting) -> _Entry:
    counted, price, unit = posting.incoming.quantities, posting.priced, posting.track.unit
    failed = posting.incoming.draft.success is False
    amounts = Amounts.of(counted, unit, price.cost, failed=failed)
    details = details_of(posting.incoming, unit, price.used_before)
    return _Entry(
        posting.track.series_id,
        posting.lane_id,
        amounts,
        is_reversal=False,
        conversion_id=posting.conversion_id,
        original_cost=price.original,
        details=_with_operation(details, posting.incoming.draft.operation_id),
    )


async def _write(
    recorder: Recorder,
    work: Work,
    actor: Actor,
    found: StoredEvent,
    kind: str,
    reason: str,
    entries: Sequence[_Entry],
) -> None:
    change_id = new_id(work.now)
    rows = [
        {
            "workspace_id": work.workspace_id,
            "id": change_id,
            "entry": number,
            "key": rules.key_of(found.source, found.id),
            "occurred_at": found.at,
            "kind": kind,
            "is_reversal": entry.is_reversal,
            "lane_id": entry.lane_id,
            "recorded_at": work.now,
            "recorded_by": actor.name,
            "reason": reason,
            **entry.amounts._asdict(),
            "conversion_id": entry.conversion_id,
            "original_cost": entry.original_cost,
            "details": entry.details,
        }
        for number, entry in enumerate(entries)
    ]
    await work.connection.execute(insert(adjustment), rows)
    await _add_up(work, recorder, found.at, entries)
    facts = [SpendFact(entry.series_id, found.at, entry.amounts.cost) for entry in entries]
    await recorder.tell(work, facts)
    work.announce(USAGE_TOPIC)
    before = found.contents
    target = Target("event", found.id, found.id)
    told: Facts = {"reason": reason, "cost": plain(entries[-1].amounts.cost) if kind == "correct" else None}
    was: Facts = {"cost": plain(before.cost) if before and before.cost is not None else None}
    await audit.record(work, actor, f"event.{kind}", target, before=was, after=told)


async def _add_up(work: Work, recorder: Recorder, at: datetime, entries: Sequence[_Entry]) -> None:
    """Adds the entries to the rollups, the buckets in the same order as every group of events does."""
    standing = await recorder.standings.of(work)
    hour, day = standing.bucket(at.astimezone(UTC))
    sums: dict[int, Amounts] = {}
    for entry in entries:
        known = sums.get(entry.series_id)
        sums[entry.series_id] = known.plus(entry.amounts) if known else entry.amounts
    for table, column, bucket in (("usage_hourly", "hour", hour), ("usage_daily", "day", day)):
        for series_id in sorted(sums):
            await work.connection.execute(
                text(_ADD.format(table=table, column=column, added_up=stage.ADDED_UP)),
                {"workspace": work.workspace_id, "bucket": bucket, "series": series_id, **sums[series_id]._asdict()},
            )


_ADD: Final = """
insert into {table} as sums (workspace_id, {column}, series_id, events, failed, unpriced, cost, input_tokens,
                             output_tokens, cache_read_tokens, cache_write_tokens, quantity)
values (:workspace, :bucket, :series, 0, :failed, :unpriced, :cost, :input_tokens,
        :output_tokens, :cache_read_tokens, :cache_write_tokens, :quantity)
on conflict (workspace_id, {column}, series_id) do update set {added_up}
"""
