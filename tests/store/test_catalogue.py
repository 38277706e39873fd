"""The check of the catalogue: it is silent on our schema, and speaks up about every hole that somebody might make."""

from collections.abc import AsyncIterator

import psycopg
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from outlay.db.roles import APP, OWNER, DatabaseUrls
from outlay.db.tenancy import catalogue_faults
from tests.support.servers import ServerForTests

CONDITION = "workspace_id = nullif(current_setting('outlay.workspace_id', true), '')::uuid"
_ENABLE = "alter table thing enable row level security; "
_FORCE = "alter table thing force row level security; "
_POLICY = f"create policy tenant on thing using ({CONDITION}) with check ({CONDITION}); "
_TABLE = (
    "create table thing (workspace_id uuid not null references workspace (id), id uuid not null, name text, "
    "at timestamptz, primary key (workspace_id, id)); "
)
GUARDED = _TABLE + _ENABLE + _FORCE + _POLICY + f"grant select, insert, update, delete on thing to {APP}; "
PARTED = (
    "create table thing (workspace_id uuid not null references workspace (id), id uuid not null, name text, "
    "at timestamptz not null, primary key (workspace_id, id, at)) partition by range (at); "
    + _ENABLE + _FORCE + _POLICY + f"grant select, insert on thing to {APP}; "
    "select ensure_partition('thing', '2026-05-01'); "
)  # fmt: skip
PLAIN_FUNCTION = "create function hole() returns bigint language sql {} as 'select count(*) from client'; "

WIDENED = (
    "drop policy own_memberships on membership; create policy own_memberships on membership for select using (true)"
)

# What is done to the schema, and the relation that must be complained about.
HOLES = {
    "no workspace at all": ("create table thing (id uuid primary key)", "thing"),
    "the workspace stands elsewhere": (
        f"create table thing (id uuid, workspace_id uuid not null); {_ENABLE}{_FORCE}{_POLICY}",
        "thing",
    ),
    "the workspace may be null": (
        f"create table thing (workspace_id uuid, id uuid); {_ENABLE}{_FORCE}{_POLICY}",
        "thing",
    ),
    "security is off": (_TABLE + _FORCE + _POLICY, "thing"),
    "security is not forced": (_TABLE + _ENABLE + _POLICY, "thing"),
    "there is no policy": (_TABLE + _ENABLE + _FORCE, "thing"),
    "the policy asks something else": (
        _TABLE + _ENABLE + _FORCE + "create policy tenant on thing using (true) with check (true)",
        "thing",
    ),
    "the policy does not check what is written": (
        _TABLE + _ENABLE + _FORCE + f"create policy tenant on thing using ({CONDITION}) with check (true)",
        "thing",
    ),
    "the policy covers reading only": (
        _TABLE + _ENABLE + _FORCE + f"create policy tenant on thing for select using ({CONDITION})",
        "thing",
    ),
    "the policy is for one role only": (
        _TABLE
        + _ENABLE
        + _FORCE
        + f"create policy tenant on thing to {OWNER} using ({CONDITION}) with check ({CONDITION})",
        "thing",
    ),
    "another policy widens it": (GUARDED + "create policy more on thing using (true)", "thing"),
    "another policy widens one command": (GUARDED + "create policy more on thing for delete using (true)", "thing"),
    "the listed exception was widened": (
        WIDENED,
        "membership",
    ),
    "the listed exception stands on another table": (
        GUARDED + "create policy own_memberships on thing for select using (true)",
        "thing",
    ),
    "a trigger": (
        GUARDED + "create trigger t before update on thing for each row "
        "execute function suppress_redundant_updates_trigger()",
        "thing",
    ),
    "a rule": (GUARDED + "create rule r as on delete to thing do also delete from client", "thing"),
    "a unique index without the workspace": (GUARDED + "create unique index on thing (id)", "thing"),
    "a unique index that leads with something else": (
        GUARDED + "create unique index on thing (name, workspace_id)",
        "thing",
    ),
    "a unique index over an expression": (GUARDED + "create unique index on thing (lower(name))", "thing"),
    "an exclusion over all workspaces": (GUARDED + "alter table thing add exclude (name with =)", "thing"),
    "a reference without the workspace": (
        GUARDED + "create table other (workspace_id uuid not null, id uuid unique, primary key (workspace_id, id)); "
        "alter table thing add foreign key (id) references other (id)",
        "thing",
    ),
    "a materialised view": ("create materialized view thing as select * from client", "thing"),
    "a view with its owner's rights": ("create view thing as select * from client", "thing"),
    "a view that only says it is safe": (
        "create view thing with (security_barrier) as select * from client",
        "thing",
    ),
    "a function with its owner's rights": (PLAIN_FUNCTION.format("security definer"), "hole"),
    "a procedure with its owner's rights": (
        "create procedure hole() language sql security definer as 'select 1'",
        "hole",
    ),
    "the lent act without a fixed search path": (
        "alter function ensure_partition(text, date) reset search_path",
        "ensure_partition",
    ),
    "the lent act for everybody": (
        "grant execute on function ensure_partition(text, date) to public",
        "ensure_partition",
    ),
    "the right to empty a table": (GUARDED + f"grant truncate on thing to {APP}", "thing"),
    "the right to make triggers": (GUARDED + f"grant trigger on thing to {APP}", "thing"),
    "a right for everybody": (GUARDED + "grant select on thing to public", "thing"),
    "a grant on a partition": (PARTED + f"grant select on thing_202605 to {APP}", "thing_202605"),
    "a grant on a partition to everybody": (PARTED + "grant select on thing_202605 to public", "thing_202605"),
    "a grant on a partition's column": (PARTED + f"grant select (name) on thing_202605 to {APP}", "thing_202605"),
    "a trigger on a partition": (
        PARTED + "create trigger t before update on thing_202605 for each row "
        "execute function suppress_redundant_updates_trigger()",
        "thing_202605",
    ),
    "a unique index on a partition": (PARTED + "create unique index on thing_202605 (id)", "thing_202605"),
    "a table in another schema": ("create schema attic; create table attic.thing (id uuid)", "thing"),
    "a directory's name in another schema": ("create schema attic; create table attic.person (id uuid)", "person"),
    "the run-time role may make tables": (f"grant create on schema public to {APP}", "public"),
    "a history that may be rewritten": (f"grant update on audit_entry to {APP}", "audit_entry"),
}


