"""Every check that `outlay db verify` runs: the database's own, and those of the slices above it."""

from collections.abc import AsyncIterator, Iterable

from outlay.cli.work import OPERATOR
from outlay.db import verify
from outlay.db.connect import Database
from outlay.db.roles import DatabaseUrls
from outlay.db.verify import Check, Finding
from outlay.identity.audit import service as audit
from outlay.identity.audit.model import Verification
from outlay.identity.workspaces import service as workspaces
from outlay.identity.workspaces.model import Workspace
from outlay.ledger.verify import LEDGER_CHECKS


async def verify_chains(
    database: Database, chosen: Iterable[Workspace]
) -> AsyncIterator[tuple[Workspace, Verification]]:
    """The audit log of each workspace, recomputed; one transaction each."""
    for one in chosen:
        async with database.work(one.id) as work:
            yield one, await audit.verification(work, OPERATOR)


async def verified(urls: DatabaseUrls) -> list[Finding]:
    """What every check finds; where the schema is not the one that we know, the others could not tell."""
    database = Database(urls, pool_size=2, pool_wait_s=30)
    try:
        found = [finding async for finding in verify.findings(database, [verify.SCHEMA])]
        if found[0].ok:
            found += [finding async for finding in verify.findings(database, CHECKS) if finding.check != found[0].check]
        return found
    finally:
        await database.close()


async def _audit(database: Database) -> list[str]:
    async with database.directory() as connection:
        every = await workspaces.every(connection)
    return [
        f"the record of {one.name} ({one.id}) was changed at entry {verification.broken_at}"
        async for one, verification in verify_chains(database, every)
        if not verification.ok
    ]


# A slice that keeps sums or chains adds here the check that recomputes them.
CHECKS = (*verify.CHECKS, Check("nobody changed the audit log", _audit), *LEDGER_CHECKS)
