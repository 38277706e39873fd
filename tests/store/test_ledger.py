"""The write side of the ledger: names, series, prices and months of events, alone and from several processes at once."""

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import psycopg
import pytest

from outlay.catalog import service as catalog
from outlay.catalog.exchange import service as exchange
from outlay.catalog.exchange.model import DatedRate
from outlay.catalog.model import Kind as CategoryKind
from outlay.catalog.service import CategoryDraft, OverrideDraft, RateDraft
from outlay.db.connect import Database
from outlay.identity.portfolio import service as portfolio
from outlay.identity.portfolio.model import Kind
from outlay.identity.portfolio.service import Change
from outlay.ledger.model import EventDraft
from outlay.ledger.recorder import Recorder
from tests.store.ledger_help import keys_of, made, settle
from tests.support.books import Books, draft, record, verdicts
from tests.support.prices import unit_rate
from tests.support.tenants import TESTER, Tenant

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


# --- names ------------------------------------------------------------------------------------------------------------


async def test_names_are_made_on_first_sight_and_found_from_then_on(
    database: Database, tenant: Tenant, recorder: Recorder, another: Callable[[], Recorder], books: Callable[[], Books]
) -> None:
    sent = {"client": "acme", "campaign": "Spring Launch", "agent": "Müller's bot"}
    assert await verdicts(recorder, tenant, draft(**sent), draft(**sent)) == ["accepted"] * 2
    assert await verdicts(another(), tenant, draft(**sent)) == ["accepted"]

    assert await keys_of(database, tenant, "client") == {"acme"}
    assert await keys_of(database, tenant, "campaign") == {"spring-launch"}
    (agent,) = await keys_of(database, tenant, "agent")
    assert agent.startswith("muller-s-bot-")
    assert len(books().series) == 1


@pytest.mark.parametrize("turned", [False, True])
async def test_capitals_and_spaces_make_no_other_client_whichever_comes_first(
    database: Database, tenant: Tenant, recorder: Recorder, books: Callable[[], Books], turned: bool
) -> None:
    names = ["Acme Corp", "acme-corp", "ACME CORP"]
    for name in reversed(names) if turned else names:
        assert await verdicts(recorder, tenant, draft(client=name)) == ["accepted"]
    assert await keys_of(database, tenant, "client") == {"acme-corp"}
    assert len(books().series) == 1


@pytest.mark.parametrize("turned", [False, True])
async def test_names_that_only_look_alike_as_keys_stay_apart_whichever_comes_first(
    tenant: Tenant, recorder: Recorder, books: Callable[[], Books], turned: bool
) -> None:
    names = ["株式会社 A", "有限会社 A", "a", "Müller", "muller", "+++", "---"]
    for name in reversed(names) if turned else names:
        assert await verdicts(recorder, tenant, draft(client=name)) == ["accepted"]
    assert len({row["client"] for row in books().events}) == len(names)


async def test_an_entry_is_named_by_id_key_or_former_key(
    database: Database, tenant: Tenant, recorder: Recorder, another: Callable[[], Recorder], books: Callable[[], Books]
) -> None:
    acme = await made(database, tenant, Kind.CLIENT, key="acme", name="Acme")
    assert (
        await verdicts(recorder, tenant, draft(client="acme"), draft(client=acme), draft(client=acme.upper()))
        == ["accepted"] * 3
    )
    async with database.work(tenant.id) as work:
        await portfolio.change(work, TESTER, Kind.CLIENT, "acme", Change(key="acme-global"))

    for each in (recorder, another()):
        assert await verdicts(each, tenant, draft(client="acme"), draft(client="acme-global")) == ["accepted"] * 2
    assert {row["client"] for row in books().events} == {"acme-global"}
    assert len(books().series) == 1


async def test_a_campaign_of_the_same_name_at_two_clients_stays_two(
    database: Database, tenant: Tenant, recorder: Recorder, another: Callable[[], Recorder], books: Callable[[], Books]
) -> None:
    for each in (recorder, another()):
        for client in ("acme", "bolt"):
            assert await verdicts(each, tenant, draft(client=client, campaign="spring")) == ["accepted"]
    found = {(row["client"], row["campaign_client"], row["campaign"]) for row in books().events}
    assert {(client, of) for client, of, _ in found} == {("acme", "acme"), ("bolt", "bolt")}
    assert len(found) == 2


