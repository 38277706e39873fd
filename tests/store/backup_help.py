"""What the tests of backups share: a database with something in it, and everything that can be seen of one."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from outlay.db.connect import Database
from outlay.db.place import Place
from outlay.db.programs import suitable_programs
from outlay.db.roles import OWNER, DatabaseUrls
from tests.support.servers import ServerForTests
from tests.support.tenants import Tenant, make_tenant

TABLES = """
select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where n.nspname in ('public', 'jobs') and c.relkind in ('r', 'p') and c.relpersistence = 'p' order by 1
"""
# Everything that guards the data, as the catalogue knows it.
GUARD = """
select 'table', c.oid::regclass::text, array[c.relrowsecurity, c.relforcerowsecurity]::text, c.relacl::text,
       pg_get_userbyid(c.relowner)
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where n.nspname in ('public', 'jobs') and c.relkind in ('r', 'p', 'S', 'i')
union all
select 'policy', p.polrelid::regclass::text || ' ' || p.polname, p.polcmd::text,
       pg_get_expr(p.polqual, p.polrelid) || coalesce(pg_get_expr(p.polwithcheck, p.polrelid), ''), null
  from pg_policy p
union all
select 'function', f.oid::regprocedure::text, f.prosecdef::text, f.proacl::text, pg_get_userbyid(f.proowner)
  from pg_proc f join pg_namespace n on n.oid = f.pronamespace where n.nspname in ('public', 'jobs')
union all
select 'constraint', o.conrelid::regclass::text || ' ' || o.conname, o.convalidated::text, pg_get_constraintdef(o.oid), null
  from pg_constraint o join pg_namespace n on n.oid = o.connamespace
 where n.nspname in ('public', 'jobs') and o.contype <> 'n'
union all
select 'default', coalesce(n.nspname, ''), d.defaclobjtype::text, d.defaclacl::text, pg_get_userbyid(d.defaclrole)
  from pg_default_acl d left join pg_namespace n on n.oid = d.defaclnamespace
union all
select 'schema', n.nspname, null, n.nspacl::text, pg_get_userbyid(n.nspowner)
  from pg_namespace n where n.nspname in ('public', 'jobs')
union all
select 'database', null, d.datacl::text, pg_get_userbyid(d.datdba), pg_encoding_to_char(d.encoding)
  from pg_database d where d.datname = current_database()
order by 1, 2, 3, 4
"""


def place_of(server: ServerForTests, urls: DatabaseUrls) -> Place:
    """A database of the test servers, where an administrator may make others beside it."""
    return Place(urls, (server.admin_url,), suitable_programs(int(server.version), with_tls=False), None)


def fill(urls: DatabaseUrls, name: str = "Northlight") -> Tenant:
    """A workspace with an owner, a key and a record of both."""

    async def make() -> Tenant:
        database = Database(urls, pool_size=2, pool_wait_s=10)
        try:
            return await make_tenant(database, name)
        finally:
            await database.close()

    return asyncio.run(make())


def fill_from(server: ServerForTests, place: Place, pattern: str) -> None:
    """Everything that is in another database of the server."""
    with psycopg.connect(server.admin_url, autocommit=True) as admin:
        admin.execute(f'drop database "{place.database}" with (force)'.encode())
        admin.execute(f'create database "{place.database}" template "{pattern}" owner {OWNER}'.encode())


def rows_of(urls: DatabaseUrls) -> dict[str, list[Any]]:
    """Every row of every table."""
    with psycopg.connect(urls.operator) as connection:
        tables = [name for (name,) in connection.execute(TABLES)]
        return {
            table: connection.execute(f"select t::text from {table} t order by 1".encode()).fetchall()
            for table in tables
        }


def guard_of(urls: DatabaseUrls) -> list[Any]:
    """What guards a database."""
    with psycopg.connect(urls.operator) as connection:
        return connection.execute(GUARD.encode()).fetchall()


def databases_of(server: ServerForTests, like: str) -> set[str]:
    """The databases of a server whose name begins so."""
    with psycopg.connect(server.admin_url) as connection:
        found = connection.execute("select datname from pg_database where starts_with(datname, %s)", [like]).fetchall()
    return {name for (name,) in found}


@contextmanager
def connected(url: str) -> Iterator["psycopg.Connection[tuple[Any, ...]]"]:
    """Somebody who uses a database."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("select 1")
        yield connection


def truncated(backup: Path, target: Path, part: float) -> Path:
    """The first part of a backup."""
    whole = backup.read_bytes()
    target.write_bytes(whole[: int(len(whole) * part)])
    return target
