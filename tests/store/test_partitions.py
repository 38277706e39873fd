"""Months of a partitioned table: the owner lends this one act to run time, and no more than it."""

import threading
from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import errors

from outlay.db.roles import APP, DatabaseUrls
from tests.support.servers import ServerForTests

CONDITION = "workspace_id = nullif(current_setting('outlay.workspace_id', true), '')::uuid"
# Made like every partitioned table of ours: guarded, referring to the workspace, with an index besides its key.
PARENT = f"""
create table happening (
    workspace_id uuid not null references workspace (id),
    id bigint generated always as identity,
    at timestamptz not null,
    amount numeric not null default 0 check (amount >= 0),
    primary key (workspace_id, id, at)
) partition by range (at);
create index happening_at_idx on happening (workspace_id, at);
alter table happening enable row level security;
alter table happening force row level security;
create policy tenant on happening using ({CONDITION}) with check ({CONDITION});
grant select, insert on happening to {APP};
create table whole (id integer);
create schema attic;
create table attic.hidden (at timestamptz) partition by range (at);
"""
NAMES = [
    "whole",
    "hidden",
    "attic.hidden",
    "public.happening",
    "nothing",
    "",
    "pg_class",
    "HAPPENING",
    'happening"; drop table happening; --',
    "happening'; drop table happening; --",
    "happening_at_idx",
]


@pytest.fixture(scope="module")
def urls(either_server: ServerForTests, worker: str) -> DatabaseUrls:
    urls = either_server.clone(f"partitions_{worker}")
    with psycopg.connect(urls.owner) as owner:
        owner.execute(PARENT.encode())
    return urls


@pytest.fixture
def workspace_id(urls: DatabaseUrls) -> UUID:
    """A workspace to write for."""
    made = uuid4()
    with psycopg.connect(urls.owner) as owner:
        owner.execute("insert into workspace values (%s, 'Northlight', 'UTC', 'EUR', now())", [made])
    return made


@pytest.fixture
def app(urls: DatabaseUrls) -> Iterator[psycopg.Connection]:
    with psycopg.connect(urls.app) as connection:
        yield connection
        connection.rollback()


def ensure(connection: psycopg.Connection, day: object, parent: str = "happening") -> bool:
    row = connection.execute("select ensure_partition(%s, %s::date)", [parent, day]).fetchone()
    assert row
    made: bool = row[0]
    return made


def write(connection: psycopg.Connection, workspace_id: UUID, at: str) -> None:
    connection.execute("select set_config('outlay.workspace_id', %s, true)", [str(workspace_id)])
    connection.execute("insert into happening (workspace_id, at) values (%s, %s)", [workspace_id, at])


def months(urls: DatabaseUrls) -> set[str]:
    with psycopg.connect(urls.owner) as owner:
        rows = owner.execute("select relname from pg_class where relispartition and relkind = 'r'").fetchall()
    return {row[0] for row in rows}


def test_a_month_is_made_once(app: psycopg.Connection) -> None:
    assert ensure(app, "2026-03-31")
    assert not ensure(app, "2026-03-01")
    assert ensure(app, "2026-04-01")


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        ("2026-02-14", "2026-02-01 00:00:00+00", "2026-02-28 23:59:59.999999+00"),
        ("2024-02-29", "2024-02-01 00:00:00+00", "2024-02-29 23:59:59.999999+00"),
        ("2025-12-31", "2025-12-01 00:00:00+00", "2025-12-31 23:59:59.999999+00"),
        ("2000-01-01", "2000-01-01 00:00:00+00", "2000-01-31 23:59:59.999999+00"),
    ],
)
@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "America/Los_Angeles"])
@pytest.mark.parametrize("style", ["ISO, MDY", "German, DMY"])
def test_a_month_is_a_month_of_utc_whatever_the_session_prefers(
    app: psycopg.Connection, workspace_id: UUID, day: str, first: str, last: str, zone: str, style: str
) -> None:
    app.execute("select set_config('timezone', %s, true), set_config('datestyle', %s, true)", [zone, style])

    assert ensure(app, date.fromisoformat(day))

    for at in (first, last):
        write(app, workspace_id, at)
    partitions = app.execute("select distinct tableoid::regclass::text from happening").fetchall()
    assert partitions == [(f"happening_{day[:4]}{day[5:7]}",)]


def test_late_events_find_their_month(app: psycopg.Connection, workspace_id: UUID) -> None:
    with pytest.raises(errors.CheckViolation), app.transaction():
        write(app, workspace_id, "2011-07-09 12:00:00+00")

    assert ensure(app, "2011-07-09")

    write(app, workspace_id, "2011-07-09 12:00:00+00")


@pytest.mark.parametrize("day", ["1999-12-31", "1066-10-14", "4712-01-01 BC", "9999-01-01", "infinity", "-infinity"])
def test_months_beyond_reason_are_refused(app: psycopg.Connection, day: str) -> None:
    with pytest.raises(errors.DatetimeFieldOverflow):
        ensure(app, day)


def test_two_years_ahead_are_within_reason_and_three_are_not(app: psycopg.Connection) -> None:
    today = date.today()
    assert ensure(app, today + timedelta(days=2 * 365))
    with pytest.raises(errors.DatetimeFieldOverflow):
        ensure(app, today + timedelta(days=3 * 365))


