"""Named checks of a database; slices above add theirs to the list that `outlay db verify` runs."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from outlay.db import migrate, roles
from outlay.db.connect import Database
from outlay.db.roles import DatabaseUrls
from outlay.db.tenancy import catalogue_faults


@dataclass(frozen=True)
class Check:
    """Something that must hold; `run` gives one line for each way in which it does not."""

    name: str
    run: Callable[[Database], Awaitable[list[str]]]


@dataclass(frozen=True)
class Finding:
    """What a check found; nothing where all is well."""

    check: str
    faults: list[str]

    @property
    def ok(self) -> bool:
        """Whether all is well."""
        return not self.faults


async def findings(database: Database, checks: Iterable[Check]) -> AsyncIterator[Finding]:
    """Runs the checks one by one; one that cannot run is a fault, and does not keep the others from running."""
    for check in checks:
        try:
            yield Finding(check.name, await check.run(database))
        except DBAPIError as error:
            yield Finding(check.name, [f"could not be checked: {' '.join(str(error.orig).split())}"])


async def faults_of(urls: DatabaseUrls, checks: Iterable[Check]) -> list[str]:
    """All faults of a database in one list, each with the name of its check."""
    database = Database(urls, pool_size=2, pool_wait_s=30)
    try:
        return [f"{found.check}: {fault}" async for found in findings(database, checks) for fault in found.faults]
    finally:
        await database.close()


async def _schema(database: Database) -> list[str]:
    async with database.operator() as connection:
        found = await connection.run_sync(migrate.current)
    if found == migrate.head():
        return []
    return [f"it is {found or 'empty'} and should be {migrate.head()}: run `outlay db upgrade`"]


async def _guard(database: Database) -> list[str]:
    async with database.operator() as connection:
        return await catalogue_faults(connection)


async def _rights(database: Database) -> list[str]:
    async with database.directory() as connection:
        # Who we really are at run time, whatever the settings call it.
        app = (await connection.execute(text("select current_user"))).scalar_one()
    async with database.operator() as connection:
        unread = await _lines(connection, _UNREADABLE)
        powers = await _lines(connection, _POWERS, app=app, operator=roles.OPERATOR)
    return [f"{name} cannot be read by {roles.OPERATOR}, so backups fail" for name in unread] + powers


async def _indexes(database: Database) -> list[str]:
    async with database.operator() as connection:
        return await _lines(connection, _INVALID)


async def _readable(database: Database) -> list[str]:
    """Reads every row from the tables themselves, which makes the server check the sums of their pages."""
    faults = []
    async with database.operator() as connection:
        tables = await _lines(connection, _TABLES)
    for table in tables:
        try:
            async with database.operator() as connection:
                await _take_time(connection)
                await connection.execute(text("set local enable_indexonlyscan = off"))
                await connection.exec_driver_sql(f"select count(*) from only {table}")  # noqa: S608 - quoted by the server
        except DBAPIError as error:
            faults.append(f"{table}: {' '.join(str(error.orig).split())}")
    return faults


async def _leftovers(database: Database) -> list[str]:
    async with database.operator() as connection:
        return await _lines(connection, _LEFTOVERS)


async def _pages(database: Database) -> list[str]:
    async with database.operator() as connection:
        return await _lines(connection, _DAMAGED)


async def _lines(connection: AsyncConnection, query: str, **values: str) -> list[str]:
    await _take_time(connection)
    return list((await connection.execute(text(query), values)).scalars())


async def _take_time(connection: AsyncConnection) -> None:
    """A check of a large database takes as long as it takes."""
    await connection.execute(text("set local statement_timeout = 0"))


_OURS = r"n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast') and n.nspname !~ '^pg_(temp|toast_temp)_'"

_UNREADABLE = f"""
select format('%I.%I', n.nspname, c.relname)
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where c.relkind in ('r', 'p', 'S') and {_OURS}
   and not (has_schema_privilege(n.oid, 'usage')
            and case c.relkind when 'S' then has_sequence_privilege(c.oid, 'select')
                               else has_table_privilege(c.oid, 'select') end)
 order by 1
"""  # noqa: S608 - made of constants

_POWERS = """
select rolname || ' may pass row-level security' from pg_roles where rolname = :app and (rolsuper or rolbypassrls)
union all
select :operator || ' may not pass row-level security, so backups fail'
 where not (select rolbypassrls or rolsuper from pg_roles where rolname = current_user)
union all
select :app || ' may create tables in ' || n.nspname
  from pg_namespace n, pg_roles r
 where r.rolname = :app and n.nspname = 'public' and has_schema_privilege(r.oid, n.oid, 'create')
"""

_INVALID = f"""
select format('the index %I.%I is invalid: run reindex', n.nspname, c.relname)
  from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
 where not (i.indisvalid and i.indisready) and c.relkind = 'i' and {_OURS}
union all
select format('the constraint %I of %s was never validated', o.conname, o.conrelid::regclass)
  from pg_constraint o where not o.convalidated and o.contype in ('c', 'f')
"""  # noqa: S608 - made of constants

_TABLES = f"""
select format('%I.%I', n.nspname, c.relname)
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where c.relkind = 'r' and {_OURS}
 order by 1
"""  # noqa: S608 - made of constants

_LEFTOVERS = """
select format('the database %I is left from a restore that was ended: the next restore removes it', datname)
  from pg_database
 where datname in (left(current_database(), 50) || '_restoring', left(current_database(), 50) || '_replaced')
"""

_DAMAGED = """
select format('%s damaged pages were met since %s: restore a backup', checksum_failures, stats_reset)
  from pg_stat_database where datname = current_database() and checksum_failures > 0
"""

SCHEMA = Check("the schema is up to date", _schema)
# What the shape of a database must be like, whatever is in it.
STRUCTURE = (
    SCHEMA,
    Check("every workspace is guarded from the others", _guard),
    Check("the roles may do what they must, and no more", _rights),
    Check("indexes and constraints are in force", _indexes),
)
CHECKS = (
    *STRUCTURE,
    Check("every row can be read", _readable),
    Check("no damaged pages were met", _pages),
    Check("nothing is left of an ended restore", _leftovers),
)
