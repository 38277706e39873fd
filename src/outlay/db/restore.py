"""Puts a backup in the place of a database, wholly or not at all.

The backup is loaded into a sibling database first, migrated and verified there, and then the two change names in one
transaction. Whatever goes wrong before that moment, a kill -9 included, leaves the old database untouched.
"""

import asyncio
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from outlay.db import migrate
from outlay.db.backup import DISK_FLOOR_BYTES, MEBIBYTE, BackupUnreadable, Contents, look_into, require_floor, script_of
from outlay.db.embedded import free_disk_bytes
from outlay.db.place import DatabaseInUse, OnState, Place
from outlay.db.roles import DatabaseUrls
from outlay.db.verify import STRUCTURE, faults_of
from outlay.kit.errors import OutlayError

Connection = psycopg.Connection[tuple[Any, ...]]
OnEntry = Callable[[], None]

_NAME_BYTES_MAX = 50
_COPY_BYTES = 64 * 1024
_ENTRY = re.compile(rb"-- (?:Data for )?Name: .*; Type: .*; Schema: .*; Owner: ")
_COPY = re.compile(rb"(COPY .* FROM stdin);\n")
_END_OF_DATA = b"\\.\n"
# psql's own commands, and a setting that servers before 17 do not know.
_LEFT_OUT = (b"\\restrict ", b"\\unrestrict ", b"SET transaction_timeout = ")
_FOR_ROLE = re.compile(rb"^ALTER DEFAULT PRIVILEGES FOR ROLE \S+ ", re.MULTILINE)


class RestoreFailed(OutlayError):
    """The backup could not be restored. The database is as it was before. The detail says why."""

    status, code, title = 500, "restore_failed", "The backup was not restored"


@dataclass(frozen=True)
class Restored:
    """What was put in place, and the schema's revision after migrating it."""

    contents: Contents
    revision: str


def check(backup: Path) -> Contents:
    """What a backup holds, or a refusal when this Outlay cannot use it; touches no database."""
    contents = look_into(backup)
    if not any(migrate.MIGRATIONS.glob(f"versions/{contents.revision}_*.py")):
        raise BackupUnreadable(
            f"{backup} was made by a newer Outlay (its schema is {contents.revision}, this one knows {migrate.head()}): "
            "install that version, then restore."
        )
    return contents


def workspaces_in(place: Place) -> list[str]:
    """The names of the workspaces that a restore would replace."""
    with psycopg.connect(place.urls.operator, connect_timeout=10) as connection:
        if connection.execute("select to_regclass('public.workspace')").fetchone() == (None,):
            return []
        return [name for (name,) in connection.execute("select name from public.workspace order by created_at")]


def restore(place: Place, backup: Path, on_state: OnState) -> Restored:
    """Replaces the database by the backup; the old one is dropped once the new one has its name."""
    contents = check(backup)
    with _maintenance(place) as admin:
        _require_solitude(admin, place)
        _require_space(place, backup)
        fresh, replaced = (
            f"{place.database[:_NAME_BYTES_MAX]}_restoring",
            f"{place.database[:_NAME_BYTES_MAX]}_replaced",
        )
        for leftover in (fresh, replaced):
            _drop(admin, leftover)
        try:
            on_state(f"restoring the backup of {contents.made_at} into a new database")
            _create_like(admin, place.database, fresh)
            _load(place, fresh, backup)
            _check_loaded(place, fresh, on_state)
            on_state("putting the new database in place")
            _exchange(admin, place.database, fresh, replaced)
        except BaseException:
            with suppress(psycopg.Error):
                _drop(admin, fresh)
            raise
        try:
            _drop(admin, replaced)
        except psycopg.Error as error:
            # The restore is in place and must not look as if it had failed; the next one removes what is left.
            on_state(f"the backup is restored, but the old database stays behind as {replaced}: {error}")
    return Restored(contents, migrate.head())


