"""Clients, campaigns and agents: named once, archived and brought back, and shown as far as one sees."""

from uuid import UUID, uuid4

import pytest

from outlay.db.connect import Database
from outlay.identity.access.model import Actor, ActorKind, Permission, Role, Scope
from outlay.identity.access.rules import ROLE_PERMISSIONS, NotAllowed
from outlay.identity.audit import service as audit
from outlay.identity.portfolio import service as portfolio
from outlay.identity.portfolio.model import AgentType, Entry, Filter, KeyTaken, Kind
from outlay.identity.portfolio.service import Change
from outlay.kit.errors import InvalidRequest, NotFound
from outlay.kit.paging import PageRequest
from tests.support.tenants import TESTER, Tenant


def somebody(role: Role, *, client_id: UUID | None = None, agent_id: UUID | None = None) -> Actor:
    return Actor(ActorKind.KEY, str(uuid4()), role.value, role, Scope(client_id, agent_id))


async def create(database: Database, tenant: Tenant, kind: Kind, **draft: object) -> Entry:
    async with database.work(tenant.id) as work:
        return await portfolio.create(work, TESTER, kind, Change(**draft))  # type: ignore[arg-type]


async def change(database: Database, tenant: Tenant, kind: Kind, which: str, /, **wanted: object) -> Entry:
    async with database.work(tenant.id) as work:
        return await portfolio.change(work, TESTER, kind, which, Change(**wanted))  # type: ignore[arg-type]


async def keys_of(
    database: Database, tenant: Tenant, kind: Kind, wanted: Filter | None = None, actor: Actor = TESTER
) -> list[str]:
    async with database.work(tenant.id) as work:
        found = await portfolio.page(work, actor, kind, wanted or Filter(), PageRequest())
    return [entry.key for entry in found.items]


@pytest.mark.parametrize(("name", "key"), [("Harbour & Pine", "harbour-pine"), ("Müller Söhne", "muller-sohne")])
async def test_a_key_is_made_from_the_name(database: Database, tenant: Tenant, name: str, key: str) -> None:
    assert (await create(database, tenant, Kind.CLIENT, name=name)).key == key


async def test_a_name_without_letters_gets_a_key_all_the_same(database: Database, tenant: Tenant) -> None:
    one = await create(database, tenant, Kind.CLIENT, name="🎉🎉")
    other = await create(database, tenant, Kind.CLIENT, name="日本")

    assert one.key.startswith("client-")
    assert one.key != other.key


async def test_what_was_made_is_found_by_id_and_by_key(database: Database, tenant: Tenant) -> None:
    client = await create(database, tenant, Kind.CLIENT, name="Acme")
    campaign = await create(database, tenant, Kind.CAMPAIGN, name="Spring", client="acme")
    agent = await create(database, tenant, Kind.AGENT, name="Writer", client=str(client.id), agent_type=AgentType.SEO)

    async with database.work(tenant.id) as work:
        for entry in (client, campaign, agent):
            assert await portfolio.get(work, TESTER, entry.kind, str(entry.id)) == entry
            assert await portfolio.get(work, TESTER, entry.kind, entry.key) == entry
    assert campaign.client == agent.client == client.reference


async def test_a_key_that_looks_like_an_id_is_found(database: Database, tenant: Tenant) -> None:
    looks = uuid4().hex
    await create(database, tenant, Kind.CLIENT, name="Hex", key=looks)

    assert await keys_of(database, tenant, Kind.CLIENT) == [looks]
    async with database.work(tenant.id) as work:
        assert (await portfolio.get(work, TESTER, Kind.CLIENT, looks)).name == "Hex"


async def test_a_key_is_taken_within_its_kind_and_its_workspace(
    database: Database, tenant: Tenant, stranger: Tenant
) -> None:
    await create(database, tenant, Kind.CLIENT, name="Acme")
    await create(database, tenant, Kind.AGENT, name="Acme")
    await create(database, stranger, Kind.CLIENT, name="Acme")

    with pytest.raises(KeyTaken):
        await create(database, tenant, Kind.CLIENT, name="Another", key="acme")
    await create(database, tenant, Kind.CLIENT, name="Another")
    with pytest.raises(KeyTaken):
        await change(database, tenant, Kind.CLIENT, "another", key="acme")


