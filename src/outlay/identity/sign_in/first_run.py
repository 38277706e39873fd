"""The first moments of an installation: a workspace, its owner, and a way in."""

from datetime import timedelta
from uuid import uuid4

from sqlalchemy import text

from outlay.db.connect import Database
from outlay.identity.access.model import Actor
from outlay.identity.links import service as links
from outlay.identity.links.model import LinkKind
from outlay.identity.people import service as people
from outlay.identity.workspaces import service as workspaces
from outlay.kit.ids import Token

LINK_VALID_FOR = timedelta(days=1)
_INSTALLER = Actor.system("first run")


async def ensure_workspace(database: Database) -> bool:
    """Makes a workspace and an owner where there is none at all; true where it did.

    Under a lock, so that a server and a command that start at the same moment do not both make one.
    """
    async with database.work(uuid4()) as work:
        await work.connection.execute(text("select pg_advisory_xact_lock(hashtext('outlay.first_run'))"))
        if await workspaces.every(work.connection):
            return False
        await workspaces.create(work, _INSTALLER, name="My agency", time_zone="UTC", currency="USD")
        await people.add_owner(work, _INSTALLER, name="Owner", email="owner@localhost")
        return True


async def way_in(database: Database) -> Token | None:
    """A sign-in link for the owner, for as long as nobody else could let them in: they are alone, without a password."""
    async with database.directory() as connection:
        every = await workspaces.every(connection)
    if len(every) != 1:
        return None
    async with database.work(every[0].id) as work:
        owner = await people.lone_owner_without_password(work)
        if owner is None:
            return None
        await links.withdraw_all_for(work, LinkKind.SIGN_IN, owner.id)
        _, token = await links.issue(work, LinkKind.SIGN_IN, LINK_VALID_FOR, person_id=owner.id)
        return token
