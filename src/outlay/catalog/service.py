"""Makes and shows a workspace's prices, and hands out the desk at which its events are priced."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from outlay.catalog import rules, store
from outlay.catalog.model import FROM_THE_BEGINNING, Ask, Category, Kind, Override, OverrideEnded, Rate
from outlay.catalog.prices.desk import PriceDesk
from outlay.catalog.prices.formula import NOTHING, Quantities
from outlay.catalog.prices.model import PricedLine, PriceRule, UnitRate, Unpriced
from outlay.db.connect import Work
from outlay.identity.access.model import Actor, Permission
from outlay.identity.access.rules import require
from outlay.identity.audit import service as audit
from outlay.identity.audit.model import Facts, Target
from outlay.kit.errors import InvalidRequest, NotFound
from outlay.kit.ids import new_id
from outlay.kit.money import plain
from outlay.kit.paging import Page, PageRequest

PRICES_TOPIC: Final = "prices"
_SEEDER: Final = "Outlay"
_DESKS_MAX: Final = 64


@dataclass(frozen=True)
class RateDraft:
    """A rate that is to be appended; from now on where no moment is given."""

    amount: Decimal
    per: int = 1
    currency: str = "USD"
    effective_from: datetime | None = None


@dataclass(frozen=True)
class CategoryDraft:
    """What a new category is to be."""

    key: str
    kind: Kind
    service: str
    unit: str
    description: str = ""
    rate_first: bool = False
    rate: RateDraft | None = None


@dataclass(frozen=True)
class OverrideDraft:
    """What a new override is to be; from now on where no moment is given."""

    service: str
    model: str | None = None
    rates: tuple[UnitRate, ...] = ()
    discount_percent: Decimal = Decimal(0)
    currency: str = "USD"
    effective_from: datetime | None = None
    effective_until: datetime | None = None
    note: str = ""
    context: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Explanation:
    """What something costs and why, or why nobody knows."""

    cost: Decimal | None
    rule: PriceRule | None
    lines: list[PricedLine]
    unpriced: Unpriced | None


async def seed(work: Work) -> bool:
    """Gives the workspace the categories that every workspace begins with; true where some were missing.

    Whoever makes a workspace may call it at once. Whoever does not need not worry: every use of the catalogue does.
    """
    found = await store.state(work.connection, work.workspace_id)
    if found and found[1] >= rules.SEEDS_VERSION:
        return False
    await store.begin(work.connection, work.workspace_id, new_id(work.now))
    found = await store.state(work.connection, work.workspace_id, lock=True)
    if found and found[1] >= rules.SEEDS_VERSION:
        return False
    await store.add_missing(work.connection, work.workspace_id, list(_seeded(work.now)))
    await store.advance(work.connection, work.workspace_id, new_id(work.now), seeds_version=rules.SEEDS_VERSION)
    work.announce(PRICES_TOPIC)
    return True


async def desk(work: Work) -> PriceDesk:
    """All prices of the workspace, fresh from the database."""
    await seed(work)
    state = await store.state(work.connection, work.workspace_id)
    categories = await store.every_category(work.connection, work.workspace_id)
    overrides = await store.every_override(work.connection, work.workspace_id)
    return PriceDesk(categories, overrides, revision=state[0] if state else None)


class PriceDesks:
    """The desks of the workspaces that were priced for last; each is renewed when the workspace's prices change."""

    def __init__(self) -> None:
        self._desks: OrderedDict[UUID, PriceDesk] = OrderedDict()

    async def of(self, work: Work) -> PriceDesk:
        """The desk as of this transaction, for the price of one look at the catalogue's revision."""
        known = self._desks.get(work.workspace_id)
        state = await store.state(work.connection, work.workspace_id)
        if known is None or state is None or state != (known.revision, rules.SEEDS_VERSION):
            known = self._desks[work.workspace_id] = await desk(work)
        self._desks.move_to_end(work.workspace_id)
        while len(self._desks) > _DESKS_MAX:
            self._desks.popitem(last=False)
        return known


