"""From checked events to rows: each gets its series, its price and its lane; what is new is numbered on the way."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

import msgspec

from outlay.catalog.exchange.model import Rate
from outlay.catalog.prices.formula import PriceFormula
from outlay.catalog.prices.model import Unpriced
from outlay.db.connect import Work
from outlay.kit.errors import InvalidRequest
from outlay.kit.periods import local_date
from outlay.ledger import stage, store
from outlay.ledger.model import Incoming, Outcome, Verdict
from outlay.ledger.numbering import conversion_key, learn_conversions, learn_lanes, learn_rules, learn_tracks
from outlay.ledger.pricing import Priced, digest_of, formula_of, priced
from outlay.ledger.rules import COUNTED_TOKENS, details_of, packed_id
from outlay.ledger.standing import Signature, Standing, Track

# What came so soon was recorded as it happened; anything later says when it was.
PROMPT_WITHIN: Final = timedelta(hours=1)
_PROMPT_S: Final = PROMPT_WITHIN.total_seconds()
_INPUT, _OUTPUT, _CACHE_READ, _CACHE_WRITE = COUNTED_TOKENS
_NULL: Final = "\\N"
_TRUE: Final = "t"

Agreement = tuple[str, str, date]
_Draft = tuple[Incoming, Track, Priced]


@dataclass(frozen=True, slots=True)
class Posting:
    """An event with all that decides what is stored of it."""

    incoming: Incoming
    track: Track
    priced: Priced
    lane_id: int
    conversion_id: int | None = None

    @property
    def hold(self) -> UUID | None:
        """The hold that it settles."""
        return self.incoming.draft.hold


@dataclass(frozen=True, slots=True)
class Posted:
    """What came of a group: rows, by their content why others have none, and how much was used of graduated prices."""

    postings: list[Posting]
    refused: dict[tuple[int, int], Outcome]
    # The events whose price depends on what was used before them, and the use after them.
    counted: frozenset[int] = frozenset()
    volumes: Mapping[Agreement, Decimal] = field(default_factory=dict)


async def post(work: Work, standing: Standing, group: Sequence[Incoming]) -> Posted:
    """Rows for the events that can be stored; where several have one key, for the first of them that can be."""
    refused = await _tracks_learnt(work, standing, group)
    sound = [one for one in group if one.content not in refused] if refused else group
    tracks = [standing.tracks[signature_of(one)] for one in sound]
    formulas = [formula_of(standing, track, one) for track, one in zip(tracks, sound, strict=True)]
    volumes = await _Volumes.of(work, standing, sound, formulas)
    drafts: dict[int, _Draft] = {}
    for one, track, formula in zip(sound, tracks, formulas, strict=True):
        if one.key in drafts:
            continue
        try:
            if volumes and one.key in volumes.counted and isinstance(formula, PriceFormula) and formula.volumes:
                drafts[one.key] = one, track, volumes.priced(standing, formula, one)
            else:
                drafts[one.key] = one, track, priced(standing, formula, one)
        except InvalidRequest as error:
            refused[one.content] = Outcome(Verdict.REJECTED, error.code, error.detail)
    postings = await _numbered(work, standing, list(drafts.values()))
    return Posted(postings, refused, volumes.counted, volumes.used) if volumes else Posted(postings, refused)


def signature_of(incoming: Incoming) -> Signature:
    """What decides an event's series and how its price is asked for."""
    return incoming.dimensions, incoming.units, incoming.context


def line_of(posting: Posting, standing: Standing, recorded: float) -> str:
    """The row for the staging table, as COPY reads it; `recorded` is when, in seconds."""
    one, track, price = posting.incoming, posting.track, posting.priced
    draft, counted = one.draft, one.quantities
    hour, day = standing.bucket(one.at)
    details = details_of(one, track.unit, price.used_before)
    is_late = abs(recorded - one.at.timestamp()) > _PROMPT_S
    count = counted.get
    # One text in one go: this is written for every event.
    return (
        f"{one.key}\t{one.digest}\t{one.at.isoformat()}\t{track.series_id}\t{hour}\t{day}\t{posting.lane_id}\t"
        f"{count(_INPUT, _NULL)}\t{count(_OUTPUT, _NULL)}\t{count(_CACHE_READ, _NULL)}\t{count(_CACHE_WRITE, _NULL)}\t"
        f"{_NULL if posting.conversion_id is None else posting.conversion_id}\t"
        f"{_NULL if price.cost is None else format(price.cost, 'f')}\t"
        f"\\\\x{packed_id(draft.id).hex()}\t"
        f"{_TRUE if draft.success is False else _NULL}\t"
        f"{_NULL if track.unit is None else format(count(track.unit, 0), 'f')}\t"
        f"{_NULL if draft.operation_id is None else _escaped(draft.operation_id)}\t"
        f"{_NULL if price.original is None else format(price.original, 'f')}\t"
        f"{_TRUE if is_late else _NULL}\t"
        f"{_escaped(msgspec.json.encode(details).decode()) if details else _NULL}\n"
    )


