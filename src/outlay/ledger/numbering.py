"""Numbers for what events have in common: found, or given on first sight, under one lock per workspace."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final
from uuid import UUID

import msgspec
import structlog

from outlay.catalog.exchange.model import Rate
from outlay.catalog.model import Ask
from outlay.catalog.prices.model import PriceRule, Unpriced
from outlay.catalog.units import UNITS
from outlay.db.connect import Work
from outlay.identity.portfolio import names
from outlay.identity.portfolio.model import Kind
from outlay.identity.portfolio.names import Named
from outlay.ledger import store
from outlay.ledger.model import Dimensions, Outcome, rejected
from outlay.ledger.pricing import as_json, digest_of
from outlay.ledger.rules import main_unit
from outlay.ledger.standing import Signature, Standing, Track

_log = structlog.get_logger()
_ENCODER: Final = msgspec.msgpack.Encoder(order="deterministic")
FOLDED: Final = "(other)"
# Past the limit a series may still tell clients and services apart; past this much more, it tells nothing apart.
_FOLDED_ROOM: Final = 1_000
_AI: Final = "ai"


@dataclass(frozen=True, slots=True)
class _Whose:
    client: UUID | None = None
    campaign: UUID | None = None
    agent: UUID | None = None
    # Whether everything that is named was there or was made.
    is_complete: bool = True


class UnknownName(LookupError):
    """A name that is not known, where names are not made on first sight."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(message)
        self.outcome = rejected(path, message, "unknown_name")


async def learn_tracks(work: Work, standing: Standing, signatures: Collection[Signature]) -> dict[Signature, Outcome]:
    """Gives each signature its track; those that cannot have one are returned, with the reason."""
    await store.lock(work.connection, work.workspace_id)
    refused: dict[Signature, Outcome] = {}
    rows: dict[Signature, dict[str, Any]] = {}
    nameless: list[Signature] = []
    entries = _Names(work, may_make=standing.settings.create_names)
    for signature in signatures:
        try:
            whose = await entries.whose(signature[0], make=False)
        except UnknownName as unknown:
            refused[signature] = unknown.outcome
            continue
        if whose.is_complete:
            rows[signature] = _series_row(standing, signature, whose)
        else:
            nameless.append(signature)
    numbers = await store.numbers(work.connection, work.workspace_id, "series", set(map(_series_digest, rows.values())))
    new = {digest for row in rows.values() if (digest := _series_digest(row)) not in numbers}
    room = standing.settings.series_max - await store.count_series(work.connection, work.workspace_id)
    for signature in nameless:
        # A name is made only where its series still fits: what is folded tells no new names apart.
        rows[signature] = row = _series_row(
            standing, signature, await entries.whose(signature[0], make=len(new) < room)
        )
        new.add(_series_digest(row))
    for signature, (number, unit) in zip(rows, await _number_series(work, list(rows.values()), room), strict=True):
        dimensions, _, context = signature
        ask = Ask(rows[signature]["service"], dimensions.model, dimensions.category, context)
        standing.tracks[signature] = Track(number, unit, ask)
    return refused


async def learn_rules(work: Work, standing: Standing, rules: Iterable[PriceRule | Unpriced]) -> None:
    """Gives each price rule its number."""
    wanted = {UUID(bytes=digest_of(rule)): rule for rule in rules}
    missing = {digest: rule for digest, rule in wanted.items() if digest.bytes not in standing.rules}
    if not missing:
        return
    await store.lock(work.connection, work.workspace_id)
    known = await store.numbers(work.connection, work.workspace_id, "price_rules", missing)
    rows = {digest: _rule_row(work, rule) for digest, rule in missing.items() if digest not in known}
    known |= await store.add(work.connection, work.workspace_id, "price_rules", rows)
    standing.rules.update({digest.bytes: number for digest, number in known.items()})


