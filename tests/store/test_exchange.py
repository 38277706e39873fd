"""Exchange rates in the database: imported whole or not at all, corrected, audited, and fresh in every process."""

import asyncio
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from outlay.catalog.exchange import service as exchange
from outlay.catalog.exchange.model import DatedRate, Imported, PairSummary
from outlay.catalog.exchange.service import Exchanges
from outlay.db.connect import Database
from outlay.identity.access.model import Actor, ActorKind, Permission, Role, Scope
from outlay.identity.access.rules import ROLE_PERMISSIONS, NotAllowed
from outlay.identity.audit import service as audit
from outlay.kit.errors import InvalidRequest
from outlay.kit.paging import PageRequest
from tests.support.tenants import TESTER, Tenant

FRIDAY, MONDAY = date(2026, 1, 2), date(2026, 1, 5)
WHOLE = PageRequest(limit=500)


def rate_of(pair: str, number: str, day: date = FRIDAY, source: str = "ECB") -> DatedRate:
    base, quote = pair.split("/")
    return DatedRate(base, quote, day, Decimal(number), source)


RATES = [rate_of("EUR/USD", "1.08"), rate_of("EUR/USD", "1.09", MONDAY), rate_of("EUR/INR", "90")]


async def import_rates(database: Database, tenant: Tenant, rates: Iterable[DatedRate] = RATES) -> Imported:
    async with database.work(tenant.id) as work:
        return await exchange.import_rates(work, TESTER, list(rates))


async def value(
    database: Database, tenant: Tenant, currency: str, into: str, day: date, through: Exchanges | None = None
) -> Decimal | None:
    async with database.work(tenant.id) as work:
        found = (
            (await through.of(work)).rate(currency, into, day)
            if through
            else await exchange.rate(work, TESTER, currency, into, day)
        )
    return found.value if found else None


async def test_what_was_imported_is_found(database: Database, tenant: Tenant) -> None:
    assert await import_rates(database, tenant) == Imported(added=3, changed=0, same=0)

    async with database.work(tenant.id) as work:
        found = await exchange.rate(work, TESTER, "USD", "INR", MONDAY)
        assert await exchange.pairs(work, TESTER) == [
            PairSummary("EUR", "INR", FRIDAY, FRIDAY, 1),
            PairSummary("EUR", "USD", FRIDAY, MONDAY, 2),
        ]
    assert found is not None
    assert found.value == Decimal("82.568807339450")  # 90 of Friday / 1.09 of Monday
    assert (found.day, found.how, found.source) == (FRIDAY, "cross via EUR", "ECB")
    assert found.legs == (RATES[1], RATES[2])


async def test_rates_come_back_with_every_digit(database: Database, tenant: Tenant) -> None:
    numbers = {"AAA": "0.000001234567", "BBB": "1000000000", "CCC": "123456789.123456789012", "DDD": "100"}
    days = {"AAA": date(1999, 1, 4), "BBB": date(2024, 2, 29), "CCC": MONDAY, "DDD": date(1, 1, 1)}
    await import_rates(
        database, tenant, [rate_of(f"EUR/{name}", number, days[name]) for name, number in numbers.items()]
    )

    found = {name: await value(database, tenant, "EUR", name, days[name]) for name in numbers}
    assert found == {name: Decimal(number) for name, number in numbers.items()}


async def test_a_repeated_import_changes_nothing(database: Database, tenant: Tenant) -> None:
    await import_rates(database, tenant)
    async with database.work(tenant.id) as work:
        before = (await exchange.exchange(work)).revision
        again = [rate_of("EUR/USD", "1.0800", source="somebody else"), *RATES[1:]]
        assert await exchange.import_rates(work, TESTER, again) == Imported(added=0, changed=0, same=3)
        assert (await exchange.exchange(work)).revision == before
        assert work.topics == set()
        found = await exchange.rate(work, TESTER, "EUR", "USD", FRIDAY)

    assert found is not None
    assert found.source == "ECB"