@pytest.fixture(scope="module")
def urls(either_server: ServerForTests, worker: str) -> DatabaseUrls:
    return either_server.clone(f"catalogue_{worker}")


@pytest.fixture
async def owner(urls: DatabaseUrls) -> AsyncIterator[AsyncConnection]:
    """The schema's owner in a transaction that is undone, so that every hole is closed again."""
    engine = create_async_engine(
        "postgresql+psycopg://", async_creator=lambda: psycopg.AsyncConnection.connect(urls.owner)
    )
    async with engine.connect() as connection:
        yield connection
        await connection.rollback()
    await engine.dispose()


async def execute(connection: AsyncConnection, script: str) -> None:
    for statement in filter(None, (part.strip() for part in script.split("; "))):
        await connection.exec_driver_sql(statement)


async def test_our_schema_has_no_faults(owner: AsyncConnection) -> None:
    assert await catalogue_faults(owner) == []


@pytest.mark.parametrize("script", [GUARDED, PARTED], ids=["plain", "partitioned"])
async def test_a_table_that_keeps_the_rules_is_no_fault(owner: AsyncConnection, script: str) -> None:
    await execute(owner, script)

    assert await catalogue_faults(owner) == []


async def test_a_view_with_its_reader_s_rights_is_no_fault(owner: AsyncConnection) -> None:
    await execute(owner, "create view thing with (security_invoker) as select * from client")

    assert await catalogue_faults(owner) == []


@pytest.mark.parametrize("hole", HOLES)
async def test_a_hole_is_found(owner: AsyncConnection, hole: str) -> None:
    script, culprit = HOLES[hole]
    await execute(owner, script)

    faults = await catalogue_faults(owner)

    assert [fault for fault in faults if culprit in fault.partition(":")[0]], f"nothing was said of {culprit}: {faults}"


async def test_a_temporary_table_is_nobody_s_concern(owner: AsyncConnection) -> None:
    await execute(owner, "create temp table thing (id uuid)")

    assert await catalogue_faults(owner) == []
