"""Lets people in by password or link, keeps them signed in, and lets them out."""

import math
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from outlay.db.connect import Database, Work
from outlay.identity.access.model import Actor
from outlay.identity.audit import service as audit
from outlay.identity.audit.model import Target
from outlay.identity.links import service as links
from outlay.identity.links.model import LinkKind
from outlay.identity.people import service as people
from outlay.identity.people.model import User
from outlay.identity.sign_in import rules, store
from outlay.identity.sign_in.model import (
    SESSION_PREFIX,
    Origin,
    Session,
    SessionExpired,
    SessionPolicy,
    SignedIn,
    SignInFailed,
    TooManyAttempts,
)
from outlay.kit.errors import NotFound
from outlay.kit.ids import Token, new_id


async def sign_in(
    database: Database,
    policy: SessionPolicy,
    origin: Origin,
    *,
    email: str,
    password: str,
    workspace_id: UUID | None = None,
) -> SignedIn:
    """Lets a person in by password, into the workspace they name or else the one they used last.

    The attempt is counted before the password is looked at, in a transaction of its own: a refusal must be remembered
    although nothing else of the request is, and many guesses at once must not slip through together.
    """
    subjects = rules.throttled_subjects(email, origin.ip, policy.attempts_max)
    await _count(database, subjects)
    async with database.directory() as connection:
        person = await people.find_person(connection, email)
    if not await people.is_password_of(person, password) or person is None:
        raise SignInFailed("The e-mail address or the password is not right.")
    await _forgive(database, email, origin.ip, policy.attempts_max)
    async with database.directory() as connection:
        workspaces = [workspace for workspace, _ in await people.memberships(connection, person.id)]
    if workspace_id is not None:
        workspaces = [workspace for workspace in workspaces if workspace == workspace_id]
    if not workspaces:
        raise SignInFailed("You are not a member of a workspace here any more. Ask its owner to invite you.")
    async with database.work(workspaces[0]) as work:
        return await begin(work, policy, origin, person.id)


async def sign_in_by_link(database: Database, policy: SessionPolicy, origin: Origin, text: str) -> SignedIn:
    """Lets a person in by a link that works once."""
    token = links.read_token(text)
    async with database.work(token.workspace_id) as work:
        link = await links.spend(work, LinkKind.SIGN_IN, token)
        assert link.person_id is not None
        return await begin(work, policy, origin, link.person_id)


async def accept_invitation(
    database: Database, policy: SessionPolicy, origin: Origin, *, text: str, name: str | None, password: str | None
) -> SignedIn:
    """Lets in whoever takes up an invitation; their password may be guessed no more often than at signing in."""
    token = links.read_token(text)
    async with database.work(token.workspace_id) as work:
        email = (await links.look(work, LinkKind.INVITATION, token)).email or ""
    await _count(database, rules.throttled_subjects(email, origin.ip, policy.attempts_max))
    async with database.work(token.workspace_id) as work:
        person = await people.accept(work, token, name=name, password=password, ip=origin.ip)
        signed_in = await begin(work, policy, origin, person.id)
    await _forgive(database, email, origin.ip, policy.attempts_max)
    return signed_in


async def begin(work: Work, policy: SessionPolicy, origin: Origin, person_id: UUID) -> SignedIn:
    """A new session, with a new token, for a member of the workspace at hand."""
    user = await people.user(work, person_id)
    token = Token.generate(SESSION_PREFIX, work.workspace_id)
    session = Session(
        id=new_id(work.now),
        person_id=person_id,
        created_at=work.now,
        last_seen_at=work.now,
        expires_at=work.now + policy.longest,
        ip=origin.ip,
        user_agent=(origin.user_agent or "")[:300] or None,
    )
    session = await store.add(work.connection, work.workspace_id, session, token.hash)
    await people.touch(work.connection, work.workspace_id, person_id)
    work.announce("sessions")
    target = Target("session", str(session.id), user.name)
    await audit.record(work, people.actor_of(user).seen_from(origin.ip), "session.begin", target)
    return SignedIn(user, session, token)


async def recognise(work: Work, policy: SessionPolicy, token: Token) -> tuple[Session, User]:
    """The session with this secret, and whose it is."""
    session = await store.by_token(work.connection, work.workspace_id, token.hash, policy.idle)
    if session is None:
        raise SessionExpired("Your session has ended. Sign in again.")
    return session, await people.user(work, session.person_id)


async def sign_out(work: Work, token: Token) -> None:
    """Ends the session at hand."""
    await store.end_by_token(work.connection, work.workspace_id, token.hash)
    work.announce("sessions")


