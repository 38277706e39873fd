"""The schema: what the code declares is what the migrations make, once, and whole or not at all."""

import shutil
import threading
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, create_engine
from sqlalchemy.sql.schema import ColumnCollectionConstraint

import outlay
from outlay.db import migrate
from outlay.db.roles import APP, OPERATOR, OWNER, DatabaseUrls
from outlay.db.tenancy import METADATA
from tests.support.servers import ServerForTests

BROKEN_STEP = """
from alembic import op
revision = "9999"
down_revision = "{before}"

def upgrade():
    op.execute("create table half_done (id integer)")
    op.execute("select 1 / 0")
"""
FAILS_AT_ITS_END = """

whole_upgrade = upgrade


def upgrade():
    whole_upgrade()
    op.execute("select 1 / 0")
"""
WORKING_STEP = BROKEN_STEP.replace("1 / 0", "1")


@pytest.fixture
def empty(either_server: ServerForTests, worker: str) -> Iterator[DatabaseUrls]:
    """A database in which nothing was done yet."""
    name = f"schema_{worker}"
    with psycopg.connect(either_server.admin_url, autocommit=True) as admin:
        admin.execute(f'drop database if exists "{name}" with (force)'.encode())
        admin.execute(f'create database "{name}" owner {OWNER}'.encode())
        yield either_server.urls(name)
        admin.execute(f'drop database "{name}" with (force)'.encode())


@pytest.fixture
def steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of our steps, to which a test may add."""
    copied = tmp_path / "migrations"
    shutil.copytree(migrate.MIGRATIONS, copied, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(migrate, "MIGRATIONS", copied)
    return copied / "versions"


def table_names(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        rows = connection.execute("select relname from pg_class where relnamespace = 'public'::regnamespace")
        return {row[0] for row in rows}


def import_all_tables() -> None:
    for module in walk_packages(outlay.__path__, "outlay."):
        if module.name.endswith(".tables"):
            import_module(module.name)


def ours(_object: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
    return not (kind == "table" and name == "alembic_version")


@pytest.fixture
def fresh_urls(either_server: ServerForTests, worker: str) -> DatabaseUrls:
    """A database in which no event has asked for a month yet."""
    return either_server.clone(f"schema_{worker}")


def test_the_tables_we_declare_are_the_tables_we_make(fresh_urls: DatabaseUrls) -> None:
    import_all_tables()
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(fresh_urls.owner))
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True, "include_object": ours}
        )
        differences = compare_metadata(context, METADATA)
    engine.dispose()

    assert METADATA.tables
    assert differences == []


def test_keys_and_references_have_the_names_that_we_declare(fresh_urls: DatabaseUrls) -> None:
    import_all_tables()
    declared = {
        (table.name, str(constraint.name))
        for table in METADATA.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, ColumnCollectionConstraint) and not isinstance(constraint, CheckConstraint)
        if constraint.name and constraint.columns
    }
    with psycopg.connect(fresh_urls.owner) as owner:
        made = set(
            owner.execute(
                "select r.relname, c.conname from pg_constraint c join pg_class r on r.oid = c.conrelid "
                "where c.contype in ('p', 'u', 'f') and r.relnamespace = 'public'::regnamespace "
                "and r.relname <> 'alembic_version' and c.conparentid = 0"
            ).fetchall()
        )

    assert made == declared


def test_checks_that_we_declare_are_made(fresh_urls: DatabaseUrls) -> None:
    import_all_tables()
    declared = {
        str(constraint.name)
        for table in METADATA.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    }
    with psycopg.connect(fresh_urls.owner) as owner:
        made = {row[0] for row in owner.execute("select conname from pg_constraint where contype = 'c'")}

    assert declared
    assert declared <= made


def test_a_table_that_a_crash_may_empty_is_declared_so(fresh_urls: DatabaseUrls) -> None:
    import_all_tables()
    declared = {name for name, table in METADATA.tables.items() if "UNLOGGED" in getattr(table, "_prefixes", ())}
    with psycopg.connect(fresh_urls.owner) as owner:
        made = {
            row[0] for row in owner.execute("select relname from pg_class where relpersistence = 'u' and relkind = 'r'")
        }

    assert made == declared


def test_the_newest_step_is_the_last_of_one_line() -> None:
    steps = sorted(path.name.partition("_")[0] for path in (migrate.MIGRATIONS / "versions").glob("[0-9]*.py"))

    assert migrate.head() == steps[-1]
    assert len(set(steps)) == len(steps), "two steps have the same number"


def test_an_empty_database_is_filled_and_then_left_alone(empty: DatabaseUrls) -> None:
    told: list[str] = []

    assert migrate.upgrade(empty.owner, told.append) == (None, migrate.head())
    assert migrate.upgrade(empty.owner, told.append) == (migrate.head(), migrate.head())

    assert len(told) == 1


def test_two_that_migrate_at_once_make_one_schema(empty: DatabaseUrls) -> None:
    results: list[tuple[str | None, str]] = []
    failures: list[BaseException] = []

    def run() -> None:
        try:
            results.append(migrate.upgrade(empty.owner))
        except BaseException as error:  # noqa: BLE001 - told to the test below
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert sorted(before or "" for before, _ in results) == ["", migrate.head(), migrate.head()]


def test_a_first_step_that_fails_leaves_nothing(empty: DatabaseUrls, steps: Path) -> None:
    first = next(steps.glob("0001*.py"))
    first.write_text(first.read_text() + FAILS_AT_ITS_END)

    with pytest.raises(Exception, match="division by zero"):
        migrate.upgrade(empty.owner)

    assert table_names(empty.owner) == set()


def test_a_step_that_fails_leaves_the_schema_as_it_was(empty: DatabaseUrls, steps: Path) -> None:
    before = migrate.head()
    migrate.upgrade(empty.owner)
    there = table_names(empty.owner)
    (steps / "9999_broken.py").write_text(BROKEN_STEP.format(before=before))

    with pytest.raises(Exception, match="division by zero"):
        migrate.upgrade(empty.owner)

    assert table_names(empty.owner) == there
    # The lock is free and the step can be repaired and run.
    (steps / "9999_broken.py").write_text(WORKING_STEP.format(before=before))
    assert migrate.upgrade(empty.owner) == (before, "9999")
    assert "half_done" in table_names(empty.owner)


def test_a_database_that_is_newer_than_the_program_is_left_alone(empty: DatabaseUrls) -> None:
    migrate.upgrade(empty.owner)
    with psycopg.connect(empty.owner) as owner:
        owner.execute("update alembic_version set version_num = '9998'")

    with pytest.raises(Exception, match="newer"):
        migrate.upgrade(empty.owner)


def test_what_a_later_step_makes_is_closed_to_run_time_until_it_is_granted(empty: DatabaseUrls) -> None:
    migrate.upgrade(empty.owner)
    with psycopg.connect(empty.owner) as owner:
        owner.execute("create table later (workspace_id uuid)")
        rights = owner.execute(
            "select has_table_privilege(%s, 'later', 'select'), has_table_privilege(%s, 'later', 'select'), "
            "has_table_privilege(%s, 'later', 'insert')",
            [APP, OPERATOR, OPERATOR],
        ).fetchone()

    assert rights == (False, True, False)