def play(connection: Connection, script: IO[bytes], on_entry: OnEntry) -> None:
    """Runs a script of pg_restore, entry by entry.

    psql could do this too, but not every psql speaks TLS with every server and knows every script; and it would run
    programs that a forged backup names. Each entry is a transaction of its own: thousands of partitions in one would
    need more locks than a server has.
    """
    statements: list[bytes] = []
    for line in script:
        if found := _COPY.fullmatch(line):
            _run(connection, statements)
            _copy(connection, found[1], script, on_entry)
        elif _ENTRY.match(line):
            _run(connection, statements)
            on_entry()
        elif not line.startswith(_LEFT_OUT):
            statements.append(line)
    _run(connection, statements)


def _run(connection: Connection, statements: list[bytes]) -> None:
    if any(line.strip() and not line.startswith(b"--") for line in statements):
        # The owner may have another name here than where the backup was made; who restores becomes the owner.
        connection.execute(_FOR_ROLE.sub(b"ALTER DEFAULT PRIVILEGES ", b"".join(statements)))
    statements.clear()


def _copy(connection: Connection, statement: bytes, script: IO[bytes], on_entry: OnEntry) -> None:
    with connection.cursor().copy(statement) as copy:
        rows: list[bytes] = []
        size_bytes = 0
        for line in script:
            if line == _END_OF_DATA:
                copy.write(b"".join(rows))
                return
            rows.append(line)
            size_bytes += len(line)
            if size_bytes > _COPY_BYTES:
                copy.write(b"".join(rows))
                rows.clear()
                size_bytes = 0
                on_entry()
        raise RestoreFailed("The backup ends in the middle of a table: use another one.")


def _load(place: Place, fresh: str, backup: Path) -> None:
    data_dir = place.data_dir
    with psycopg.connect(_in_database(place.urls, fresh).owner, autocommit=True) as connection:
        # Nothing here counts before the exchange of names, whose own commit makes it all durable.
        connection.execute("set synchronous_commit = off")
        try:
            with script_of(backup) as script:
                play(connection, script, lambda: require_floor(data_dir) if data_dir else None)
            connection.execute("analyze")
        except psycopg.Error as error:
            raise RestoreFailed(f"{' '.join(str(error).split())}. The database is as it was.") from error


def _check_loaded(place: Place, fresh: str, on_state: OnState) -> None:
    urls = _in_database(place.urls, fresh)
    migrate.upgrade(urls.owner, on_state)
    faults = asyncio.run(faults_of(urls, STRUCTURE))
    if faults:
        raise RestoreFailed(f"The restored database is not sound ({'; '.join(faults[:3])}). The database is as it was.")


def _in_database(urls: DatabaseUrls, name: str) -> DatabaseUrls:
    """The same roles at another database of the server."""
    return DatabaseUrls(
        *(
            urlunsplit(urlsplit(url)._replace(path="/" + quote(name, safe="")))
            for url in (urls.owner, urls.app, urls.operator)
        )
    )


@contextmanager
def _maintenance(place: Place) -> Iterator[Connection]:
    """A connection beside the database, since one cannot rename what one is connected to."""
    failure: psycopg.OperationalError | None = None
    for url in place.maintenance_urls:
        try:
            connection = psycopg.connect(url, autocommit=True, connect_timeout=10)
        except psycopg.OperationalError as error:
            failure = error
            continue
        with connection:
            yield connection
        return
    raise RestoreFailed(f"No other database of the server can be reached: {failure}") from failure


def _require_solitude(admin: Connection, place: Place) -> None:
    rows = admin.execute(
        "select usename, count(*) from pg_stat_activity where datname = %s and usesysid is not null and pid <> "
        "pg_backend_pid() group by 1 order by 1",
        [place.database],
    ).fetchall()
    if rows:
        who = ", ".join(f"{name} ({count})" for name, count in rows)
        raise DatabaseInUse(
            f"The database is in use by {who}: stop `outlay serve` and whatever else is connected first."
        )


def _require_space(place: Place, backup: Path) -> None:
    """Rows take at least the space of their compressed form, and the old database stays until the new one is whole."""
    if place.data_dir is None:
        return
    needed_bytes = backup.stat().st_size + DISK_FLOOR_BYTES
    free_bytes = free_disk_bytes(place.data_dir)
    if free_bytes < needed_bytes:
        raise RestoreFailed(
            f"Only {free_bytes // MEBIBYTE} MB are free in {place.data_dir}, and restoring needs more than "
            f"{needed_bytes // MEBIBYTE} MB: free some space first. The database is as it was."
        )