@pytest.mark.parametrize("parent", NAMES)
def test_only_partitioned_tables_of_ours_get_months(app: psycopg.Connection, parent: str) -> None:
    with pytest.raises(errors.UndefinedTable):
        ensure(app, "2026-05-01", parent)
    app.rollback()
    assert app.execute("select count(*) from happening").fetchone() == (0,)


@pytest.mark.parametrize(("parent", "day"), [(None, "2026-05-01"), ("happening", None)])
def test_half_a_question_is_refused(app: psycopg.Connection, parent: str | None, day: str | None) -> None:
    with pytest.raises(psycopg.Error):
        app.execute("select ensure_partition(%s, %s::date)", [parent, day])


def test_a_month_is_closed_to_run_time_and_reached_through_its_parent_only(
    app: psycopg.Connection, workspace_id: UUID
) -> None:
    ensure(app, "2026-05-01")
    write(app, workspace_id, "2026-05-02 00:00:00+00")
    grantees = app.execute(
        "select distinct a.grantee::regrole::text from pg_class c, aclexplode(c.relacl) a "
        "where c.relname = 'happening_202605' and a.grantee <> c.relowner"
    ).fetchall()
    assert set(grantees) <= {("outlay_operator",)}

    for statement in (
        "select * from happening_202605",
        "insert into happening_202605 select * from happening",
        "delete from happening_202605",
        "drop table happening_202605",
        "alter table happening detach partition happening_202605",
        "create index on happening_202605 (amount)",
    ):
        with pytest.raises(errors.InsufficientPrivilege), app.transaction():
            app.execute(statement.encode())


def test_a_month_has_its_parent_s_rules(app: psycopg.Connection, workspace_id: UUID) -> None:
    ensure(app, "2026-05-01")
    app.execute("select set_config('outlay.workspace_id', %s, true)", [str(workspace_id)])
    broken = {
        errors.CheckViolation: (workspace_id, -1),
        errors.InsufficientPrivilege: (uuid4(), 1),
    }
    for error, (owner, amount) in broken.items():
        with pytest.raises(error), app.transaction():
            app.execute(
                "insert into happening (workspace_id, at, amount) values (%s, '2026-05-03', %s)", [owner, amount]
            )
    indexes = app.execute("select count(*) from pg_indexes where tablename = 'happening_202605'").fetchone()
    assert indexes == (2,)


def test_a_name_that_shadows_the_parent_changes_nothing(app: psycopg.Connection) -> None:
    app.execute("create temp table happening (at timestamptz) partition by range (at)")
    app.execute("create temp table happening_202605 (at timestamptz)")
    app.execute("create function pg_temp.date_trunc(text, date) returns date language sql as 'select $2'")

    assert ensure(app, "2026-05-17")

    made = app.execute("select relnamespace::regnamespace::text from pg_class where relname = 'happening_202605'")
    assert {row[0] for row in made} >= {"public"}


def test_only_run_time_and_the_owner_may_ask(urls: DatabaseUrls) -> None:
    with psycopg.connect(urls.operator) as operator, pytest.raises(errors.InsufficientPrivilege):
        ensure(operator, "2026-05-01")


def test_many_who_ask_at_once_make_one(urls: DatabaseUrls) -> None:
    made: list[bool] = []
    failures: list[BaseException] = []
    start = threading.Barrier(6)

    def ask() -> None:
        try:
            with psycopg.connect(urls.app) as connection:
                start.wait()
                made.append(ensure(connection, "2025-08-08"))
        except BaseException as error:  # noqa: BLE001 - told to the test below
            failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert sorted(made) == [False] * 5 + [True]
    assert "happening_202508" in months(urls)


def test_writers_of_other_months_go_on_while_one_is_made(urls: DatabaseUrls, workspace_id: UUID) -> None:
    with psycopg.connect(urls.app) as early:
        ensure(early, "2025-01-01")
    with psycopg.connect(urls.app) as writer, psycopg.connect(urls.app) as maker, psycopg.connect(urls.app) as third:
        write(writer, workspace_id, "2025-01-02 00:00:00+00")  # under way, and not committed
        for connection in (maker, third):
            connection.execute("set local lock_timeout = '2s'")

        assert ensure(maker, "2025-02-01"), "making a month waits for nobody who writes"
        write(third, workspace_id, "2025-01-03 00:00:00+00")
        write(writer, workspace_id, "2025-01-04 00:00:00+00")
        third.rollback()
        writer.rollback()


def test_a_month_that_was_set_aside_is_not_taken_for_a_part(urls: DatabaseUrls, workspace_id: UUID) -> None:
    with psycopg.connect(urls.app) as early:
        ensure(early, "2010-01-01")
    with psycopg.connect(urls.owner) as owner:
        owner.execute("alter table happening detach partition happening_201001")
    try:
        with psycopg.connect(urls.app) as late, pytest.raises(psycopg.Error):
            # Either a clear refusal here, or a month that takes the row; never "all is well" and then no place for it.
            assert not ensure(late, "2010-01-01")
            pytest.fail("a table that is no partition was said to be one")
    finally:
        with psycopg.connect(urls.owner) as owner:
            owner.execute("drop table happening_201001")