async def test_a_taken_key_leaves_the_transaction_usable(database: Database, tenant: Tenant) -> None:
    await create(database, tenant, Kind.CLIENT, name="Acme")
    async with database.work(tenant.id) as work:
        with pytest.raises(KeyTaken):
            await portfolio.create(work, TESTER, Kind.CLIENT, Change(name="Acme"))
        await portfolio.create(work, TESTER, Kind.CLIENT, Change(name="Second"))

    assert await keys_of(database, tenant, Kind.CLIENT) == ["acme", "second"]


async def test_an_archived_entry_leaves_the_list_keeps_its_key_and_comes_back(
    database: Database, tenant: Tenant
) -> None:
    await create(database, tenant, Kind.CLIENT, name="Acme")

    archived = await change(database, tenant, Kind.CLIENT, "acme", archived=True)
    again = await change(database, tenant, Kind.CLIENT, "acme", archived=True)

    assert archived.archived_at is not None
    assert again.archived_at == archived.archived_at, "archiving twice keeps the first moment"
    assert await keys_of(database, tenant, Kind.CLIENT) == []
    assert await keys_of(database, tenant, Kind.CLIENT, Filter(archived=True)) == ["acme"]
    with pytest.raises(KeyTaken):
        await create(database, tenant, Kind.CLIENT, name="Acme")
    assert (await change(database, tenant, Kind.CLIENT, "acme", archived=False)).archived_at is None
    async with database.work(tenant.id) as work:
        noted = (await audit.entries(work, TESTER, PageRequest(), action="client.")).items
    assert [entry.action for entry in noted] == ["client.restore", "client.archive", "client.create"]


async def test_what_is_named_as_cleared_is_cleared(database: Database, tenant: Tenant) -> None:
    await create(database, tenant, Kind.CLIENT, name="Acme")
    await create(database, tenant, Kind.AGENT, name="Writer", client="acme", agent_type=AgentType.SEO)

    kept = await change(database, tenant, Kind.AGENT, "writer", name="Scribe")
    cleared = await change(database, tenant, Kind.AGENT, "writer", cleared=frozenset({"client", "agent_type"}))

    assert (kept.client is not None, kept.agent_type) == (True, AgentType.SEO)
    assert (cleared.client, cleared.agent_type, cleared.name) == (None, None, "Scribe")


async def test_a_campaign_needs_a_client_that_is_there(database: Database, tenant: Tenant, stranger: Tenant) -> None:
    foreign = await create(database, stranger, Kind.CLIENT, name="Theirs")

    with pytest.raises(InvalidRequest):
        await create(database, tenant, Kind.CAMPAIGN, name="Spring")
    for client in ("nobody", "theirs", str(foreign.id)):
        with pytest.raises(NotFound):
            await create(database, tenant, Kind.CAMPAIGN, name="Spring", client=client)


async def test_another_workspace_s_entries_are_not_there(database: Database, tenant: Tenant, stranger: Tenant) -> None:
    foreign = await create(database, stranger, Kind.CLIENT, name="Theirs")

    for name in (str(foreign.id), foreign.key):
        with pytest.raises(NotFound):
            await change(database, tenant, Kind.CLIENT, name, name="Mine")
    async with database.work(tenant.id) as work:
        assert await portfolio.references(work, Kind.CLIENT, [foreign.id]) == {}


async def test_a_client_s_filter_shows_what_is_that_client_s_and_nothing_else(
    database: Database, tenant: Tenant
) -> None:
    acme = await create(database, tenant, Kind.CLIENT, name="Acme")
    await create(database, tenant, Kind.CLIENT, name="Other")
    for kind in (Kind.CAMPAIGN, Kind.AGENT):
        await create(database, tenant, kind, name="One", client="acme")
        await create(database, tenant, kind, name="Two", client="other")
    await create(database, tenant, Kind.AGENT, name="Nobody's")

    for kind in (Kind.CAMPAIGN, Kind.AGENT):
        for client in ("acme", str(acme.id)):
            assert await keys_of(database, tenant, kind, Filter(client=client)) == ["one"], (kind, client)
        assert await keys_of(database, tenant, kind, Filter(client="unknown")) == []


@pytest.mark.parametrize(("words", "found"), [("AC", ["acme"]), ("%", ["percent"]), ("_", ["under_score"]), ("zz", [])])
async def test_words_are_looked_for_as_they_are(
    database: Database, tenant: Tenant, words: str, found: list[str]
) -> None:
    await create(database, tenant, Kind.CLIENT, name="Acme")
    await create(database, tenant, Kind.CLIENT, name="50 %", key="percent")
    await create(database, tenant, Kind.CLIENT, name="Score", key="under_score")

    assert await keys_of(database, tenant, Kind.CLIENT, Filter(words=words)) == found


