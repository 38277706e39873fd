"""Two workspaces with a row in every tenant table, and a way to be the attacker who is bound to one of them."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from uuid import UUID, uuid4

import psycopg
import pytest
from argon2 import PasswordHasher
from psycopg import sql

from outlay.catalog import service as catalog
from outlay.catalog.exchange import service as exchange
from outlay.catalog.exchange.model import DatedRate
from outlay.catalog.prices.model import Source, UnitRate
from outlay.catalog.service import OverrideDraft
from outlay.db.connect import Database
from outlay.db.roles import DatabaseUrls
from outlay.db.tenancy import DIRECTORY_TABLES, EXEMPT_SCHEMAS
from outlay.identity.access.model import Role
from outlay.identity.allowance.service import Allowances
from outlay.identity.links import service as links
from outlay.identity.links.model import LinkKind
from outlay.identity.people import passwords
from outlay.identity.people import service as people
from outlay.identity.portfolio import service as portfolio
from outlay.identity.portfolio.model import AgentType, Kind
from outlay.identity.portfolio.service import Change
from outlay.identity.sign_in import service as sign_in
from outlay.identity.sign_in.model import Origin, SessionPolicy
from outlay.ledger import adjust
from outlay.ledger.recorder import Recorder
from tests.support.books import draft, verdicts
from tests.support.tenants import TESTER, Tenant, make_tenant

POLICY = SessionPolicy(
    idle=timedelta(hours=24), longest=timedelta(days=30), password_reset=timedelta(hours=1), attempts_max=10
)
SECRET = "Nightingale"  # a word that only the victim's rows hold
# Counts that say nothing about whose rows they are would hide a leak, so the two workspaces hold different numbers.
_ATTACKER_CLIENTS, _VICTIM_CLIENTS = 2, 5

_TENANT_TABLES = """
select n.nspname, c.relname
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
 where c.relkind in ('r', 'p', 'm', 'f', 'v') and not c.relispartition
   and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and n.nspname <> all (%s)
   and not (n.nspname = 'public' and c.relname = any (%s))
 order by 1, 2
"""


@dataclass(frozen=True)
class Battlefield:
    """A database in which `attacker` and `victim` both have rows in every tenant table."""

    urls: DatabaseUrls
    attacker: UUID
    victim: UUID
    tables: tuple[str, ...]

    @contextmanager
    def bound_to(self, workspace_id: UUID | None) -> Iterator[psycopg.Connection]:
        """A transaction at run time's rights, bound to a workspace or to none; undone at the end."""
        with psycopg.connect(self.urls.app) as connection:
            bind(connection, workspace_id)
            yield connection
            connection.rollback()

    def rows_of(self, workspace_id: UUID) -> dict[str, list[tuple[object, ...]]]:
        """Everything that a workspace owns, as the operator sees it."""
        with psycopg.connect(self.urls.operator) as connection:
            return {
                table: connection.execute(
                    sql.SQL("select t::text from {} t where workspace_id = %s order by 1").format(sql.SQL(table)),
                    [workspace_id],
                ).fetchall()
                for table in self.tables
            }


def spare_argon2(monkeypatch: pytest.MonkeyPatch) -> None:
    """Real argon2id with little work: a hash names its own parameters, and hundreds of them would take minutes."""
    monkeypatch.setattr(passwords, "_hasher", cache(lambda: PasswordHasher(time_cost=1, memory_cost=64)))


def bind(connection: psycopg.Connection, workspace_id: UUID | None) -> None:
    """Binds the transaction to a workspace as the application does; None leaves it unbound."""
    if workspace_id is not None:
        connection.execute(sql.SQL("set local outlay.workspace_id = {}").format(sql.Literal(str(workspace_id))))


def tenant_tables(owner_url: str) -> tuple[str, ...]:
    """Every relation that must belong to a workspace, found in the catalogue and not in our own lists."""
    with psycopg.connect(owner_url) as connection:
        rows = connection.execute(_TENANT_TABLES, [list(EXEMPT_SCHEMAS), list(DIRECTORY_TABLES)]).fetchall()
        return tuple(sql.Identifier(*row).as_string(connection) for row in rows)


