"""The work of the AI agents on one day: how many operations, and the events that each one leaves behind."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from outlay.demo.desk import SCORES, Desk
from outlay.demo.incidents import CACHE_OFF
from outlay.demo.model import AgencyFacts, DemoAgent, DemoCampaign, Placement
from outlay.demo.recipes import DRAFT, RECIPES, WATCHED_PAGE, WORK_BY_STYLE, ModelStep, Recipe, UnitStep
from outlay.demo.rhythm import WORK_BY_WEEKDAY, growth, holiday_factor, warm_up

_MOST_RETRIES: Final = 3
_GROWS_FROM: Final = 560
_DRAFT_WRITER: Final = "content-writer"
_FEWEST_DRAFTS_OF_A_SURGE: Final = 24
_LOOPS_PER_HOUR: Final = (120, 230, 260, 170)
_FEWEST_LOOPS_PER_HOUR: Final = 40
_BEGINNING_PAUSE_MS: Final = (120, 900)


@dataclass(slots=True)
class _Run:
    """One operation while it happens: who does it for whom, and the moment it has reached."""

    desk: Desk
    campaign: DemoCampaign
    agent: DemoAgent
    placement: Placement
    lead: str | None
    operation_id: str
    time: datetime

    def advance(self, milliseconds: int) -> None:
        self.time += timedelta(milliseconds=milliseconds)


def work_of_agents(desk: Desk) -> None:
    """Each agent's share of each running campaign; a client's size, the day and the season decide how much."""
    agents = {agent.key: agent for agent in desk.facts.agents}
    activity = {client.key: client.activity_per_mille for client in desk.facts.clients}
    load = _load(desk.facts, desk.day)
    cache_off = next(anomaly for anomaly in desk.facts.anomalies if anomaly.key == CACHE_OFF)
    for campaign in desk.running:
        share = load * activity[campaign.client] // 1000 * warm_up(campaign.start, desk.day) // 1000
        for agent_key, operations_per_mille in WORK_BY_STYLE[campaign.style]:
            expected = operations_per_mille * share // 1000 * desk.facts.scale_per_mille // 1000
            for _ in range(desk.draws.whole(desk.draws.around(expected, 180))):
                _perform(desk, campaign, agents[agent_key], RECIPES[agent_key])
            if desk.day == cache_off.day and (campaign.key, agent_key) == (cache_off.campaign, _DRAFT_WRITER):
                _draft_without_cache(desk, campaign, agents[agent_key], expected * cache_off.surge // 1000)


def _load(facts: AgencyFacts, day: date) -> int:
    of_weekday = WORK_BY_WEEKDAY[day.weekday()] * holiday_factor(day) // 1000
    return of_weekday * growth(facts.start, facts.end, day, _GROWS_FROM) // 1000


def _perform(desk: Desk, campaign: DemoCampaign, agent: DemoAgent, recipe: Recipe) -> None:
    placement = recipe.placement or desk.draws.pick(campaign.placements)
    lead = f"{campaign.client}-lead-{desk.draws.between(1000, 1600)}" if recipe.has_lead else None
    run = _Run(desk, campaign, agent, placement, lead, desk.next_operation(), desk.at_work())
    last = recipe.steps[-1]
    for step in recipe.steps:
        scored = recipe if step is last else None
        if isinstance(step, UnitStep):
            _call_by_the_piece(run, step, scored)
        elif not _call_model_until_it_answers(run, step, recipe.failure, scored):
            return


def _call_by_the_piece(run: _Run, step: UnitStep, scored: Recipe | None) -> None:
    draws = run.desk.draws
    latency_ms = draws.middling(*step.latency_ms)
    _book(run, step, {step.unit: Decimal(draws.middling(*step.quantity))}, latency_ms=latency_ms, scored=scored)
    run.advance(latency_ms + draws.between(*_BEGINNING_PAUSE_MS))


def _call_model_until_it_answers(run: _Run, step: ModelStep, failure: int, scored: Recipe | None) -> bool:
    """Failed attempts are events too: a refused call is free, a call that timed out has paid for its input."""
    draws = run.desk.draws
    model = draws.pick(step.models)
    for retry in range(_MOST_RETRIES + 1):
        reads = draws.middling(*step.input_tokens)
        if not draws.chance(failure):
            _answer(run, step, model, reads, retry, scored)
            return True
        _fail(run, step, model, reads, retry)
    return False


def _answer(run: _Run, step: ModelStep, model: str, reads: int, retry: int, scored: Recipe | None) -> None:
    draws = run.desk.draws
    writes = draws.middling(*step.output_tokens)
    latency_ms = 400 + writes * draws.between(5, 11) + reads // 60
    tokens = {"input_tokens": Decimal(reads)}
    cached = reads * draws.between(*step.cached_per_mille) // 1000
    if cached:
        tokens["cache_read_tokens"] = Decimal(cached)
    if step.two_rows:
        _book(run, step, tokens, model=model, latency_ms=latency_ms, retry=retry, suffix="input")
        tokens = {}
    tokens["output_tokens"] = Decimal(writes)
    suffix = "output" if step.two_rows else ""
    _book(run, step, tokens, model=model, latency_ms=latency_ms, retry=retry, suffix=suffix, scored=scored)
    run.advance(latency_ms + draws.between(*_BEGINNING_PAUSE_MS))


def _fail(run: _Run, step: ModelStep, model: str, reads: int, retry: int) -> None:
    draws = run.desk.draws
    refused = draws.chance(620)
    latency_ms = draws.between(60, 400) if refused else draws.between(30_000, 60_000)
    tokens = {"input_tokens": Decimal(0 if refused else reads)}
    _book(
        run, step, tokens, model=model, latency_ms=latency_ms, retry=retry,
        suffix="input" if step.two_rows else "", error="rate_limited" if refused else "timeout",
    )  # fmt: skip
    run.advance(latency_ms + 1500 * 2**retry)


def _book(
    run: _Run,
    step: ModelStep | UnitStep,
    quantities: dict[str, Decimal],
    *,
    latency_ms: int,
    model: str | None = None,
    retry: int = 0,
    suffix: str = "",
    error: str | None = None,
    scored: Recipe | None = None,
) -> None:
    """Writes one event; only the last event of an operation carries the operation's scores."""
    draws = run.desk.draws
    category = step.category.replace("_input", f"_{suffix}") if suffix else step.category
    run.desk.write(
        run.time,
        run.operation_id,
        step.service,
        category,
        f"{step.operation}_{suffix}" if suffix else step.operation,
        quantities,
        campaign=run.campaign,
        agent=run.agent,
        placement=run.placement,
        lead=run.lead,
        model=model,
        cost=Decimal(0) if error == "rate_limited" else None,
        success=error is None,
        latency_ms=latency_ms,
        retry_count=retry,
        impact=SCORES[draws.middling(*scored.impact)] if scored else None,
        quality=SCORES[draws.middling(*scored.quality)] if scored else None,
        conversion=draws.chance(scored.conversion) if scored else None,
        metadata={"error": error} if error else None,
    )