async def test_a_campaign_or_agent_of_one_client_says_whose_the_spend_is(
    database: Database, tenant: Tenant, recorder: Recorder, books: Callable[[], Books]
) -> None:
    await made(database, tenant, Kind.CLIENT, name="Acme")
    await made(database, tenant, Kind.CAMPAIGN, name="Spring", client="acme")
    await made(database, tenant, Kind.AGENT, name="Writer", client="acme")
    await record(recorder, tenant, draft(campaign="spring"), draft(agent="writer"), draft(agent="writer", client="b"))
    assert sorted((row["client"], row["agent"]) for row in books().events if row["agent"]) == [
        ("acme", "writer"),
        ("b", "writer"),
    ]
    assert [row["client"] for row in books().events if row["campaign"]] == ["acme"]


async def test_what_cannot_be_made_is_refused_and_makes_nothing_else(
    database: Database, tenant: Tenant, recorder: Recorder, stranger: Tenant, books: Callable[[], Books]
) -> None:
    theirs = await made(database, stranger, Kind.CLIENT, name="Theirs")
    refused = await record(
        recorder,
        tenant,
        draft(client=str(uuid4())),
        draft(client=theirs),
        draft(campaign="unheard-of"),
        draft(client="new", agent=str(uuid4())),
        draft(client="new", campaign=str(uuid4())),
        draft(client="fine"),
    )
    assert [(one.code, one.message.partition(":")[0]) for one in refused] == [
        ("unknown_name", "client"),
        ("unknown_name", "client"),
        ("unknown_name", "campaign"),
        ("unknown_name", "agent"),
        ("unknown_name", "campaign"),
        ("", ""),
    ]
    assert await keys_of(database, tenant, "client") == {"fine"}
    assert len(books().events) == 1


async def test_a_workspace_may_insist_on_known_names(
    database: Database, tenant: Tenant, recorder: Recorder, books: Callable[[], Books]
) -> None:
    await record(recorder, tenant, first := draft(client="acme", campaign="spring"))
    await settle(database, tenant, create_names=False)

    refused = await record(recorder, tenant, draft(client="acme", campaign="autumn"), draft(agent="x"), draft("good"))
    assert [one.message for one in refused] == [
        "campaign: 'autumn' is not known here, and this workspace does not make new ones",
        "agent: 'x' is not known here, and this workspace does not make new ones",
        "",
    ]
    assert await verdicts(recorder, tenant, first, draft(client="ACME", campaign="Spring")) == ["repeated", "accepted"]
    assert len(books().events) == 3


async def test_a_conflict_and_a_repeat_make_no_names(
    database: Database, tenant: Tenant, recorder: Recorder, another: Callable[[], Recorder]
) -> None:
    await record(recorder, tenant, draft("a", client="acme"))
    assert await verdicts(recorder, tenant, draft("a", client="acmee")) == ["conflict"]
    assert await verdicts(another(), tenant, draft("a", client="acmee"), draft("a", client="acme")) == [
        "conflict",
        "repeated",
    ]
    assert await keys_of(database, tenant, "client") == {"acme"}


# --- identity ---------------------------------------------------------------------------------------------------------


async def test_an_id_is_one_event_for_each_source_and_each_workspace(
    tenant: Tenant, stranger: Tenant, recorder: Recorder, books: Callable[[], Books]
) -> None:
    assert await verdicts(recorder, tenant, draft("a"), draft("a", source="proxy")) == ["accepted", "accepted"]
    assert await verdicts(recorder, stranger, draft("a", cost=2)) == ["accepted"]
    assert books().ids == ["a", "a"]


async def test_within_a_body_the_first_that_can_be_stored_is_and_each_is_told_the_truth(
    database: Database, tenant: Tenant, recorder: Recorder, books: Callable[[], Books]
) -> None:
    lost = str(uuid4())
    one = [draft("a", client=lost), draft("a", cost=2), draft("a", cost=3), draft("a", cost=2), draft("a", client=lost)]
    assert await verdicts(recorder, tenant, *one) == ["conflict", "accepted", "conflict", "repeated", "conflict"]
    assert await verdicts(recorder, tenant, draft("a", cost=3), draft("a", cost=2)) == ["conflict", "repeated"]
    assert books().total == 2


