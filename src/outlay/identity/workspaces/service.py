"""Makes, shows and changes workspaces."""

from dataclasses import asdict, replace

from sqlalchemy.ext.asyncio import AsyncConnection

from outlay.db.connect import Work
from outlay.identity.access.model import Actor, Permission
from outlay.identity.access.rules import require
from outlay.identity.audit import service as audit
from outlay.identity.audit.model import Facts, Target
from outlay.identity.workspaces import rules, store
from outlay.identity.workspaces.model import Workspace
from outlay.kit.errors import NotFound


async def create(work: Work, actor: Actor, *, name: str, time_zone: str, currency: str) -> Workspace:
    """A new workspace, which is the one that `work` is bound to."""
    new = Workspace(
        id=work.workspace_id,
        name=name,
        time_zone=rules.check_time_zone(time_zone),
        currency=rules.check_currency(currency),
        created_at=work.now,
    )
    await store.add(work.connection, new)
    await audit.begin(work)
    await audit.record(work, actor, "workspace.create", _target(new), after=_facts(new))
    return new


async def get(work: Work) -> Workspace:
    """The workspace at hand."""
    found = await store.find(work.connection, work.workspace_id)
    if found is None:
        raise NotFound("There is no such workspace.")
    return found


async def every(connection: AsyncConnection) -> list[Workspace]:
    """All workspaces, for jobs and commands that go from one to the next."""
    return await store.every(connection)


async def change(
    work: Work, actor: Actor, *, name: str | None = None, time_zone: str | None = None, currency: str | None = None
) -> Workspace:
    """Changes what is given and leaves the rest."""
    require(actor, Permission.WORKSPACE_MANAGE)
    before = await get(work)
    after = replace(
        before,
        name=before.name if name is None else name,
        time_zone=before.time_zone if time_zone is None else rules.check_time_zone(time_zone),
        currency=before.currency if currency is None else rules.check_currency(currency),
    )
    if after != before:
        await store.change(work.connection, after)
        work.announce("workspace")
        await audit.record(work, actor, "workspace.change", _target(after), before=_facts(before), after=_facts(after))
    return after


def _target(workspace: Workspace) -> Target:
    return Target("workspace", str(workspace.id), workspace.name)


def _facts(workspace: Workspace) -> Facts:
    facts = asdict(workspace)
    return {name: facts[name] for name in ("name", "time_zone", "currency")}