async def test_a_rate_is_corrected_and_the_audit_log_keeps_what_it_was(database: Database, tenant: Tenant) -> None:
    await import_rates(database, tenant)
    async with database.work(tenant.id) as work:
        corrected = [rate_of("EUR/USD", "1.081", source="mine"), RATES[1], rate_of("EUR/CHF", "0.93", MONDAY)]
        assert await exchange.import_rates(work, TESTER, corrected) == Imported(added=1, changed=1, same=1)
        assert work.topics == {"prices", "audit"}
        found = await exchange.rate(work, TESTER, "EUR", "USD", FRIDAY)
        entries = (await audit.entries(work, TESTER, WHOLE, action="exchange_rate.import")).items
        assert (await audit.verification(work, TESTER)).ok

    assert found is not None
    assert (found.value, found.source) == (Decimal("1.081"), "mine")
    assert [entry.before for entry in entries] == [{"replaced": ["EUR/USD 2026-01-02 1.08"]}, None]
    assert entries[0].after == {
        "added": 1, "changed": 1, "same": 1, "pairs": 2, "first_day": "2026-01-02", "last_day": "2026-01-05",
    }  # fmt: skip


async def test_one_unsound_rate_leaves_all_of_them_out(database: Database, tenant: Tenant) -> None:
    for wrong in (rate_of("EUR/CHF", "0"), rate_of("EUR/USD", "1.2")):
        with pytest.raises(InvalidRequest):
            await import_rates(database, tenant, [*RATES, wrong])
    async with database.work(tenant.id) as work:
        assert await exchange.pairs(work, TESTER) == []
        assert await exchange.import_rates(work, TESTER, []) == Imported(0, 0, 0)


async def test_many_rates_are_stored_in_parts_and_told_of_in_bounds(
    database: Database, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "_STORED_AT_ONCE", 40)
    monkeypatch.setattr(exchange, "_REPLACED_TOLD_MAX", 50)
    days = [FRIDAY + timedelta(days=number) for number in range(100)]
    progress: list[int] = []
    async with database.work(tenant.id) as work:
        first = [rate_of("EUR/USD", f"1.{number}", day) for number, day in enumerate(days, start=100)]
        assert await exchange.import_rates(work, TESTER, first, progress.append) == Imported(100, 0, 0)
        second = [rate_of("EUR/USD", "2", day) for day in days]
        assert await exchange.import_rates(work, TESTER, second) == Imported(0, 100, 0)
        [entry, _] = (await audit.entries(work, TESTER, WHOLE, action="exchange_rate.import")).items

    assert progress == [40, 80, 100]
    assert entry.before is not None
    assert len(entry.before["replaced"]) == 50


async def test_imports_at_the_same_time_wait_for_each_other(database: Database, tenant: Tenant) -> None:
    days = [FRIDAY + timedelta(days=number) for number in range(500)]
    rates = [rate_of("EUR/USD", "1.1", day) for day in days]

    results = await asyncio.gather(import_rates(database, tenant, rates), import_rates(database, tenant, rates[::-1]))

    assert sorted((one.added, one.changed, one.same) for one in results) == [(0, 0, 500), (500, 0, 0)]


async def test_a_snapshot_lasts_until_rates_change_in_whichever_process(
    database: Database, tenant: Tenant, stranger: Tenant
) -> None:
    here, elsewhere = Exchanges(), Exchanges()

    async def at(which: Exchanges, whose: Tenant) -> exchange.Exchange:
        async with database.work(whose.id) as work:
            return await which.of(work)

    empty, other = await at(here, tenant), await at(here, stranger)
    assert await at(here, tenant) is empty
    assert empty.rate("EUR", "USD", FRIDAY) is None
    await import_rates(database, tenant)
    first = await at(here, tenant)
    assert first is not empty
    assert await at(here, tenant) is first
    assert await at(elsewhere, tenant) is not first
    await import_rates(database, tenant, [rate_of("EUR/USD", "1.2")])

    for which in (here, elsewhere):
        assert await value(database, tenant, "EUR", "USD", FRIDAY, which) == Decimal("1.2")
    assert await at(here, stranger) is other


