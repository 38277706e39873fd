"""Records what was done, shows it, and proves that nothing was changed since."""

from dataclasses import replace

from outlay.db.connect import Work
from outlay.identity.access.model import Actor, Permission
from outlay.identity.access.rules import require
from outlay.identity.audit import rules, store
from outlay.identity.audit.model import AuditEntry, Facts, Target, Verification
from outlay.kit.paging import Page, PageRequest


async def begin(work: Work) -> None:
    """Starts the chain of a new workspace."""
    await store.begin(work.connection, work.workspace_id, rules.first_hash(work.workspace_id))


async def record(
    work: Work, actor: Actor, action: str, target: Target, *, before: Facts | None = None, after: Facts | None = None
) -> None:
    """Appends one entry, in the transaction of the act it records.

    Call it last: whoever appends holds the chain's head until commit.
    """
    rules.check_facts(before)
    rules.check_facts(after)
    seq, previous = await store.head(work.connection, work.workspace_id, lock=True)
    entry = AuditEntry(
        seq=seq + 1,
        at=work.now,
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        actor_name=actor.name,
        action=action,
        target=target,
        before=before,
        after=after,
        ip=actor.ip,
        hash=b"",
    )
    entry = replace(entry, hash=rules.chained_hash(previous, entry))
    await store.append(work.connection, work.workspace_id, entry)
    work.announce("audit")


async def entries(
    work: Work,
    actor: Actor,
    request: PageRequest,
    *,
    action: str | None = None,
    by: str | None = None,
    words: str | None = None,
) -> Page[AuditEntry]:
    """What was done, newest first."""
    require(actor, Permission.AUDIT_READ)
    return await store.page(work.connection, work.workspace_id, request, action=action, actor=by, words=words)


async def verification(work: Work, actor: Actor) -> Verification:
    """Recomputes the chain from its first entry."""
    require(actor, Permission.AUDIT_READ)
    # The head first, and locked: entries that others append meanwhile would look like a broken end.
    head = await store.head(work.connection, work.workspace_id, lock=True)
    chain = [entry async for entry in store.chain(work.connection, work.workspace_id)]
    return rules.verify(rules.first_hash(work.workspace_id), chain, head)
