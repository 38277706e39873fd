"""Signing in and out: by password, by a link that works once, into another workspace; resets and invitations."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Depends, Query, Request, Response
from pydantic import Field

from outlay.doors.http.callers import SESSION_COOKIE, Caller, CallerDependency, NotAuthenticated, caller_beforehand
from outlay.doors.http.schemas import Answer, Body, Name, Secret, Words, example, problems
from outlay.doors.http.services import Services, ServicesDependency, origin_of
from outlay.doors.me import Me, me_of
from outlay.identity.access.model import Role
from outlay.identity.links import service as links
from outlay.identity.links.model import LinkKind
from outlay.identity.people import service as people
from outlay.identity.sign_in import service as sign_in
from outlay.identity.sign_in.model import SignedIn
from outlay.identity.workspaces import service as workspaces

router = APIRouter(tags=["session"])


class Credentials(
    Body, json_schema_extra=example({"email": "mia@northlight.example", "password": "four unrelated quiet words"})
):
    """An e-mail address and its password."""

    email: Words = Field(examples=["mia@northlight.example"])
    password: Secret = Field(examples=["four unrelated quiet words"])
    workspace_id: UUID | None = None


class LinkToken(Body, json_schema_extra=example({"token": "ol_0190c100…"})):
    """The secret of a link that works once."""

    token: Secret


class WorkspaceChoice(Body, json_schema_extra=example({"workspace_id": "0190c100-0000-7000-8000-000000000001"})):
    """The workspace to go to."""

    workspace_id: UUID


class EmailOnly(Body, json_schema_extra=example({"email": "mia@northlight.example"})):
    """Somebody's address."""

    email: Words


class NewPassword(Body, json_schema_extra=example({"token": "ol_0190c100…", "password": "four unrelated quiet words"})):
    """A reset link's secret and the password to set."""

    token: Secret
    password: Secret


class Acceptance(
    Body,
    json_schema_extra=example(
        {"token": "ol_0190c100…", "name": "Sam Analyst", "password": "four unrelated quiet words"}
    ),
):
    """An invitation's secret; a new user gives a name and a password, a known one their password."""

    token: Secret
    name: Name | None = None
    password: Secret | None = None


class OpenInvitation(Answer):
    """What an invitation promises."""

    email: str
    workspace_name: str
    role: Role
    has_account: bool = Field(description="Whether this person has a password here already, and must give it.")


@router.post("/session", summary="Sign in", responses=problems(429))
async def post_session(
    credentials: Credentials, request: Request, response: Response, services: ServicesDependency
) -> Me:
    """Sets the session's cookie."""
    signed_in = await sign_in.sign_in(
        services.database, services.policy, origin_of(request), **credentials.model_dump()
    )
    return await _welcome(signed_in, request, response, services)


@router.post("/session/link", summary="Sign in by a link", responses=problems(410))
async def post_session_link(link: LinkToken, request: Request, response: Response, services: ServicesDependency) -> Me:
    """Spends the link and sets the session's cookie."""
    signed_in = await sign_in.sign_in_by_link(services.database, services.policy, origin_of(request), link.token)
    return await _welcome(signed_in, request, response, services)


@router.post("/session/workspace", summary="Go to another workspace")
async def post_session_workspace(
    choice: WorkspaceChoice,
    request: Request,
    response: Response,
    services: ServicesDependency,
    caller: Annotated[Caller, Depends(caller_beforehand)],
) -> Me:
    """A new session there; the one here ends."""
    if caller.user is None:
        raise NotAuthenticated("An API key belongs to one workspace.")
    signed_in = await sign_in.switch(
        services.database, services.policy, origin_of(request), caller.user.id, choice.workspace_id
    )
    return await _welcome(signed_in, request, response, services)


@router.delete("/session", status_code=204, summary="Sign out")
async def delete_session(response: Response, caller: CallerDependency, services: ServicesDependency) -> None:
    """Ends the session and takes the cookie away."""
    await sign_in.sign_out(caller.work, caller.token)
    secure = services.settings.secure_cookies
    response.delete_cookie(SESSION_COOKIE, path="/", secure=secure, httponly=True, samesite="lax")


@router.post("/password-reset", status_code=202, summary="Ask for a reset link", responses=problems(429))
async def post_password_reset(
    body: EmailOnly, request: Request, services: ServicesDependency, background: BackgroundTasks
) -> dict[str, str]:
    """The answer is the same whether or not somebody has this address."""
    issued = await sign_in.request_reset(services.database, services.policy, origin_of(request), body.email)
    if issued is not None:
        address, token = issued
        text = (
            "Somebody, hopefully you, asked for a new password at Outlay.\n\n"
            f"{services.settings.origin}/reset#token={token.text}\n\n"
            f"The link works once, for {services.settings.password_reset_minutes} minutes. "
            "If it was not you, do nothing: your password stays."
        )
        background.add_task(services.mailer.send, address, "Set a new password", text)
    return {"detail": "If somebody has this address, a link is on its way."}


@router.post("/password-reset/confirm", summary="Set a new password by a link", responses=problems(410))
async def post_password_reset_confirm(
    body: NewPassword, request: Request, response: Response, services: ServicesDependency
) -> Me:
    """Ends all other sessions of the person and signs them in."""
    signed_in = await sign_in.reset_password(
        services.database, services.policy, origin_of(request), text=body.token, password=body.password
    )
    return await _welcome(signed_in, request, response, services)


@router.get("/invitations/open", summary="Look at an invitation", responses=problems(410))
async def get_open_invitation(token: Annotated[Secret, Query()], services: ServicesDependency) -> OpenInvitation:
    """What the invitation promises, without accepting it."""
    parsed = links.read_token(token)
    async with services.database.work(parsed.workspace_id) as work:
        link = await links.look(work, LinkKind.INVITATION, parsed)
        assert link.email is not None
        assert link.role is not None
        return OpenInvitation(
            email=link.email,
            workspace_name=(await workspaces.get(work)).name,
            role=link.role,
            has_account=await people.has_password(work, link.email),
        )


@router.post("/invitations/accept", summary="Accept an invitation", responses=problems(410))
async def post_accept(body: Acceptance, request: Request, response: Response, services: ServicesDependency) -> Me:
    """Makes the person a member and signs them in."""
    signed_in = await sign_in.accept_invitation(
        services.database,
        services.policy,
        origin_of(request),
        text=body.token,
        name=body.name,
        password=body.password,
    )
    return await _welcome(signed_in, request, response, services)


async def _welcome(signed_in: SignedIn, request: Request, response: Response, services: Services) -> Me:
    """Hands out the new session's cookie and ends the one that the browser may still have held."""
    await sign_in.forget(services.database, request.cookies.get(SESSION_COOKIE))
    response.set_cookie(
        SESSION_COOKIE,
        signed_in.token.text,
        max_age=int(services.policy.longest.total_seconds()),
        path="/",
        secure=services.settings.secure_cookies,
        httponly=True,
        samesite="lax",
    )
    async with services.database.work(signed_in.token.workspace_id) as work:
        actor = people.actor_of(signed_in.user)
        return await me_of(Caller(work, actor, signed_in.token, session=signed_in.session, user=signed_in.user))
