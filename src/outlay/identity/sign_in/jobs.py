"""Background work of signing in: what has ended by itself is cleared away."""

from outlay.db.connect import Database, Work
from outlay.identity.sign_in import service, store
from outlay.identity.sign_in.model import SessionPolicy
from outlay.jobs.registry import Registry


def register(registry: Registry, policy: SessionPolicy) -> None:
    """Adds the jobs of this slice."""

    @registry.every_workspace("sign_in.tidy_sessions", cron="7 * * * *")
    async def tidy_sessions(work: Work) -> None:
        await service.tidy(work, policy)

    @registry.house_job("sign_in.forget_old_attempts", cron="37 * * * *")
    async def forget_old_attempts(database: Database) -> None:
        async with database.directory() as connection:
            await store.forget_old_attempts(connection)
