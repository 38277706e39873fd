"""However events arrive (in any order, batching, repetition and company), the ledger is the same, to the last digit."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from outlay.catalog import service as catalog
from outlay.catalog.exchange import service as exchange
from outlay.catalog.exchange.model import DatedRate
from outlay.catalog.service import OverrideDraft
from outlay.db.connect import Database
from outlay.ledger.model import EventDraft
from outlay.ledger.recorder import Recorder
from tests.support.books import Books, draft, verdicts
from tests.support.prices import LONG_AGO, unit_rate
from tests.support.tenants import TESTER, Tenant, make_tenant

# Around the changes of the clock in Berlin and St. John's, where until 2011 it was put back at a minute past midnight.
TURNS = [
    datetime(2025, 3, 30, 1, tzinfo=UTC), datetime(2025, 10, 26, 1, tzinfo=UTC), datetime(2025, 11, 2, 4, 30, tzinfo=UTC),
    datetime(2025, 3, 9, 5, 30, tzinfo=UTC), datetime(2010, 11, 7, 2, 31, tzinfo=UTC), datetime(2025, 3, 29, 18, 30, tzinfo=UTC),
]  # fmt: skip
# Each example writes workspaces of its own: making a failing one smaller would outlast the limit of a test.
CHECKED = settings(
    deadline=None,
    max_examples=12,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
AMOUNTS = st.decimals(0, 10**6, places=12) | st.decimals(0, 10, places=2)
TOKENS = st.integers(0, 10**6)
MOMENTS = st.builds(
    lambda turn, seconds: turn + timedelta(seconds=seconds),
    st.sampled_from(TURNS),
    st.integers(-86_400, 86_400)
    | st.integers(-120, 120)
    | st.sampled_from((-3600, -1801, -60, -1, 0, 59, 60, 1799, 3600)),
)
SPENT: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.fixed_dictionaries({"cost": AMOUNTS}, optional={"currency": st.sampled_from(("USD", "GBP", "EUR"))}),
    st.fixed_dictionaries(
        {"service": st.just("openai"), "model": st.sampled_from(("gpt-4o", "nonesuch")), "input_tokens": TOKENS},
        optional={"output_tokens": TOKENS},
    ),
    st.fixed_dictionaries({"category": st.just("agent_design"), "quantities": st.just({"input_tokens": "12"})}),
    st.fixed_dictionaries({"quantities": st.fixed_dictionaries({"images": AMOUNTS}, optional={"pages": AMOUNTS})}),
)
WHERE = st.fixed_dictionaries(
    {"time": MOMENTS, "client": st.sampled_from(("acme", "ACME", "Bolt & Söhne"))},
    optional={
        "campaign": st.just("spring"),
        "agent": st.sampled_from(("writer", "painter")),
        "labels": st.sampled_from(({"team": "blue"}, {"team": "red", "stage": "draft"})),
        "success": st.booleans(),
        "operation_id": st.just("one\\two"),
        "source": st.just("proxy"),
        "metadata": st.just({"note": "tab\tand\nline\\end", "prompt": "secret"}),
    },
)
BODIES = st.lists(st.builds(lambda where, spent: where | spent, WHERE, SPENT), min_size=1, max_size=14)


@dataclass(frozen=True)
class Delivery:
    """Some events as they reach one of several processes together."""

    process: int
    events: list[EventDraft]


@st.composite
def deliveries(draw: st.DrawFn, events: Sequence[EventDraft]) -> list[list[Delivery]]:
    """Each event at least once, in waves of deliveries that happen at the same time."""
    repeats = draw(st.lists(st.sampled_from(events), max_size=6))
    order = draw(st.permutations([*events, *repeats]))
    waves: list[list[Delivery]] = []
    while order:
        wave = []
        for _ in range(draw(st.integers(1, 4))):
            size = draw(st.integers(1, 6))
            wave.append(Delivery(draw(st.integers(0, 2)), order[:size]))
            order = order[size:]
        waves.append([delivery for delivery in wave if delivery.events])
    return waves


@dataclass
class Told:
    """What was said of a content, however often it was sent."""

    event: EventDraft
    verdicts: Counter[str] = field(default_factory=Counter)

    @property
    def is_stored_once(self) -> bool:
        return self.verdicts["accepted"] == 1 and self.verdicts.keys() <= {"accepted", "repeated"}


async def deliver(database: Database, tenant: Tenant, waves: Sequence[Sequence[Delivery]]) -> list[Told]:
    """The deliveries of a wave all at once, one wave after the other."""
    processes = [Recorder(database) for _ in range(3)]
    told: dict[int, Told] = {}
    for wave in waves:
        answers = await asyncio.gather(*(verdicts(processes[one.process], tenant, *one.events) for one in wave))
        for delivery, answer in zip(wave, answers, strict=True):
            for event, verdict in zip(delivery.events, answer, strict=True):
                told.setdefault(id(event), Told(event)).verdicts[verdict] += 1
    return list(told.values())


async def furnished(database: Database, zone: str) -> Tenant:
    tenant = await make_tenant(database, zone=zone)
    rates = [DatedRate("USD", "EUR", date(2025, 10, day), Decimal(rate), "bank") for day, rate in
             ((24, "0.913"), (26, "0.87123456"), (27, "0.9"))]  # fmt: skip
    async with database.work(tenant.id) as work:
        await catalog.seed(work)
        await exchange.import_rates(work, TESTER, rates)
    return tenant


@CHECKED
@given(data=st.data(), zone=st.sampled_from(("Europe/Berlin", "Asia/Kolkata", "America/St_Johns")), bodies=BODIES)
async def test_the_same_events_make_the_same_ledger(
    database: Database, data: st.DataObject, zone: str, bodies: list[dict[str, Any]]
) -> None:
    events = [draft(f"event-{number}", **body) for number, body in enumerate(bodies)]
    plain, mixed = await furnished(database, zone), await furnished(database, zone)

    await deliver(database, plain, [[Delivery(0, events)]])
    told = await deliver(database, mixed, data.draw(deliveries(events)))

    assert all(one.is_stored_once for one in told)
    one, other = Books.of(database, plain), Books.of(database, mixed)
    one.assert_sound(zone)
    other.assert_sound(zone)
    assert one.keys == other.keys
    assert one.content() == other.content()
    assert one.named_rollups() == other.named_rollups()
    assert len(one.series) == len(other.series)


@CHECKED
@given(data=st.data(), bodies=BODIES)
async def test_of_two_contents_under_one_id_one_is_stored_and_the_other_is_told(
    database: Database, data: st.DataObject, bodies: list[dict[str, Any]]
) -> None:
    tenant = await furnished(database, "Europe/Berlin")
    sent = [
        (draft(f"event-{number}", **body), draft(f"event-{number}", **body, retry_count=number))
        for number, body in enumerate(bodies)
    ]
    told = await deliver(database, tenant, data.draw(deliveries([one for pair in sent for one in pair])))

    books = Books.of(database, tenant)
    books.assert_sound()
    contents: defaultdict[str, list[Told]] = defaultdict(list)
    for each in told:
        contents[each.event.id].append(each)
    for pair in contents.values():
        stored, other = sorted(pair, key=lambda one: -one.verdicts["accepted"])
        assert stored.is_stored_once
        assert other.verdicts.keys() == {"conflict"}
        details = books.event(stored.event.id)["details"] or {}
        assert details.get("retry_count") == stored.event.retry_count


@CHECKED
@given(
    data=st.data(),
    numbers=st.lists(st.decimals(0, 30, places=2), min_size=1, max_size=14),
    steps=st.dictionaries(st.integers(1, 60), st.sampled_from(("0.5", "0.25", "2")), max_size=3),
)
async def test_graduated_prices_cost_the_graduated_sum(
    database: Database, data: st.DataObject, numbers: list[Decimal], steps: dict[int, str]
) -> None:
    tenant = await furnished(database, "Europe/Berlin")
    steps = dict(sorted(steps.items()))
    async with database.work(tenant.id) as work:
        rates = (unit_rate("pages", "1", steps=steps or {1000: "1"}),)
        agreed = OverrideDraft("print", None, rates, currency="EUR", effective_from=LONG_AGO)
        await catalog.add_override(work, TESTER, agreed)
    events = [
        draft(f"e{n}", service="print", model="a4", time=TURNS[0] + timedelta(hours=n), quantities={"pages": number})
        for n, number in enumerate(numbers)
    ]
    told = await deliver(database, tenant, data.draw(deliveries(events)))

    assert all(one.is_stored_once for one in told)
    books = Books.of(database, tenant)
    books.assert_sound()
    assert books.total == _graduated(sum(numbers, Decimal(0)), steps)


def _graduated(used: Decimal, steps: dict[int, str]) -> Decimal:
    begins = [(Decimal(0), Decimal(1)), *((Decimal(start), Decimal(rate)) for start, rate in steps.items())]
    ends = [start for start, _ in begins[1:]] + [Decimal("Infinity")]
    return sum(
        (max(min(used, end) - start, Decimal(0)) * rate for (start, rate), end in zip(begins, ends, strict=True)),
        Decimal(0),
    )
