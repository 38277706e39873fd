"""Imports and shows a workspace's exchange rates, and hands out the snapshot by which its events are converted."""

from collections import OrderedDict
from collections.abc import Callable, Collection
from datetime import date
from typing import Final
from uuid import UUID

from outlay.catalog.exchange import rules, store
from outlay.catalog.exchange.model import DatedRate, Imported, PairSummary, Rate
from outlay.catalog.exchange.rules import Exchange as Exchange
from outlay.catalog.service import PRICES_TOPIC
from outlay.db.connect import Work
from outlay.identity.access.model import Actor, Permission
from outlay.identity.access.rules import require
from outlay.identity.audit import service as audit
from outlay.identity.audit.model import Facts, Target
from outlay.kit.ids import new_id

_SNAPSHOTS_MAX: Final = 64
# Together, so that many workspaces with the rates of decades do not fill the memory: a rate takes 16 bytes, and about
# 100 once its pair was asked for.
_RATES_MAX: Final = 2_000_000
_STORED_AT_ONCE: Final = 10_000
# So many of the figures that an import replaced are told in the audit log one by one.
_REPLACED_TOLD_MAX: Final = 50


async def import_rates(
    work: Work, actor: Actor, rates: Collection[DatedRate], on_progress: Callable[[int], None] = lambda _: None
) -> Imported:
    """Stores all rates, or none where one of them is unsound. What is there already and the same stays untouched."""
    require(actor, Permission.PRICES_MANAGE)
    checked = rules.check_rates(rates)
    if not checked:
        return Imported(0, 0, 0)
    await store.lock(work.connection, work.workspace_id, new_id(work.now))
    added, changed, replaced = 0, 0, list[str]()
    for start in range(0, len(checked), _STORED_AT_ONCE):
        some = checked[start : start + _STORED_AT_ONCE]
        told_max = _REPLACED_TOLD_MAX - len(replaced)
        stored = await store.put(work.connection, work.workspace_id, some, work.now, told_max=told_max)
        added, changed = added + stored.added, changed + stored.changed
        replaced += stored.replaced
        on_progress(start + len(some))
    imported = Imported(added, changed, len(checked) - added - changed)
    if added or changed:
        await store.advance(work.connection, work.workspace_id, new_id(work.now))
        work.announce(PRICES_TOPIC)
        sources = sorted({one.source for one in checked})
        target = Target("exchange_rates", sources[0], ", ".join(sources[:3]))
        before: Facts | None = {"replaced": replaced} if replaced else None
        await audit.record(work, actor, "exchange_rate.import", target, before=before, after=_facts(checked, imported))
    return imported


async def pairs(work: Work, actor: Actor) -> list[PairSummary]:
    """Which days of which pairs the workspace knows."""
    require(actor, Permission.PRICES_READ)
    return await store.pairs(work.connection, work.workspace_id)


async def rate(work: Work, actor: Actor, currency: str, into: str, day: date) -> Rate | None:
    """The rate that counts for an amount on a day; None where there is none."""
    require(actor, Permission.PRICES_READ)
    rules.check_currency("currency", currency)
    rules.check_currency("into", into)
    return (await exchange(work)).rate(currency, into, day)


async def exchange(work: Work) -> Exchange:
    """All rates of the workspace, fresh from the database."""
    # The revision first: what is committed between the two makes the snapshot newer than it says, never older.
    revision = await store.revision(work.connection, work.workspace_id)
    return Exchange(await store.every(work.connection, work.workspace_id), revision)


class Exchanges:
    """The snapshots of the workspaces that were converted for last; each is renewed when the workspace's rates change."""

    def __init__(self) -> None:
        self._snapshots: OrderedDict[UUID, Exchange] = OrderedDict()

    async def of(self, work: Work) -> Exchange:
        """The snapshot as of this transaction, for the price of one look at the revision."""
        known = self._snapshots.get(work.workspace_id)
        if known is None or known.revision != await store.revision(work.connection, work.workspace_id):
            known = self._snapshots[work.workspace_id] = await exchange(work)
        self._snapshots.move_to_end(work.workspace_id)
        while len(self._snapshots) > 1 and self._is_full:
            self._snapshots.popitem(last=False)
        return known

    @property
    def _is_full(self) -> bool:
        sizes = [one.size for one in self._snapshots.values()]
        return len(sizes) > _SNAPSHOTS_MAX or sum(sizes) > _RATES_MAX


def _facts(rates: Collection[DatedRate], imported: Imported) -> Facts:
    return {
        "added": imported.added,
        "changed": imported.changed,
        "same": imported.same,
        "pairs": len({(one.base, one.quote) for one in rates}),
        "first_day": min(one.day for one in rates).isoformat(),
        "last_day": max(one.day for one in rates).isoformat(),
    }
