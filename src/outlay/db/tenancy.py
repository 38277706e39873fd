"""Which tables belong to a workspace, how the database guards them, and what would be a hole in the guard."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, ForeignKeyConstraint, MetaData, PrimaryKeyConstraint, Table, Uuid, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.schema import SchemaItem

from outlay.db.roles import APP

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
    "closed_month": "months whose events were taken out, of all workspaces",
    "alembic_version": "the state of the schema",
}
EXEMPT_SCHEMAS = {"jobs": "the job queue: arguments name a workspace, and hold nothing of its data"}

TENANT_POLICY = "tenant"
TENANT_CONDITION = "(workspace_id = (NULLIF(current_setting('outlay.workspace_id'::text, true), ''::text))::uuid)"
# A person who signs in sees which workspaces are theirs, and nobody else's memberships.
EXTRA_POLICIES = {
    ("membership", "own_memberships"): (
        "(person_id = (NULLIF(current_setting('outlay.person_id'::text, true), ''::text))::uuid)"
    )
}
# What the run-time role may do with tables at most; history is only added to.
RIGHTS = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})
APPEND_ONLY = {
    "adjustment",
    "audit_entry",
    "category_rate",
    "event",
    "event_key",
    "conversion",
    "lane",
    "price_rule",
}
# The owner's rights are lent by these functions only.
LENT_FUNCTIONS = {"ensure_partition"}
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
    known = {"exempt_schemas": list(EXEMPT_SCHEMAS), "lent": list(LENT_FUNCTIONS), "app": APP}
    faults: list[str] = []
    for relation in (await connection.execute(_RELATIONS, known)).mappings():
        faults += [f"{relation['name']}: {fault}" for fault in _faults_of(dict(relation))]
    for thing, fault in await connection.execute(_SURROUNDINGS, known):
        faults.append(f"{thing}: {fault}")
    return faults


def _faults_of(relation: dict[str, Any]) -> list[str]:
    if relation["schema"] == "public" and relation["name"] in DIRECTORY_TABLES:
        return []
    if relation["kind"] == "v":
        return [] if relation["reads_as_invoker"] else ["a view that reads with its owner's rights"]
    checks = {
        "it has a trigger": relation["triggers"],
        "it has a rule": relation["rules"],
        "an index that decides uniqueness does not lead with workspace_id": relation["loose_keys"],
        "it refers to another tenant table without workspace_id": relation["loose_references"],
    }
    if relation["is_partition"]:
        faults = [f"a partition is granted to {right['grantee']}" for right in _rights_of_others(relation)]
    else:
        checks |= _guard_checks(relation)
        faults = [
            f"{right['grantee']} may {right['right'].lower()}"
            for right in _rights_of_others(relation)
            if right["grantee"] != APP or right["right"] not in _rights_on(relation["name"])
        ]
    return faults + [fault for fault, found in checks.items() if found]


def _guard_checks(relation: dict[str, Any]) -> dict[str, bool]:
    whole = {
        "name": TENANT_POLICY,
        "using": TENANT_CONDITION,
        "check": TENANT_CONDITION,
        "command": "*",
        "permissive": True,
        "for_all": True,
    }
    others = [policy for policy in relation["policies"] if policy["name"] != TENANT_POLICY]
    return {
        "its first column is not workspace_id": relation["first_column"] != SHARED_KEY_COLUMN,
        "workspace_id may be null": not relation["workspace_required"],
        "row-level security is off": not relation["secured"],
        "row-level security is not forced": not relation["forced"],
        "its tenant policy is missing or different": whole not in relation["policies"],
        "it has a policy that is not listed": any(
            policy["command"] != "r" or policy["using"] != EXTRA_POLICIES.get((relation["name"], policy["name"]))
            for policy in others
        ),
    }


def _rights_of_others(relation: dict[str, Any]) -> list[dict[str, Any]]:
    """Who may do what, but for the owner and for those who may pass the guard and only read."""
    return [right for right in relation["rights"] if not (right["passes_guard"] and right["right"] == "SELECT")]


def _rights_on(table: str) -> frozenset[str]:
    return RIGHTS - {"UPDATE", "DELETE"} if table in APPEND_ONLY else RIGHTS


_RELATIONS = text("""
select n.nspname as schema,
       c.relname as name,
       c.relkind::text as kind,
       c.relispartition as is_partition,
       c.relrowsecurity as secured,
       c.relforcerowsecurity as forced,
       coalesce((select o.option_value::boolean from pg_options_to_table(c.reloptions) o
                  where o.option_name = 'security_invoker'), false) as reads_as_invoker,
       (select a.attname from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
         order by a.attnum limit 1) as first_column,
       exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'workspace_id'
               and a.attnotnull) as workspace_required,
       exists (select from pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal) as triggers,
       exists (select from pg_rewrite r where r.ev_class = c.oid and r.rulename <> '_RETURN') as rules,
       exists (select from pg_index i
                where i.indrelid = c.oid and (i.indisunique or i.indisexclusion)
                  and not exists (select from pg_attribute a where a.attrelid = i.indrelid
                                     and a.attnum = i.indkey[0] and a.attname = 'workspace_id')) as loose_keys,
       exists (select from pg_constraint f
                 join pg_attribute w on w.attrelid = f.confrelid and w.attname = 'workspace_id'
                where f.conrelid = c.oid and f.contype = 'f'
                  and not exists (select from unnest(f.conkey, f.confkey) as pair (here, there)
                                    join pg_attribute a on a.attrelid = f.conrelid and a.attnum = pair.here
                                   where a.attname = 'workspace_id' and pair.there = w.attnum)) as loose_references,
       coalesce((select json_agg(json_build_object(
                    'name', p.polname, 'command', p.polcmd, 'permissive', p.polpermissive,
                    'for_all', p.polroles = '{0}',
                    'using', pg_get_expr(p.polqual, p.polrelid), 'check', pg_get_expr(p.polwithcheck, p.polrelid)))
                   from pg_policy p where p.polrelid = c.oid), '[]'::json) as policies,
       coalesce((select json_agg(distinct jsonb_build_object(
                    'grantee', coalesce(r.rolname, 'everybody'), 'right', acl.privilege_type,
                    'passes_guard', coalesce(r.rolbypassrls or r.rolsuper, false)))
                   from (select c.relacl as list union all
                         select a.attacl from pg_attribute a where a.attrelid = c.oid) lists,
                        aclexplode(lists.list) acl
                   left join pg_roles r on r.oid = acl.grantee
                  where acl.grantee <> c.relowner), '[]'::json) as rights
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
 where c.relkind in ('r', 'p', 'f', 'm', 'v')
   and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
   and n.nspname !~ '^pg_(temp|toast_temp)_'
   and n.nspname <> all (cast(:exempt_schemas as text[]))
 order by n.nspname, c.relname
