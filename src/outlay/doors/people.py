"""Users and invitations."""

from datetime import datetime, timedelta
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks
from pydantic import Field

from outlay.doors.http.callers import CallerDependency
from outlay.doors.http.schemas import Answer, Body, IdInPath, Label, ListOut, ReferenceOut, Words, example, problems
from outlay.doors.http.services import ServicesDependency
from outlay.identity.access.model import Role
from outlay.identity.links.model import Link
from outlay.identity.people import service as people
from outlay.identity.portfolio import service as portfolio
from outlay.identity.portfolio.model import Kind, Reference
from outlay.identity.workspaces import service as workspaces

router = APIRouter(tags=["people"])


class UserOut(Answer):
    """A member of the workspace."""

    id: UUID
    name: str
    email: str
    role: Role
    client: ReferenceOut | None
    joined_at: datetime
    last_seen_at: datetime | None


class UserChange(Body, json_schema_extra=example({"role": "manager"})):
    """A member's new role; a portal user needs a client."""

    role: Role
    client: Label | None = None


class InvitationDraft(Body, json_schema_extra=example({"email": "sam@northlight.example", "role": "analyst"})):
    """Whom to invite as what."""

    email: Words = Field(examples=["sam@northlight.example"])
    role: Role = Field(examples=["analyst"])
    client: Label | None = Field(None, description="The id or key of a portal user's client.")


class InvitationOut(Answer):
    """An invitation that can still be accepted."""

    id: UUID
    email: str
    role: Role
    client: ReferenceOut | None
    created_by: str | None
    created_at: datetime
    expires_at: datetime


class NewInvitation(InvitationOut):
    """An invitation with its link, shown this once."""

    link: str
    mailed: bool = Field(description="Whether the link was also sent by mail.")


@router.get("/users", summary="List users")
async def list_users(caller: CallerDependency) -> ListOut[UserOut]:
    """The members of the workspace."""
    return ListOut(items=[UserOut.model_validate(user) for user in await people.users(caller.work, caller.actor)])


@router.patch("/users/{user_id}", summary="Change a user's role", responses=problems(409))
async def change_user(user_id: IdInPath, change: UserChange, caller: CallerDependency) -> UserOut:
    """Takes effect with the user's next request."""
    changed = await people.change(caller.work, caller.actor, user_id, role=change.role, client=change.client)
    return UserOut.model_validate(changed)


@router.delete("/users/{user_id}", status_code=204, summary="Remove a user", responses=problems(409))
async def remove_user(user_id: IdInPath, caller: CallerDependency) -> None:
    """Ends the membership and the user's sessions here at once."""
    await people.remove(caller.work, caller.actor, user_id)


@router.get("/invitations", summary="List invitations")
async def list_invitations(caller: CallerDependency) -> ListOut[InvitationOut]:
    """Those that can still be accepted."""
    found = await people.invitations(caller.work, caller.actor)
    names = await portfolio.references(caller.work, Kind.CLIENT, (link.client_id for link in found))
    return ListOut(items=[InvitationOut.model_validate(_shown(link, names)) for link in found])


@router.post("/invitations", status_code=201, summary="Invite somebody", responses=problems(409))
async def invite(
    draft: InvitationDraft,
    caller: CallerDependency,
    services: ServicesDependency,
    background: BackgroundTasks,
) -> NewInvitation:
    """The link is shown this once, and mailed where a mail server is set up."""
    valid_for = timedelta(days=services.settings.invitation_days)
    link, token = await people.invite(caller.work, caller.actor, valid_for=valid_for, **draft.model_dump())
    address = f"{services.settings.origin}/invite#token={token.text}"
    workspace = await workspaces.get(caller.work)
    text = f"{caller.actor.name} invites you to {workspace.name} at Outlay.\n\n{address}\n\nThe link works once."
    background.add_task(services.mailer.send, draft.email, f"Invitation to {workspace.name}", text)
    names = await portfolio.references(caller.work, Kind.CLIENT, [link.client_id])
    return NewInvitation.model_validate({**_shown(link, names), "link": address, "mailed": services.mailer.is_set_up})


@router.delete("/invitations/{invitation_id}", status_code=204, summary="Withdraw an invitation")
async def withdraw_invitation(invitation_id: IdInPath, caller: CallerDependency) -> None:
    """Its link no longer works."""
    await people.withdraw_invitation(caller.work, caller.actor, invitation_id)


def _shown(link: Link, names: dict[UUID, Reference]) -> dict[str, object]:
    return {**vars(link), "client": names[link.client_id] if link.client_id else None}