def prepare_battlefield(urls: DatabaseUrls) -> Battlefield:
    """Seeds both workspaces through the services; a new table without a victim's row is a failure, not a gap."""
    attacker, victim = asyncio.run(_seed(urls))
    field = Battlefield(urls, attacker.id, victim.id, tenant_tables(urls.owner))
    for workspace_id in (field.attacker, field.victim):
        bare = [table for table, rows in field.rows_of(workspace_id).items() if not rows]
        if bare:
            pytest.fail(f"no row to attack in {', '.join(bare)}: seed one in tests/store/tenancy_help.py")
    return field


async def _seed(urls: DatabaseUrls) -> tuple[Tenant, Tenant]:
    database = Database(urls, pool_size=2, pool_wait_s=10)
    try:
        attacker = await _seed_one(database, "Attacker", _ATTACKER_CLIENTS)
        return attacker, await _seed_one(database, SECRET, _VICTIM_CLIENTS)
    finally:
        await database.close()


async def _seed_one(database: Database, name: str, clients: int) -> Tenant:
    tenant = await make_tenant(database, name)
    async with database.work(tenant.id) as work:
        made = [
            await portfolio.create(work, TESTER, Kind.CLIENT, Change(name=f"{name} {number}"))
            for number in range(clients)
        ]
        client = made[0]
        draft = Change(name=f"{name} campaign", client=client.key)
        await portfolio.create(work, TESTER, Kind.CAMPAIGN, draft)
        draft = Change(name=f"{name} agent", client=client.key, agent_type=AgentType.SEO)
        await portfolio.create(work, TESTER, Kind.AGENT, draft)
        await people.invite(
            work, TESTER, email=f"{name}@example.test", role=Role.VIEWER, client=None, valid_for=timedelta(days=1)
        )
        await catalog.seed(work)
        agreed = OverrideDraft(f"{name} models", discount_percent=Decimal(clients), note=name)
        await catalog.add_override(work, TESTER, agreed)
        await exchange.import_rates(work, TESTER, [DatedRate("EUR", "USD", date(2026, 1, 2), Decimal(clients), name)])
        _, token = await links.issue(work, LinkKind.SIGN_IN, timedelta(hours=1), person_id=tenant.owner.id)
    await sign_in.sign_in_by_link(database, POLICY, Origin("192.0.2.1", name), token.text)

    async def ignore(_: object) -> None:
        return

    await Allowances(database).spend(tenant.id, uuid4(), 100, ignore)
    await _seed_ledger(database, tenant, name, clients)
    return tenant


async def _seed_ledger(database: Database, tenant: Tenant, name: str, events: int) -> None:
    """Events in another currency, by somebody who was renamed, at graduated prices; one of them void."""
    recorder = Recorder(database)
    graduated = UnitRate("pages", 1, Decimal(1), Source.OVERRIDE, steps=((Decimal(10), Decimal(events)),))
    async with database.work(tenant.id) as work:
        agreed = OverrideDraft(f"{name} print", rates=(graduated,), effective_from=datetime(2026, 1, 1, tzinfo=UTC))
        await catalog.add_override(work, TESTER, agreed)
        await portfolio.change(work, TESTER, Kind.AGENT, f"{name}-agent".lower(), Change(key=f"{name}-bot".lower()))
    spent = {"agent": f"{name}-agent", "time": datetime(2026, 1, 2, 12, tzinfo=UTC), "labels": {"team": name}}
    bill = [draft(f"{name}-{number}", cost=events, currency="USD", **spent) for number in range(events)]
    bill.append(draft(f"{name}-pages", service=f"{name} print", quantities={"pages": events}, **spent))
    assert set(await verdicts(recorder, tenant, *bill)) == {"accepted"}
    async with recorder.turn(tenant.id) as work:
        await adjust.void(recorder, work, TESTER, f"{name}-0", None, name)
