"""Two entries that turned out to be one: what was spent under either counts for the one that stays."""

from sqlalchemy import update

from outlay.db.connect import Work
from outlay.identity.access.model import Actor, Permission
from outlay.identity.access.rules import NotAllowed, require
from outlay.identity.portfolio import names
from outlay.identity.portfolio import service as portfolio
from outlay.identity.portfolio.model import Entry, Kind
from outlay.kit.errors import InvalidRequest
from outlay.ledger import store
from outlay.ledger.recorder import USAGE_TOPIC
from outlay.ledger.tables import series


async def merge(work: Work, actor: Actor, kind: Kind, name: str, into: str) -> Entry:
    """Makes one entry part of another: its spend, its names and its campaigns move, and it is archived.

    The sums themselves stay as they are: they are kept by series, and series say whose they are.
    """
    require(actor, Permission.PORTFOLIO_MANAGE)
    if not actor.scope.is_whole_workspace:
        raise NotAllowed("Merging concerns the whole workspace.")
    # Nobody numbers a new series of the entry meanwhile.
    await store.lock(work.connection, work.workspace_id)
    gone = await portfolio.get(work, actor, kind, name)
    kept = await portfolio.get(work, actor, kind, into)
    if gone.id == kept.id:
        raise InvalidRequest.field("into", f"is the same {kind.value}")
    if kind is Kind.CAMPAIGN and gone.client != kept.client:
        raise InvalidRequest.field("into", "is a campaign of another client: merge the clients, or correct the events")
    column = series.c[f"{kind.value}_id"]
    await work.connection.execute(
        update(series)
        .where(series.c.workspace_id == work.workspace_id, column == gone.id)
        .values({column.name: kept.id})
    )
    await portfolio.absorb(work, actor, gone, kept)
    await names.advance(work)
    work.announce(USAGE_TOPIC)
    return await portfolio.get(work, actor, kind, str(kept.id))
