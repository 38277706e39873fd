"""What every step does to a new tenant table; the wording of the policy is checked against the catalogue."""

from alembic import op


def guard(table: str, *grants: str) -> None:
    """Puts a tenant table under forced row-level security and grants the run-time role what it may do."""
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"alter table {table} force row level security")
    condition = "workspace_id = nullif(current_setting('outlay.workspace_id', true), '')::uuid"
    op.execute(f"create policy tenant on {table} using ({condition}) with check ({condition})")
    allow(table, *grants)


def allow(table: str, *grants: str) -> None:
    """Grants the run-time role what it may do with a table."""
    op.execute(f"grant {', '.join(grants)} on {table} to outlay_app")