async def test_an_import_that_is_undone_leaves_no_snapshot_behind(database: Database, tenant: Tenant) -> None:
    exchanges = Exchanges()
    await import_rates(database, tenant, [rate_of("EUR/USD", "1.1")])
    with pytest.raises(RuntimeError):
        async with database.work(tenant.id) as work:
            await exchange.import_rates(work, TESTER, [rate_of("EUR/USD", "1.2")])
            found = (await exchanges.of(work)).rate("EUR", "USD", FRIDAY)
            assert found is not None
            assert found.value == Decimal("1.2")
            raise RuntimeError

    assert await value(database, tenant, "EUR", "USD", FRIDAY, exchanges) == Decimal("1.1")


async def test_what_is_remembered_is_bounded_by_workspaces_and_by_rates(
    database: Database, tenant: Tenant, stranger: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    for whose in (tenant, stranger):
        await import_rates(database, whose)
    for bound, number in (("_SNAPSHOTS_MAX", 1), ("_RATES_MAX", 5)):
        exchanges = Exchanges()
        with monkeypatch.context() as patched:
            patched.setattr(exchange, bound, number)
            for whose in (tenant, stranger):
                assert await value(database, whose, "EUR", "USD", FRIDAY, exchanges) == Decimal("1.08")
            assert list(exchanges._snapshots) == [stranger.id]


async def test_another_workspace_s_rates_are_nobody_else_s(
    database: Database, tenant: Tenant, stranger: Tenant
) -> None:
    await import_rates(database, tenant)
    async with database.work(stranger.id) as work:
        assert await exchange.pairs(work, TESTER) == []
        assert await exchange.rate(work, TESTER, "EUR", "USD", FRIDAY) is None
    assert await import_rates(database, stranger, [rate_of("EUR/USD", "2")]) == Imported(1, 0, 0)

    assert await value(database, tenant, "EUR", "USD", FRIDAY) == Decimal("1.08")
    assert await value(database, stranger, "EUR", "USD", FRIDAY) == 2


async def test_who_may_not_manage_imports_nothing_and_who_may_not_read_sees_nothing(
    database: Database, tenant: Tenant
) -> None:
    allowed = {Permission.PRICES_MANAGE: set[Role](), Permission.PRICES_READ: set[Role]()}
    for role in Role:
        actor = Actor(ActorKind.KEY, str(uuid4()), role.value, role, Scope())
        async with database.work(tenant.id) as work:
            for permission, attempt in (
                (Permission.PRICES_MANAGE, partial(exchange.import_rates, work, actor, RATES)),
                (Permission.PRICES_READ, partial(exchange.pairs, work, actor)),
                (Permission.PRICES_READ, partial(exchange.rate, work, actor, "EUR", "USD", FRIDAY)),
            ):
                if permission in ROLE_PERMISSIONS[role]:
                    await attempt()
                    allowed[permission].add(role)
                else:
                    with pytest.raises(NotAllowed):
                        await attempt()
    assert Role.OWNER in allowed[Permission.PRICES_MANAGE]
    assert allowed[Permission.PRICES_MANAGE] < set(Role)


@pytest.mark.parametrize(
    "statement",
    ["delete from exchange_rate", "update exchange_rate set day = day + 1", "delete from exchange_state"],
)
async def test_at_run_time_a_rate_can_be_corrected_and_neither_moved_nor_removed(
    database: Database, tenant: Tenant, statement: str
) -> None:
    await import_rates(database, tenant)
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with database.work(tenant.id) as work:
            await work.connection.execute(text(statement))
