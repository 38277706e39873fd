"""Which tables belong to a workspace, how the database guards them, and what would be a hole in the guard."""

from collections.abc import Sequence

from sqlalchemy import Column, ForeignKeyConstraint, MetaData, PrimaryKeyConstraint, Table, Uuid, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.schema import SchemaItem

METADATA = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)

# The only tables without a workspace of their own: what must be read before a workspace is known.
DIRECTORY_TABLES = {
    "workspace": "the tenants themselves",
    "person": "people, who may belong to several workspaces",
    "sign_in_throttle": "failed sign-ins, counted before anybody is known",
    "alembic_version": "the state of the schema",
}
EXEMPT_SCHEMAS = {"jobs": "the job queue: arguments name a workspace, and hold nothing of its data"}

TENANT_POLICY = "tenant"
TENANT_CONDITION = "(workspace_id = (NULLIF(current_setting('outlay.workspace_id'::text, true), ''::text))::uuid)"
# A person who signs in sees which workspaces are theirs, and nobody else's memberships.
EXTRA_POLICIES = {("membership", "own_memberships")}
SHARED_KEY_COLUMN = "workspace_id"


def tenant_table(name: str, *items: SchemaItem, key: Sequence[str] = ("id",), prefixes: Sequence[str] = ()) -> Table:
    """A table whose rows belong to a workspace: the workspace leads its primary key, always."""
    return Table(
        name,
        METADATA,
        Column("workspace_id", Uuid, nullable=False),
        *items,
        PrimaryKeyConstraint("workspace_id", *key),
        ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        prefixes=list(prefixes),
    )


def directory_table(name: str, *items: SchemaItem) -> Table:
    """A table without a workspace; its name must stand in `DIRECTORY_TABLES` with the reason."""
    if name not in DIRECTORY_TABLES:
        raise ValueError(f"{name} is not listed as a directory table")
    return Table(name, METADATA, *items)


async def catalogue_faults(connection: AsyncConnection) -> list[str]:
    """Every way in which the database's own catalogue departs from our rules; empty when the guard is whole."""
    rows = await connection.execute(_CATALOGUE, {"exempt_schemas": list(EXEMPT_SCHEMAS)})
    faults: list[str] = []
    for table in rows.mappings():
        name = table["name"]
        if name in DIRECTORY_TABLES:
            continue
        if table["is_partition"]:
            faults += [f"{name}: a partition is granted to {grantee}" for grantee in table["grantees"]]
            continue
        faults += [f"{name}: {fault}" for fault in _faults_of(name, dict(table))]
    return faults


def _faults_of(name: str, table: dict[str, object]) -> list[str]:
    policies = table["policies"]
    assert isinstance(policies, list)
    checks = {
        "its first column is not workspace_id": table["first_column"] != SHARED_KEY_COLUMN,
        "workspace_id may be null": not table["workspace_required"],
        "row-level security is off": not table["secured"],
        "row-level security is not forced": not table["forced"],
        "it has a trigger": table["triggers"],
        "an index that decides uniqueness does not lead with workspace_id": table["loose_keys"],
        "its tenant policy is missing or different": (TENANT_POLICY, TENANT_CONDITION, TENANT_CONDITION, "*")
        not in {(p["name"], p["using"], p["check"], p["command"]) for p in policies},
        "it has a policy that is not listed": any(
            p["name"] != TENANT_POLICY and ((name, p["name"]) not in EXTRA_POLICIES or p["command"] != "r")
            for p in policies
        ),
    }
    return [fault for fault, found in checks.items() if found]


_CATALOGUE = text("""
select c.relname as name,
       c.relispartition as is_partition,
       c.relrowsecurity as secured,
       c.relforcerowsecurity as forced,
       (select a.attname from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
         order by a.attnum limit 1) as first_column,
       exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'workspace_id'
               and a.attnotnull) as workspace_required,
       exists (select from pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal) as triggers,
       exists (select from pg_index i
                 join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
                where i.indrelid = c.oid and i.indisunique and a.attname <> 'workspace_id') as loose_keys,
       coalesce((select json_agg(json_build_object(
                    'name', p.polname, 'command', p.polcmd,
                    'using', pg_get_expr(p.polqual, p.polrelid), 'check', pg_get_expr(p.polwithcheck, p.polrelid)))
                   from pg_policy p where p.polrelid = c.oid), '[]'::json) as policies,
       coalesce((select array_agg(distinct acl.grantee::regrole::text)
                   from aclexplode(c.relacl) acl
                  where acl.grantee not in (c.relowner) and not exists
                        (select from pg_roles r where r.oid = acl.grantee and r.rolbypassrls)),
                '{}') as grantees
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
 where c.relkind in ('r', 'p', 'f', 'm')
   and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
   and n.nspname !~ '^pg_(temp|toast_temp)_'
   and n.nspname <> all (cast(:exempt_schemas as text[]))
 order by 1
""")
