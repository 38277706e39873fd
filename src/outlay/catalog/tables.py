"""The tables of the catalogue."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    Numeric,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from outlay.db.tenancy import tenant_table

category = tenant_table(
    "category",
    Column("id", Uuid, nullable=False),
    Column("key", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("rate_first", Boolean, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("workspace_id", "key"),
)

# Only added to: a rate is never overwritten.
category_rate = tenant_table(
    "category_rate",
    Column("category_id", Uuid, nullable=False),
    Column("effective_from", DateTime(timezone=True), nullable=False),
    Column("amount", Numeric(24, 12), nullable=False),
    Column("per", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("created_by", Text, nullable=False),
    ForeignKeyConstraint(["workspace_id", "category_id"], ["category.workspace_id", "category.id"]),
    key=("category_id", "effective_from"),
)

price_override = tenant_table(
    "price_override",
    Column("id", Uuid, nullable=False),
    Column("service", Text, nullable=False),
    Column("model", Text),
    Column("context", JSONB, nullable=False),
    Column("rates", JSONB, nullable=False),
    Column("discount_percent", Numeric(24, 12), nullable=False),
    Column("currency", Text, nullable=False),
    Column("effective_from", DateTime(timezone=True), nullable=False),
    Column("effective_until", DateTime(timezone=True)),
    Column("note", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("created_by", Text, nullable=False),
    Index(None, "workspace_id", "service"),
)

# Another revision whenever the workspace's prices change, by which every process knows whether what it remembers still
# holds; no number, since one that was counted in a transaction that failed would be given again. And which seeds the
# workspace has.
catalog_state = tenant_table(
    "catalog_state",
    Column("revision", Uuid, nullable=False),
    Column("seeds_version", Integer, nullable=False),
    key=(),
)
