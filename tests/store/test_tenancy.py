"""Two workspaces in one database: whatever is asked in the name of one, nothing of the other is seen."""

from uuid import uuid4

import psycopg
import pytest
from psycopg import errors, sql

from outlay.db.connect import Database
from outlay.db.tenancy import METADATA
from tests.store.tenancy_help import SECRET, Battlefield, bind, prepare_battlefield
from tests.support.servers import ServerForTests

# Each gives a row for every row of the victim that it reaches.
READS = {
    "plainly": "select * from {t} where workspace_id = {victim}",
    "with an or that is always true": "select * from (select * from {t} where workspace_id = {victim} or true) x "
    "where x.workspace_id = {victim}",
    "by the row as text": "select t::text from {t} t where t::text like '%' || {victim} || '%'",
    "by counting": "select 1 where (select count(*) from {t} where workspace_id = {victim}) > 0",
    "joined to the directory": "select x.* from workspace w join {t} x on x.workspace_id = w.id where w.id = {victim}",
    "by a left join": "select * from workspace w left join {t} x on x.workspace_id = w.id "
    "where w.id = {victim} and x.workspace_id is not null",
    "by a full join": "select * from {t} a full join {t} b on a.workspace_id = b.workspace_id "
    "where {victim} in (a.workspace_id, b.workspace_id)",
    "joined to itself": "select b.* from {t} a join {t} b on true where b.workspace_id = {victim}",
    "by a lateral": "select x.* from workspace w cross join lateral "
    "(select * from {t} t where t.workspace_id = w.id) x where w.id = {victim}",
    "by a union": "select workspace_id from {t} where workspace_id = {victim} "
    "union all select workspace_id from {t} where workspace_id = {victim}",
    "by an intersection": "select {victim}::uuid intersect select workspace_id from {t}",
    "by what is left of a difference": "select 1 where not exists "
    "(select {victim}::uuid except select workspace_id from {t})",
    "in a materialised CTE": "with x as materialized (select * from {t}) select * from x where workspace_id = {victim}",
    "in an inlined CTE": "with x as not materialized (select * from {t}) select * from x where workspace_id = {victim}",
    "in a recursive CTE": "with recursive x (w, n) as (select workspace_id, 1 from {t} union all "
    "select t.workspace_id, n + 1 from x join {t} t on n < 2) select * from x where w = {victim}",
    "in the select list": "select * from (select (select max(t.workspace_id::text) from {t} t "
    "where t.workspace_id = w.id) as seen from workspace w where w.id = {victim}) x where seen is not null",
    "by an aggregate": "select array_agg(t::text) from {t} t where workspace_id = {victim} having count(*) > 0",
    "as json": "select json_agg(t) from {t} t where workspace_id = {victim} having count(*) > 0",
    "by asking whether one exists": "select 1 where exists (select from {t} where workspace_id = {victim})",
    "by in": "select 1 where {victim} in (select workspace_id from {t})",
    "by any of an array": "select 1 where {victim} = any (array(select workspace_id from {t}))",
    "by a window": "select * from (select workspace_id, row_number() over (partition by workspace_id), "
    "first_value(workspace_id) over (order by workspace_id desc) as top from {t}) x "
    "where {victim} in (workspace_id, top)",
    "by grouping sets": "select workspace_id from {t} group by grouping sets ((workspace_id), ()) "
    "having workspace_id = {victim}",
    "by its place on disk": "select * from {t} where workspace_id = {victim} and ctid = any "
    "(array(select format('(%s,%s)', page, line)::tid from generate_series(0, 3) page, generate_series(1, 60) line))",
    "by a sample": "select * from {t} tablesample system (100) where workspace_id = {victim}",
    "by a set-returning function": "select x from workspace w, unnest(array(select workspace_id from {t})) x "
    "where w.id = {victim} and x = w.id",
    "in order of what is hidden": "select * from (select * from {t} order by workspace_id = {victim} desc limit 1) x "
    "where x.workspace_id = {victim}",
}

# Each fails as soon as it looks at one row, and tells what the row holds.
ORACLES = {
    "a cast that fails": "select count(*) from {t} t where (t::text || 'x')::int = 0",
    "a division by zero": "select count(*) from {t} t where 1 / (length(t::text) - length(t::text)) = 1",
    "a division by zero in the select list": "select 1 / (length(t::text) - length(t::text)) from {t} t",
    "a cast while ordering": "select 1 from {t} t order by (t::text || 'x')::int",
    "a cast in an aggregate": "select max((t::text || 'x')::int) from {t} t",
    "a function that is cheap and tells": "select 1 from {t} t where pg_temp.tell(t::text)",
}
_TELL = (
    "create function pg_temp.tell(what text) returns boolean language plpgsql cost 0.0000001 as "
    "$$ begin raise exception 'seen: %', what; end $$"
)