""")

# What is not a relation and could lower the guard all the same: lent rights, places to make things in, powers.
_SURROUNDINGS = text("""
select p.proname::text, 'it runs with its owner''s rights'
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace
 where p.prosecdef and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and p.proname <> all (cast(:lent as text[]))
union all
select p.proname::text, 'it is lent without a search path of its own'
  from pg_proc p
 where p.prosecdef and p.proname = any (cast(:lent as text[]))
   and not exists (select from unnest(p.proconfig) setting where setting like 'search_path=%')
union all
select p.proname::text, 'it is lent to everybody'
  from pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) acl
 where p.prosecdef and p.proname = any (cast(:lent as text[])) and acl.grantee = 0
union all
select n.nspname::text, 'others than its owner may make things there'
  from pg_namespace n, aclexplode(n.nspacl) acl
 where n.nspname !~ '^pg_' and acl.privilege_type = 'CREATE' and acl.grantee <> n.nspowner
union all
select app.rolname::text, 'it is, or may become, ' || r.rolname || ', who passes the guard or owns what is guarded'
  from pg_roles app join pg_roles r on pg_has_role(app.oid, r.oid, 'member')
 where app.rolname = cast(:app as text)
   and (r.rolsuper or r.rolbypassrls or exists (select from pg_class c where c.relowner = r.oid and c.relrowsecurity))
""")