async def test_a_repeat_is_one_even_where_it_would_be_refused_today(
    database: Database, tenant: Tenant, recorder: Recorder, another: Callable[[], Recorder], books: Callable[[], Books]
) -> None:
    event = draft("a", service="openai", model="gpt-4o", input_tokens=1, cache_read_tokens=5, cost=1)
    unpriced = draft("b", service="lab", model="m", quantities={"input_tokens": 1, "cache_read_tokens": 5})
    assert await verdicts(recorder, tenant, event, unpriced) == ["accepted", "accepted"]
    rates = (unit_rate("input_tokens", "1"), unit_rate("cache_read_tokens", "1"))
    async with database.work(tenant.id) as work:
        await catalog.add_override(work, TESTER, OverrideDraft("lab", "m", rates, effective_from=LONG_AGO))

    for each in (recorder, another()):
        assert await verdicts(each, tenant, event, unpriced) == ["repeated", "repeated"]
        again = draft("b", service="lab", model="m", quantities={"input_tokens": 1, "cache_read_tokens": 6})
        assert await verdicts(each, tenant, again) == ["conflict"]
    refused = await record(recorder, tenant, draft(service="lab", model="m", input_tokens=1, cache_read_tokens=5))
    assert refused[0].message == "quantities.input_tokens: must be at least its parts: cache_read_tokens"
    assert len(books().events) == 2


# --- the limit of series ----------------------------------------------------------------------------------------------


async def test_past_the_limit_series_are_folded_and_no_money_is_lost(
    database: Database, tenant: Tenant, recorder: Recorder, books: Callable[[], Books]
) -> None:
    await settle(database, tenant, series_max=3)
    for number in range(10):
        event = draft(f"e{number}", client="acme", operation=f"op-{number}", cost=1, quantities={"images": number})
        assert await verdicts(recorder, tenant, event) == ["accepted"]

    found = books()
    assert len(found.series) == 4
    assert found.total == 10
    assert sum(row["quantity"] for row in found.daily.values()) == sum(range(10))
    folded = [row for row in found.events if row["operation"] == "(other)"]
    assert (len(folded), {row["client"] for row in folded}, {row["unit"] for row in folded}) == (
        7,
        {"acme"},
        {"images"},
    )


async def test_a_process_that_begins_anew_at_the_limit_still_makes_what_fits(
    database: Database, tenant: Tenant, recorder: Recorder, another: Callable[[], Recorder], books: Callable[[], Books]
) -> None:
    await settle(database, tenant, series_max=9)
    old = [draft(client="acme", operation=f"op-{number}") for number in range(8)]
    await record(recorder, tenant, *old)

    again = [draft(client="acme", operation=f"op-{number}") for number in range(8)]
    await record(another(), tenant, *again, draft("new", client="zeta"), draft("too-much", client="omega"))

    found = books()
    assert found.event("new")["client"] == "zeta"
    assert (found.event("too-much")["client"], found.event("too-much")["operation"]) == (None, "(other)")
    assert await keys_of(database, tenant, "client") == {"acme", "zeta"}


async def test_what_callers_make_up_past_the_limit_adds_no_series_without_end(
    database: Database, tenant: Tenant, recorder: Recorder, books: Callable[[], Books]
) -> None:
    await settle(database, tenant, series_max=1)
    invented = [draft(service=f"s{n}", quantities={f"unit_{n}": 2, "images": 1}, cost=1) for n in range(1500)]
    known = [draft(service=f"s{n}", quantities={"pages": 2}, cost=1) for n in range(1500)]
    await record(recorder, tenant, *invented)
    await record(recorder, tenant, *known)

    found = books()
    assert len(found.series) == 3
    assert found.total == 3000
    assert sum(row["quantity"] for row in found.daily.values()) == 1500 * 1 + 1500 * 2
    stored = found.event(invented[7].id)
    assert (stored["unit"], stored["quantity"]) == ("images", 1)
    assert stored["details"]["quantities"] == {"unit_7": "2"}


# --- prices and rates -------------------------------------------------------------------------------------------------


async def reason_of(recorder: Recorder, tenant: Tenant, database: Database, event: EventDraft) -> tuple[str, str]:
    assert await verdicts(recorder, tenant, event) == ["accepted"]
    row = Books.of(database, tenant).event(event.id)
    assert row["cost"] is None
    assert row["rule"]["source"] == "unpriced"
    return row["rule"]["reason"], row["rule"]["about"]


