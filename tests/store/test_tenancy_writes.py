"""Two workspaces in one database: whatever is written in the name of one, nothing of the other moves or answers."""

import json
from collections.abc import Iterator
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import errors, sql

from tests.store.tenancy_help import Battlefield, prepare_battlefield
from tests.support.servers import ServerForTests

# `c` is a column of the primary key, `mine` and `victim` the two workspaces.
CHANGES = {
    "delete": "delete from {t} where workspace_id = {victim}",
    "delete by using": "delete from {t} t using workspace w where t.workspace_id = w.id and w.id = {victim}",
    "delete in a CTE": "with gone as (delete from {t} where workspace_id = {victim} returning 1) select * from gone",
    "update": "update {t} set {c} = {c} where workspace_id = {victim}",
    "update from": "update {t} t set {c} = t.{c} from workspace w where t.workspace_id = w.id and w.id = {victim}",
    "update returning": "update {t} set {c} = {c} where workspace_id = {victim} returning *",
    "take over": "update {t} set workspace_id = {mine} where workspace_id = {victim}",
    "lock": "select * from {t} where workspace_id = {victim} for update",
    "merge and delete": "merge into {t} t using workspace w on t.workspace_id = w.id and w.id = {victim} "
    "when matched then delete",
    "merge and update": "merge into {t} t using workspace w on t.workspace_id = w.id and w.id = {victim} "
    "when matched then update set {c} = t.{c}",
}
SMUGGLES = {
    "insert": "insert into {t} select * from jsonb_populate_record(null::{t}, {row})",
    "insert or do nothing": "insert into {t} select * from jsonb_populate_record(null::{t}, {row}) "
    "on conflict do nothing",
    "insert or update": "insert into {t} select * from jsonb_populate_record(null::{t}, {row}) "
    "on conflict ({key}) do update set {c} = excluded.{c}",
    "merge": "merge into {t} t using (select * from jsonb_populate_record(null::{t}, {row})) n on false "
    "when not matched then insert values (n.*)",
}


@pytest.fixture(scope="module")
def field(either_server: ServerForTests, worker: str) -> Iterator[Battlefield]:
    prepared = prepare_battlefield(either_server.clone(f"tenancy_writes_{worker}"))
    before = prepared.rows_of(prepared.victim)
    yield prepared
    assert prepared.rows_of(prepared.victim) == before, "something of the victim's was changed by an attack"


def primary_key(field: Battlefield, table: str) -> list[str]:
    query = (
        "select a.attname from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey) "
        "where i.indisprimary and i.indrelid = %s::regclass order by a.attnum"
    )
    with psycopg.connect(field.urls.owner) as owner:
        return [row[0] for row in owner.execute(query, [table])]


def a_row_of(field: Battlefield, table: str, workspace_id: UUID) -> dict[str, object]:
    query = sql.SQL("select to_jsonb(t) from {} t where workspace_id = %s limit 1").format(sql.SQL(table))
    with psycopg.connect(field.urls.operator) as operator:
        found = operator.execute(query, [workspace_id]).fetchone()
    assert found
    row: dict[str, object] = found[0]
    return row


def shaped(statement: str, table: str, field: Battlefield, row: dict[str, object] | None = None) -> sql.Composed:
    # Events are told apart by the keys beside them: any of their columns will do.
    key = primary_key(field, table) or ["occurred_at"]
    return sql.SQL(statement).format(
        t=sql.SQL(table),
        c=sql.Identifier(key[-1]),
        key=sql.SQL(", ").join(map(sql.Identifier, key)),
        mine=sql.Literal(str(field.attacker)),
        victim=sql.Literal(str(field.victim)),
        row=sql.Literal(json.dumps(row)),
    )


@pytest.mark.parametrize("shape", CHANGES)
def test_nothing_of_another_workspace_is_changed(field: Battlefield, shape: str) -> None:
    for table in field.tables:
        with field.bound_to(field.attacker) as attacker:
            try:
                cursor = attacker.execute(shaped(CHANGES[shape], table, field))
            except errors.InsufficientPrivilege:
                continue  # the run-time role has no such right, not even on one's own rows
            assert cursor.rowcount == 0, table


