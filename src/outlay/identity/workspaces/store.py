"""The workspaces' SQL."""

from dataclasses import asdict
from uuid import UUID

from sqlalchemy import RowMapping, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from outlay.identity.workspaces.model import Workspace
from outlay.identity.workspaces.tables import workspace


async def add(connection: AsyncConnection, new: Workspace) -> None:
    """Stores a new workspace."""
    await connection.execute(insert(workspace).values(**asdict(new)))


async def find(connection: AsyncConnection, workspace_id: UUID) -> Workspace | None:
    """The workspace with this id."""
    row = (await connection.execute(select(workspace).where(workspace.c.id == workspace_id))).mappings().one_or_none()
    return _workspace(row) if row else None


async def every(connection: AsyncConnection) -> list[Workspace]:
    """All workspaces, the oldest first: what jobs over all tenants iterate over."""
    rows = await connection.execute(select(workspace).order_by(workspace.c.created_at, workspace.c.id))
    return [_workspace(row) for row in rows.mappings()]


async def change(connection: AsyncConnection, changed: Workspace) -> None:
    """Stores a workspace's new name, zone and currency."""
    values = {"name": changed.name, "time_zone": changed.time_zone, "currency": changed.currency}
    await connection.execute(update(workspace).where(workspace.c.id == changed.id).values(values))


def _workspace(row: RowMapping) -> Workspace:
    return Workspace(**row)
