"""The three roles and the addresses under which each connects.

`outlay_owner` owns the schema and migrates; `outlay_app` is what we are at run time and cannot bypass row-level
security; `outlay_operator` may bypass it, reads only, and serves backup, verify and metrics.
"""

import hashlib
import hmac
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from outlay.kit.errors import OutlayError

OWNER = "outlay_owner"
APP = "outlay_app"
OPERATOR = "outlay_operator"


class RolesMissing(OutlayError):
    """The database lacks the roles that Outlay needs, and the given owner may not create them."""

    status, code, title = 500, "roles_missing", "Roles are missing in the database"


class RolesUnsafe(OutlayError):
    """The role that Outlay would run as is bound by no row-level security, so workspaces would not be kept apart."""

    status, code, title = 500, "roles_unsafe", "The run-time role may see too much"


@dataclass(frozen=True)
class DatabaseUrls:
    """Where each role connects."""

    owner: str
    app: str
    operator: str


def derive_urls(owner_url: str, app_url: str | None, operator_url: str | None) -> DatabaseUrls:
    """The addresses of all roles: as set apart, else the owner's with a password derived from the owner's own.

    Deriving spares a second secret: every process that knows the owner's address knows the others too.
    """
    return DatabaseUrls(
        owner=owner_url,
        app=app_url or _with_credentials(owner_url, APP),
        operator=operator_url or _with_credentials(owner_url, OPERATOR),
    )


def create_roles(admin_url: str, urls: DatabaseUrls) -> None:
    """Makes the run-time roles where they are missing and sets the derived passwords; safe to run again."""
    with psycopg.connect(admin_url, autocommit=True) as connection, connection.transaction():
        connection.execute("select pg_advisory_xact_lock(hashtext('outlay.roles'))")
        try:
            _create_role(connection, APP, "nobypassrls", _derived_password(urls.owner, urls.app, APP))
            _create_role(connection, OPERATOR, "bypassrls", _derived_password(urls.owner, urls.operator, OPERATOR))
        except psycopg.errors.InsufficientPrivilege as error:
            raise RolesMissing(
                f"Let an administrator run: create role {APP} login; create role {OPERATOR} login bypassrls; "
                "and set OUTLAY_DATABASE_APP_URL and OUTLAY_DATABASE_OPERATOR_URL to logins that are these roles."
            ) from error


def check_app_role(app_url: str) -> None:
    """Refuses to run as a role that row-level security does not bind: it would switch tenancy off without a word."""
    with psycopg.connect(app_url) as connection:
        row = connection.execute(
            "select current_user, rolsuper or rolbypassrls from pg_roles where rolname = current_user"
        ).fetchone()
    if row is not None and row[1]:
        raise RolesUnsafe(f"The role {row[0]} of OUTLAY_DATABASE_APP_URL passes row-level security. Choose another.")


def create_owner_and_database(admin_url: str, database: str) -> None:
    """Makes the owner and its database on a server of our own, where peer authentication needs no passwords."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        _create_role(connection, OWNER, "nobypassrls createrole", None)
        exists = connection.execute("select 1 from pg_database where datname = %s", [database]).fetchone()
        if not exists:
            statement = sql.SQL("create database {} owner {}")
            connection.execute(statement.format(sql.Identifier(database), sql.Identifier(OWNER)))


def _create_role(connection: psycopg.Connection, name: str, attributes: str, password: str | None) -> None:
    exists = connection.execute("select rolbypassrls from pg_roles where rolname = %s", [name]).fetchone()
    if not exists:
        statement = sql.SQL("create role {} login " + attributes)  # attributes are constants of this module
        connection.execute(statement.format(sql.Identifier(name)))
    if password is not None and _may_alter(connection):
        statement = sql.SQL("alter role {} password {}")
        connection.execute(statement.format(sql.Identifier(name), sql.Literal(password)))


def _may_alter(connection: psycopg.Connection) -> bool:
    row = connection.execute("select rolsuper or rolcreaterole from pg_roles where rolname = current_user").fetchone()
    return bool(row and row[0])


def _derived_password(owner_url: str, role_url: str, role: str) -> str | None:
    """The password to set, or None where the role's address was set apart or needs none (peer authentication)."""
    derived = _with_credentials(owner_url, role)
    return unquote(urlsplit(derived).password or "") or None if role_url == derived else None


def _with_credentials(owner_url: str, role: str) -> str:
    parts = urlsplit(owner_url)
    place = parts.netloc.rpartition("@")[2]
    credentials = quote(role)
    if parts.password:
        secret = hmac.new(unquote(parts.password).encode(), role.encode(), hashlib.sha256).hexdigest()
        credentials += f":{secret}"
    return urlunsplit(parts._replace(netloc=f"{credentials}@{place}"))