@pytest.mark.parametrize("shape", SMUGGLES)
@pytest.mark.parametrize("is_there_already", [True, False])
def test_a_row_for_another_workspace_is_refused_before_its_keys_are_looked_at(
    field: Battlefield, shape: str, is_there_already: bool
) -> None:
    for table in field.tables:
        row = a_row_of(field, table, field.victim)
        if "on conflict (" in SMUGGLES[shape] and not primary_key(field, table):
            continue  # a table without a key knows no conflicts
        if not is_there_already:
            row = {name: value if name == "workspace_id" else _other(value) for name, value in row.items()}
        with field.bound_to(field.attacker) as attacker, pytest.raises(errors.InsufficientPrivilege):
            attacker.execute(shaped(SMUGGLES[shape], table, field, row))


def test_a_row_cannot_be_moved_into_another_workspace(field: Battlefield) -> None:
    for table in field.tables:
        with field.bound_to(field.attacker) as attacker, pytest.raises(errors.InsufficientPrivilege):
            attacker.execute(shaped("update {t} set workspace_id = {victim}", table, field))


def test_nothing_is_copied_in(field: Battlefield) -> None:
    for table in field.tables:
        # Not even one's own rows: PostgreSQL has no row-level security for this, so it refuses.
        with (
            field.bound_to(field.attacker) as attacker,
            pytest.raises((errors.FeatureNotSupported, errors.InsufficientPrivilege)),
            attacker.cursor().copy(shaped("copy {t} from stdin", table, field)) as copy,
        ):
            copy.write(b"")


@pytest.mark.parametrize("statement", ["truncate {t}", "truncate {t} cascade"])
def test_a_table_cannot_be_emptied(field: Battlefield, statement: str) -> None:
    for table in field.tables:
        with field.bound_to(field.attacker) as attacker, pytest.raises(errors.InsufficientPrivilege):
            attacker.execute(shaped(statement, table, field))


def test_another_workspace_s_key_is_free(field: Battlefield) -> None:
    with psycopg.connect(field.urls.operator) as operator:
        keys = operator.execute("select key from client where workspace_id = %s", [field.victim]).fetchall()
    with field.bound_to(field.attacker) as attacker:
        for (key,) in keys:
            attacker.execute(
                "insert into client (workspace_id, id, key, name, created_at) values (%s, %s, %s, 'x', now())",
                [field.attacker, uuid4(), key],
            )


def test_another_workspace_s_id_and_an_invented_one_are_refused_alike(field: Battlefield) -> None:
    client = a_row_of(field, "client", field.victim)["id"]
    answers = []
    for client_id in (client, uuid4()):
        with field.bound_to(field.attacker) as attacker, pytest.raises(errors.ForeignKeyViolation) as refused:
            attacker.execute(
                "insert into campaign (workspace_id, id, client_id, key, name, created_at) "
                "values (%s, %s, %s, 'x', 'x', now())",
                [field.attacker, uuid4(), client_id],
            )
        detail = refused.value.diag.message_detail or ""
        answers.append((refused.value.diag.message_primary, detail.replace(str(client_id), "?")))
    assert answers[0] == answers[1]


def test_every_reference_between_tenants_tables_carries_the_workspace(field: Battlefield) -> None:
    query = """
        select c.conname from pg_constraint c
         where c.contype = 'f'
           and c.confrelid = any (%(tables)s::regclass[])
           and not exists (select from unnest(c.conkey, c.confkey) as pair (here, there)
                             join pg_attribute a on a.attrelid = c.conrelid and a.attnum = pair.here
                             join pg_attribute b on b.attrelid = c.confrelid and b.attnum = pair.there
                            where a.attname = 'workspace_id' and b.attname = 'workspace_id')
    """
    with psycopg.connect(field.urls.owner) as owner:
        assert owner.execute(query, {"tables": list(field.tables)}).fetchall() == []


def test_the_operator_reads_everything_and_writes_nothing(field: Battlefield) -> None:
    for table in field.tables:
        for statement in (
            "delete from {t}",
            "update {t} set {c} = {c}",
            "truncate {t}",
            "insert into {t} select * from {t}",
        ):
            with psycopg.connect(field.urls.operator) as operator, pytest.raises(errors.InsufficientPrivilege):
                operator.execute(shaped(statement, table, field))


def _other(value: object) -> object:
    """A value of the same form that nobody has."""
    if isinstance(value, str):
        try:
            return str(UUID(value)) and str(uuid4())
        except ValueError:
            return value
    return value
