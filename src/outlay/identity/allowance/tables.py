"""The table of what was taken in the current minute; unlogged, since a crash may forget it."""

from sqlalchemy import BigInteger, Column, DateTime, Uuid

from outlay.db.tenancy import tenant_table

rate_window = tenant_table(
    "rate_window",
    Column("subject_id", Uuid, nullable=False),
    Column("window_started_at", DateTime(timezone=True), nullable=False),
    Column("taken", BigInteger, nullable=False),
    key=("subject_id",),
    prefixes=["UNLOGGED"],
)
