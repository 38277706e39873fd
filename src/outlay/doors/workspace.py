"""The workspace and its audit log."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from outlay.doors.http.callers import CallerDependency
from outlay.doors.http.schemas import Answer, Body, ListOut, Name, PageDependency, Words, example, problems
from outlay.identity.access.model import Permission
from outlay.identity.access.rules import require
from outlay.identity.audit import service as audit
from outlay.identity.audit.model import AuditEntry
from outlay.identity.workspaces import service as workspaces
from outlay.ledger import service as ledger

router = APIRouter(tags=["workspace"])


class WorkspaceOut(Answer):
    """The tenant."""

    id: UUID
    name: str = Field(examples=["Northlight Agency"])
    time_zone: str = Field(examples=["Europe/Berlin"])
    currency: str = Field(examples=["EUR"])
    created_at: datetime


class WorkspaceChange(Body, json_schema_extra=example({"time_zone": "Asia/Kolkata"})):
    """What to change of the workspace."""

    name: Name | None = None
    time_zone: Words | None = Field(None, examples=["Asia/Kolkata"])
    currency: Words | None = Field(None, examples=["INR"])


class AuditParty(Answer):
    """Who acted, or what was acted upon."""

    kind: str = Field(examples=["client"])
    id: str
    name: str = Field(examples=["Acme Travel"])


class AuditEntryOut(Answer):
    """One act."""

    seq: int
    at: datetime
    actor: AuditParty
    action: str = Field(examples=["client.change"])
    target: AuditParty
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    ip: str | None
    hash: str = Field(description="Over this entry and the hash of the one before.")


class VerificationOut(Answer):
    """Whether the chain of entries is whole."""

    ok: bool
    entries: int
    broken_at: int | None = Field(description="The first entry at which it is not.")


@router.get("/workspace", summary="The workspace")
async def get_workspace(caller: CallerDependency) -> WorkspaceOut:
    """The workspace that the credential belongs to."""
    require(caller.actor, Permission.WORKSPACE_READ)
    return WorkspaceOut.model_validate(await workspaces.get(caller.work))


@router.patch("/workspace", summary="Change the workspace", responses=problems(409))
async def change_workspace(change: WorkspaceChange, caller: CallerDependency) -> WorkspaceOut:
    """Changes what is given and leaves the rest."""
    changed = await ledger.change_workspace(caller.work, caller.actor, **change.model_dump())
    return WorkspaceOut.model_validate(changed)


@router.get("/audit", summary="The audit log")
async def get_audit(
    caller: CallerDependency,
    page: PageDependency,
    action: Annotated[Words | None, Query(description="Actions that begin so.", examples=["client."])] = None,
    actor: Annotated[Words | None, Query(description="The id or name of who acted.")] = None,
    q: Annotated[Words | None, Query(description="Words in names and actions.")] = None,
) -> ListOut[AuditEntryOut]:
    """Who did what, newest first."""
    found = await audit.entries(caller.work, caller.actor, page, action=action, by=actor, words=q)
    return ListOut[AuditEntryOut].of(found, _entry_out)


@router.get("/audit/verification", summary="Verify the audit log")
async def verify_audit(caller: CallerDependency) -> VerificationOut:
    """Recomputes the chain from its first entry."""
    return VerificationOut.model_validate(await audit.verification(caller.work, caller.actor))


def _entry_out(entry: AuditEntry) -> AuditEntryOut:
    return AuditEntryOut(
        seq=entry.seq,
        at=entry.at,
        actor=AuditParty(kind=entry.actor_kind, id=entry.actor_id, name=entry.actor_name),
        action=entry.action,
        target=AuditParty.model_validate(entry.target),
        before=entry.before,
        after=entry.after,
        ip=entry.ip,
        hash=entry.hash.hex(),
    )
