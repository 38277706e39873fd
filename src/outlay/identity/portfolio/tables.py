"""The tables of clients, campaigns and agents."""

from sqlalchemy import Column, DateTime, ForeignKeyConstraint, Index, Text, UniqueConstraint, Uuid

from outlay.db.tenancy import tenant_table
from outlay.identity.portfolio.model import Kind

client = tenant_table(
    "client",
    Column("id", Uuid, nullable=False),
    Column("key", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("archived_at", DateTime(timezone=True)),
    UniqueConstraint("workspace_id", "key"),
)

campaign = tenant_table(
    "campaign",
    Column("id", Uuid, nullable=False),
    Column("client_id", Uuid, nullable=False),
    Column("key", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("archived_at", DateTime(timezone=True)),
    UniqueConstraint("workspace_id", "key"),
    ForeignKeyConstraint(["workspace_id", "client_id"], ["client.workspace_id", "client.id"]),
    Index(None, "workspace_id", "client_id"),
)

agent = tenant_table(
    "agent",
    Column("id", Uuid, nullable=False),
    Column("client_id", Uuid),
    Column("agent_type", Text),
    Column("key", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("archived_at", DateTime(timezone=True)),
    UniqueConstraint("workspace_id", "key"),
    ForeignKeyConstraint(["workspace_id", "client_id"], ["client.workspace_id", "client.id"]),
    Index(None, "workspace_id", "client_id"),
)

# Other names under which an entry is known: what it was called before, and what its senders call it.
name_alias = tenant_table(
    "name_alias",
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("entry_id", Uuid, nullable=False),
    key=("kind", "name"),
)

portfolio_state = tenant_table("portfolio_state", Column("revision", Uuid, nullable=False), key=())

TABLES = {Kind.CLIENT: client, Kind.CAMPAIGN: campaign, Kind.AGENT: agent}