async def test_what_has_no_price_is_stored_with_the_reason_and_counted(
    database: Database, tenant: Tenant, recorder: Recorder, books: Callable[[], Books]
) -> None:
    async with database.work(tenant.id) as work:
        await exchange.import_rates(work, TESTER, [DatedRate("EUR", "USD", date(2026, 11, 2), Decimal(2), "ECB")])
    at = datetime(2026, 11, 3, tzinfo=UTC)
    for event, reason in (
        (draft(service="openai", model="nonesuch-9", input_tokens=5, time=at), ("unknown_model", "openai/nonesuch-9")),
        (draft(service="openai", model="gpt-4o", quantities={"pages": 5}, time=at), ("unit_not_priced", "pages")),
        (draft(category="unheard-of", quantities={"pages": 5}, time=at), ("no_rate", "unheard-of")),
        (draft("rateless", cost="12.50", currency="GBP", time=at), ("no_rate", "GBP to EUR")),
    ):
        found = await reason_of(recorder, tenant, database, event)
        assert (found[0], found[1].rpartition("/")[2]) == (reason[0], reason[1].rpartition("/")[2])

    assert books().event("rateless")["original_cost"] == Decimal("12.5")
    assert sum(row["unpriced"] for row in books().hourly.values()) == 4
    assert books().total == 0


async def test_an_amount_is_converted_at_the_rate_of_the_event_s_day(
    database: Database, tenant: Tenant, recorder: Recorder, another: Callable[[], Recorder], books: Callable[[], Books]
) -> None:
    rates = [DatedRate("USD", "EUR", date(2026, 11, day), Decimal(number), "bank") for day, number in
             ((2, "0.9"), (3, "0.8"))]  # fmt: skip
    async with database.work(tenant.id) as work:
        await exchange.import_rates(work, TESTER, rates)
    # Half past eleven in the evening in UTC is the next day in Berlin.
    for event_id, time in (("second", "2026-11-02T12:00:00Z"), ("third", "2026-11-02T23:30:00Z")):
        await record(recorder, tenant, draft(event_id, cost=10, currency="USD", time=time))
    async with database.work(tenant.id) as work:
        await exchange.import_rates(work, TESTER, [DatedRate("USD", "EUR", date(2026, 11, 3), Decimal("0.7"), "bank")])
    await record(another(), tenant, draft("corrected", cost=10, currency="USD", time="2026-11-03T12:00:00Z"))

    found = {row["id"]: (row["cost"], row["original_cost"], row["rate"]) for row in books().events}
    assert found == {
        "second": (9, 10, Decimal("0.9")),
        "third": (8, 10, Decimal("0.8")),
        "corrected": (7, 10, Decimal("0.7")),
    }


async def test_an_amount_that_cannot_be_kept_is_refused_and_the_others_are_stored(
    database: Database, tenant: Tenant, recorder: Recorder, books: Callable[[], Books]
) -> None:
    async with database.work(tenant.id) as work:
        today = work.now.date()
        await exchange.import_rates(work, TESTER, [DatedRate("KWD", "EUR", today, Decimal(300), "bank")])
        rate = RateDraft(Decimal(10**6), currency="EUR", effective_from=LONG_AGO)
        draft_of = CategoryDraft("yacht", CategoryKind.TOOL, "harbour", "days", rate=rate)
        await catalog.add_category(work, TESTER, draft_of)
    outcomes = await record(
        recorder,
        tenant,
        draft(cost="99999999999.999999999999", currency="KWD"),
        draft(category="yacht", quantities={"days": "999999999999.999999999999"}),
        draft("largest", cost="99999999999.999999999999", quantities={"pages": "999999999999.999999999999"}),
    )
    assert [(one.code, one.message.partition(" comes")[0]) for one in outcomes] == [
        ("invalid_request", "cost:"),
        ("invalid_request", "cost:"),
        ("", ""),
    ]
    assert books().ids == ["largest"]


async def graduated(database: Database, tenant: Tenant, currency: str = "EUR") -> None:
    """Ten pages of each month at 1, the next ten at 0.5, all further ones at 0.1."""
    rates = (unit_rate("pages", "1", steps={10: "0.5", 20: "0.1"}),)
    async with database.work(tenant.id) as work:
        await catalog.add_override(
            work, TESTER, OverrideDraft("print", None, rates, currency=currency, effective_from=LONG_AGO)
        )


