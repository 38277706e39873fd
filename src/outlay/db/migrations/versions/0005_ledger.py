"""Names that events use, and the ledger: event keys, events by month, what they have in common, rollups by hour and day, adjustments."""

from alembic import op

from outlay.db.migrations.guard import guard

revision = "0005"
down_revision = "0004"

NAMES = """
create table portfolio_state (
    workspace_id uuid not null references workspace (id),
    revision uuid not null,
    primary key (workspace_id)
);
create table name_alias (
    workspace_id uuid not null references workspace (id),
    kind text not null check (kind in ('client', 'campaign', 'agent')),
    name text not null check (length(name) between 1 and 300),
    entry_id uuid not null,
    primary key (workspace_id, kind, name)
);
"""

COMMON = """
create table ledger_state (
    workspace_id uuid not null references workspace (id),
    series integer not null,
    price_rules integer not null,
    conversions integer not null,
    lanes integer not null,
    create_names boolean not null,
    series_max integer not null check (series_max > 0),
    tracked_labels text[] not null,
    primary key (workspace_id)
);
create table series (
    workspace_id uuid not null references workspace (id),
    id integer not null,
    digest uuid not null,
    client_id uuid,
    campaign_id uuid,
    agent_id uuid,
    kind text,
    service text,
    category text,
    operation text,
    model text,
    platform text,
    content_type text,
    unit text,
    labels jsonb not null,
    created_at timestamptz not null,
    primary key (workspace_id, id),
    unique (workspace_id, digest),
    foreign key (workspace_id, client_id) references client (workspace_id, id),
    foreign key (workspace_id, campaign_id) references campaign (workspace_id, id),
    foreign key (workspace_id, agent_id) references agent (workspace_id, id)
);
create table price_rule (
    workspace_id uuid not null references workspace (id),
    id integer not null,
    digest uuid not null,
    source text not null,
    version text not null,
    currency text,
    rule jsonb not null,
    created_at timestamptz not null,
    primary key (workspace_id, id),
    unique (workspace_id, digest)
);
create table conversion (
    workspace_id uuid not null references workspace (id),
    id integer not null,
    digest uuid not null,
    currency text not null,
    into_currency text not null,
    day date not null,
    rate numeric(24, 12) not null check (rate > 0),
    how text not null,
    primary key (workspace_id, id),
    unique (workspace_id, digest)
);
create table lane (
    workspace_id uuid not null references workspace (id),
    id integer not null,
    digest uuid not null,
    series_id integer not null,
    price_rule_id integer not null,
    source text not null,
    primary key (workspace_id, id),
    unique (workspace_id, digest),
    foreign key (workspace_id, series_id) references series (workspace_id, id),
    foreign key (workspace_id, price_rule_id) references price_rule (workspace_id, id)
);
create table price_volume (
    workspace_id uuid not null references workspace (id),
    agreement text not null,
    unit text not null,
    month date not null,
    used numeric not null,
    primary key (workspace_id, agreement, unit, month)
);
"""

# No foreign keys from here on: an event is checked against what it names before it is written, and each check would
# cost as much as the row. Narrow columns first, each where it needs no padding; what is rare is null, which is free.
EVENTS = """
create table event_key (
    workspace_id uuid not null,
    key bigint not null,
    occurred_at timestamptz not null,
    digest bigint not null,
    primary key (workspace_id, key)
);
create table event (
    workspace_id uuid not null,
    occurred_at timestamptz not null,
    lane_id integer not null,
    input_tokens integer,
    output_tokens integer,
    cache_read_tokens integer,
    cache_write_tokens integer,
    conversion_id integer,
    cost numeric(24, 12),
    id bytea not null,
    failed boolean,
    quantity numeric(24, 12),
    operation_id text,
    original_cost numeric(24, 12),
    recorded_at timestamptz,
    details jsonb
) partition by range (occurred_at);
create index event_workspace_id_occurred_at_idx on event (workspace_id, occurred_at) with (fillfactor = 100);
create table adjustment (
    workspace_id uuid not null,
    id uuid not null,
    entry smallint not null,
    key bigint not null,
    occurred_at timestamptz not null,
    kind text not null check (kind in ('void', 'correct', 'undo', 'reprice')),
    is_reversal boolean not null,
    lane_id integer not null,
    recorded_at timestamptz not null,
    recorded_by text not null,
    reason text not null,
    input_tokens bigint not null,
    output_tokens bigint not null,
    cache_read_tokens bigint not null,
    cache_write_tokens bigint not null,
    quantity numeric(24, 12) not null,
    cost numeric(24, 12) not null,
    unpriced smallint not null,
    failed smallint not null,
    conversion_id integer,
    original_cost numeric(24, 12),
    details jsonb,
    primary key (workspace_id, id, entry)
);
create index adjustment_workspace_id_key_idx on adjustment (workspace_id, key);
create index adjustment_workspace_id_occurred_at_idx on adjustment (workspace_id, occurred_at);
"""

# Months whose events were taken out. It belongs to the house: a month's events are those of all workspaces.
CLOSED = """
create table closed_month (
    first_day date primary key,
    closed_at timestamptz not null,
    is_dropped boolean not null
);
grant select on closed_month to outlay_app;
"""

# A bucket is written again with every event that falls into it: room in the page keeps that from growing the index.
ROLLUP = """
create table {table} (
    workspace_id uuid not null,
    {bucket} not null,
    series_id integer not null,
    events bigint not null,
    failed bigint not null,
    unpriced bigint not null,
    cost numeric(30, 12) not null,
    input_tokens bigint not null,
    output_tokens bigint not null,
    cache_read_tokens bigint not null,
    cache_write_tokens bigint not null,
    quantity numeric(30, 12) not null,
    primary key (workspace_id, {column}, series_id)
) with (fillfactor = 80);
"""


def upgrade() -> None:
    """Makes the ledger. What happened is only added to; rollups are counted up."""
    op.execute(NAMES)
    op.execute(COMMON)
    op.execute(EVENTS)
    op.execute(CLOSED)
    op.execute(ROLLUP.format(table="usage_hourly", bucket="hour timestamptz", column="hour"))
    op.execute(ROLLUP.format(table="usage_daily", bucket="day date", column="day"))
    guard("ledger_state", "select", "insert", "update")
    guard("series", "select", "insert", "update (client_id, campaign_id, agent_id)")
    for table in ("price_rule", "conversion", "lane", "event_key", "event", "adjustment"):
        guard(table, "select", "insert")
    for table in ("portfolio_state", "name_alias", "price_volume"):
        guard(table, "select", "insert", "update")
    for table in ("usage_hourly", "usage_daily"):
        guard(table, "select", "insert", "update", "delete")


def downgrade() -> None:
    """Removes the ledger and everything in it."""
    for table in (
        "closed_month",
        "usage_daily",
        "usage_hourly",
        "adjustment",
        "event",
        "event_key",
        "price_volume",
        "lane",
        "conversion",
        "price_rule",
        "series",
        "ledger_state",
        "name_alias",
        "portfolio_state",
    ):
        op.execute(f"drop table {table}")
