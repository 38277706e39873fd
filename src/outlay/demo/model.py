"""What the generated agency consists of: plain, frozen values in the ledger's vocabulary."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What sort of thing a category bills for."""

    AI = "ai"
    MESSAGING = "messaging"
    API = "api"
    TOOL = "tool"
    AD_SPEND = "ad_spend"
    LABOR = "labor"


class AgentKind(StrEnum):
    """Whether an agent is an AI agent, a person's account or a program that only copies figures."""

    AI = "ai"
    PERSON = "person"
    BOT = "bot"


class Placement(NamedTuple):
    """Where a piece of work appears, and in which form."""

    platform: str
    content_type: str


@dataclass(frozen=True, slots=True)
class DemoWorkspace:
    name: str
    time_zone: str
    currency: str


@dataclass(frozen=True, slots=True)
class DemoService:
    """A provider; `slot` is its fixed place (1 to 8) in the chart palette."""

    key: str
    name: str
    slot: int


@dataclass(frozen=True, slots=True)
class DemoCategory:
    key: str
    service: str
    kind: Kind
    unit: str
    description: str


@dataclass(frozen=True, slots=True)
class DemoClient:
    """A customer of the agency; how much work it asks for and how readily its customers buy, 1000 being ordinary."""

    key: str
    name: str
    industry: str
    slot: int
    joined_on: date
    activity_per_mille: int
    order_value: Decimal
    leads_per_mille: int
    sales_per_mille: int


@dataclass(frozen=True, slots=True)
class DemoCampaign:
    """A piece of work for a client, from `start` to `end`, both inclusive."""

    key: str
    name: str
    client: str
    campaign_type: str
    style: str
    start: date
    end: date
    placements: tuple[Placement, ...]
    ad_budgets_daily: tuple[tuple[str, Decimal], ...]
    messages_daily: int

    def runs_on(self, day: date) -> bool:
        return self.start <= day <= self.end


@dataclass(frozen=True, slots=True)
class DemoAgent:
    """Who or what spends; `agent_type` is one of the contract's types for an AI agent and None for the others."""

    key: str
    name: str
    kind: AgentKind
    agent_type: str | None
    team: str
    models: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DemoPrice:
    """One dated rate for one unit; it holds until a later one of the same category, model and unit begins."""

    category: str
    model: str | None
    unit: str
    rate: Decimal
    effective_from: datetime


@dataclass(frozen=True, slots=True)
class DemoPriceChange:
    """A change of price that a reader of the figures should be able to find again."""

    key: str
    title: str
    service: str
    category: str
    model: str | None
    effective_from: datetime
    factor: Decimal


@dataclass(frozen=True, slots=True)
class DemoAnomaly:
    """One day on which a client's daily cost of one service is at least `factor` times its ordinary working day.

    The ordinary working day is the median of the working days among the 28 days before. `surge` is how strongly the
    generator pushed; it is larger than `factor`, because a client's other work dilutes it.
    """

    key: str
    title: str
    day: date
    client: str
    campaign: str
    service: str
    factor: Decimal
    surge: int
    cause: str


@dataclass(frozen=True, slots=True)
class DemoRunaway:
    """The night on which one agent kept retrying until somebody stopped it."""

    agent: str
    client: str
    campaign: str
    started_at: datetime
    stopped_at: datetime
    cause: str


@dataclass(frozen=True, slots=True)
class DemoEvent:
    """One cost fact with the fields of the native API; without a cost the price book has to price it.

    Token counts follow the price library: `input_tokens` includes `cache_read_tokens`.
    """

    id: str
    source: str
    time: datetime
    operation_id: str
    client: str | None
    campaign: str | None
    agent: str | None
    lead: str | None
    service: str
    category: str
    operation: str
    model: str | None
    platform: str | None
    content_type: str | None
    labels: Mapping[str, str]
    quantities: Mapping[str, Decimal]
    cost: Decimal | None
    currency: str
    success: bool
    latency_ms: int | None
    retry_count: int
    impact: Decimal | None
    quality: Decimal | None
    conversion: bool | None
    metadata: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DemoOutcome:
    """One value fact; only revenue carries money, and `time_saved` counts hours."""

    id: str
    time: datetime
    client: str
    campaign: str
    platform: str
    content_type: str
    metric: str
    quantity: Decimal
    money: Decimal | None


@dataclass(frozen=True, slots=True)
class AgencyFacts:
    """Everything about the agency that is decided before the first event: `start` and `end` are inclusive."""

    seed: int
    start: date
    end: date
    scale_per_mille: int
    fingerprint: str
    workspace: DemoWorkspace
    services: tuple[DemoService, ...]
    categories: tuple[DemoCategory, ...]
    clients: tuple[DemoClient, ...]
    campaigns: tuple[DemoCampaign, ...]
    agents: tuple[DemoAgent, ...]
    prices: tuple[DemoPrice, ...]
    price_changes: tuple[DemoPriceChange, ...]
    anomalies: tuple[DemoAnomaly, ...]
    runaway: DemoRunaway
