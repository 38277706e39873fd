"""Workspaces, people, clients, campaigns, agents, keys, audit; months of partitioned tables."""

from alembic import op

from outlay.db.migrations.guard import allow, guard

revision = "0001"
down_revision = None

DIRECTORY = """
create table workspace (
    id uuid primary key,
    name text not null check (length(name) between 1 and 120),
    time_zone text not null,
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    created_at timestamptz not null
);
create table person (
    id uuid primary key,
    email text not null check (length(email) between 3 and 254),
    name text not null check (length(name) between 1 and 120),
    password_hash text,
    created_at timestamptz not null
);
create unique index person_email_key on person (lower(email));
create table sign_in_throttle (
    subject bytea primary key,
    failures integer not null,
    window_started_at timestamptz not null
);
"""

PORTFOLIO = """
create table client (
    workspace_id uuid not null references workspace (id),
    id uuid not null,
    key text not null check (key ~ '^[a-z0-9][a-z0-9_.-]{0,63}$'),
    name text not null check (length(name) between 1 and 120),
    created_at timestamptz not null,
    archived_at timestamptz,
    primary key (workspace_id, id),
    unique (workspace_id, key)
);
create table campaign (
    workspace_id uuid not null references workspace (id),
    id uuid not null,
    client_id uuid not null,
    key text not null check (key ~ '^[a-z0-9][a-z0-9_.-]{0,63}$'),
    name text not null check (length(name) between 1 and 120),
    created_at timestamptz not null,
    archived_at timestamptz,
    primary key (workspace_id, id),
    unique (workspace_id, key),
    foreign key (workspace_id, client_id) references client (workspace_id, id)
);
create index campaign_workspace_id_client_id_idx on campaign (workspace_id, client_id);
create table agent (
    workspace_id uuid not null references workspace (id),
    id uuid not null,
    client_id uuid,
    agent_type text check (agent_type ~ '^[A-Z][A-Z_]{0,39}$'),
    key text not null check (key ~ '^[a-z0-9][a-z0-9_.-]{0,63}$'),
    name text not null check (length(name) between 1 and 120),
    created_at timestamptz not null,
    archived_at timestamptz,
    primary key (workspace_id, id),
    unique (workspace_id, key),
    foreign key (workspace_id, client_id) references client (workspace_id, id)
);
create index agent_workspace_id_client_id_idx on agent (workspace_id, client_id);
"""

PEOPLE = """
create table membership (
    workspace_id uuid not null references workspace (id),
    person_id uuid not null references person (id),
    role text not null,
    client_id uuid,
    joined_at timestamptz not null,
    last_seen_at timestamptz,
    primary key (workspace_id, person_id),
    foreign key (workspace_id, client_id) references client (workspace_id, id),
    constraint membership_portal_check check ((role = 'portal') = (client_id is not null))
);
create index membership_person_id_idx on membership (person_id);
create table session (
    workspace_id uuid not null references workspace (id),
    id uuid not null,
    person_id uuid not null,
    token_hash bytea not null,
    created_at timestamptz not null,
    last_seen_at timestamptz not null,
    expires_at timestamptz not null,
    ip text,
    user_agent text,
    primary key (workspace_id, id),
    unique (workspace_id, token_hash),
    foreign key (workspace_id, person_id) references membership (workspace_id, person_id) on delete cascade
);
create table one_time_link (
    workspace_id uuid not null references workspace (id),
    id uuid not null,
    kind text not null check (kind in ('sign_in', 'invitation', 'password_reset')),
    token_hash bytea not null,
    person_id uuid references person (id),
    email text,
    role text,
    client_id uuid,
    created_by text,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz,
    primary key (workspace_id, id),
    unique (workspace_id, token_hash),
    foreign key (workspace_id, client_id) references client (workspace_id, id)
);
"""

KEYS = """
create table api_key (
    workspace_id uuid not null references workspace (id),
    id uuid not null,
    name text not null check (length(name) between 1 and 120),
    role text not null,
    token_hash bytea not null,
    hint text not null,
    scopes text[],
    client_id uuid,
    agent_id uuid,
    rate_limit_per_minute integer check (rate_limit_per_minute > 0),
    created_by text not null,
    created_at timestamptz not null,
    expires_at timestamptz,
    last_used_at timestamptz,
    revoked_at timestamptz,
    primary key (workspace_id, id),
    unique (workspace_id, token_hash),
    foreign key (workspace_id, client_id) references client (workspace_id, id),
    foreign key (workspace_id, agent_id) references agent (workspace_id, id),
    constraint api_key_portal_check check ((role = 'portal') = (client_id is not null)),
    constraint api_key_agent_check check ((role = 'agent') = (agent_id is not null))
);
create unlogged table rate_window (
    workspace_id uuid not null references workspace (id),
    subject_id uuid not null,
    window_started_at timestamptz not null,
    taken bigint not null,
    primary key (workspace_id, subject_id)
);
"""

