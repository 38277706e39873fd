"""What a process knows of a workspace between two groups of events: its prices, its rates, its numbers for things."""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from outlay.catalog.exchange.service import Exchange, Exchanges
from outlay.catalog.model import Ask, Category
from outlay.catalog.prices.desk import PriceDesk
from outlay.catalog.service import PriceDesks
from outlay.db.connect import Work
from outlay.identity.portfolio import names
from outlay.identity.workspaces import service as workspaces
from outlay.ledger import store
from outlay.ledger.model import Dimensions, LedgerSettings

_WORKSPACES_MAX: Final = 64
# Beyond so many of one kind a cache begins anew: what a caller makes up must not fill the memory.
_REMEMBERED_MAX: Final = 100_000
# Clocks are put forward and back, and zones differ, by whole quarters of an hour.
_SLOT_S: Final = 900

Signature = tuple[Dimensions, frozenset[str], tuple[tuple[str, str], ...]]


@dataclass(slots=True)
class Track:
    """What events of one signature have in common: their series, its unit, and how to ask for their price."""

    series_id: int
    unit: str | None
    ask: Ask


@dataclass
class Standing:
    """A workspace as of a few revisions. It is thrown away whenever a transaction that taught it something fails."""

    zone: ZoneInfo
    currency: str
    settings: LedgerSettings
    names_revision: UUID | None
    desk: PriceDesk
    exchange: Exchange
    tracks: dict[Signature, Track] = field(default_factory=dict)
    rules: dict[bytes, int] = field(default_factory=dict)
    lanes: dict[tuple[int, int, str], int] = field(default_factory=dict)
    conversions: dict[tuple[str, str], int] = field(default_factory=dict)
    slots: dict[int, tuple[str, str]] = field(default_factory=dict)

    def category(self, key: str | None) -> Category | None:
        """The category of this key."""
        return self.desk.category(key) if key else None

    def bucket(self, at: datetime) -> tuple[str, str]:
        """The hour, in UTC, and the local day of a moment, as the database reads them."""
        slot = int(at.timestamp()) // _SLOT_S
        known = self.slots.get(slot)
        if known is None:
            hour = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
            known = (hour.isoformat(), at.astimezone(self.zone).date().isoformat())
            # St. John's put its clocks back at a minute past midnight until 2011: such a slot lies in two days.
            if self._day(slot * _SLOT_S) == self._day((slot + 1) * _SLOT_S - 1):
                self.slots[slot] = known
        return known

    def trim(self) -> None:
        """Begins those caches anew that have grown too long; between two groups, since a group relies on them."""
        for cache in (self.tracks, self.rules, self.lanes, self.conversions, self.slots):
            if len(cache) >= _REMEMBERED_MAX:
                cache.clear()

    def _day(self, timestamp: int) -> date:
        return datetime.fromtimestamp(timestamp, self.zone).date()


class Standings:
    """The workspaces that were written to last; each is renewed as far as something changed."""

    def __init__(self) -> None:
        self._standings: OrderedDict[UUID, Standing] = OrderedDict()
        self._desks = PriceDesks()
        self._exchanges = Exchanges()

    async def of(self, work: Work) -> Standing:
        """The standing as of this transaction, for the price of a few looks at revisions."""
        workspace = await workspaces.get(work)
        settings = await store.settings(work.connection, work.workspace_id)
        names_revision = await names.revision(work)
        desk = await self._desks.of(work)
        exchange = await self._exchanges.of(work)
        known = self._standings.get(work.workspace_id)
        if (
            known is None
            or known.names_revision != names_revision
            or known.settings != settings
            or (known.zone.key, known.currency) != (workspace.time_zone, workspace.currency)
        ):
            zone = ZoneInfo(workspace.time_zone)
            known = Standing(zone, workspace.currency, settings, names_revision, desk, exchange)
        if known.desk is not desk:
            # A category may have another unit or service now, and every price may be another.
            known.tracks.clear()
        known.desk, known.exchange = desk, exchange
        known.trim()
        self._standings[work.workspace_id] = known
        self._standings.move_to_end(work.workspace_id)
        while len(self._standings) > _WORKSPACES_MAX:
            self._standings.popitem(last=False)
        return known

    def known(self, workspace_id: UUID) -> Standing | None:
        """The standing as it was last seen; it may be outdated."""
        return self._standings.get(workspace_id)

    def forget(self, workspace_id: UUID) -> None:
        """A transaction failed: what it learned may not have happened."""
        self._standings.pop(workspace_id, None)
