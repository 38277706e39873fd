"""Makes, shows, revokes and recognises API keys."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from outlay.db.connect import Work
from outlay.identity.access.model import Actor, Permission, Role
from outlay.identity.access.rules import ROLE_PERMISSIONS, require, require_may_grant
from outlay.identity.audit import service as audit
from outlay.identity.audit.model import Facts, Target
from outlay.identity.keys import store
from outlay.identity.keys.model import KEY_PREFIX, ApiKey, KeyExpired, KeyRevoked
from outlay.identity.portfolio import service as portfolio
from outlay.identity.portfolio.model import Kind
from outlay.kit.errors import InvalidRequest, NotFound
from outlay.kit.ids import Token, new_id
from outlay.kit.paging import Page, PageRequest


@dataclass(frozen=True)
class KeyDraft:
    """What a new key is to be."""

    name: str
    role: Role
    scopes: Collection[Permission] | None = None
    client: str | None = None
    agent: str | None = None
    expires_at: datetime | None = None
    rate_limit_per_minute: int | None = None


async def create(work: Work, actor: Actor, draft: KeyDraft) -> tuple[ApiKey, Token]:
    """A new key and its secret, which is shown this once."""
    require(actor, Permission.KEYS_MANAGE)
    _check(draft, work.now)
    require_may_grant(actor, draft.role, draft.scopes)
    token = Token.generate(KEY_PREFIX, work.workspace_id)
    key = ApiKey(
        id=new_id(work.now),
        name=draft.name,
        role=draft.role,
        hint=token.hint,
        created_by=actor.name,
        created_at=work.now,
        scopes=None if draft.scopes is None else frozenset(draft.scopes),
        client_id=(await portfolio.get(work, actor, Kind.CLIENT, draft.client)).id if draft.client else None,
        agent_id=(await portfolio.get(work, actor, Kind.AGENT, draft.agent)).id if draft.agent else None,
        rate_limit_per_minute=draft.rate_limit_per_minute,
        expires_at=draft.expires_at,
    )
    await store.add(work.connection, work.workspace_id, key, token.hash)
    (key,) = await _named(work, [key])
    work.announce("keys")
    await audit.record(work, actor, "key.create", _target(key), after=_facts(key))
    return key, token


async def page(work: Work, actor: Actor, request: PageRequest, *, with_revoked: bool) -> Page[ApiKey]:
    """The newest keys first."""
    require(actor, Permission.KEYS_MANAGE)
    found = await store.page(work.connection, work.workspace_id, request, with_revoked=with_revoked)
    return replace(found, items=await _named(work, found.items))


async def revoke(work: Work, actor: Actor, key_id: UUID) -> None:
    """Ends a key at once, in every process; again is no error."""
    require(actor, Permission.KEYS_MANAGE)
    key = await store.find(work.connection, work.workspace_id, key_id)
    if key is None:
        raise NotFound("There is no such key here.")
    require_may_grant(actor, key.role, key.scopes)
    if await store.revoke(work.connection, work.workspace_id, key_id):
        work.announce("keys")
        await audit.record(work, actor, "key.revoke", _target(key), before=_facts(key))


async def recognise(work: Work, token: Token) -> ApiKey | None:
    """The key with this secret, when it may still be used."""
    found = await store.by_token(work.connection, work.workspace_id, token.hash)
    if found is None:
        return None
    key, is_over = found
    if key.revoked_at is not None:
        raise KeyRevoked("This key was revoked. Ask an administrator for a new one.")
    if is_over:
        raise KeyExpired("This key has expired. Ask an administrator for a new one.")
    return key


async def named(work: Work, key: ApiKey) -> ApiKey:
    """The key with the names of the client and agent it is bound to."""
    return (await _named(work, [key]))[0]


async def touch(connection: AsyncConnection, workspace_id: UUID, key_id: UUID) -> None:
    """Notes that a key is in use."""
    await store.touch(connection, workspace_id, key_id)


def _check(draft: KeyDraft, now: datetime) -> None:
    if (draft.role is Role.PORTAL) != (draft.client is not None):
        raise InvalidRequest.field("client", "a portal key is bound to a client, and no other key is")
    if (draft.role is Role.AGENT) != (draft.agent is not None):
        raise InvalidRequest.field("agent", "an agent key is bound to an agent, and no other key is")
    if draft.expires_at is not None and draft.expires_at <= now:
        raise InvalidRequest.field("expires_at", "lies in the past")
    beyond = set(draft.scopes or ()) - ROLE_PERMISSIONS[draft.role]
    if beyond:
        names = ", ".join(sorted(beyond))
        raise InvalidRequest.field("scopes", f"the role {draft.role.value} does not have {names}")


async def _named(work: Work, keys: list[ApiKey]) -> list[ApiKey]:
    clients = await portfolio.references(work, Kind.CLIENT, (key.client_id for key in keys))
    agents = await portfolio.references(work, Kind.AGENT, (key.agent_id for key in keys))
    return [
        replace(
            key,
            client=clients[key.client_id] if key.client_id else None,
            agent=agents[key.agent_id] if key.agent_id else None,
        )
        for key in keys
    ]


def _target(key: ApiKey) -> Target:
    return Target("key", str(key.id), key.name)


def _facts(key: ApiKey) -> Facts:
    return {
        "role": key.role.value,
        "scopes": None if key.scopes is None else sorted(key.scopes),
        "client": key.client.key if key.client else None,
        "agent": key.agent.key if key.agent else None,
        "expires_at": key.expires_at.isoformat() if key.expires_at else None,
    }