async def learn_conversions(work: Work, standing: Standing, rates: Iterable[tuple[str, Rate]]) -> None:
    """Gives each rate that was used its number."""
    missing = {
        _digest(currency, standing.currency, rate.day.isoformat(), str(rate.value), rate.how): (currency, rate)
        for currency, rate in rates
        if conversion_key(currency, rate) not in standing.conversions
    }
    if not missing:
        return
    await store.lock(work.connection, work.workspace_id)
    known = await store.numbers(work.connection, work.workspace_id, "conversions", missing)
    rows = {
        digest: {
            "currency": currency,
            "into_currency": standing.currency,
            "day": rate.day,
            "rate": rate.value,
            "how": rate.how,
        }
        for digest, (currency, rate) in missing.items()
        if digest not in known
    }
    known |= await store.add(work.connection, work.workspace_id, "conversions", rows)
    standing.conversions.update({conversion_key(*missing[digest]): number for digest, number in known.items()})


async def learn_lanes(work: Work, standing: Standing, wanted: Iterable[tuple[int, int, str]]) -> None:
    """Gives each lane its number."""
    missing = {_digest(*one): one for one in wanted if one not in standing.lanes}
    if not missing:
        return
    await store.lock(work.connection, work.workspace_id)
    known = await store.numbers(work.connection, work.workspace_id, "lanes", missing)
    rows = {
        digest: {"series_id": series_id, "price_rule_id": rule_id, "source": source}
        for digest, (series_id, rule_id, source) in missing.items()
        if digest not in known
    }
    known |= await store.add(work.connection, work.workspace_id, "lanes", rows)
    standing.lanes.update({missing[digest]: number for digest, number in known.items()})


def conversion_key(currency: str, rate: Rate) -> tuple[str, str]:
    """What tells one use of a rate from another; the currency it leads into is the standing's."""
    return currency, f"{rate.day} {rate.value} {rate.how}"


class _Names:
    """Finds and makes the entries that signatures name, each once."""

    def __init__(self, work: Work, *, may_make: bool) -> None:
        self._work = work
        self._may_make = may_make
        self._found: dict[tuple[Kind, str, UUID | None], Named | None] = {}

    async def whose(self, dimensions: Dimensions, *, make: bool) -> _Whose:
        """The entries; a campaign or agent of one client says whose the spend is where nobody else does.

        What cannot be made is refused before anything is made, so ask without making first.
        """
        client = await self._one(Kind.CLIENT, dimensions.client, None, make=make)
        campaign = None
        if dimensions.campaign and dimensions.client and client is None:
            self._check_may_be_made(Kind.CAMPAIGN, dimensions.campaign, needs_client=False)
        else:
            client_id = client.id if client else None
            campaign = await self._one(Kind.CAMPAIGN, dimensions.campaign, client_id, make=make)
        agent = await self._one(Kind.AGENT, dimensions.agent, None, make=make)
        whose = next((one for one in (campaign, agent) if one and one.client_id), None)
        found = (client, campaign, agent)
        return _Whose(
            client.id if client else whose.client_id if whose and not dimensions.client else None,
            campaign.id if campaign else None,
            agent.id if agent else None,
            is_complete=all(one or not name for one, name in zip(found, dimensions[:3], strict=True)),
        )

    async def _one(self, kind: Kind, name: str | None, client_id: UUID | None, *, make: bool) -> Named | None:
        if name is None:
            return None
        asked = (kind, name, client_id)
        if asked not in self._found:
            self._found[asked] = (await names.find(self._work, kind, [name], client_id)).get(name)
        if self._found[asked] is None:
            self._check_may_be_made(kind, name, needs_client=kind is Kind.CAMPAIGN and client_id is None)
            if make:
                self._found[asked] = await names.make(self._work, kind, name, client_id)
        return self._found[asked]

    def _check_may_be_made(self, kind: Kind, name: str, *, needs_client: bool) -> None:
        if not self._may_make:
            raise UnknownName(kind.value, f"{name!r} is not known here, and this workspace does not make new ones")
        if len(name) == 36 and _is_uuid(name):
            raise UnknownName(kind.value, f"there is none with the id {name}")
        if needs_client:
            raise UnknownName(kind.value, f"{name!r} is new: name its client too")


