"""The catalogue in the database: seeded once, only ever added to, audited, and fresh in every process."""

import asyncio
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from outlay.catalog import rules
from outlay.catalog import service as catalog
from outlay.catalog.model import FROM_THE_BEGINNING, Category, Kind, Override, OverrideEnded, RateTaken
from outlay.catalog.prices.model import Reason, Source, Unpriced
from outlay.catalog.service import CategoryDraft, OverrideDraft, PriceDesks, RateDraft
from outlay.db.connect import Database
from outlay.identity.access.model import Actor, ActorKind, Permission, Role, Scope
from outlay.identity.access.rules import ROLE_PERMISSIONS, NotAllowed
from outlay.identity.audit import service as audit
from outlay.identity.portfolio.model import KeyTaken
from outlay.kit.errors import InvalidRequest, NotFound
from outlay.kit.paging import PageRequest
from tests.support.prices import AT, ask, counts, unit_rate
from tests.support.tenants import TESTER, Tenant

WHOLE = PageRequest(limit=500)
SMS = CategoryDraft("sms", Kind.MESSAGING, "twilio", "message", "Text messages", rate=RateDraft(Decimal("0.0075")))
AGREED = OverrideDraft(
    "openai", "gpt-5*", (unit_rate("prompt_tokens", "1", 10**6),), Decimal(10), note="Frame contract"
)


def somebody(role: Role) -> Actor:
    return Actor(ActorKind.KEY, str(uuid4()), role.value, role, Scope())


async def add_category(database: Database, tenant: Tenant, draft: CategoryDraft = SMS) -> Category:
    async with database.work(tenant.id) as work:
        return await catalog.add_category(work, TESTER, draft)


async def add_override(database: Database, tenant: Tenant, draft: OverrideDraft = AGREED) -> Override:
    async with database.work(tenant.id) as work:
        return await catalog.add_override(work, TESTER, draft)


def soon(database: Database) -> datetime:
    """After what has just begun to count."""
    return database.clock() + timedelta(seconds=1)


async def keys(database: Database, tenant: Tenant) -> list[str]:
    async with database.work(tenant.id) as work:
        return [one.key for one in (await catalog.categories(work, TESTER, WHOLE)).items]


async def test_a_workspace_has_the_categories_of_the_contracts_from_its_first_use(
    database: Database, tenant: Tenant
) -> None:
    async with database.work(tenant.id) as work:
        page = await catalog.categories(work, TESTER, WHOLE)

    seeded = {one.key: one for one in rules.seeds()}
    assert {one.key for one in page.items} == set(seeded)
    for one in page.items:
        seed = seeded[one.key]
        assert (one.kind, one.service, one.unit, one.rate_first) == (
            seed.kind,
            seed.service,
            seed.unit,
            seed.rate_first,
        )
        assert [(rate.amount, rate.per, rate.effective_from) for rate in one.rates] == [
            (seed.rate, seed.per, FROM_THE_BEGINNING)
        ]


async def test_seeding_again_adds_nothing(database: Database, tenant: Tenant) -> None:
    async with database.work(tenant.id) as work:
        assert await catalog.seed(work)
        assert not await catalog.seed(work)
    async with database.work(tenant.id) as work:
        assert not await catalog.seed(work)


async def test_two_that_seed_at_once_seed_once(database: Database, tenant: Tenant) -> None:
    async def seed() -> bool:
        async with database.work(tenant.id) as work:
            return await catalog.seed(work)

    assert sorted(await asyncio.gather(*(seed() for _ in range(4)))) == [False, False, False, True]
    assert len(await keys(database, tenant)) == len(list(rules.seeds()))