@pytest.fixture(scope="module")
def field(either_server: ServerForTests, worker: str) -> Battlefield:
    return prepare_battlefield(either_server.clone(f"tenancy_{worker}"))


def shaped(statement: str, table: str, field: Battlefield) -> sql.Composed:
    return sql.SQL(statement).format(t=sql.SQL(table), victim=sql.Literal(str(field.victim)))


def test_the_tables_under_attack_are_all_that_we_declare(field: Battlefield) -> None:
    declared = {f'"public"."{name}"' for name, table in METADATA.tables.items() if "workspace_id" in table.columns}

    assert declared
    assert declared <= set(field.tables)


@pytest.mark.parametrize("shape", READS)
def test_nobody_reads_another_workspace(field: Battlefield, shape: str) -> None:
    for table in field.tables:
        with field.bound_to(field.attacker) as attacker:
            assert attacker.execute(shaped(READS[shape], table, field)).fetchall() == [], table
        # The same statement finds the rows when their owner asks, so that the line above means something.
        with field.bound_to(field.victim) as victim:
            assert victim.execute(shaped(READS[shape], table, field)).fetchall() != [], table


@pytest.mark.parametrize("shape", ORACLES)
def test_no_error_tells_what_another_workspace_holds(field: Battlefield, shape: str) -> None:
    for table in field.tables:
        # A workspace without rows: whatever fails has looked at somebody else's.
        with field.bound_to(uuid4()) as attacker:
            attacker.execute(_TELL)
            attacker.execute(shaped(ORACLES[shape], table, field))
        with field.bound_to(field.victim) as victim:
            victim.execute(_TELL)
            with pytest.raises((errors.DataError, errors.RaiseException)):
                victim.execute(shaped(ORACLES[shape], table, field))


def test_counts_are_one_s_own(field: Battlefield) -> None:
    own = {table: len(rows) for table, rows in field.rows_of(field.attacker).items()}

    with field.bound_to(field.attacker) as attacker:
        counted = {
            table: attacker.execute(sql.SQL("select count(*) from {}").format(sql.SQL(table))).fetchall()[0][0]
            for table in field.tables
        }

    assert counted == own


def test_without_a_workspace_nothing_is_there(field: Battlefield) -> None:
    with field.bound_to(None) as nobody:
        for table in field.tables:
            assert nobody.execute(sql.SQL("select * from {}").format(sql.SQL(table))).fetchall() == [], table


def test_a_connection_that_served_somebody_forgets_whom(field: Battlefield) -> None:
    with psycopg.connect(field.urls.app) as connection:
        with connection.transaction():
            bind(connection, field.victim)
        setting = connection.execute("select current_setting('outlay.workspace_id', true)").fetchone()
        assert setting == ("",), "after its first use an unset tenant is an empty string, not null"
        for table in field.tables:
            assert connection.execute(sql.SQL("select * from {}").format(sql.SQL(table))).fetchall() == [], table


async def test_the_directory_s_transaction_sees_no_tenant_s_rows(field: Battlefield) -> None:
    database = Database(field.urls, pool_size=1, pool_wait_s=10)
    try:
        async with database.work(field.victim) as work:
            assert (await work.connection.exec_driver_sql("select count(*) from client")).scalar()
        async with database.directory() as connection:
            for table in field.tables:
                found = (await connection.exec_driver_sql(f"select count(*) from {table}")).scalar()
                assert found == 0, table
    finally:
        await database.close()


@pytest.mark.parametrize("garbage", ["nonsense", "' or true --", "*", "00000000"])
def test_a_workspace_that_is_no_id_is_an_error_and_not_everybody(field: Battlefield, garbage: str) -> None:
    with psycopg.connect(field.urls.app) as connection:
        connection.execute("select set_config('outlay.workspace_id', %s, true)", [garbage])
        with pytest.raises(errors.InvalidTextRepresentation):
            connection.execute("select * from client")


def test_a_prepared_statement_follows_the_workspace_of_its_transaction(field: Battlefield) -> None:
    with psycopg.connect(field.urls.app) as connection:
        for table in field.tables:
            query = sql.SQL("select workspace_id from {} where workspace_id is not null").format(sql.SQL(table))
            seen = []
            # Often enough for the server to settle on a generic plan.
            for workspace_id in [field.victim] * 7 + [field.attacker, uuid4()]:
                with connection.transaction():
                    bind(connection, workspace_id)
                    seen.append({row[0] for row in connection.execute(query, prepare=True)})
            assert seen == [{field.victim}] * 7 + [{field.attacker}, set()], table


