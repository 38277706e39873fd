"""API keys."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, Field

from outlay.doors.http.callers import CallerDependency
from outlay.doors.http.schemas import (
    Answer,
    Body,
    IdInPath,
    Label,
    ListOut,
    Name,
    PageDependency,
    ReferenceOut,
    example,
)
from outlay.identity.access.model import Permission, Role
from outlay.identity.keys import service as keys
from outlay.identity.keys.model import ApiKey
from outlay.identity.keys.service import KeyDraft

router = APIRouter(prefix="/keys", tags=["keys"])


class KeyOut(Answer):
    """An API key, without its secret."""

    id: UUID
    name: str
    role: Role
    hint: str = Field(examples=["ok_…9f3a"])
    scopes: list[Permission] | None
    client: ReferenceOut | None
    agent: ReferenceOut | None
    rate_limit_per_minute: int | None
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


class NewKey(KeyOut):
    """A key with its secret, shown this once."""

    secret: str = Field(examples=["ok_0190c1…"])


class KeyIn(
    Body, json_schema_extra=example({"name": "content pipeline", "role": "manager", "scopes": ["spend.write"]})
):
    """A key to be made."""

    name: Name = Field(examples=["content pipeline"])
    role: Role = Field(examples=["manager"])
    scopes: list[Permission] | None = Field(None, description="Narrows the role to these permissions.")
    client: Label | None = Field(None, description="The id or key of a portal key's client.")
    agent: Label | None = Field(None, description="The id or key of an agent key's agent.")
    expires_at: AwareDatetime | None = None
    rate_limit_per_minute: int | None = Field(None, ge=1, le=10_000_000, strict=True)


@router.get("", summary="List keys")
async def list_keys(
    caller: CallerDependency, page: PageDependency, *, revoked: Annotated[bool, Query(description="Those too.")] = False
) -> ListOut[KeyOut]:
    """The newest first."""
    return ListOut[KeyOut].of(await keys.page(caller.work, caller.actor, page, with_revoked=revoked), _key_out)


@router.post("", status_code=201, summary="Make a key")
async def create_key(draft: KeyIn, caller: CallerDependency) -> NewKey:
    """The secret is shown this once."""
    key, token = await keys.create(caller.work, caller.actor, KeyDraft(**draft.model_dump()))
    return NewKey(**_key_out(key).model_dump(), secret=token.text)


@router.delete("/{key_id}", status_code=204, summary="Revoke a key")
async def revoke_key(key_id: IdInPath, caller: CallerDependency) -> None:
    """Effective at once, in every process."""
    await keys.revoke(caller.work, caller.actor, key_id)


def _key_out(key: ApiKey) -> KeyOut:
    return KeyOut.model_validate({**vars(key), "scopes": None if key.scopes is None else sorted(key.scopes)})