def _create_like(admin: Connection, model: str, name: str) -> None:
    """An empty database with the encoding, locale, owner, access rights and settings of another."""
    row = admin.execute(_PROPERTIES, [model]).fetchone()
    assert row is not None
    oid, owner, encoding, collate, ctype, provider, locale, has_rights = row
    options = [
        sql.SQL("create database {} owner {} template template0").format(sql.Identifier(name), sql.Identifier(owner)),
        sql.SQL("encoding {} lc_collate {} lc_ctype {}").format(*map(sql.Literal, (encoding, collate, ctype))),
    ]
    if provider != "libc":
        key = "icu_locale" if provider == "icu" else "builtin_locale"
        options.append(sql.SQL(f"locale_provider {provider} {key} {{}}").format(sql.Literal(locale)))
    try:
        admin.execute(sql.SQL(" ").join(options))
    except psycopg.errors.InsufficientPrivilege as error:
        raise RestoreFailed(
            f"The owner may not make databases, and restoring needs one beside the old: let an administrator run "
            f"`alter role {owner} createdb`."
        ) from error
    if has_rights:
        admin.execute(sql.SQL("revoke all on database {} from public").format(sql.Identifier(name)))
    for (grant,) in admin.execute(_GRANTS, [name, oid]).fetchall():
        admin.execute(grant.encode())
    for role, key, value in admin.execute(_SETTINGS, [oid]).fetchall():
        whose = sql.SQL("role {} in").format(sql.Identifier(role)) if role else sql.SQL("")
        with admin.transaction():
            # By way of the session, since only the server knows which settings are lists and how they are quoted.
            admin.execute("select set_config(%s, %s, true)", [key, value])
            statement = sql.SQL("alter {} database {} set {} from current")
            admin.execute(statement.format(whose, sql.Identifier(name), sql.SQL(key)))


_PROPERTIES = """
select oid, pg_get_userbyid(datdba), pg_encoding_to_char(encoding), datcollate, datctype,
       case datlocprovider when 'i' then 'icu' when 'b' then 'builtin' else 'libc' end,
       coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale'), datacl is not null
  from pg_database d where datname = %s
"""
_GRANTS = """
select format('grant %%s on database %%I to %%s%%s', a.privilege_type, %s::text,
              case when a.grantee = 0 then 'public' else a.grantee::regrole::text end,
              case when a.is_grantable then ' with grant option' else '' end)
  from pg_database d, aclexplode(d.datacl) a
 where d.oid = %s and a.grantee <> d.datdba
"""
_SETTINGS = """
select pg_get_userbyid(nullif(s.setrole, 0)), split_part(c.entry, '=', 1), substr(c.entry, strpos(c.entry, '=') + 1)
  from pg_db_role_setting s, unnest(s.setconfig) as c (entry) where s.setdatabase = %s
"""


def _exchange(admin: Connection, name: str, fresh: str, replaced: str) -> None:
    """Gives the new database the name of the old one: both renamed, or neither."""
    rename = sql.SQL("alter database {} rename to {}")
    try:
        with admin.transaction():
            admin.execute("set local synchronous_commit = on")
            admin.execute(rename.format(sql.Identifier(name), sql.Identifier(replaced)))
            admin.execute(rename.format(sql.Identifier(fresh), sql.Identifier(name)))
    except psycopg.errors.ObjectInUse as error:
        raise DatabaseInUse(
            "Somebody connected to the database while the backup was read, so it was left as it was: "
            "stop `outlay serve` and whatever else connects, then restore again."
        ) from error


def _drop(admin: Connection, name: str) -> None:
    """Removes a database.

    Without force first: PostgreSQL then asks an autovacuum worker to leave and waits for it, while with force somebody
    who is no superuser fails at the worker. Force is for sessions that do not leave.
    """
    statement = sql.SQL("drop database if exists {}").format(sql.Identifier(name))
    try:
        admin.execute(statement)
    except psycopg.errors.ObjectInUse:
        admin.execute(statement + sql.SQL(" with (force)"))