async def explain(
    work: Work, actor: Actor, ask: Ask, at: datetime, quantities: Quantities, used: Quantities = NOTHING
) -> Explanation:
    """What so much of something would cost at a moment, line by line."""
    require(actor, Permission.PRICES_READ)
    return explanation(await desk(work), ask, at, quantities, used)


def explanation(
    at_desk: PriceDesk, ask: Ask, at: datetime, quantities: Quantities, used: Quantities = NOTHING
) -> Explanation:
    """The same at a desk that is at hand."""
    formula = at_desk.formula(ask, at, frozenset(quantities))
    if isinstance(formula, Unpriced):
        return Explanation(None, None, [], formula)
    unpriced = formula.unpriced(quantities)
    if unpriced:
        return Explanation(None, formula.rule, [], unpriced)
    return Explanation(formula.cost(quantities, used), formula.rule, formula.explain(quantities, used), None)


async def categories(
    work: Work, actor: Actor, request: PageRequest, *, kind: Kind | None = None, service: str | None = None
) -> Page[Category]:
    """Categories by service and key, each with the history of its rates."""
    require(actor, Permission.PRICES_READ)
    await seed(work)
    return await store.page_of_categories(work.connection, work.workspace_id, request, kind=kind, service=service)


async def category(work: Work, actor: Actor, name: str) -> Category:
    """The category with this id or key, with the history of its rates."""
    require(actor, Permission.PRICES_READ)
    await seed(work)
    return await _category(work, name)


async def add_category(work: Work, actor: Actor, draft: CategoryDraft) -> Category:
    """A new category, with its first rate where one is given."""
    require(actor, Permission.PRICES_MANAGE)
    await seed(work)
    made = Category(
        id=new_id(work.now),
        key=rules.check_key(draft.key),
        kind=draft.kind,
        service=rules.check_service(draft.service),
        unit=rules.check_unit(draft.unit),
        description=rules.check_words("description", draft.description),
        created_at=work.now,
        rate_first=draft.rate_first,
        rates=(_rate(work, actor, draft.rate),) if draft.rate else (),
    )
    await store.add_category(work.connection, work.workspace_id, made)
    await _changed(work, actor, "category.create", _category_target(made), after=_category_facts(made))
    return made


async def add_rate(work: Work, actor: Actor, name: str, draft: RateDraft) -> Category:
    """Appends a rate to a category; the ones before it stay for what happened before it."""
    require(actor, Permission.PRICES_MANAGE)
    await seed(work)
    found = await _category(work, name)
    rate = _rate(work, actor, draft)
    await store.add_rate(work.connection, work.workspace_id, found.id, rate)
    await _changed(work, actor, "category.rate", _category_target(found), after=_rate_facts(rate))
    return await _category(work, str(found.id))


async def overrides(
    work: Work,
    actor: Actor,
    request: PageRequest,
    *,
    service: str | None = None,
    model: str | None = None,
    with_ended: bool = False,
) -> Page[Override]:
    """The newest overrides first; with those that have ended it is the history of a service's or model's prices."""
    require(actor, Permission.PRICES_READ)
    now = None if with_ended else work.now
    return await store.page_of_overrides(
        work.connection, work.workspace_id, request, service=service, model=model, in_force_at=now
    )


async def add_override(work: Work, actor: Actor, draft: OverrideDraft) -> Override:
    """A price of the workspace's own. What is there already stays; the most specific and latest one counts."""
    require(actor, Permission.PRICES_MANAGE)
    await seed(work)
    made = _override(work, actor, draft)
    await store.add_override(work.connection, work.workspace_id, made)
    await _changed(work, actor, "price_override.create", _override_target(made), after=_override_facts(made))
    return made


