"""Categories with dated rates, a workspace's own prices for models, and the catalogue's revision."""

from alembic import op

from outlay.db.migrations.guard import guard

revision = "0003"
down_revision = "0002"

CATALOG = """
create table category (
    workspace_id uuid not null references workspace (id),
    id uuid not null,
    key text not null check (key ~ '^[a-z0-9][a-z0-9_.-]{0,63}$'),
    kind text not null check (kind in ('ai', 'messaging', 'api', 'tool', 'ad_spend', 'labor')),
    service text not null check (length(service) between 1 and 120),
    unit text not null check (unit ~ '^[a-z][a-z0-9_]{0,63}$'),
    description text not null check (length(description) <= 500),
    rate_first boolean not null,
    created_at timestamptz not null,
    primary key (workspace_id, id),
    unique (workspace_id, key)
);
create table category_rate (
    workspace_id uuid not null references workspace (id),
    category_id uuid not null,
    effective_from timestamptz not null,
    amount numeric(24, 12) not null check (amount >= 0 and amount < 'infinity'),
    per bigint not null check (per > 0),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    created_at timestamptz not null,
    created_by text not null,
    primary key (workspace_id, category_id, effective_from),
    foreign key (workspace_id, category_id) references category (workspace_id, id)
);
create table price_override (
    workspace_id uuid not null references workspace (id),
    id uuid not null,
    service text not null check (length(service) between 1 and 120),
    model text check (length(model) between 1 and 200),
    context jsonb not null,
    rates jsonb not null,
    discount_percent numeric(24, 12) not null check (discount_percent between 0 and 100),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    effective_from timestamptz not null,
    effective_until timestamptz check (effective_until >= effective_from),
    note text not null check (length(note) <= 500),
    created_at timestamptz not null,
    created_by text not null,
    primary key (workspace_id, id)
);
create index price_override_workspace_id_service_idx on price_override (workspace_id, service);
create table catalog_state (
    workspace_id uuid not null references workspace (id),
    revision uuid not null,
    seeds_version integer not null,
    primary key (workspace_id)
);
"""


def upgrade() -> None:
    """Makes the catalogue's tables. Rates are only added to; of an override only its end may change."""
    op.execute(CATALOG)
    guard("category", "select", "insert")
    guard("category_rate", "select", "insert")
    guard("price_override", "select", "insert", "update (effective_until)")
    guard("catalog_state", "select", "insert", "update")


def downgrade() -> None:
    """Removes the catalogue; events that were stored since keep their own price rules."""
    for table in ("catalog_state", "price_override", "category_rate", "category"):
        op.execute(f"drop table {table}")
