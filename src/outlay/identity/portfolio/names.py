"""Names as events use them: an id, a key, a former key or any text, found or made on first sight.

A name that has the form of a key is one, and so is one that differs from it only in capitals and spaces: "Acme Corp" is
"acme-corp", whichever comes first. Any other text is kept as an alias of the entry it made. A campaign is looked for
among its client's own, since two clients may each have a "spring".
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from outlay.db.connect import Work
from outlay.identity.portfolio import rules
from outlay.identity.portfolio.model import Kind
from outlay.identity.portfolio.tables import TABLES, name_alias, portfolio_state
from outlay.kit.ids import new_id

_NAME_CHARACTERS_MAX = 120


@dataclass(frozen=True, slots=True)
class Named:
    """An entry as far as an event needs it: a campaign's or agent's client says whose the spend is."""

    id: UUID
    client_id: UUID | None = None


async def revision(work: Work) -> UUID | None:
    """Changes whenever a name may mean something else than before; new names do not count."""
    query = select(portfolio_state.c.revision).where(portfolio_state.c.workspace_id == work.workspace_id)
    return (await work.connection.execute(query)).scalar_one_or_none()


async def advance(work: Work) -> None:
    """Notes that names changed their meaning."""
    row = insert_or(portfolio_state).values(workspace_id=work.workspace_id, revision=new_id(work.now))
    await work.connection.execute(
        row.on_conflict_do_update(index_elements=["workspace_id"], set_={"revision": row.excluded.revision})
    )


async def find(work: Work, kind: Kind, names: Collection[str], client_id: UUID | None = None) -> dict[str, Named]:
    """What is known under these names. A campaign that belongs to another client than the one given is not meant."""
    table = TABLES[kind]
    columns = [table.c.id, table.c.key, *([] if kind is Kind.CLIENT else [table.c.client_id])]
    inside = [table.c.workspace_id == work.workspace_id]
    if kind is Kind.CAMPAIGN and client_id:
        inside.append(table.c.client_id == client_id)
    spelled: defaultdict[str, set[str]] = defaultdict(set)
    for name in names:
        spelled[rules.spelling(name)].add(name)
    aliases = {alias: spelling for spelling in spelled for alias in _aliases(kind, spelling, client_id)}
    aliased = select(name_alias.c.entry_id, name_alias.c.name).where(
        name_alias.c.workspace_id == work.workspace_id,
        tuple_(name_alias.c.kind, name_alias.c.name).in_([(kind.value, alias) for alias in aliases]),
    )
    found: dict[str, Named] = {}
    # One entry may go by several of the names: former ones, and its id in two spellings.
    entries: defaultdict[UUID, set[str]] = defaultdict(set)
    for row in await work.connection.execute(aliased):
        entries[row.entry_id] |= spelled[aliases[row.name]]
    known = set().union(*entries.values())
    for name in names:
        # The id of what was merged into something else is another name of that.
        if name not in known and (entry_id := _uuid(name)):
            entries[entry_id].add(name)
    if entries:
        by_id = select(*columns).where(*inside, table.c.id.in_(entries))
        found |= {name: _named(row) for row in await work.connection.execute(by_id) for name in entries[row.id]}
    by_key = select(*columns).where(*inside, table.c.key.in_(spelled))
    found |= {name: _named(row) for row in await work.connection.execute(by_key) for name in spelled[row.key]}
    return found


async def make(work: Work, kind: Kind, name: str, client_id: UUID | None) -> Named:
    """A new entry of this name. Whoever made it at the same moment made the same one: theirs is found instead."""
    table = TABLES[kind]
    spelling = rules.spelling(name)
    is_key = rules.is_key(spelling)
    key = spelling if is_key else rules.key_of_its_own(name, kind.value)
    for attempt in (key, f"{key[:48]}-{new_id(work.now).hex[-8:]}"):
        values = {"id": new_id(work.now), "key": attempt, "name": name[:_NAME_CHARACTERS_MAX], "created_at": work.now}
        if kind is not Kind.CLIENT:
            values["client_id"] = client_id if kind is Kind.CAMPAIGN else None
        row = insert_or(table).values(workspace_id=work.workspace_id, **values).on_conflict_do_nothing()
        made = (await work.connection.execute(row.returning(table.c.id))).scalar_one_or_none()
        if made:
            if attempt != spelling:
                await add_alias(work, kind, _aliases(kind, spelling, client_id)[0], made)
            work.announce(f"{kind.value}s")
            return Named(made, client_id if kind is Kind.CAMPAIGN else None)
        if is_key and (known := (await find(work, kind, [name], client_id)).get(name)):
            return known
    raise AssertionError("unreachable: the second key is new")


async def add_alias(work: Work, kind: Kind, name: str, entry_id: UUID) -> None:
    """From now on the entry is known under this name too."""
    row = insert_or(name_alias).values(workspace_id=work.workspace_id, kind=kind.value, name=name, entry_id=entry_id)
    await work.connection.execute(
        row.on_conflict_do_update(
            index_elements=["workspace_id", "kind", "name"], set_={"entry_id": row.excluded.entry_id}
        )
    )


async def introduce(work: Work, kind: Kind, name: str, entry_id: UUID, client_id: UUID | None) -> None:
    """A new entry: events that call it by its name mean it, unless they mean another one by that already."""
    spelling = rules.spelling(name)
    if not rules.is_key(spelling):
        alias = _aliases(kind, spelling, client_id)[0]
        row = insert_or(name_alias).values(
            workspace_id=work.workspace_id, kind=kind.value, name=alias, entry_id=entry_id
        )
        await work.connection.execute(row.on_conflict_do_nothing())
    # Its key may have been another name of something else.
    await advance(work)


async def point_aliases(work: Work, kind: Kind, before: Iterable[UUID], after: UUID) -> None:
    """Names of some entries mean another one from now on."""
    await work.connection.execute(
        update(name_alias)
        .where(
            name_alias.c.workspace_id == work.workspace_id,
            name_alias.c.kind == kind.value,
            name_alias.c.entry_id.in_(list(before)),
        )
        .values(entry_id=after)
    )


def _aliases(kind: Kind, name: str, client_id: UUID | None) -> list[str]:
    """How an alias is kept: a campaign's under its client, and otherwise the name as it is."""
    return [f"{client_id}/{name}", name] if kind is Kind.CAMPAIGN and client_id else [name]


def _named(row: object) -> Named:
    return Named(row.id, getattr(row, "client_id", None))  # type: ignore[attr-defined]


def _uuid(name: str) -> UUID | None:
    try:
        return UUID(name) if len(name) == 36 else None
    except ValueError:
        return None
