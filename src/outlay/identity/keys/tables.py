"""The table of API keys."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY

from outlay.db.tenancy import tenant_table

api_key = tenant_table(
    "api_key",
    Column("id", Uuid, nullable=False),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("token_hash", LargeBinary, nullable=False),
    Column("hint", Text, nullable=False),
    Column("scopes", ARRAY(Text)),
    Column("client_id", Uuid),
    Column("agent_id", Uuid),
    Column("rate_limit_per_minute", Integer),
    Column("created_by", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True)),
    Column("last_used_at", DateTime(timezone=True)),
    Column("revoked_at", DateTime(timezone=True)),
    UniqueConstraint("workspace_id", "token_hash"),
    ForeignKeyConstraint(["workspace_id", "client_id"], ["client.workspace_id", "client.id"]),
    ForeignKeyConstraint(["workspace_id", "agent_id"], ["agent.workspace_id", "agent.id"]),
    CheckConstraint("(role = 'portal') = (client_id is not null)", name="portal"),
    CheckConstraint("(role = 'agent') = (agent_id is not null)", name="agent"),
)
