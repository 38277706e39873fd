"""The tables of people and memberships."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Text,
    Uuid,
    func,
)

from outlay.db.tenancy import directory_table, tenant_table

person = directory_table(
    "person",
    Column("id", Uuid, primary_key=True),
    Column("email", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("password_hash", Text),
    Column("created_at", DateTime(timezone=True), nullable=False),
)
Index("person_email_key", func.lower(person.c.email), unique=True)

membership = tenant_table(
    "membership",
    Column("person_id", Uuid, ForeignKey("person.id"), nullable=False),
    Column("role", Text, nullable=False),
    Column("client_id", Uuid),
    Column("joined_at", DateTime(timezone=True), nullable=False),
    Column("last_seen_at", DateTime(timezone=True)),
    ForeignKeyConstraint(["workspace_id", "client_id"], ["client.workspace_id", "client.id"]),
    CheckConstraint("(role = 'portal') = (client_id is not null)", name="portal"),
    Index("membership_person_id_idx", "person_id"),
    key=("person_id",),
)