def test_a_cursor_ends_with_its_transaction(field: Battlefield) -> None:
    with psycopg.connect(field.urls.app) as connection:
        with connection.transaction():
            bind(connection, field.victim)
            connection.execute("declare kept cursor for select * from client")
        with connection.transaction():
            bind(connection, field.attacker)
            with pytest.raises(errors.InvalidCursorName), connection.transaction():
                connection.execute("fetch all from kept")


def test_a_cursor_that_is_kept_holds_only_what_its_own_workspace_saw(field: Battlefield) -> None:
    with psycopg.connect(field.urls.app) as connection:
        with connection.transaction():
            bind(connection, field.attacker)
            connection.execute("declare kept cursor with hold for select workspace_id from client")
        with connection.transaction():
            bind(connection, field.victim)
            assert {row[0] for row in connection.execute("fetch all from kept")} == {field.attacker}


@pytest.mark.parametrize(
    "statement", ["copy {t} to stdout", "copy (select * from {t}) to stdout", "copy (table {t}) to stdout"]
)
def test_a_copy_gives_one_s_own_rows(field: Battlefield, statement: str) -> None:
    for table in field.tables:
        with (
            field.bound_to(field.attacker) as attacker,
            attacker.cursor() as cursor,
            cursor.copy(shaped(statement, table, field)) as copied,
        ):
            text = b"".join(bytes(part) for part in copied).decode()
        # Of a table in months PostgreSQL copies, under row-level security, what stands in none of them.
        is_empty = table == '"public"."event"' and statement == "copy {t} to stdout"
        assert (str(field.attacker) in text) is not is_empty, table
        assert str(field.victim) not in text, table
        assert SECRET not in text, table


def test_a_view_of_one_s_own_sees_what_oneself_sees(field: Battlefield) -> None:
    for table in field.tables:
        with field.bound_to(field.attacker) as attacker:
            attacker.execute(shaped("create temp view peep as select * from {t}", table, field))
            rows = attacker.execute(shaped("select * from peep where workspace_id = {victim}", table, field))
            assert rows.fetchall() == [], table


def test_a_table_that_shadows_another_gives_nothing_away(field: Battlefield) -> None:
    with field.bound_to(field.attacker) as attacker:
        attacker.execute("create temp table client (workspace_id uuid, name text) on commit drop")
        assert attacker.execute("select * from client").fetchall() == []
        rows = attacker.execute("select * from public.client where workspace_id = %s", [field.victim])
        assert rows.fetchall() == []


def test_row_security_can_be_asked_off_but_then_nothing_is_answered(field: Battlefield) -> None:
    for table in field.tables:
        with field.bound_to(field.attacker) as attacker:
            attacker.execute("set local row_security = off")
            with pytest.raises(errors.InsufficientPrivilege):
                attacker.execute(shaped("select * from {t}", table, field))


def test_statistics_of_values_are_closed(field: Battlefield) -> None:
    names = [table.rpartition(".")[2].strip('"') for table in field.tables]
    with psycopg.connect(field.urls.owner, autocommit=True) as owner:
        owner.execute("analyze")
    query = "select count(*) from pg_stats where tablename = any (%s)"
    with psycopg.connect(field.urls.operator) as operator:
        assert operator.execute(query, [names]).fetchall()[0][0] > 0
    with field.bound_to(field.attacker) as attacker:
        assert attacker.execute(query, [names]).fetchall() == [(0,)]
        assert attacker.execute(query.replace("pg_stats", "pg_stats_ext"), [names]).fetchall() == [(0,)]
    for catalogue in ("pg_statistic", "pg_statistic_ext_data"):
        with field.bound_to(field.attacker) as attacker, pytest.raises(errors.InsufficientPrivilege):
            attacker.execute(f"select * from {catalogue}")


async def test_values_travel_beside_statements_so_that_others_sessions_show_none(field: Battlefield) -> None:
    database = Database(field.urls, pool_size=1, pool_wait_s=10)
    try:
        async with database.work(field.victim) as work:
            await work.connection.execute(
                METADATA.tables["client"].select().where(METADATA.tables["client"].c.name == f"{SECRET} 0")
            )
            with field.bound_to(field.attacker) as attacker:
                running = attacker.execute("select query from pg_stat_activity where pid <> pg_backend_pid()")
                texts = [row[0] for row in running if row[0]]
        assert any("FROM client" in text for text in texts), "the victim's session was there to be looked at"
        assert not any(SECRET in text for text in texts)
    finally:
        await database.close()
