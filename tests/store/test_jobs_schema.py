"""The queue's schema: the one that the installed library expects, readable and writable for the right roles alone."""

import hashlib
import re
from importlib import import_module

import psycopg
import pytest
from procrastinate.schema import SchemaManager
from psycopg.rows import TupleRow

from outlay.db.connect import Database
from outlay.db.roles import DatabaseUrls
from outlay.db.tenancy import catalogue_faults

_CATALOGUE = """
select 'column ' || c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull
       || ' ' || a.attidentity::text || ' ' || coalesce(pg_get_expr(d.adbin, d.adrelid), '')
  from pg_attribute a
  join pg_class c on c.oid = a.attrelid
  left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
 where c.relnamespace = %(schema)s::regnamespace and c.relkind in ('r', 'c') and a.attnum > 0 and not a.attisdropped
union all
select 'index ' || pg_get_indexdef(i.indexrelid)
  from pg_index i join pg_class c on c.oid = i.indrelid where c.relnamespace = %(schema)s::regnamespace
union all
select 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
  from pg_constraint where connamespace = %(schema)s::regnamespace
union all
select 'function ' || proname || ' ' || pg_get_function_arguments(oid) || ' ' || pg_get_function_result(oid) || prosrc
  from pg_proc where pronamespace = %(schema)s::regnamespace
union all
select 'trigger ' || pg_get_triggerdef(t.oid)
  from pg_trigger t join pg_class c on c.oid = t.tgrelid
 where c.relnamespace = %(schema)s::regnamespace and not t.tgisinternal
union all
select 'enum ' || t.typname || ' ' || string_agg(e.enumlabel, ',' order by e.enumsortorder)
  from pg_enum e join pg_type t on t.oid = e.enumtypid where t.typnamespace = %(schema)s::regnamespace group by t.typname
"""


def described(connection: psycopg.Connection[TupleRow], schema: str) -> set[str]:
    """Everything the catalogue knows of a schema, without the schema's name (which is also a name inside functions)."""
    rows = connection.execute(_CATALOGUE, {"schema": schema}).fetchall()
    return {re.sub(r"\b(jobs|expected)\.", "", row[0]) for row in rows}


def test_the_database_has_the_schema_that_the_installed_library_expects(either_urls: DatabaseUrls) -> None:
    with psycopg.connect(either_urls.owner) as owner:
        ours = described(owner, "jobs")
        owner.execute("create schema expected; set local search_path = expected")
        owner.execute(SchemaManager.get_schema())
        theirs = described(owner, "expected")
        owner.rollback()

    assert len(theirs) > 50
    assert ours == theirs


def test_the_last_migration_was_written_for_the_installed_library(either_urls: DatabaseUrls) -> None:
    # A fresh database always has the library's newest schema, an old one has not: a difference needs a migration.
    migration = import_module("outlay.db.migrations.versions.0002_jobs")
    installed = hashlib.sha256(SchemaManager.get_schema().encode()).hexdigest()

    assert installed == migration.SCHEMA_SHA256
    with psycopg.connect(either_urls.app) as connection:
        row = connection.execute("select obj_description('jobs'::regnamespace, 'pg_namespace')").fetchone()
    assert row == (f"procrastinate {installed}",)


async def test_the_queue_leaves_the_guard_of_the_tenants_whole(database: Database) -> None:
    async with database.operator() as connection:
        assert await catalogue_faults(connection) == []


@pytest.mark.parametrize("statement", ["delete from jobs.procrastinate_jobs", "create table jobs.mine (id int)"])
def test_the_operator_reads_the_queue_and_changes_nothing(either_urls: DatabaseUrls, statement: str) -> None:
    with psycopg.connect(either_urls.operator, autocommit=True) as operator:
        operator.execute("select count(*) from jobs.procrastinate_jobs").fetchone()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            operator.execute(statement)


def test_the_run_time_role_cannot_change_the_schema(either_urls: DatabaseUrls) -> None:
    with psycopg.connect(either_urls.app) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute("create table jobs.mine (id int)")