def _escaped(text: str) -> str:
    # Tabs and line ends are refused in texts and escaped in JSON; what is left to escape is the backslash.
    return text.replace("\\", "\\\\")


async def _tracks_learnt(work: Work, standing: Standing, group: Iterable[Incoming]) -> dict[tuple[int, int], Outcome]:
    new = {signature: None for one in group if (signature := signature_of(one)) not in standing.tracks}
    if not new:
        return {}
    refused = await learn_tracks(work, standing, list(new))
    return {one.content: refused[signature_of(one)] for one in group if signature_of(one) in refused} if refused else {}


async def _numbered(work: Work, standing: Standing, drafts: Sequence[_Draft]) -> list[Posting]:
    rules = {id(price.rule): price.rule for _, _, price in drafts}
    await learn_rules(work, standing, rules.values())
    rule_ids = {each: standing.rules[digest_of(rule)] for each, rule in rules.items()}
    used = {(price.currency, price.exchange) for _, _, price in drafts if price.exchange and price.currency}
    if used:
        await learn_conversions(work, standing, used)
    keys = [(track.series_id, rule_ids[id(price.rule)], one.draft.source) for one, track, price in drafts]
    await learn_lanes(work, standing, keys)
    return [
        Posting(one, track, price, standing.lanes[key], _conversion_id(standing, price.currency, price.exchange))
        for (one, track, price), key in zip(drafts, keys, strict=True)
    ]


def _conversion_id(standing: Standing, currency: str | None, rate: Rate | None) -> int | None:
    return standing.conversions[conversion_key(currency, rate)] if currency and rate else None


class _Volumes:
    """How much of what is sold at graduated prices was used this month: locked, and counted up event by event."""

    def __init__(self, used: dict[Agreement, Decimal], counted: frozenset[int]) -> None:
        self.used = used
        self.counted = counted

    @classmethod
    async def of(
        cls,
        work: Work,
        standing: Standing,
        group: Sequence[Incoming],
        formulas: Sequence[PriceFormula | Unpriced | None],
    ) -> "_Volumes | None":
        """The volumes that these events need; None where no price of theirs is graduated, which is nearly always."""
        graduated = [
            (one, formula)
            for one, formula in zip(group, formulas, strict=True)
            if isinstance(formula, PriceFormula) and formula.volumes
        ]
        if not graduated:
            return None
        # Before the volumes and not after them, when something has to be numbered: others do it in that order too.
        await store.lock(work.connection, work.workspace_id)
        wanted = {each for one, formula in graduated for each in _agreements(standing, formula, one)}
        used = await store.volumes(work.connection, work.workspace_id, wanted)
        # With the volumes locked nobody else stores events that count: what is there already counts no second time.
        keys = {one.key for one, _ in graduated}
        stored = await stage.stored_digests(work.connection, work.workspace_id, list(keys))
        return cls(used, frozenset(keys - stored.keys()))

    def priced(self, standing: Standing, formula: PriceFormula, one: Incoming) -> Priced:
        """The cost at this place of the month, which is counted up by it."""
        agreements = dict(zip(formula.volumes, _agreements(standing, formula, one), strict=True))
        before = {unit: self.used[each] for unit, each in agreements.items()}
        price = replace(priced(standing, formula, one, before), used_before=before)
        # It was used whether or not the amount could be brought into the workspace's currency.
        if price.cost is not None or price.original is not None:
            for unit, number in formula.volume(one.quantities).items():
                self.used[agreements[unit]] += number
        return price


def _agreements(standing: Standing, formula: PriceFormula, one: Incoming) -> list[Agreement]:
    month = local_date(one.at, standing.zone).replace(day=1)
    return [(formula.rule.version, unit, month) for unit in formula.volumes]