async def forget(database: Database, text: str | None) -> None:
    """Ends the session that a browser still held when its person signed in anew; nothing may fail for it."""
    token = Token.parse(text or "", SESSION_PREFIX)
    if token is not None:
        async with database.work(token.workspace_id) as work:
            await sign_out(work, token)


async def switch(
    database: Database, policy: SessionPolicy, origin: Origin, person_id: UUID, workspace_id: UUID
) -> SignedIn:
    """A new session for a signed-in person in another workspace of theirs."""
    async with database.work(workspace_id) as work:
        return await begin(work, policy, origin, person_id)


async def sessions(work: Work, policy: SessionPolicy, person_id: UUID) -> list[Session]:
    """One's own sessions in this workspace."""
    return await store.of_person(work.connection, work.workspace_id, person_id, policy.idle)


async def end(work: Work, actor: Actor, session_id: UUID) -> None:
    """Ends one of one's own sessions."""
    if not await store.end(work.connection, work.workspace_id, person_id=UUID(actor.id), session_id=session_id):
        raise NotFound("There is no such session of yours.")
    work.announce("sessions")


async def end_others(work: Work, session: Session) -> None:
    """Ends all other sessions of the same person in this workspace."""
    await store.end(work.connection, work.workspace_id, person_id=session.person_id, but=session.id)
    work.announce("sessions")


async def request_reset(
    database: Database, policy: SessionPolicy, origin: Origin, email: str
) -> tuple[str, Token] | None:
    """A reset link for whoever has this address; None where nobody does, which the caller must not show.

    It goes to the address as it is stored: what was typed may be equal in the database's eyes and another mailbox.
    """
    await _count(database, rules.throttled_subjects(f"reset:{email}", origin.ip, policy.attempts_max))
    async with database.directory() as connection:
        person = await people.find_person(connection, email)
        workspaces = await people.memberships(connection, person.id) if person else []
    if not person or not workspaces:
        return None
    async with database.work(workspaces[0][0]) as work:
        _, token = await links.issue(work, LinkKind.PASSWORD_RESET, policy.password_reset, person_id=person.id)
        return person.email, token


async def reset_password(
    database: Database, policy: SessionPolicy, origin: Origin, *, text: str, password: str
) -> SignedIn:
    """Sets a new password by a link, ends all other sessions of the person, and lets them in."""
    token = links.read_token(text)
    async with database.work(token.workspace_id) as work:
        link = await links.spend(work, LinkKind.PASSWORD_RESET, token)
        assert link.person_id is not None
        await people.set_password(work, link.person_id, password, ip=origin.ip)
        await links.withdraw_all_for(work, LinkKind.PASSWORD_RESET, link.person_id)
    await end_everywhere(database, link.person_id)
    async with database.work(token.workspace_id) as work:
        return await begin(work, policy, origin, link.person_id)


async def end_everywhere(database: Database, person_id: UUID, *, but: UUID | None = None) -> None:
    """Ends a person's sessions in all of their workspaces, after a new password; `but` the one that set it."""
    async with database.directory() as connection:
        workspaces = await people.memberships(connection, person_id)
    for workspace_id, _ in workspaces:
        async with database.work(workspace_id) as work:
            await store.end(work.connection, workspace_id, person_id=person_id, but=but)
            work.announce("sessions")


async def touch(connection: AsyncConnection, workspace_id: UUID, session: Session) -> None:
    """Notes that a session is in use, and that its person is here."""
    await store.touch(connection, workspace_id, session.id)
    await people.touch(connection, workspace_id, session.person_id)


async def tidy(work: Work, policy: SessionPolicy) -> int:
    """Removes sessions that have ended by themselves."""
    return await store.end_stale(work.connection, work.workspace_id, policy.idle)


async def _forgive(database: Database, email: str, ip: str | None, attempts_max: int) -> None:
    """Forgives the address what it was charged, and the place this one attempt only.

    Else whoever has an account of their own could wash away with it what they guessed at others.
    """
    subjects = rules.throttled_subjects(email, ip, attempts_max)
    place = rules.place_subject(ip)
    async with database.side(None) as connection:
        for subject in sorted(subjects):
            await store.forgive(connection, subject, all_of_it=subject != place)


async def _count(database: Database, subjects: dict[bytes, int]) -> None:
    async with database.side(None) as connection:
        counts = [(await store.count_attempt(connection, subject), most) for subject, most in sorted(subjects.items())]
    waits = [left_s for (attempts, left_s), most in counts if attempts > most]
    if waits:
        wait_s = math.ceil(max(waits))
        raise TooManyAttempts(f"Too many failed attempts. Try again in {wait_s} s.", retry_after_s=wait_s)
