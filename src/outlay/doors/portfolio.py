"""Clients, campaigns and agents."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from outlay.doors.http.callers import CallerDependency
from outlay.doors.http.schemas import (
    Answer,
    Body,
    Label,
    ListOut,
    Name,
    NameInPath,
    PageDependency,
    ReferenceOut,
    Words,
    example,
    problems,
)
from outlay.identity.portfolio import service as portfolio
from outlay.identity.portfolio.model import AgentType, Filter, Kind
from outlay.identity.portfolio.service import Change

router = APIRouter()

Archived = Annotated[bool, Query(description="The archived ones instead of those in use.")]
Search = Annotated[Words | None, Query(description="Words in name or key.")]
OfClient = Annotated[Words | None, Query(description="The id or key of a client.")]


class ClientOut(Answer):
    """A customer of the workspace."""

    id: UUID
    key: str = Field(examples=["acme"])
    name: str = Field(examples=["Acme Travel"])
    created_at: datetime
    archived_at: datetime | None


class CampaignOut(ClientOut):
    """A piece of work for a client."""

    client: ReferenceOut


class AgentOut(ClientOut):
    """Who or what spends."""

    client: ReferenceOut | None
    agent_type: AgentType | None


class ClientDraft(Body, json_schema_extra=example({"name": "Acme Travel", "key": "acme"})):
    """A client to be made."""

    name: Name = Field(examples=["Acme Travel"])
    key: Label | None = Field(None, examples=["acme"], description="Made from the name where it is absent.")


class ClientChange(Body, json_schema_extra=example({"name": "Acme Travel Group"})):
    """What to change of a client."""

    name: Name | None = None
    key: Label | None = None
    archived: bool | None = None


class CampaignDraft(ClientDraft, json_schema_extra=example({"name": "Spring launch", "client": "acme"})):
    """A campaign to be made."""

    client: Label = Field(examples=["acme"], description="The id or key of the client it is for.")


class CampaignChange(ClientChange, json_schema_extra=example({"name": "Summer launch"})):
    """What to change of a campaign."""

    client: Label | None = None


class AgentDraft(
    ClientDraft, json_schema_extra=example({"name": "Copywriter", "client": "acme", "agent_type": "CONTENT"})
):
    """An agent to be made."""

    client: Label | None = None
    agent_type: AgentType | None = Field(None, examples=["CONTENT"])


class AgentChange(ClientChange, json_schema_extra=example({"agent_type": "SEO", "client": None})):
    """What to change of an agent; null takes away its client or type."""

    client: Label | None = None
    agent_type: AgentType | None = None


def _change(body: Body) -> Change:
    given = body.model_dump(exclude_unset=True)
    return Change(**given, cleared=frozenset(name for name, value in given.items() if value is None))


@router.get("/clients", tags=["clients"], summary="List clients")
async def list_clients(
    caller: CallerDependency, page: PageDependency, *, archived: Archived = False, q: Search = None
) -> ListOut[ClientOut]:
    """By name, as far as the caller sees."""
    wanted = Filter(archived, q)
    return ListOut[ClientOut].of(
        await portfolio.page(caller.work, caller.actor, Kind.CLIENT, wanted, page), ClientOut.model_validate
    )


@router.post("/clients", tags=["clients"], status_code=201, summary="Make a client", responses=problems(409))
async def create_client(draft: ClientDraft, caller: CallerDependency) -> ClientOut:
    """The key is made from the name where it is absent."""
    return ClientOut.model_validate(await portfolio.create(caller.work, caller.actor, Kind.CLIENT, _change(draft)))


@router.get("/clients/{name}", tags=["clients"], summary="One client")
async def get_client(name: NameInPath, caller: CallerDependency) -> ClientOut:
    """By id or key."""
    return ClientOut.model_validate(await portfolio.get(caller.work, caller.actor, Kind.CLIENT, name))


@router.patch("/clients/{name}", tags=["clients"], summary="Change a client", responses=problems(409))
async def change_client(name: NameInPath, change: ClientChange, caller: CallerDependency) -> ClientOut:
    """Changes what is given and leaves the rest."""
    changed = await portfolio.change(caller.work, caller.actor, Kind.CLIENT, name, _change(change))
    return ClientOut.model_validate(changed)


@router.delete("/clients/{name}", tags=["clients"], status_code=204, summary="Archive a client")
async def archive_client(name: NameInPath, caller: CallerDependency) -> None:
    """Nothing is deleted, since costs point here; it can be restored."""
    await portfolio.change(caller.work, caller.actor, Kind.CLIENT, name, Change(archived=True))


@router.get("/campaigns", tags=["campaigns"], summary="List campaigns")
async def list_campaigns(
    caller: CallerDependency,
    page: PageDependency,
    *,
    archived: Archived = False,
    q: Search = None,
    client: OfClient = None,
) -> ListOut[CampaignOut]:
    """By name, as far as the caller sees."""
    wanted = Filter(archived, q, client)
    return ListOut[CampaignOut].of(
        await portfolio.page(caller.work, caller.actor, Kind.CAMPAIGN, wanted, page), CampaignOut.model_validate
    )


@router.post("/campaigns", tags=["campaigns"], status_code=201, summary="Make a campaign", responses=problems(409))
async def create_campaign(draft: CampaignDraft, caller: CallerDependency) -> CampaignOut:
    """The key is made from the name where it is absent."""
    return CampaignOut.model_validate(await portfolio.create(caller.work, caller.actor, Kind.CAMPAIGN, _change(draft)))


@router.get("/campaigns/{name}", tags=["campaigns"], summary="One campaign")
async def get_campaign(name: NameInPath, caller: CallerDependency) -> CampaignOut:
    """By id or key."""
    return CampaignOut.model_validate(await portfolio.get(caller.work, caller.actor, Kind.CAMPAIGN, name))


@router.patch("/campaigns/{name}", tags=["campaigns"], summary="Change a campaign", responses=problems(409))
async def change_campaign(name: NameInPath, change: CampaignChange, caller: CallerDependency) -> CampaignOut:
    """Changes what is given and leaves the rest."""
    changed = await portfolio.change(caller.work, caller.actor, Kind.CAMPAIGN, name, _change(change))
    return CampaignOut.model_validate(changed)


@router.delete("/campaigns/{name}", tags=["campaigns"], status_code=204, summary="Archive a campaign")
async def archive_campaign(name: NameInPath, caller: CallerDependency) -> None:
    """Nothing is deleted, since costs point here; it can be restored."""
    await portfolio.change(caller.work, caller.actor, Kind.CAMPAIGN, name, Change(archived=True))


@router.get("/agents", tags=["agents"], summary="List agents")
async def list_agents(
    caller: CallerDependency,
    page: PageDependency,
    *,
    archived: Archived = False,
    q: Search = None,
    client: OfClient = None,
) -> ListOut[AgentOut]:
    """By name, as far as the caller sees."""
    wanted = Filter(archived, q, client)
    return ListOut[AgentOut].of(
        await portfolio.page(caller.work, caller.actor, Kind.AGENT, wanted, page), AgentOut.model_validate
    )


@router.post("/agents", tags=["agents"], status_code=201, summary="Make an agent", responses=problems(409))
async def create_agent(draft: AgentDraft, caller: CallerDependency) -> AgentOut:
    """The key is made from the name where it is absent."""
    return AgentOut.model_validate(await portfolio.create(caller.work, caller.actor, Kind.AGENT, _change(draft)))


@router.get("/agents/{name}", tags=["agents"], summary="One agent")
async def get_agent(name: NameInPath, caller: CallerDependency) -> AgentOut:
    """By id or key."""
    return AgentOut.model_validate(await portfolio.get(caller.work, caller.actor, Kind.AGENT, name))


@router.patch("/agents/{name}", tags=["agents"], summary="Change an agent", responses=problems(409))
async def change_agent(name: NameInPath, change: AgentChange, caller: CallerDependency) -> AgentOut:
    """Changes what is given and leaves the rest."""
    changed = await portfolio.change(caller.work, caller.actor, Kind.AGENT, name, _change(change))
    return AgentOut.model_validate(changed)


@router.delete("/agents/{name}", tags=["agents"], status_code=204, summary="Archive an agent")
async def archive_agent(name: NameInPath, caller: CallerDependency) -> None:
    """Nothing is deleted, since costs point here; it can be restored."""
    await portfolio.change(caller.work, caller.actor, Kind.AGENT, name, Change(archived=True))
