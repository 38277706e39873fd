"""Makes, shows, changes and archives clients, campaigns and agents."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from outlay.db.connect import Work
from outlay.identity.access.model import Actor, Permission, Scope
from outlay.identity.access.rules import require
from outlay.identity.audit import service as audit
from outlay.identity.audit.model import Facts, Target
from outlay.identity.portfolio import names, rules, store
from outlay.identity.portfolio.model import AgentType, Entry, Filter, Kind, Reference
from outlay.kit.errors import InvalidRequest, NotFound
from outlay.kit.ids import new_id
from outlay.kit.paging import Page, PageRequest


@dataclass(frozen=True)
class Change:
    """What is to be changed of an entry; what is None stays, unless it is named among the `cleared`."""

    key: str | None = None
    name: str | None = None
    archived: bool | None = None
    client: str | None = None
    agent_type: AgentType | None = None
    cleared: frozenset[str] = frozenset()


async def create(work: Work, actor: Actor, kind: Kind, draft: Change) -> Entry:
    """A new entry; its key is made from the name where none is given."""
    require(actor, Permission.PORTFOLIO_MANAGE)
    name = draft.name or ""
    if kind is Kind.CAMPAIGN and draft.client is None:
        raise InvalidRequest.field("client", "a campaign needs the client it is for")
    entry = Entry(
        kind=kind,
        id=new_id(work.now),
        key=rules.check_key(draft.key or rules.key_from(name) or f"{kind.value}-{new_id(work.now).hex[-8:]}"),
        name=name,
        created_at=work.now,
        client=(await _client(work, actor, draft.client)).reference if draft.client else None,
        agent_type=draft.agent_type,
    )
    await store.add(work.connection, work.workspace_id, entry)
    owner = entry.client.id if entry.client and kind is Kind.CAMPAIGN else None
    await names.introduce(work, kind, entry.name, entry.id, owner)
    work.announce(f"{kind.value}s")
    await audit.record(work, actor, f"{kind.value}.create", _target(entry), after=_facts(entry))
    return entry


async def change(work: Work, actor: Actor, kind: Kind, name: str, wanted: Change) -> Entry:
    """Changes what is given and leaves the rest."""
    require(actor, Permission.PORTFOLIO_MANAGE)
    before = await get(work, actor, kind, name)
    after = replace(
        before,
        key=before.key if wanted.key is None else rules.check_key(wanted.key),
        name=before.name if wanted.name is None else wanted.name,
        agent_type=before.agent_type if wanted.agent_type is None else wanted.agent_type,
    )
    if kind is Kind.AGENT:
        after = replace(
            after,
            client=None if "client" in wanted.cleared else after.client,
            agent_type=None if "agent_type" in wanted.cleared else after.agent_type,
        )
    if wanted.client is not None:
        after = replace(after, client=(await _client(work, actor, wanted.client)).reference)
    if wanted.archived is not None and wanted.archived != (before.archived_at is not None):
        after = replace(after, archived_at=work.now if wanted.archived else None)
    if after != before:
        await store.change(work.connection, work.workspace_id, after)
        await _keep_names(work, before, after)
        work.announce(f"{kind.value}s")
        action = f"{kind.value}.{_verb(before, after)}"
        await audit.record(work, actor, action, _target(after), before=_facts(before), after=_facts(after))
    return after


async def absorb(work: Work, actor: Actor, gone: Entry, kept: Entry) -> None:
    """Archives an entry in favour of another, which takes over its names, and a client's campaigns and agents."""
    require(actor, Permission.PORTFOLIO_MANAGE)
    if gone.kind is Kind.CLIENT:
        await store.move(work.connection, work.workspace_id, gone.id, kept.id)
    # Its key is free for events to mean the other entry by it.
    archived = replace(gone, key=f"{gone.key[:48]}-{gone.id.hex[-12:]}", archived_at=gone.archived_at or work.now)
    await store.change(work.connection, work.workspace_id, archived)
    await names.point_aliases(work, gone.kind, [gone.id], kept.id)
    for name in (gone.key, str(gone.id)):
        await names.add_alias(work, gone.kind, name, kept.id)
    for kind in Kind if gone.kind is Kind.CLIENT else (gone.kind,):
        work.announce(f"{kind.value}s")
    after = _facts(archived) | {"into": kept.key}
    await audit.record(work, actor, f"{gone.kind.value}.merge", _target(gone), before=_facts(gone), after=after)


async def get(work: Work, actor: Actor, kind: Kind, name: str) -> Entry:
    """The entry with this id or key, as far as the actor sees."""
    require(actor, Permission.PORTFOLIO_READ)
    found = await find(work, kind, name, actor.scope)
    if found is None:
        raise NotFound(f"There is no {kind.value} {name!r} here.")
    return found


async def page(work: Work, actor: Actor, kind: Kind, wanted: Filter, request: PageRequest) -> Page[Entry]:
    """Entries by name, as far as the actor sees."""
    require(actor, Permission.PORTFOLIO_READ)
    return await store.page(work.connection, work.workspace_id, kind, actor.scope, wanted, request)


async def find(work: Work, kind: Kind, name: str, scope: Scope) -> Entry | None:
    """The entry with this id or key within a scope; a key that looks like an id is found when no id matches."""
    try:
        found = await store.find(work.connection, work.workspace_id, kind, UUID(name), scope)
    except ValueError:
        found = None
    return found or await store.find(work.connection, work.workspace_id, kind, name, scope)


async def references(work: Work, kind: Kind, ids: Iterable[UUID | None]) -> dict[UUID, Reference]:
    """The names of some entries, for those who hold their ids."""
    wanted = {entry_id for entry_id in ids if entry_id is not None}
    return await store.references(work.connection, work.workspace_id, kind, wanted) if wanted else {}


async def _keep_names(work: Work, before: Entry, after: Entry) -> None:
    """Events that still use the former key go on meaning this entry."""
    if before.key != after.key:
        await names.add_alias(work, after.kind, before.key, after.id)
    if (before.key, before.client) != (after.key, after.client):
        await names.advance(work)


async def _client(work: Work, actor: Actor, name: str) -> Entry:
    return await get(work, actor, Kind.CLIENT, name)


def _verb(before: Entry, after: Entry) -> str:
    if before.archived_at == after.archived_at:
        return "change"
    return "archive" if after.archived_at else "restore"


def _target(entry: Entry) -> Target:
    return Target(entry.kind.value, str(entry.id), entry.name)


def _facts(entry: Entry) -> Facts:
    facts: Facts = {"key": entry.key, "name": entry.name, "archived": entry.archived_at is not None}
    if entry.kind is not Kind.CLIENT:
        facts["client"] = entry.client.key if entry.client else None
    if entry.kind is Kind.AGENT:
        facts["agent_type"] = entry.agent_type.value if entry.agent_type else None
    return facts
