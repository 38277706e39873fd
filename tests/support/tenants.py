"""Workspaces to play in: each test makes its own, which also keeps tests apart."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from outlay.db.connect import Database
from outlay.demo.agency import generate_agency
from outlay.identity.access.model import Actor, Role
from outlay.identity.keys import service as keys
from outlay.identity.keys.service import KeyDraft
from outlay.identity.people import service as people
from outlay.identity.people.model import Person
from outlay.identity.portfolio import service as portfolio
from outlay.identity.portfolio.model import AgentType, Kind
from outlay.identity.portfolio.service import Change
from outlay.identity.workspaces import service as workspaces

TESTER = Actor.system("test")


@dataclass(frozen=True)
class Tenant:
    """A workspace with an owner and an owner's key."""

    id: UUID
    owner: Person
    key: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}


async def make_tenant(database: Database, name: str = "Northlight", *, zone: str = "Europe/Berlin") -> Tenant:
    workspace_id = uuid4()
    async with database.work(workspace_id) as work:
        await workspaces.create(work, TESTER, name=name, time_zone=zone, currency="EUR")
        owner = await people.add_owner(work, TESTER, name="Olivia Owner", email=f"{workspace_id.hex}@example.test")
        _, token = await keys.create(work, TESTER, KeyDraft(name="owner's", role=Role.OWNER))
    return Tenant(workspace_id, owner, token.text)


async def make_key(database: Database, tenant: Tenant, draft: KeyDraft) -> str:
    async with database.work(tenant.id) as work:
        _, token = await keys.create(work, TESTER, draft)
    return token.text


async def furnish(database: Database, tenant: Tenant) -> None:
    """Fills a workspace with the clients, campaigns and agents of the generated agency."""
    agency = generate_agency(seed=1, end=date(2026, 10, 30), scale=0.1)
    async with database.work(tenant.id) as work:
        for client in agency.clients:
            await portfolio.create(work, TESTER, Kind.CLIENT, Change(key=client.key, name=client.name))
        for campaign in agency.campaigns:
            draft = Change(key=campaign.key, name=campaign.name, client=campaign.client)
            await portfolio.create(work, TESTER, Kind.CAMPAIGN, draft)
        for agent in agency.agents:
            agent_type = AgentType(agent.agent_type) if agent.agent_type else None
            draft = Change(key=agent.key, name=agent.name, agent_type=agent_type)
            await portfolio.create(work, TESTER, Kind.AGENT, draft)