def _series_row(standing: Standing, signature: Signature, whose: _Whose) -> dict[str, Any]:
    dimensions, units, _ = signature
    category = standing.category(dimensions.category)
    return {
        "client_id": whose.client,
        "campaign_id": whose.campaign,
        "agent_id": whose.agent,
        "kind": category.kind.value if category else _AI if dimensions.model else None,
        "service": dimensions.service or (category.service if category else None),
        "category": dimensions.category,
        "operation": dimensions.operation,
        "model": dimensions.model,
        "platform": dimensions.platform,
        "content_type": dimensions.content_type,
        "unit": main_unit(units, category.unit if category else None),
        "labels": dict(dimensions.labels),
    }


async def _number_series(work: Work, rows: list[dict[str, Any]], room: int) -> list[tuple[int, str | None]]:
    """The numbers of series with their units, in the order of the rows; past the limit, of what they are folded into."""
    into = {_series_digest(row): row for row in rows}
    known = await _known_series(work, into.values())
    new = [digest for digest in into if digest not in known]
    fitting, beyond = new[: max(0, room)], new[max(0, room) :]
    if beyond:
        _log.warning("series limit reached", workspace=str(work.workspace_id), folded=len(beyond))
        into |= {digest: _folded(into[digest]) for digest in beyond}
        known |= await _known_series(work, (into[digest] for digest in beyond))
        new_folds = {_series_digest(into[digest]) for digest in beyond} - known.keys()
        if len(new_folds) > room - len(fitting) + _FOLDED_ROOM:
            into |= {
                digest: _folded_further(into[digest]) for digest in beyond if _series_digest(into[digest]) in new_folds
            }
            known |= await _known_series(work, (into[digest] for digest in beyond))
    wanted = {_series_digest(row): row for row in into.values()}
    stamped = {digest: {**row, "created_at": work.now} for digest, row in wanted.items() if digest not in known}
    known |= await store.add(work.connection, work.workspace_id, "series", stamped)
    placed = [into[_series_digest(row)] for row in rows]
    return [(known[_series_digest(row)], row["unit"]) for row in placed]


async def _known_series(work: Work, rows: Iterable[dict[str, Any]]) -> dict[UUID, int]:
    return await store.numbers(work.connection, work.workspace_id, "series", {_series_digest(row) for row in rows})


def _folded(row: dict[str, Any]) -> dict[str, Any]:
    kept = {"client_id", "kind", "service", "unit"}
    return {name: value if name in kept else None for name, value in row.items()} | {
        "operation": FOLDED,
        "labels": {},
    }


def _folded_further(row: dict[str, Any]) -> dict[str, Any]:
    """Without whatever a caller can make up, of which there is no end."""
    return row | {"client_id": None, "service": None, "unit": row["unit"] if row["unit"] in UNITS else None}


def _series_digest(row: dict[str, Any]) -> UUID:
    return _digest(*(sorted(value.items()) if isinstance(value, dict) else value for _, value in sorted(row.items())))


def _digest(*parts: object) -> UUID:
    return UUID(bytes=blake2b(_ENCODER.encode(parts), digest_size=16).digest())


def _rule_row(work: Work, rule: PriceRule | Unpriced) -> dict[str, Any]:
    data = as_json(rule)
    version, currency = (rule.version, rule.currency) if isinstance(rule, PriceRule) else (rule.reason.value, None)
    return {
        "source": data["source"],
        "version": version,
        "currency": currency,
        "rule": data,
        "created_at": work.now,
    }


def _is_uuid(name: str) -> bool:
    try:
        UUID(name)
    except ValueError:
        return False
    return True
