"""The workspaces' table: a directory, read before a tenant is known."""

from sqlalchemy import Column, DateTime, Text, Uuid

from outlay.db.tenancy import directory_table

workspace = directory_table(
    "workspace",
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
)