async def end_override(work: Work, actor: Actor, override_id: UUID, at: datetime | None = None) -> Override:
    """Ends an override, now or at another moment; what it priced before keeps that price."""
    require(actor, Permission.PRICES_MANAGE)
    before = await store.find_override(work.connection, work.workspace_id, override_id)
    if before is None:
        raise NotFound("There is no such override here.")
    end = max(rules.check_moment("at", at or work.now), before.effective_from)
    if before.effective_until is not None and before.effective_until <= end:
        raise OverrideEnded("This override has ended by then already.")
    await store.end_override(work.connection, work.workspace_id, override_id, end)
    after = await store.find_override(work.connection, work.workspace_id, override_id)
    assert after is not None
    facts = _override_facts(before), _override_facts(after)
    await _changed(work, actor, "price_override.end", _override_target(after), before=facts[0], after=facts[1])
    return after


async def _changed(
    work: Work, actor: Actor, action: str, target: Target, *, before: Facts | None = None, after: Facts | None = None
) -> None:
    await store.advance(work.connection, work.workspace_id, new_id(work.now))
    work.announce(PRICES_TOPIC)
    await audit.record(work, actor, action, target, before=before, after=after)


async def _category(work: Work, name: str) -> Category:
    try:
        found = await store.find_category(work.connection, work.workspace_id, UUID(name))
    except ValueError:
        found = None
    found = found or await store.find_category(work.connection, work.workspace_id, name)
    if found is None:
        raise NotFound(f"There is no category {name!r} here.")
    return found


def _seeded(now: datetime) -> Iterable[Category]:
    for one in rules.seeds():
        rate = Rate(one.rate, one.per, rules.SEED_CURRENCY, FROM_THE_BEGINNING, now, _SEEDER)
        yield Category(
            new_id(now), one.key, one.kind, one.service, one.unit, one.description, now, one.rate_first, (rate,)
        )


def _rate(work: Work, actor: Actor, draft: RateDraft) -> Rate:
    return Rate(
        amount=rules.check_amount("amount", draft.amount),
        per=rules.check_per(draft.per),
        currency=rules.check_currency(draft.currency),
        effective_from=rules.check_moment("effective_from", draft.effective_from or work.now),
        created_at=work.now,
        created_by=actor.name,
    )


def _override(work: Work, actor: Actor, draft: OverrideDraft) -> Override:
    begins = rules.check_moment("effective_from", draft.effective_from or work.now)
    ends = rules.check_moment("effective_until", draft.effective_until) if draft.effective_until else None
    if ends is not None and ends <= begins:
        raise InvalidRequest.field("effective_until", "must be later than effective_from")
    if not draft.rates and not draft.discount_percent:
        raise InvalidRequest.field("rates", "must be given, or discount_percent")
    return Override(
        id=new_id(work.now),
        service=rules.check_service(draft.service),
        model=rules.check_model(draft.model),
        rates=rules.check_rates(draft.rates),
        discount_percent=rules.check_discount(draft.discount_percent),
        currency=rules.check_currency(draft.currency),
        effective_from=begins,
        effective_until=ends,
        note=rules.check_words("note", draft.note),
        created_at=work.now,
        created_by=actor.name,
        context=rules.check_context(draft.context),
    )


def _category_target(one: Category) -> Target:
    return Target("category", str(one.id), one.key)


def _override_target(one: Override) -> Target:
    return Target("price_override", str(one.id), f"{one.service}/{one.model or '*'}")


def _category_facts(one: Category) -> Facts:
    facts: Facts = {"key": one.key, "kind": one.kind.value, "service": one.service, "unit": one.unit}
    return facts | (_rate_facts(one.rates[0]) if one.rates else {})


def _rate_facts(rate: Rate) -> Facts:
    begins = rate.effective_from.isoformat()
    return {"amount": plain(rate.amount), "per": rate.per, "currency": rate.currency, "effective_from": begins}


def _override_facts(one: Override) -> Facts:
    return {
        "service": one.service,
        "model": one.model,
        "context": dict(one.context),
        "rates": [rate.as_json() for rate in one.rates],
        "discount_percent": plain(one.discount_percent),
        "currency": one.currency,
        "effective_from": one.effective_from.isoformat(),
        "effective_until": one.effective_until.isoformat() if one.effective_until else None,
        "note": one.note,
    }
