"""The directory tables: everybody may look things up in them, and change only what is their own."""

import psycopg
import pytest

from outlay.db.connect import Database
from outlay.db.roles import DatabaseUrls
from tests.support.tenants import Tenant

CHANGES = [
    "update workspace set name = 'taken over' where id = %(workspace)s",
    "update person set password_hash = 'mine' where id = %(person)s",
    "update person set email = 'mine@example.test' where id = %(person)s",
]


@pytest.mark.parametrize("change", CHANGES)
async def test_the_run_time_role_changes_nothing_of_another_workspace(
    database: Database, tenant: Tenant, stranger: Tenant, either_urls: DatabaseUrls, change: str
) -> None:
    with psycopg.connect(either_urls.app) as app:
        app.execute(f"set local outlay.workspace_id = '{tenant.id}'")
        theirs = app.execute(change, {"workspace": stranger.id, "person": stranger.owner.id})
        assert theirs.rowcount == 0
        own = app.execute(change, {"workspace": tenant.id, "person": tenant.owner.id})
        assert own.rowcount == 1
        app.rollback()


async def test_a_workspace_is_made_only_as_the_one_at_hand(tenant: Tenant, either_urls: DatabaseUrls) -> None:
    statement = "insert into workspace values (gen_random_uuid(), 'Another', 'UTC', 'EUR', now())"
    with psycopg.connect(either_urls.app) as app:
        app.execute(f"set local outlay.workspace_id = '{tenant.id}'")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute(statement)


@pytest.mark.parametrize("table", ["workspace", "person"])
async def test_the_run_time_role_removes_nobody(either_urls: DatabaseUrls, table: str) -> None:
    with psycopg.connect(either_urls.app) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute(f"delete from {table}")
