"""What a workspace decides about its ledger, and merging of names that turned out to be one."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from outlay.doors.http.callers import CallerDependency
from outlay.doors.http.schemas import Answer, Body, Label, NameInPath, example
from outlay.doors.portfolio import AgentOut, CampaignOut, ClientOut
from outlay.identity.portfolio.model import Kind
from outlay.ledger import merge
from outlay.ledger import service as ledger

router = APIRouter()


class LedgerOut(Answer):
    """What the workspace decided about its ledger."""

    create_names: bool = Field(description="Whether clients, campaigns and agents are made on first sight.")
    series_max: int = Field(description="So many combinations of dimensions are told apart; the rest is `(other)`.")
    tracked_labels: list[str] = Field(examples=[["team"]], description="Labels by which spend can be grouped.")


class LedgerChange(Body, json_schema_extra=example({"create_names": False})):
    """What to change."""

    create_names: Annotated[bool, Field(strict=True)] | None = None
    series_max: Annotated[int, Field(ge=1, le=ledger.SERIES_MAX, strict=True)] | None = None


class Merge(Body, json_schema_extra=example({"into": "acme"})):
    """Into which other one."""

    into: Label = Field(examples=["acme"], description="The id or key of the one that stays.")


@router.get("/ledger", tags=["workspace"], summary="The ledger's settings")
async def get_ledger(caller: CallerDependency) -> LedgerOut:
    """How events are taken in."""
    return LedgerOut.model_validate(await ledger.settings(caller.work, caller.actor))


@router.patch("/ledger", tags=["workspace"], summary="Change the ledger's settings")
async def change_ledger(change: LedgerChange, caller: CallerDependency) -> LedgerOut:
    """Changes what is given and leaves the rest."""
    changed = await ledger.change_settings(caller.work, caller.actor, **change.model_dump())
    return LedgerOut.model_validate(changed)


@router.post("/clients/{name}/merge", tags=["clients"], summary="Merge a client into another")
async def merge_client(name: NameInPath, body: Merge, caller: CallerDependency) -> ClientOut:
    """Its spend, campaigns, agents and names move to the other; it is archived. The answer is the one that stays."""
    return ClientOut.model_validate(await merge.merge(caller.work, caller.actor, Kind.CLIENT, name, body.into))


@router.post("/campaigns/{name}/merge", tags=["campaigns"], summary="Merge a campaign into another")
async def merge_campaign(name: NameInPath, body: Merge, caller: CallerDependency) -> CampaignOut:
    """Both belong to one client. The answer is the one that stays."""
    return CampaignOut.model_validate(await merge.merge(caller.work, caller.actor, Kind.CAMPAIGN, name, body.into))


@router.post("/agents/{name}/merge", tags=["agents"], summary="Merge an agent into another")
async def merge_agent(name: NameInPath, body: Merge, caller: CallerDependency) -> AgentOut:
    """The answer is the one that stays."""
    return AgentOut.model_validate(await merge.merge(caller.work, caller.actor, Kind.AGENT, name, body.into))
