"""The table of links that work once."""

from sqlalchemy import Column, DateTime, ForeignKey, ForeignKeyConstraint, LargeBinary, Text, UniqueConstraint, Uuid

from outlay.db.tenancy import tenant_table

one_time_link = tenant_table(
    "one_time_link",
    Column("id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("token_hash", LargeBinary, nullable=False),
    Column("person_id", Uuid, ForeignKey("person.id")),
    Column("email", Text),
    Column("role", Text),
    Column("client_id", Uuid),
    Column("created_by", Text),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True)),
    UniqueConstraint("workspace_id", "token_hash"),
    ForeignKeyConstraint(["workspace_id", "client_id"], ["client.workspace_id", "client.id"]),
)
