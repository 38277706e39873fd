"""Makes documents of what somebody may see."""

from dataclasses import replace
from typing import Final

from outlay.db.connect import Work
from outlay.identity.access.model import Actor
from outlay.identity.workspaces import service as workspaces
from outlay.kit.errors import InvalidRequest
from outlay.kit.paging import PageRequest
from outlay.ledger.spend import service as spending
from outlay.ledger.spend.model import Query
from outlay.reports.model import Document
from outlay.reports.spend import spend_document

# A few seconds and some tens of megabytes; who needs more than this asks page by page.
ROWS_MAX: Final = 20_000


async def spend(work: Work, actor: Actor, query: Query) -> Document:
    """All groups of a question about spend, as far as the one who asks may see; what is too long is refused."""
    report = await spending.spend(work, actor, replace(query, page=PageRequest(limit=ROWS_MAX)))
    if report.next is not None:
        raise InvalidRequest.field(
            "group_by",
            f"makes {report.group_count:,} rows, and a file has at most {ROWS_MAX:,}: "
            "choose fewer dimensions, longer buckets, a shorter period or a filter",
        )
    workspace = await workspaces.get(work)
    return spend_document(report, query, workspace.name, work.now)