AUDIT = """
create table audit_entry (
    workspace_id uuid not null references workspace (id),
    seq bigint not null,
    at timestamptz not null,
    actor_kind text not null,
    actor_id text not null,
    actor_name text not null,
    action text not null,
    target_kind text not null,
    target_id text not null,
    target_name text not null,
    before jsonb,
    after jsonb,
    ip text,
    hash bytea not null,
    primary key (workspace_id, seq)
);
create table audit_head (
    workspace_id uuid not null references workspace (id),
    seq bigint not null,
    hash bytea not null,
    primary key (workspace_id)
);
"""

# The run-time role cannot create tables, yet late events may need a month that nobody foresaw: so the owner lends
# this one act, for parents that are partitioned already and months within reason. A table made apart and then
# attached does not block those who write to its siblings meanwhile.
PARTITIONS = """
create function ensure_partition(parent text, any_day date) returns boolean
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    first_day date := date_trunc('month', any_day);
    next_day date := first_day + interval '1 month';
    child text := parent || '_' || to_char(first_day, 'YYYYMM');
    parent_id oid;
begin
    select c.oid into parent_id from pg_partitioned_table p join pg_class c on c.oid = p.partrelid
     where c.relnamespace = 'public'::regnamespace and c.relname = parent;
    if parent_id is null or first_day is null then
        raise exception 'no partitioned table of that name' using errcode = 'undefined_table';
    end if;
    if first_day < date '2000-01-01' or first_day > now() + interval '25 months' then
        raise exception 'month out of range' using errcode = 'datetime_field_overflow';
    end if;
    -- Asked of the tables themselves, each time with a snapshot of its own: the cache of names behind to_regclass does
    -- not notice what another transaction made while this one waited for the lock.
    if exists (select from pg_inherits i join pg_class c on c.oid = i.inhrelid
                where i.inhparent = parent_id and c.relname = child) then
        return false;
    end if;
    perform pg_advisory_xact_lock(hashtextextended('outlay.partition.' || child, 0));
    if exists (select from pg_inherits i join pg_class c on c.oid = i.inhrelid
                where i.inhparent = parent_id and c.relname = child) then
        return false;
    end if;
    if exists (select from pg_class where relnamespace = 'public'::regnamespace and relname = child) then
        raise exception 'the table % is no part of %', child, parent using errcode = 'duplicate_table';
    end if;
    execute format('create table public.%I (like public.%I including defaults including constraints '
                   'including generated including storage)', child, parent);
    execute format('alter table public.%I attach partition public.%I for values from (%L) to (%L)',
                   parent, child, first_day || ' 00:00:00+00', next_day || ' 00:00:00+00');
    return true;
end $$;
revoke all on function ensure_partition(text, date) from public;
grant execute on function ensure_partition(text, date) to outlay_app;
"""


# Everybody may look things up in a directory, and change there only what is their own: the workspace at hand, and the
# people who are its members.
DIRECTORY_GUARD = """
alter table workspace enable row level security;
alter table workspace force row level security;
create policy look_up on workspace for select using (true);
create policy found on workspace for insert
    with check (id = nullif(current_setting('outlay.workspace_id', true), '')::uuid);
create policy change_own on workspace for update
    using (id = nullif(current_setting('outlay.workspace_id', true), '')::uuid);
alter table person enable row level security;
alter table person force row level security;
create policy look_up on person for select using (true);
create policy join_in on person for insert with check (true);
create policy change_member on person for update
    using (exists (select from membership where membership.person_id = person.id
                      and membership.workspace_id = nullif(current_setting('outlay.workspace_id', true), '')::uuid));
"""


def upgrade() -> None:
    """Builds the house."""
    op.execute("alter default privileges in schema public grant select on tables to outlay_operator")
    op.execute("alter default privileges in schema public grant select on sequences to outlay_operator")
    for script in (DIRECTORY, PORTFOLIO, PEOPLE, KEYS, AUDIT, PARTITIONS):
        op.execute(script)
    for table in ("client", "campaign", "agent", "one_time_link", "api_key"):
        guard(table, "select", "insert", "update")
    for table in ("membership", "session", "rate_window"):
        guard(table, "select", "insert", "update", "delete")
    guard("audit_entry", "select", "insert")
    guard("audit_head", "select", "insert", "update")
    op.execute(
        "create policy own_memberships on membership for select using "
        "(person_id = nullif(current_setting('outlay.person_id', true), '')::uuid)"
    )
    op.execute(DIRECTORY_GUARD)
    allow("workspace", "select", "insert", "update")
    allow("person", "select", "insert", "update")
    allow("sign_in_throttle", "select", "insert", "update", "delete")
    allow("alembic_version", "select")
    op.execute("grant select on alembic_version to outlay_operator")


def downgrade() -> None:
    """There is no way back from the first step but to drop the database."""
    raise NotImplementedError("The first step cannot be undone. Restore a backup instead.")
