"""The ledger's tables. Events are written by COPY and plain SQL; these declarations serve the reading side."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from outlay.db.tenancy import METADATA, directory_table, tenant_table


def _number() -> Column[Any]:
    return Column("id", Integer, nullable=False)


def _digest() -> tuple[Column[Any], UniqueConstraint]:
    return Column("digest", Uuid, nullable=False), UniqueConstraint("workspace_id", "digest")


ledger_state = tenant_table(
    "ledger_state",
    Column("series", Integer, nullable=False),
    Column("price_rules", Integer, nullable=False),
    Column("conversions", Integer, nullable=False),
    Column("lanes", Integer, nullable=False),
    Column("create_names", Boolean, nullable=False),
    Column("series_max", Integer, nullable=False),
    Column("tracked_labels", ARRAY(Text), nullable=False),
    key=(),
)

series = tenant_table(
    "series",
    _number(),
    *_digest(),
    Column("client_id", Uuid),
    Column("campaign_id", Uuid),
    Column("agent_id", Uuid),
    Column("kind", Text),
    Column("service", Text),
    Column("category", Text),
    Column("operation", Text),
    Column("model", Text),
    Column("platform", Text),
    Column("content_type", Text),
    Column("unit", Text),
    Column("labels", JSONB, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    *(
        ForeignKeyConstraint(["workspace_id", f"{kind}_id"], [f"{kind}.workspace_id", f"{kind}.id"])
        for kind in ("client", "campaign", "agent")
    ),
)

price_rule = tenant_table(
    "price_rule",
    _number(),
    *_digest(),
    Column("source", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("currency", Text),
    Column("rule", JSONB, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
)

conversion = tenant_table(
    "conversion",
    _number(),
    *_digest(),
    Column("currency", Text, nullable=False),
    Column("into_currency", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("rate", Numeric(24, 12), nullable=False),
    Column("how", Text, nullable=False),
)

# What a run of events has in common: their series, their source, and the rule that priced them.
lane = tenant_table(
    "lane",
    _number(),
    *_digest(),
    Column("series_id", Integer, nullable=False),
    Column("price_rule_id", Integer, nullable=False),
    Column("source", Text, nullable=False),
    ForeignKeyConstraint(["workspace_id", "series_id"], ["series.workspace_id", "series.id"]),
    ForeignKeyConstraint(["workspace_id", "price_rule_id"], ["price_rule.workspace_id", "price_rule.id"]),
)

price_volume = tenant_table(
    "price_volume",
    Column("agreement", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("month", Date, nullable=False),
    Column("used", Numeric, nullable=False),
    key=("agreement", "unit", "month"),
)

event_key = Table(
    "event_key",
    METADATA,
    Column("workspace_id", Uuid, primary_key=True),
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column("occurred_at", DateTime(timezone=True), nullable=False),
    Column("digest", BigInteger, nullable=False),
)

event = Table(
    "event",
    METADATA,
    Column("workspace_id", Uuid, nullable=False),
    Column("occurred_at", DateTime(timezone=True), nullable=False),
    Column("lane_id", Integer, nullable=False),
    Column("input_tokens", Integer),
    Column("output_tokens", Integer),
    Column("cache_read_tokens", Integer),
    Column("cache_write_tokens", Integer),
    Column("conversion_id", Integer),
    Column("cost", Numeric(24, 12)),
    Column("id", LargeBinary, nullable=False),
    Column("failed", Boolean),
    Column("quantity", Numeric(24, 12)),
    Column("operation_id", Text),
    Column("original_cost", Numeric(24, 12)),
    Column("recorded_at", DateTime(timezone=True)),
    Column("details", JSONB),
    Index(None, "workspace_id", "occurred_at"),
)

adjustment = Table(
    "adjustment",
    METADATA,
    Column("workspace_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("entry", SmallInteger, primary_key=True, autoincrement=False),
    Column("key", BigInteger, nullable=False),
    Column("occurred_at", DateTime(timezone=True), nullable=False),
    Column("kind", Text, nullable=False),
    Column("is_reversal", Boolean, nullable=False),
    Column("lane_id", Integer, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("input_tokens", BigInteger, nullable=False),
    Column("output_tokens", BigInteger, nullable=False),
    Column("cache_read_tokens", BigInteger, nullable=False),
    Column("cache_write_tokens", BigInteger, nullable=False),
    Column("quantity", Numeric(24, 12), nullable=False),
    Column("cost", Numeric(24, 12), nullable=False),
    Column("unpriced", SmallInteger, nullable=False),
    Column("failed", SmallInteger, nullable=False),
    Column("conversion_id", Integer),
    Column("original_cost", Numeric(24, 12)),
    Column("details", JSONB),
    Index(None, "workspace_id", "key"),
    Index(None, "workspace_id", "occurred_at"),
)


def _rollup(name: str, bucket: Column[Any]) -> Table:
    return Table(
        name,
        METADATA,
        Column("workspace_id", Uuid, primary_key=True),
        bucket,
        Column("series_id", Integer, primary_key=True, autoincrement=False),
        Column("events", BigInteger, nullable=False),
        Column("failed", BigInteger, nullable=False),
        Column("unpriced", BigInteger, nullable=False),
        Column("cost", Numeric(30, 12), nullable=False),
        Column("input_tokens", BigInteger, nullable=False),
        Column("output_tokens", BigInteger, nullable=False),
        Column("cache_read_tokens", BigInteger, nullable=False),
        Column("cache_write_tokens", BigInteger, nullable=False),
        Column("quantity", Numeric(30, 12), nullable=False),
    )


closed_month = directory_table(
    "closed_month",
    Column("first_day", Date, primary_key=True),
    Column("closed_at", DateTime(timezone=True), nullable=False),
    Column("is_dropped", Boolean, nullable=False),
)

usage_hourly = _rollup("usage_hourly", Column("hour", DateTime(timezone=True), primary_key=True))
usage_daily = _rollup("usage_daily", Column("day", Date, primary_key=True))
