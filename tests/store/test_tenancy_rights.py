"""What the run-time role may never do, whatever SQL it is made to run: become somebody else, or lower the guard."""

from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import errors

from outlay.db.roles import APP, OPERATOR, OWNER
from outlay.db.tenancy import DIRECTORY_TABLES
from tests.store.tenancy_help import Battlefield, prepare_battlefield
from tests.support.servers import ServerForTests

ESCAPES = [
    f"set role {OWNER}",
    f"set role {OPERATOR}",
    f"set session authorization {OWNER}",
    f"set session authorization {OPERATOR}",
    f"grant {OPERATOR} to {APP}",
    f"grant {OWNER} to {APP}",
    f"alter role {APP} bypassrls",
    f"alter role {APP} createrole",
    f"alter role {OPERATOR} password 'mine'",
    "create role helper bypassrls",
    "alter table client disable row level security",
    "alter table client no force row level security",
    f"alter table client owner to {APP}",
    "alter table client add column extra text",
    "drop policy tenant on client",
    "alter policy tenant on client using (true)",
    "create policy everything on client using (true)",
    "create trigger spy before insert on client for each row execute function suppress_redundant_updates_trigger()",
    "create rule spy as on select to client do instead select 1",
    "create index spy on client (name)",
    "create statistics spy on key, name from client",
    "create table public.loot (what text)",
    "create temp table heir () inherits (client)",
    "create view public.peep as select * from client",
    "create materialized view public.peep as select * from client",
    "create function public.spy() returns int language sql as 'select 1'",
    "create function pg_temp.spy(text) returns boolean language sql leakproof as 'select true'",
    "create function pg_temp.spy() returns int language c as 'libc', 'getpid'",
    "create operator public.=== (leftarg = text, rightarg = text, function = texteq)",
    "create schema loot",
    "create extension dblink",
    "create publication spy for table client",
    "create event trigger spy on ddl_command_start execute function suppress_redundant_updates_trigger()",
    "create foreign data wrapper spy",
    "drop table client cascade",
    "drop schema public cascade",
    "drop function ensure_partition(text, date)",
    "create or replace function ensure_partition(parent text, any_day date) returns boolean language sql as ''",
    f"reassign owned by {OWNER} to {APP}",
    f"alter default privileges for role {OWNER} grant all on tables to {APP}",
    "alter database template1 set row_security = off",
    "set session_replication_role = replica",
    "load 'auto_explain'",
    "copy client to program 'cat'",
    "copy client to '/dev/null'",
    "copy (select 1) to program 'id'",
    "select pg_read_file('PG_VERSION')",
    "select pg_ls_dir('.')",
    "select lo_import('/etc/hostname')",
    "select pg_read_binary_file('global/pg_control')",
    "select * from pg_authid",
    "select * from pg_hba_file_rules()",
    "select pg_reload_conf()",
    "select * from pg_logical_slot_get_changes('spy', null, null)",
    "select pg_create_logical_replication_slot('spy', 'test_decoding')",
    "update alembic_version set version_num = '0'",
    "delete from workspace",
    "delete from person",
    "insert into pg_policy select * from pg_policy",
    "update pg_class set relrowsecurity = false",
]


@pytest.fixture(scope="module")
def field(either_server: ServerForTests, worker: str) -> Battlefield:
    return prepare_battlefield(either_server.clone(f"tenancy_rights_{worker}"))


@pytest.mark.parametrize("statement", ESCAPES)
def test_there_is_no_way_up(field: Battlefield, statement: str) -> None:
    refusals = (
        errors.InsufficientPrivilege,
        errors.FeatureNotSupported,
        errors.WrongObjectType,
        errors.InvalidObjectDefinition,
        errors.ObjectNotInPrerequisiteState,
        errors.UndefinedFile,
    )
    with field.bound_to(field.attacker) as attacker, pytest.raises(refusals):
        attacker.execute(statement)


def test_the_server_s_configuration_is_out_of_reach(field: Battlefield) -> None:
    with psycopg.connect(field.urls.app, autocommit=True) as app, pytest.raises(errors.InsufficientPrivilege):
        app.execute("alter system set row_security = off")


def test_a_right_that_one_lacks_cannot_be_handed_on(field: Battlefield) -> None:
    with psycopg.connect(field.urls.app) as app:
        app.execute("grant all on audit_entry to public")  # answered by a warning only
        granted = app.execute(
            "select count(*) from pg_class c, aclexplode(c.relacl) a where c.relname = 'audit_entry' and a.grantee = 0"
        ).fetchone()
    assert granted == (0,)


def test_the_run_time_role_has_no_powers_and_no_groups(field: Battlefield) -> None:
    with psycopg.connect(field.urls.app) as app:
        powers = app.execute(
            "select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication from pg_roles "
            "where rolname = current_user"
        ).fetchone()
        groups = app.execute(
            "select rolname from pg_roles where rolname <> current_user and pg_has_role(current_user, oid, 'member')"
        ).fetchall()
        owned = app.execute("select relname from pg_class where relowner = current_user::regrole").fetchall()

    assert powers == (False, False, False, False, False)
    assert groups == []
    assert owned == []


def test_the_owner_sees_only_the_workspace_it_is_bound_to(field: Battlefield) -> None:
    with psycopg.connect(field.urls.owner) as owner:
        for table in field.tables:
            assert owner.execute(f"select * from {table}".encode()).fetchall() == [], table


def test_a_kept_secret_in_a_large_object_is_no_way_around(field: Battlefield) -> None:
    with psycopg.connect(field.urls.owner) as owner:
        kept = owner.execute("select lo_from_bytea(0, 'secret')").fetchone()
        owner.commit()
    assert kept
    with field.bound_to(field.attacker) as attacker, pytest.raises(errors.InsufficientPrivilege):
        attacker.execute("select lo_get(%s)", [kept[0]])


def test_what_is_exempt_from_the_guard_is_this_and_nothing_else(field: Battlefield) -> None:
    assert set(DIRECTORY_TABLES) == {"workspace", "person", "sign_in_throttle", "closed_month", "alembic_version"}
    query = (
        "select relname from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace "
        "and not relispartition and not relrowsecurity"
    )
    with psycopg.connect(field.urls.owner) as owner:
        assert {row[0] for row in owner.execute(query)} <= set(DIRECTORY_TABLES)


def test_a_person_s_memberships_are_shown_to_that_person_only(field: Battlefield) -> None:
    with psycopg.connect(field.urls.operator) as operator:
        rows = operator.execute("select workspace_id, person_id from membership").fetchall()
    owners: dict[UUID, UUID] = dict(rows)
    with psycopg.connect(field.urls.app) as app:
        app.execute("select set_config('outlay.person_id', %s, true)", [str(owners[field.attacker])])
        seen = app.execute("select workspace_id, person_id from membership").fetchall()
        assert seen == [(field.attacker, owners[field.attacker])]
        # It is a look, and nothing more.
        assert app.execute("update membership set role = 'owner'").rowcount == 0
        assert app.execute("delete from membership").rowcount == 0
    with psycopg.connect(field.urls.app) as app:
        app.execute("select set_config('outlay.person_id', %s, true)", [str(uuid4())])
        assert app.execute("select * from membership").fetchall() == []
