"""What the tests of the ledger change in a workspace, and what they look up in it."""

import psycopg

from outlay.db.connect import Database
from outlay.identity.portfolio import service as portfolio
from outlay.identity.portfolio.model import Kind
from outlay.identity.portfolio.service import Change
from outlay.ledger import service as ledger
from tests.support.tenants import TESTER, Tenant


async def settle(database: Database, tenant: Tenant, **changes: int | bool) -> None:
    async with database.work(tenant.id) as work:
        await ledger.change_settings(work, TESTER, **changes)  # type: ignore[arg-type]


async def made(database: Database, tenant: Tenant, kind: Kind, **fields: str) -> str:
    async with database.work(tenant.id) as work:
        return str((await portfolio.create(work, TESTER, kind, Change(**fields))).id)  # type: ignore[arg-type]


async def keys_of(database: Database, tenant: Tenant, kind: str) -> set[str]:
    with psycopg.connect(database.urls.operator) as connection:
        query = f"select key from {kind} where workspace_id = %s"
        return {key for (key,) in connection.execute(query.encode(), [tenant.id])}