def _draft_without_cache(desk: Desk, campaign: DemoCampaign, agent: DemoAgent, drafts: int) -> None:
    """The same drafts over and over, each paying full price for what the cache used to hold."""
    for _ in range(max(drafts, _FEWEST_DRAFTS_OF_A_SURGE)):
        run = _Run(desk, campaign, agent, campaign.placements[0], None, desk.next_operation(), desk.at_work())
        uncached = ModelStep(
            DRAFT.service,
            DRAFT.category,
            DRAFT.operation,
            DRAFT.models,
            DRAFT.input_tokens,
            (0, 0),
            DRAFT.output_tokens,
        )
        _call_model_until_it_answers(run, uncached, 0, RECIPES[agent.key])


def work_of_the_runaway(desk: Desk) -> None:
    """Hours of fetching and reading one page, every attempt counted as a retry of the first, until it is stopped."""
    facts = desk.facts
    runaway = facts.runaway
    campaign = next(campaign for campaign in facts.campaigns if campaign.key == runaway.campaign)
    agent = next(agent for agent in facts.agents if agent.key == runaway.agent)
    fetch = RECIPES[agent.key].steps[0]
    operation_id = desk.next_operation()
    retry = 0
    for hour, loops_at_full_scale in enumerate(_LOOPS_PER_HOUR):
        loops = max(_FEWEST_LOOPS_PER_HOUR, loops_at_full_scale * facts.scale_per_mille // 1000)
        for loop in range(loops):
            begins = runaway.started_at + timedelta(hours=hour, milliseconds=3_500_000 * loop // loops)
            run = _Run(desk, campaign, agent, campaign.placements[0], None, operation_id, begins)
            _book(run, fetch, {"requests": Decimal(desk.draws.between(1, 4))}, latency_ms=1800, retry=retry)
            run.advance(2000)
            tokens = {
                "input_tokens": Decimal(desk.draws.middling(*WATCHED_PAGE.input_tokens)),
                "output_tokens": Decimal(desk.draws.between(40, 160)),
            }
            _book(run, WATCHED_PAGE, tokens, model=WATCHED_PAGE.models[0], latency_ms=5200, retry=retry,
                  error="unreadable_page")  # fmt: skip
            retry += 1