def pages(number: int, event_id: str | None = None, **fields: str) -> EventDraft:
    return draft(event_id, service="print", model="a4", quantities={"pages": number}, **fields)


@pytest.mark.parametrize("batches", [[[3, 4, 5, 6, 7, 8]], [[3], [4, 5], [6, 7, 8]], [[8], [7], [6], [5], [4], [3]]])
async def test_a_month_that_crosses_a_step_costs_the_graduated_sum_in_any_batching(
    tenant: Tenant, database: Database, recorder: Recorder, books: Callable[[], Books], batches: list[list[int]]
) -> None:
    await graduated(database, tenant)
    for batch in batches:
        events = [pages(number, f"e{number}") for number in batch]
        assert await verdicts(recorder, tenant, *events) == ["accepted"] * len(batch)
        assert set(await verdicts(recorder, tenant, *events)) == {"repeated"}

    assert books().total == 10 + 5 + Decimal("1.3")


async def test_each_local_month_begins_with_the_first_step(
    tenant: Tenant, database: Database, recorder: Recorder, books: Callable[[], Books]
) -> None:
    await graduated(database, tenant)
    # The last one belongs to November in Berlin.
    times = ["2026-10-31T22:30:00Z", "2026-10-15T12:00:00Z", "2026-10-31T23:30:00Z"]
    await record(recorder, tenant, *(pages(10, f"e{n}", time=time) for n, time in enumerate(times)))
    assert [books().event(f"e{n}")["cost"] for n in range(3)] == [10, 5, 10]


async def test_what_is_used_counts_even_where_its_amount_cannot_be_converted(
    tenant: Tenant, database: Database, recorder: Recorder, books: Callable[[], Books]
) -> None:
    await graduated(database, tenant, "USD")
    await record(recorder, tenant, pages(10, "before"))
    async with database.work(tenant.id) as work:
        await exchange.import_rates(work, TESTER, [DatedRate("USD", "EUR", work.now.date(), Decimal(1), "bank")])
    await record(recorder, tenant, pages(10, "after"))
    assert (books().event("before")["cost"], books().event("before")["original_cost"]) == (None, 10)
    assert books().event("after")["cost"] == 5


async def test_several_processes_count_graduated_prices_together(
    tenant: Tenant, database: Database, another: Callable[[], Recorder], books: Callable[[], Books]
) -> None:
    await graduated(database, tenant)
    events = [pages(1, f"e{number}") for number in range(60)]
    recorders = [another() for _ in range(3)]
    # Each event is sent to two processes, and some in company of what has to be numbered on the way.
    sent = [
        record(recorders[place % 3], tenant, *batch, draft(client=f"new-{place}"), pages(0, source=f"source-{place}"))
        for place, batch in enumerate(events[start : start + 20] for start in (0, 10, 20, 30, 40, 0, 40, 20))
    ]
    outcomes = [outcome.verdict.value for told in await asyncio.gather(*sent) for outcome in told]

    assert outcomes.count("accepted") == 60 + 2 * len(sent)
    assert set(outcomes) == {"accepted", "repeated"}
    assert books().total - len(sent) == 10 + 5 + 4
    with psycopg.connect(database.urls.operator) as connection:
        query = "select used from price_volume where workspace_id = %s"
        assert connection.execute(query, [tenant.id]).fetchall() == [(60,)]


async def test_numbers_and_volumes_are_locked_in_one_order_so_that_nobody_waits_for_ever(
    tenant: Tenant, database: Database, another: Callable[[], Recorder], books: Callable[[], Books]
) -> None:
    await graduated(database, tenant)
    recorders = [another() for _ in range(3)]
    for one in recorders:
        await record(one, tenant, pages(1))
    for turn in range(15):
        # The first knows the signature and needs a number for the source; the others need one for the signature.
        sent = [pages(1, source=f"source-{turn}"), pages(1, operation=f"a-{turn}"), pages(1, operation=f"b-{turn}")]
        told = await asyncio.gather(*(verdicts(one, tenant, event) for one, event in zip(recorders, sent, strict=True)))
        assert told == [["accepted"]] * 3
    assert len(books().events) == 48
