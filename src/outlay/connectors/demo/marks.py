"""Where a workspace keeps that it was given a demonstration: in its audit log, beside everything else that was done."""

from typing import Final

from sqlalchemy import text

from outlay.connectors.demo.model import Demonstration, Plan
from outlay.db.connect import Work
from outlay.identity.access.model import Actor
from outlay.identity.audit import service as audit
from outlay.identity.audit.model import Target
from outlay.kit.paging import PageRequest

DEMONSTRATOR: Final = Actor.system("demonstration")
BEGIN: Final = "demo.begin"
FINISH: Final = "demo.finish"
_EITHER: Final = "demo."


async def demonstration(work: Work) -> Demonstration | None:
    """The demonstration that the workspace was given, or is being given."""
    last = await audit.entries(work, DEMONSTRATOR, PageRequest(limit=1), action=_EITHER)
    if not last.items:
        return None
    (entry,) = last.items
    return Demonstration(Plan.from_facts(entry.after or {}), is_finished=entry.action == FINISH)


async def mark(work: Work, action: str, plan: Plan) -> None:
    """Notes that a filling has begun or is finished."""
    target = Target("demo", str(work.workspace_id), plan.agency.workspace.name)
    await audit.record(work, DEMONSTRATOR, action, target, after=plan.as_facts())


async def lock(work: Work) -> None:
    """Two that begin or finish at the same moment do so one after the other."""
    await work.connection.execute(text("select pg_advisory_xact_lock(hashtext('outlay.demo'))"))
