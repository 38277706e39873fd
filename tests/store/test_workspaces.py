"""Workspaces: made with an owner and a chain, changed by those who may, and told apart."""

from uuid import uuid4

import pytest

from outlay.db.connect import Database
from outlay.identity.access.model import Actor, ActorKind, Permission, Role, Scope
from outlay.identity.access.rules import ROLE_PERMISSIONS, NotAllowed
from outlay.identity.audit import service as audit
from outlay.identity.sign_in import first_run
from outlay.identity.workspaces import service as workspaces
from outlay.kit.errors import InvalidRequest, NotFound
from outlay.kit.paging import PageRequest
from tests.support.tenants import TESTER, Tenant


def somebody(role: Role) -> Actor:
    return Actor(ActorKind.PERSON, str(uuid4()), role.value, role, Scope())


async def test_a_workspace_is_made_with_what_decides_its_days_and_its_money(database: Database) -> None:
    workspace_id = uuid4()
    async with database.work(workspace_id) as work:
        made = await workspaces.create(work, TESTER, name="Northlight", time_zone="Asia/Kathmandu", currency="NPR")
    async with database.work(workspace_id) as work:
        assert await workspaces.get(work) == made
        assert (await audit.verification(work, TESTER)).entries == 1


@pytest.mark.parametrize("wrong", [{"time_zone": "Mars/Olympus"}, {"currency": "euro"}])
async def test_what_does_not_exist_is_refused_and_leaves_nothing(database: Database, wrong: dict[str, str]) -> None:
    workspace_id = uuid4()
    with pytest.raises(InvalidRequest):
        async with database.work(workspace_id) as work:
            await workspaces.create(work, TESTER, **{"name": "x", "time_zone": "UTC", "currency": "USD"} | wrong)
    with pytest.raises(NotFound):
        async with database.work(workspace_id) as work:
            await workspaces.get(work)


async def test_what_is_given_is_changed_and_noted_and_the_rest_stays(database: Database, tenant: Tenant) -> None:
    async with database.work(tenant.id) as work:
        await workspaces.change(work, TESTER, currency="USD")
    async with database.work(tenant.id) as work:
        found = await workspaces.get(work)
        newest = (await audit.entries(work, TESTER, PageRequest(limit=1))).items[0]

    assert (found.name, found.time_zone, found.currency) == ("Northlight", "Europe/Berlin", "USD")
    assert newest.action == "workspace.change"
    assert newest.before is not None
    assert newest.after is not None
    assert (newest.before["currency"], newest.after["currency"]) == ("EUR", "USD")


async def test_a_change_of_nothing_is_not_noted(database: Database, tenant: Tenant) -> None:
    async with database.work(tenant.id) as work:
        before = (await audit.verification(work, TESTER)).entries
        await workspaces.change(work, TESTER, name="Northlight")
        assert (await audit.verification(work, TESTER)).entries == before


@pytest.mark.parametrize("role", [role for role in Role if Permission.WORKSPACE_MANAGE not in ROLE_PERMISSIONS[role]])
async def test_who_may_not_manage_changes_nothing(database: Database, tenant: Tenant, role: Role) -> None:
    with pytest.raises(NotAllowed):
        async with database.work(tenant.id) as work:
            await workspaces.change(work, somebody(role), name="Mine")


async def test_a_change_reaches_one_s_own_workspace_only(database: Database, tenant: Tenant, stranger: Tenant) -> None:
    async with database.work(tenant.id) as work:
        await workspaces.change(work, TESTER, name="Renamed")
    async with database.work(stranger.id) as work:
        assert (await workspaces.get(work)).name == "Harbour & Pine"


async def test_where_there_is_a_workspace_the_first_run_makes_none(database: Database, tenant: Tenant) -> None:
    assert not await first_run.ensure_workspace(database)
