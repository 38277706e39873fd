"""The SQL of allowances."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

# One statement: two processes that take at once both see the other's share.
_TAKE = text("""
insert into rate_window as w (workspace_id, subject_id, window_started_at, taken)
values (:workspace_id, :subject_id, date_trunc('minute', now()), :share)
on conflict (workspace_id, subject_id) do update
   set taken = case when w.window_started_at >= excluded.window_started_at then w.taken else 0 end + excluded.taken,
       window_started_at = greatest(w.window_started_at, excluded.window_started_at)
returning taken, extract(epoch from window_started_at + interval '1 minute' - now())::float8 as left_s
""")


async def take(connection: AsyncConnection, workspace_id: UUID, subject_id: UUID, share: int) -> tuple[int, float]:
    """Takes a share of this minute; gives how many are taken in all, and the seconds until the minute ends."""
    values = {"workspace_id": workspace_id, "subject_id": subject_id, "share": share}
    row = (await connection.execute(_TAKE, values)).one()
    return row.taken, row.left_s
