"""Who I am: the caller, the workspace, the permissions; and one's own profile and sessions."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks
from pydantic import Field

from outlay.doors.http.callers import Caller, CallerDependency, csrf_token
from outlay.doors.http.schemas import (
    Answer,
    Body,
    IdInPath,
    ListOut,
    Name,
    ReferenceOut,
    Secret,
    Words,
    example,
    problems,
)
from outlay.doors.http.services import ServicesDependency
from outlay.doors.workspace import WorkspaceOut
from outlay.identity.access.model import Permission, Role
from outlay.identity.access.rules import permissions_of
from outlay.identity.keys import service as keys
from outlay.identity.people import service as people
from outlay.identity.people.model import User
from outlay.identity.sign_in import service as sign_in
from outlay.identity.sign_in.model import Session
from outlay.identity.workspaces import service as workspaces
from outlay.kit.errors import NotFound

router = APIRouter(prefix="/me", tags=["me"])


class MeUser(Answer):
    """The signed-in person."""

    id: UUID
    name: str
    email: str
    has_password: bool


class MeKey(Answer):
    """The API key in use."""

    id: UUID
    name: str
    hint: str = Field(examples=["ok_…9f3a"])


class MyWorkspace(Answer):
    """A workspace that one could switch to."""

    id: UUID
    name: str
    role: Role


class Me(Answer):
    """Everything a page or a program needs to know of its caller."""

    kind: Literal["user", "key"]
    user: MeUser | None = None
    key: MeKey | None = None
    role: Role
    scopes: list[Permission] | None = Field(None, description="What a key is narrowed to; null where it is not.")
    permissions: list[Permission]
    client: ReferenceOut | None = None
    agent: ReferenceOut | None = None
    workspace: WorkspaceOut
    workspaces: list[MyWorkspace] = Field(default_factory=list)
    csrf_token: str | None = Field(None, description="Sent as X-CSRF-Token with every change; null for keys.")


class ProfileChange(Body, json_schema_extra=example({"name": "Mia Owner"})):
    """What to change of oneself."""

    name: Name | None = None
    email: Words | None = None
    current_password: Secret | None = None
    new_password: Secret | None = None


class SessionOut(Answer):
    """One of one's own sessions."""

    id: UUID
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    ip: str | None
    user_agent: str | None
    is_current: bool


@router.get("", summary="Who am I?")
async def get_me(caller: CallerDependency) -> Me:
    """The caller, their workspace and what they may do."""
    return await me_of(caller)


@router.patch("", summary="Change my profile", responses=problems(409))
async def change_me(
    change: ProfileChange, caller: CallerDependency, services: ServicesDependency, background: BackgroundTasks
) -> Me:
    """A new address or password needs the current password, where there is one; other sessions end with the old one."""
    session = _own_session(caller)
    await people.change_own(caller.work, caller.actor, **change.model_dump())
    if change.new_password:
        await sign_in.end_others(caller.work, session)
        # The other workspaces have transactions of their own, which must not wait inside of this one.
        background.add_task(sign_in.end_everywhere, services.database, session.person_id, but=session.id)
    return await me_of(caller)


@router.get("/sessions", summary="My sessions")
async def my_sessions(caller: CallerDependency, services: ServicesDependency) -> ListOut[SessionOut]:
    """Where I am signed in, in this workspace."""
    current = _own_session(caller)
    found = await sign_in.sessions(caller.work, services.policy, current.person_id)
    return ListOut(items=[_session_out(session, current) for session in found])


@router.delete("/sessions/{session_id}", status_code=204, summary="End one of my sessions")
async def end_session(session_id: IdInPath, caller: CallerDependency) -> None:
    """Ends it at once, in every process."""
    _own_session(caller)
    await sign_in.end(caller.work, caller.actor, session_id)


async def me_of(caller: Caller) -> Me:
    """What is shown of a caller."""
    shown = Me(
        kind="key" if caller.key else "user",
        role=caller.actor.role,
        permissions=sorted(permissions_of(caller.actor)),
        workspace=WorkspaceOut.model_validate(await workspaces.get(caller.work)),
    )
    if caller.key is not None:
        key = await keys.named(caller.work, caller.key)
        shown.key = MeKey.model_validate(key)
        shown.scopes = None if key.scopes is None else sorted(key.scopes)
        shown.client, shown.agent = ReferenceOut.of(key.client), ReferenceOut.of(key.agent)
    elif caller.user is not None:
        user = await people.user(caller.work, caller.user.id)
        shown.user = await _me_user(caller, user)
        shown.client = ReferenceOut.of(user.client)
        shown.workspaces = await _workspaces_of(caller, user)
        shown.csrf_token = csrf_token(caller.token)
    return shown


async def _me_user(caller: Caller, user: User) -> MeUser:
    has_password = await people.has_password(caller.work, user.email)
    return MeUser(id=user.id, name=user.name, email=user.email, has_password=has_password)


async def _workspaces_of(caller: Caller, user: User) -> list[MyWorkspace]:
    roles = dict(await people.memberships(caller.work.connection, user.id))
    named = {found.id: found.name for found in await workspaces.every(caller.work.connection)}
    return [MyWorkspace(id=workspace_id, name=named[workspace_id], role=role) for workspace_id, role in roles.items()]


def _own_session(caller: Caller) -> Session:
    if caller.session is None:
        raise NotFound("An API key has no profile and no sessions.")
    return caller.session


def _session_out(session: Session, current: Session) -> SessionOut:
    return SessionOut.model_validate({**vars(session), "is_current": session.id == current.id})
