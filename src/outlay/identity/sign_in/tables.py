"""The tables of sessions and of failed sign-ins."""

from sqlalchemy import Column, DateTime, ForeignKeyConstraint, Integer, LargeBinary, Text, UniqueConstraint, Uuid

from outlay.db.tenancy import directory_table, tenant_table

session = tenant_table(
    "session",
    Column("id", Uuid, nullable=False),
    Column("person_id", Uuid, nullable=False),
    Column("token_hash", LargeBinary, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("last_seen_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("ip", Text),
    Column("user_agent", Text),
    UniqueConstraint("workspace_id", "token_hash"),
    ForeignKeyConstraint(
        ["workspace_id", "person_id"], ["membership.workspace_id", "membership.person_id"], ondelete="CASCADE"
    ),
)

sign_in_throttle = directory_table(
    "sign_in_throttle",
    Column("subject", LargeBinary, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("window_started_at", DateTime(timezone=True), nullable=False),
)
