"""What one piece of work of each AI agent consists of: which services it calls, in which sizes, how well."""

from dataclasses import dataclass
from typing import Final

from outlay.demo.model import Placement

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class ModelStep:
    """A call of a language model; `two_rows` books what it reads and what it writes as separate events."""

    service: str
    category: str
    operation: str
    models: tuple[str, ...]
    input_tokens: Range
    cached_per_mille: Range
    output_tokens: Range
    two_rows: bool = False


@dataclass(frozen=True, slots=True)
class UnitStep:
    """A call that is billed by the piece."""

    service: str
    category: str
    operation: str
    unit: str
    quantity: Range
    latency_ms: Range


@dataclass(frozen=True, slots=True)
class Recipe:
    """The steps of one operation, and what is known about its worth; scores and odds are per mille."""

    steps: tuple[ModelStep | UnitStep, ...]
    failure: int
    impact: Range
    quality: Range
    conversion: int
    saved_minutes: int
    has_lead: bool = False
    placement: Placement | None = None


def _openai(operation: str, model: str, reads: Range, writes: Range) -> ModelStep:
    return ModelStep("openai", "openai_text", operation, (model,), reads, (150, 450), writes)


def _anthropic(operation: str, model: str, reads: Range, writes: Range, cached: Range = (350, 650)) -> ModelStep:
    return ModelStep("anthropic", "anthropic_text", operation, (model,), reads, cached, writes)


def _google(operation: str, models: tuple[str, ...], reads: Range, writes: Range) -> ModelStep:
    return ModelStep("google_ai", "google_ai_text", operation, models, reads, (0, 300), writes)


_SEARCH: Final = UnitStep("google", "google_search_api", "web_search", "requests", (4, 18), (180, 900))
_FETCH: Final = UnitStep("scrapingbee", "scrapingbee_request", "fetch_pages", "requests", (20, 160), (900, 6000))
_REPLY: Final = UnitStep("gupshup", "gupshup_session_message", "gupshup_session_message", "messages", (1, 5), (90, 420))
# The support desk still uses the oldest model and the oldest way of booking it: the first thing a reader may improve.
_ANSWER: Final = ModelStep(
    "openai", "openai_gpt4_input", "support_reply", ("gpt-4",), (1400, 4200), (0, 0), (180, 620), two_rows=True
)
# Most pages need only the small model; it is listed twice to be drawn twice as often.
_TREND_MODELS: Final = ("gemini-2.5-flash", "gemini-2.5-flash", "gemini-2.5-pro")
WATCHED_PAGE: Final = _google("read_trends", ("gemini-2.5-pro",), (88_000, 150_000), (1500, 4200))
DRAFT: Final = _anthropic("draft_content", "claude-sonnet-4-5", (90_000, 188_000), (7000, 19_000), (200, 520))

RECIPES: Final = {
    "content-writer": Recipe(
        steps=(
            _anthropic("outline_content", "claude-sonnet-4-5", (70_000, 160_000), (2500, 7000)),
            DRAFT,
            _anthropic("polish_content", "claude-haiku-4-5", (18_000, 46_000), (4000, 9500)),
        ),
        failure=24,
        impact=(480, 900),
        quality=(700, 970),
        conversion=560,
        saved_minutes=95,
    ),
    "seo-researcher": Recipe(
        steps=(
            _SEARCH,
            _FETCH,
            _google("analyse_keywords", ("gemini-2.5-pro",), (90_000, 190_000), (12_000, 34_000)),
        ),
        failure=34,
        impact=(420, 860),
        quality=(640, 940),
        conversion=470,
        saved_minutes=60,
    ),
    "newsletter-composer": Recipe(
        steps=(_openai("compose_newsletter", "gpt-5", (40_000, 110_000), (9000, 24_000)),),
        failure=18,
        impact=(500, 920),
        quality=(720, 980),
        conversion=610,
        saved_minutes=70,
        placement=Placement("email", "newsletter"),
    ),
    "social-scheduler": Recipe(
        steps=(_openai("write_posts", "gpt-5-mini", (12_000, 44_000), (4200, 12_000)),),
        failure=20,
        impact=(350, 820),
        quality=(640, 950),
        conversion=420,
        saved_minutes=25,
    ),
    "support-desk": Recipe(
        steps=(_ANSWER, _REPLY),
        failure=22,
        impact=(380, 800),
        quality=(560, 900),
        conversion=640,
        saved_minutes=9,
        has_lead=True,
        placement=Placement("whatsapp", "chat"),
    ),
    "ad-optimizer": Recipe(
        steps=(_openai("review_advertisements", "gpt-5", (90_000, 240_000), (14_000, 42_000)),),
        failure=26,
        impact=(460, 900),
        quality=(660, 950),
        conversion=520,
        saved_minutes=40,
    ),
    "outreach-writer": Recipe(
        steps=(_SEARCH, _anthropic("personalise_message", "claude-haiku-4-5", (16_000, 48_000), (900, 2600))),
        failure=30,
        impact=(300, 760),
        quality=(600, 920),
        conversion=240,
        saved_minutes=18,
        has_lead=True,
    ),
    "trend-watcher": Recipe(
        steps=(_FETCH, _google("read_trends", _TREND_MODELS, (60_000, 150_000), (1500, 6200))),
        failure=38,
        impact=(280, 700),
        quality=(560, 900),
        conversion=330,
        saved_minutes=35,
    ),
    "insight-analyst": Recipe(
        steps=(
            _anthropic("gather_insights", "claude-opus-4-5", (90_000, 185_000), (4000, 11_000), (200, 450)),
            _anthropic("write_insights", "claude-opus-4-5", (70_000, 150_000), (9000, 21_000)),
        ),
        failure=22,
        impact=(560, 960),
        quality=(740, 980),
        conversion=580,
        saved_minutes=120,
    ),
}

# Who works on a campaign of each style, in thousandths of an operation on an ordinary working day.
WORK_BY_STYLE: Final = {
    "paid": (
        ("ad-optimizer", 7600),
        ("social-scheduler", 1500),
        ("content-writer", 1100),
        ("insight-analyst", 1500),
    ),
    "content": (
        ("content-writer", 5200),
        ("seo-researcher", 4200),
        ("social-scheduler", 1700),
        ("insight-analyst", 900),
    ),
    "social": (
        ("social-scheduler", 6200),
        ("trend-watcher", 3600),
        ("support-desk", 3400),
        ("content-writer", 1400),
    ),
    "lifecycle": (
        ("newsletter-composer", 4300),
        ("support-desk", 4100),
        ("insight-analyst", 900),
    ),
    "outreach": (
        ("outreach-writer", 9500),
        ("seo-researcher", 2100),
        ("newsletter-composer", 800),
    ),
    "care": (
        ("support-desk", 11_500),
        ("social-scheduler", 2100),
        ("insight-analyst", 700),
    ),
}
