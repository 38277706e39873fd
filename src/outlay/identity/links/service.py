"""Issues links, looks at them, and spends them."""

from datetime import timedelta
from uuid import UUID

from outlay.db.connect import Work
from outlay.identity.access.model import Role
from outlay.identity.links import store
from outlay.identity.links.model import LINK_PREFIX, Link, LinkKind, LinkSpent
from outlay.kit.ids import Token, new_id


def read_token(text: str) -> Token:
    """The token of a link, from which the workspace can be read."""
    token = Token.parse(text, LINK_PREFIX)
    if token is None:
        raise LinkSpent("This link is not complete. Copy the whole of it, or ask for a new one.")
    return token


async def issue(
    work: Work,
    kind: LinkKind,
    valid_for: timedelta,
    *,
    person_id: UUID | None = None,
    email: str | None = None,
    role: Role | None = None,
    client_id: UUID | None = None,
    created_by: str | None = None,
) -> tuple[Link, Token]:
    """A new link and its secret, which is shown this once."""
    token = Token.generate(LINK_PREFIX, work.workspace_id)
    link = Link(
        id=new_id(work.now),
        kind=kind,
        created_at=work.now,
        expires_at=work.now + valid_for,
        person_id=person_id,
        email=email,
        role=role,
        client_id=client_id,
        created_by=created_by,
    )
    return await store.add(work.connection, work.workspace_id, link, token.hash), token


async def look(work: Work, kind: LinkKind, token: Token) -> Link:
    """What a link promises, without spending it."""
    return _or_spent(await store.find(work.connection, work.workspace_id, kind, token.hash))


async def spend(work: Work, kind: LinkKind, token: Token) -> Link:
    """Takes what a link promises; nobody can take it again."""
    return _or_spent(await store.spend(work.connection, work.workspace_id, kind, token_hash=token.hash))


async def withdraw(work: Work, kind: LinkKind, link_id: UUID) -> Link | None:
    """Makes a link useless; None where none of that id still works."""
    return await store.spend(work.connection, work.workspace_id, kind, id=link_id)


async def withdraw_all_to(work: Work, kind: LinkKind, email: str) -> None:
    """Makes every link of a kind to an address useless, in whatever case it was written."""
    await store.withdraw_to(work.connection, work.workspace_id, kind, email)


async def withdraw_all_for(work: Work, kind: LinkKind, person_id: UUID) -> None:
    """Makes every link of a kind for a person useless."""
    await store.spend(work.connection, work.workspace_id, kind, person_id=person_id)


async def working(work: Work, kind: LinkKind) -> list[Link]:
    """The links of a kind that still work."""
    return await store.working(work.connection, work.workspace_id, kind)


def _or_spent(link: Link | None) -> Link:
    if link is None:
        raise LinkSpent("This link was used already, has expired or was withdrawn. Ask for a new one.")
    return link