async def test_pages_show_every_entry_once_in_order_of_names(database: Database, tenant: Tenant) -> None:
    names = ["b", "B", "ä", "a", "Z", "same", "same", "same", "é 'quoted'", "10", "9", "_", "Ω"]
    for number, name in enumerate(names):
        await create(database, tenant, Kind.CLIENT, name=name, key=f"k{number}")
    whole = await keys_of(database, tenant, Kind.CLIENT)

    seen: list[str] = []
    request = PageRequest(limit=2)
    async with database.work(tenant.id) as work:
        while True:
            page = await portfolio.page(work, TESTER, Kind.CLIENT, Filter(), request)
            seen += [entry.key for entry in page.items]
            if page.next is None:
                break
            request = PageRequest(limit=2, cursor=page.next)

    assert len(whole) == len(names)
    assert seen == whole


async def test_a_portal_sees_its_client_and_nothing_else(database: Database, tenant: Tenant) -> None:
    acme = await create(database, tenant, Kind.CLIENT, name="Acme")
    await create(database, tenant, Kind.CLIENT, name="Other")
    for kind in (Kind.CAMPAIGN, Kind.AGENT):
        await create(database, tenant, kind, name="One", client="acme")
        await create(database, tenant, kind, name="Two", client="other")
    await create(database, tenant, Kind.AGENT, name="Nobody's")
    portal = somebody(Role.PORTAL, client_id=acme.id)

    seen = {kind: await keys_of(database, tenant, kind, actor=portal) for kind in Kind}

    assert seen == {Kind.CLIENT: ["acme"], Kind.CAMPAIGN: ["one"], Kind.AGENT: ["one"]}
    async with database.work(tenant.id) as work:
        for kind, name in ((Kind.CLIENT, "other"), (Kind.CAMPAIGN, "two"), (Kind.AGENT, "two")):
            with pytest.raises(NotFound):
                await portfolio.get(work, portal, kind, name)
    assert await keys_of(database, tenant, Kind.CAMPAIGN, Filter(client="other"), portal) == []


async def test_an_agent_sees_itself_and_nothing_else(database: Database, tenant: Tenant) -> None:
    await create(database, tenant, Kind.CLIENT, name="Acme")
    await create(database, tenant, Kind.CAMPAIGN, name="Spring", client="acme")
    one = await create(database, tenant, Kind.AGENT, name="One", client="acme")
    await create(database, tenant, Kind.AGENT, name="Two", client="acme")
    agent = somebody(Role.AGENT, agent_id=one.id)

    seen = {kind: await keys_of(database, tenant, kind, actor=agent) for kind in Kind}

    assert seen == {Kind.CLIENT: [], Kind.CAMPAIGN: [], Kind.AGENT: ["one"]}
    async with database.work(tenant.id) as work:
        assert await portfolio.get(work, agent, Kind.AGENT, "one") == one
        with pytest.raises(NotFound):
            await portfolio.get(work, agent, Kind.AGENT, "two")


async def test_who_may_not_manage_changes_nothing(database: Database, tenant: Tenant) -> None:
    await create(database, tenant, Kind.CLIENT, name="Acme")
    for role in (role for role in Role if Permission.PORTFOLIO_MANAGE not in ROLE_PERMISSIONS[role]):
        async with database.work(tenant.id) as work:
            with pytest.raises(NotAllowed):
                await portfolio.create(work, somebody(role), Kind.CLIENT, Change(name="Mine"))
            with pytest.raises(NotAllowed):
                await portfolio.change(work, somebody(role), Kind.CLIENT, "acme", Change(archived=True))


async def test_who_may_not_read_sees_nothing(database: Database, tenant: Tenant) -> None:
    await create(database, tenant, Kind.CLIENT, name="Acme")
    blind = Actor(ActorKind.KEY, "k", "k", Role.OWNER, Scope(), narrowed_to=frozenset({Permission.SPEND_WRITE}))
    async with database.work(tenant.id) as work:
        with pytest.raises(NotAllowed):
            await portfolio.get(work, blind, Kind.CLIENT, "acme")
        with pytest.raises(NotAllowed):
            await portfolio.page(work, blind, Kind.CLIENT, Filter(), PageRequest())