async def test_a_later_version_adds_what_is_missing_and_leaves_what_is_there(
    database: Database, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = [one for one in rules.seeds() if one.key != "agent_seo"]
    newer = list(rules.seeds())
    monkeypatch.setattr(rules, "seeds", lambda: iter(older))
    mine = CategoryDraft("agent_seo", Kind.AI, "mine", "hours", rate=RateDraft(Decimal(9)))
    await add_category(database, tenant, mine)
    monkeypatch.setattr(rules, "seeds", lambda: iter(newer))
    monkeypatch.setattr(rules, "SEEDS_VERSION", rules.SEEDS_VERSION + 1)

    async with database.work(tenant.id) as work:
        kept = await catalog.category(work, TESTER, "agent_seo")

    assert (kept.service, kept.unit, len(kept.rates)) == ("mine", "hours", 1)
    assert len(await keys(database, tenant)) == len(newer)


async def test_a_category_is_found_by_id_and_key_with_its_history(database: Database, tenant: Tenant) -> None:
    made = await add_category(database, tenant)
    later = RateDraft(Decimal("0.009"), 1, "USD", made.created_at + timedelta(days=1))
    async with database.work(tenant.id) as work:
        changed = await catalog.add_rate(work, TESTER, "sms", later)
        assert await catalog.category(work, TESTER, "sms") == changed
        assert await catalog.category(work, TESTER, str(made.id)) == changed
        with pytest.raises(NotFound):
            await catalog.category(work, TESTER, str(uuid4()))

    assert made.unit == "messages"
    assert [rate.amount for rate in changed.rates] == [Decimal("0.0075"), Decimal("0.009")]
    assert changed.rates[0].effective_from == made.created_at


async def test_a_key_is_taken_once_in_each_workspace(database: Database, tenant: Tenant, stranger: Tenant) -> None:
    await add_category(database, tenant)
    await add_category(database, stranger)
    async with database.work(tenant.id) as work:
        with pytest.raises(KeyTaken):
            await catalog.add_category(work, TESTER, SMS)
        # The transaction goes on.
        assert (await catalog.category(work, TESTER, "sms")).key == "sms"


async def test_a_rate_is_never_overwritten(database: Database, tenant: Tenant) -> None:
    made = await add_category(database, tenant)
    again = RateDraft(Decimal(1), effective_from=made.rates[0].effective_from)
    async with database.work(tenant.id) as work:
        with pytest.raises(RateTaken):
            await catalog.add_rate(work, TESTER, "sms", again)
        assert (await catalog.category(work, TESTER, "sms")).rates == made.rates


@pytest.mark.parametrize(
    "statement",
    [
        "update category_rate set amount = 0",
        "delete from category_rate",
        "update category set unit = 'hours'",
        "update price_override set rates = '[]'",
        "update price_override set discount_percent = 100",
        "delete from price_override",
    ],
)
async def test_what_was_agreed_cannot_be_rewritten_at_run_time(
    database: Database, tenant: Tenant, statement: str
) -> None:
    with pytest.raises(ProgrammingError) as refused:
        async with database.work(tenant.id) as work:
            await work.connection.execute(text(statement))
    assert isinstance(refused.value.orig, psycopg.errors.InsufficientPrivilege)


async def test_pages_show_every_category_once(database: Database, tenant: Tenant) -> None:
    whole = await keys(database, tenant)
    seen: list[str] = []
    request = PageRequest(limit=4)
    async with database.work(tenant.id) as work:
        while True:
            page = await catalog.categories(work, TESTER, request)
            seen += [one.key for one in page.items]
            if page.next is None:
                break
            request = PageRequest(limit=4, cursor=page.next)
        by_kind = await catalog.categories(work, TESTER, WHOLE, kind=Kind.MESSAGING)
        by_service = await catalog.categories(work, TESTER, WHOLE, service="google")

    assert seen == whole
    assert {one.key for one in by_kind.items} == {"gupshup_template_message", "gupshup_session_message"}
    assert [one.key for one in by_service.items] == ["google_search_api"]


async def test_an_override_is_kept_as_it_was_agreed(database: Database, tenant: Tenant) -> None:
    graduated = unit_rate("requests", "0.01", 1, {1000: "0.008"})
    made = await add_override(database, tenant)
    batch = OverrideDraft("openai", None, (graduated,), context={"service_tier": "batch"}, currency="EUR")
    other = await add_override(database, tenant, batch)

    async with database.work(tenant.id) as work:
        page = await catalog.overrides(work, TESTER, WHOLE)
        of_model = await catalog.overrides(work, TESTER, WHOLE, service="OpenAI", model="gpt-5*")

    assert page.items == [other, made]
    assert of_model.items == [made]
    assert made.rates[0].unit == "input_tokens"
    assert other.context == (("processing", "batch"),)
    assert other.rates == (graduated,)


async def test_an_override_ends_once_and_stays_in_the_history(database: Database, tenant: Tenant) -> None:
    made = await add_override(database, tenant)
    async with database.work(tenant.id) as work:
        ended = await catalog.end_override(work, TESTER, made.id)
        with pytest.raises(OverrideEnded):
            await catalog.end_override(work, TESTER, made.id)
        with pytest.raises(NotFound):
            await catalog.end_override(work, TESTER, uuid4())
        assert (await catalog.overrides(work, TESTER, WHOLE)).items == []
        assert (await catalog.overrides(work, TESTER, WHOLE, with_ended=True)).items == [ended]

    assert ended.effective_until is not None
    assert ended.effective_until >= made.effective_from


@pytest.mark.parametrize(
    "draft",
    [
        OverrideDraft("openai"),
        OverrideDraft("", discount_percent=Decimal(5)),
        OverrideDraft("openai", discount_percent=Decimal(101)),
        OverrideDraft("openai", discount_percent=Decimal(5), effective_from=AT, effective_until=AT),
        OverrideDraft("openai", discount_percent=Decimal(5), context={"colour": "red"}),
    ],
)
async def test_an_unsound_override_is_refused(database: Database, tenant: Tenant, draft: OverrideDraft) -> None:
    with pytest.raises(InvalidRequest):
        await add_override(database, tenant, draft)


async def test_the_desk_prices_by_what_the_database_holds(database: Database, tenant: Tenant) -> None:
    await add_category(database, tenant)
    made = await add_override(database, tenant)
    later = made.effective_from + timedelta(seconds=1)
    async with database.work(tenant.id) as work:
        desk = await catalog.desk(work)
        found = await catalog.explain(
            work, TESTER, ask("openai", "gpt-5"), later, counts(input_tokens=10**6, output_tokens=10**5)
        )

    assert desk.price(ask("twilio", None, "sms"), later, counts(messages=2)) == Decimal("0.015")
    assert desk.price(ask("gupshup", None, "gupshup_template_message"), AT, counts(messages=1000)) == Decimal("5.5")
    assert desk.price(ask("ai_agents", None, "agent_design"), AT, counts(tokens=1000)) == Decimal("0.07")
    # One dollar agreed for what is read; what is written costs the list price less ten percent: 1 + 1 × 0.9.
    assert found.cost == Decimal("1.9")
    assert [(line.unit, line.source, line.amount) for line in found.lines] == [
        ("input_tokens", Source.OVERRIDE, 1),
        ("output_tokens", Source.BOOK, Decimal("0.9")),
    ]
    assert found.rule is not None
    assert found.rule.version == str(made.id)


async def test_an_explanation_says_why_there_is_no_price(database: Database, tenant: Tenant) -> None:
    async with database.work(tenant.id) as work:
        unknown = await catalog.explain(work, TESTER, ask("acme", "m"), AT, counts(input_tokens=1))
        silent = await catalog.explain(work, TESTER, ask("openai", "whisper-1"), AT, counts(input_tokens=1))

    assert (unknown.cost, unknown.rule, unknown.unpriced) == (None, None, Unpriced(Reason.UNKNOWN_MODEL, "m"))
    assert (silent.cost, silent.lines) == (None, [])
    assert silent.unpriced == Unpriced(Reason.UNIT_NOT_PRICED, "input_tokens")
    assert silent.rule is not None


async def test_a_process_keeps_its_desk_until_prices_change(
    database: Database, tenant: Tenant, stranger: Tenant
) -> None:
    desks, elsewhere = PriceDesks(), PriceDesks()

    async def at(place: PriceDesks, who: Tenant) -> object:
        async with database.work(who.id) as work:
            return await place.of(work)

    first, other = await at(desks, tenant), await at(desks, stranger)
    await at(elsewhere, tenant)
    assert await at(desks, tenant) is first

    await add_override(database, tenant)

    assert await at(desks, tenant) is not first
    assert await at(desks, stranger) is other
    async with database.work(tenant.id) as work:
        renewed = await elsewhere.of(work)
    priced = renewed.price(ask("openai", "gpt-5"), soon(database), counts(input_tokens=10**6))
    assert priced == 1


async def test_a_change_that_is_undone_leaves_no_desk_behind(database: Database, tenant: Tenant) -> None:
    """A desk made inside a transaction that fails must not outlive it, not even when another change follows."""
    desks = PriceDesks()
    asked, used = ask("twilio", None, "sms"), counts(messages=1)
    async with database.work(tenant.id) as work:
        await catalog.seed(work)
    with pytest.raises(RuntimeError):
        async with database.work(tenant.id) as work:
            await catalog.add_category(work, TESTER, SMS)
            assert (await desks.of(work)).price(asked, soon(database), used) == Decimal("0.0075")
            raise RuntimeError
    await add_override(database, tenant)

    async with database.work(tenant.id) as work:
        assert (await desks.of(work)).price(asked, soon(database), used) == Unpriced(Reason.NO_RATE, "sms")


async def test_another_workspace_s_prices_are_nobody_else_s(
    database: Database, tenant: Tenant, stranger: Tenant
) -> None:
    made = await add_category(database, tenant)
    agreed = await add_override(database, tenant)
    async with database.work(stranger.id) as work:
        with pytest.raises(NotFound):
            await catalog.category(work, TESTER, str(made.id))
        with pytest.raises(NotFound):
            await catalog.end_override(work, TESTER, agreed.id)
        assert (await catalog.overrides(work, TESTER, WHOLE, with_ended=True)).items == []
        price = (await catalog.desk(work)).price(ask("openai", "gpt-5"), AT, counts(input_tokens=10**6))
        assert price == Decimal("1.25")


async def test_who_may_not_manage_changes_nothing_and_who_may_not_read_sees_nothing(
    database: Database, tenant: Tenant
) -> None:
    made = await add_override(database, tenant)
    for role in Role:
        actor = somebody(role)
        async with database.work(tenant.id) as work:
            if Permission.PRICES_MANAGE not in ROLE_PERMISSIONS[role]:
                with pytest.raises(NotAllowed):
                    await catalog.add_category(work, actor, SMS)
                with pytest.raises(NotAllowed):
                    await catalog.add_rate(work, actor, "agent_seo", RateDraft(Decimal(1)))
                with pytest.raises(NotAllowed):
                    await catalog.add_override(work, actor, AGREED)
                with pytest.raises(NotAllowed):
                    await catalog.end_override(work, actor, made.id)
            if Permission.PRICES_READ not in ROLE_PERMISSIONS[role]:
                with pytest.raises(NotAllowed):
                    await catalog.categories(work, actor, WHOLE)
                with pytest.raises(NotAllowed):
                    await catalog.category(work, actor, "agent_seo")
                with pytest.raises(NotAllowed):
                    await catalog.overrides(work, actor, WHOLE)
                with pytest.raises(NotAllowed):
                    await catalog.explain(work, actor, ask("openai", "gpt-5"), AT, counts(input_tokens=1))


async def test_every_change_is_in_the_audit_log_and_announced(database: Database, tenant: Tenant) -> None:
    async with database.work(tenant.id) as work:
        await catalog.add_category(work, TESTER, SMS)
        await catalog.add_rate(work, TESTER, "sms", RateDraft(Decimal(1), effective_from=AT))
        made = await catalog.add_override(work, TESTER, AGREED)
        await catalog.end_override(work, TESTER, made.id, made.effective_from + timedelta(days=1))
        assert {"prices", "audit"} <= work.topics
        entries = (await audit.entries(work, TESTER, WHOLE)).items
        assert (await audit.verification(work, TESTER)).ok

    recorded = {entry.action: entry for entry in entries}
    assert {"category.create", "category.rate", "price_override.create", "price_override.end"} <= set(recorded)
    rate = recorded["category.rate"].after
    assert rate == {"amount": "1", "per": 1, "currency": "USD", "effective_from": AT.isoformat()}
    ended = recorded["price_override.end"]
    assert ended.before is not None
    assert ended.after is not None
    assert ended.before["effective_until"] is None
    assert ended.after["effective_until"] is not None
