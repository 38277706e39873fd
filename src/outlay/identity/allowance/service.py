"""Spends the allowances of this process and takes new shares when they run out."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from outlay.db.connect import Database
from outlay.identity.allowance import store
from outlay.identity.allowance.model import Allowance, TooManyRequests

# A share is a twentieth of the limit, so that what an idle process holds unspent stays small.
_SHARES_PER_WINDOW = 20
_SHARE_MAX = 1_000
_SUBJECTS_MAX = 10_000

Touch = Callable[[AsyncConnection], Awaitable[None]]


@dataclass
class _Share:
    left: int = 0
    left_in_database: int = 0
    ends_at: float = 0.0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def is_current(self) -> bool:
        return time.monotonic() < self.ends_at

    @property
    def is_spent(self) -> bool:
        return self.left == 0 and self.left_in_database == 0


class Allowances:
    """The shares that this process holds, one for each credential it has seen lately."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._shares: dict[UUID, _Share] = {}

    async def spend(self, workspace_id: UUID, subject_id: UUID, limit: int, touch: Touch) -> Allowance:
        """Counts one request, or raises when there is none left; `touch` notes the use whenever a share is taken."""
        share = self._shares.get(subject_id) or self._new_share(subject_id)
        while not (share.is_current and (share.left or share.is_spent)):
            async with share.lock:
                if not (share.is_current and (share.left or share.is_spent)):
                    await self._take(share, workspace_id, subject_id, limit, touch)
        if share.left == 0:
            raise TooManyRequests(self._allowance(share, limit))
        share.left -= 1
        return self._allowance(share, limit)

    async def _take(self, share: _Share, workspace_id: UUID, subject_id: UUID, limit: int, touch: Touch) -> None:
        wanted = max(1, min(limit // _SHARES_PER_WINDOW, _SHARE_MAX))
        async with self._database.side(workspace_id) as connection:
            taken, left_s = await store.take(connection, workspace_id, subject_id, wanted)
            await touch(connection)
        share.left = max(0, min(wanted, limit - (taken - wanted)))
        share.left_in_database = max(0, limit - taken)
        share.ends_at = time.monotonic() + left_s

    def _new_share(self, subject_id: UUID) -> _Share:
        if len(self._shares) >= _SUBJECTS_MAX:
            self._shares = {subject: share for subject, share in self._shares.items() if share.is_current}
        return self._shares.setdefault(subject_id, _Share())

    @staticmethod
    def _allowance(share: _Share, limit: int) -> Allowance:
        reset_s = max(1, math.ceil(share.ends_at - time.monotonic()))
        return Allowance(limit, share.left + share.left_in_database, reset_s)
