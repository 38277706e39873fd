"""The tables of exchange rates."""

from sqlalchemy import Column, Date, DateTime, Numeric, Text, Uuid

from outlay.db.tenancy import tenant_table

exchange_rate = tenant_table(
    "exchange_rate",
    Column("base", Text, nullable=False),
    Column("quote", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("rate", Numeric(24, 12), nullable=False),
    Column("source", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    key=("base", "quote", "day"),
)

# Another revision whenever the workspace's rates change, by which every process knows whether its snapshot still holds.
exchange_state = tenant_table(
    "exchange_state",
    Column("revision", Uuid, nullable=False),
    key=(),
)
