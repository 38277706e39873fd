"""A workspace's dated exchange rates, and their revision."""

from alembic import op

from outlay.db.migrations.guard import guard

revision = "0004"
down_revision = "0003"

EXCHANGE = """
create table exchange_rate (
    workspace_id uuid not null references workspace (id),
    base text not null check (base ~ '^[A-Z]{3}$'),
    quote text not null check (quote ~ '^[A-Z]{3}$'),
    day date not null,
    rate numeric(24, 12) not null check (rate > 0 and rate < 'infinity'),
    source text not null check (length(source) between 1 and 120),
    created_at timestamptz not null,
    primary key (workspace_id, base, quote, day),
    check (base <> quote)
);
create table exchange_state (
    workspace_id uuid not null references workspace (id),
    revision uuid not null,
    primary key (workspace_id)
);
"""


def upgrade() -> None:
    """Makes the tables. A rate may be corrected; an event that was priced keeps the rate it was priced with."""
    op.execute(EXCHANGE)
    guard("exchange_rate", "select", "insert", "update (rate, source, created_at)")
    guard("exchange_state", "select", "insert", "update")


def downgrade() -> None:
    """Removes the rates; events that were stored since keep their own amounts."""
    for table in ("exchange_state", "exchange_rate"):
        op.execute(f"drop table {table}")
