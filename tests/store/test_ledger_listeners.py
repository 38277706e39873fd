"""What listens to spend, such as budgets: told once of each stored fact, in the transaction that stores it."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from outlay.db.connect import Database, Work
from outlay.kit.clock import system_clock
from outlay.ledger import adjust
from outlay.ledger.model import SpendFact
from outlay.ledger.recorder import Recorder
from tests.support.sending import event, ledger_faults, store
from tests.support.tenants import TESTER, Tenant

NOW = system_clock()
HOLD = UUID("0198c5a2-7d1e-7c3a-9f54-2b6d1c9e8a70")


class Listener:
    """Keeps what it is told; refuses everything above a limit."""

    def __init__(self, limit: Decimal = Decimal(1000)) -> None:
        self.told: list[SpendFact] = []
        self.limit = limit

    async def spent(self, work: Work, facts: Sequence[SpendFact]) -> None:
        if sum(fact.cost for fact in facts) > self.limit:
            raise OverflowError("over the limit")
        self.told += facts


async def test_each_stored_event_is_told_once_and_unpriced_ones_are_not(database: Database, tenant: Tenant):
    listener = Listener()
    recorder = Recorder(database, [listener])
    at = NOW - timedelta(days=2)
    events = [event("a", at, cost="1.5", hold=str(HOLD)), event("b", NOW, cost=2), event("c", NOW, model="unheard-of")]
    await store(recorder, tenant, events)
    await store(recorder, tenant, events)

    assert sorted((fact.cost, fact.at, fact.hold) for fact in listener.told) == [
        (Decimal("1.5"), at, HOLD),
        (Decimal(2), NOW, None),
    ]


async def test_a_void_and_a_correction_are_told_as_differences(database: Database, tenant: Tenant):
    listener = Listener()
    recorder = Recorder(database, [listener])
    await store(recorder, tenant, [event("a", NOW, cost=2), event("b", NOW, cost=3)])
    async with recorder.turn(tenant.id) as work:
        await adjust.void(recorder, work, TESTER, "a", None, "test run")
    async with recorder.turn(tenant.id) as work:
        await adjust.correct(recorder, work, TESTER, "b", None, "wrong", {"cost": 10})
    assert [fact.cost for fact in listener.told] == [2, 3, -2, -3, 10]


async def test_what_a_listener_refuses_is_not_stored(database: Database, tenant: Tenant):
    recorder = Recorder(database, [Listener(limit=Decimal(5))])
    with pytest.raises(OverflowError):
        await store(recorder, tenant, [event("a", NOW, cost=9)])
    outcomes = await store(recorder, tenant, [event("a", NOW, cost=4)])
    assert [outcome.verdict for outcome in outcomes] == ["accepted"]
    assert await ledger_faults(database) == []
