"""Which provider of the price book a service is: names as OpenTelemetry, gateways and people write them."""

from typing import Final

# Only what stands here is looked up. The book's own matching takes any name that contains a provider's, so that
# `azure.ai.openai` would be priced as OpenAI, and a customer's own `openai-proxy` too.
_NAMES: Final = {
    "anthropic": ("anthropic", "claude"),
    "arcee": ("arcee", "arcee-ai"),
    "avian": ("avian",),
    "aws": ("aws", "aws.bedrock", "bedrock", "aws-bedrock", "amazon-bedrock", "amazon", "bedrock-converse"),
    "azure": ("azure", "azure.ai.openai", "az.ai.openai", "azure.ai.inference", "az.ai.inference", "azure-openai",
              "azure-ai", "azure-ai-inference", "azure-ai-foundry"),
    "baseten": ("baseten",),
    "cerebras": ("cerebras",),
    "cloudflare": ("cloudflare", "workers-ai", "cloudflare-workers-ai"),
    "cohere": ("cohere", "cohere-chat"),
    "cursor": ("cursor",),
    "databricks": ("databricks",),
    "deepseek": ("deepseek",),
    "doubleword": ("doubleword",),
    "elevenlabs": ("elevenlabs", "eleven-labs"),
    "fireworks": ("fireworks", "fireworks-ai"),
    "github-copilot": ("github-copilot", "copilot"),
    "google": ("google", "google-ai", "google-ai-studio", "google-genai", "google-gla", "google-vertex", "gemini",
               "vertex", "vertex-ai", "vertex-ai-beta", "gcp.gemini", "gcp.gen-ai", "gcp.vertex-ai", "gcp.vertex.agent",
               "palm"),
    "groq": ("groq",),
    "meta": ("meta", "meta-llama", "llama-api"),
    "minimax": ("minimax",),
    "mistral": ("mistral", "mistral-ai", "mistralai"),
    "modal": ("modal",),
    "moonshotai": ("moonshotai", "moonshot", "moonshot-ai", "kimi"),
    "novita": ("novita", "novita-ai"),
    "openai": ("openai", "open-ai", "text-completion-openai", "openai-responses"),
    "openai-decisions": ("openai-decisions",),
    "openrouter": ("openrouter", "open-router"),
    "ovhcloud": ("ovhcloud", "ovh"),
    "perplexity": ("perplexity", "perplexity-ai"),
    "quicksilverpro": ("quicksilverpro",),
    "together": ("together", "together-ai", "togetherai"),
    "typesafe": ("typesafe",),
    "voyageai": ("voyageai", "voyage", "voyage-ai"),
    "x-ai": ("x-ai", "xai", "grok"),
    "zai": ("zai", "z-ai", "z.ai"),
    "zhipuai": ("zhipuai", "zhipu", "bigmodel"),
}  # fmt: skip
_HUGGING_FACE: Final = (
    "cerebras", "fireworks-ai", "groq", "hyperbolic", "nebius", "novita", "nscale", "ovhcloud", "publicai", "sambanova",
    "together",
)  # fmt: skip
_PROVIDERS: Final = {name: provider for provider, names in _NAMES.items() for name in names} | {
    f"huggingface-{host}": f"huggingface_{host}" for host in _HUGGING_FACE
}
# These hand calls on, and write whose model it is in front of the model's name.
GATEWAYS: Final = frozenset({"litellm", "litellm-proxy", "portkey", "vercel-ai-gateway"})


def normal_name(service: str) -> str:
    """A service's name without regard to case and to how its words are joined."""
    return service.strip().lower().replace("_", "-").replace(" ", "-").replace("/", "-")


def provider_of(service: str, model: str) -> tuple[str, str] | None:
    """The book's provider and the model's name there; None where the service sells no models that the book knows."""
    name = normal_name(service)
    if name in GATEWAYS and "/" in model:
        front, _, model = model.partition("/")
        name = normal_name(front)
    provider = _PROVIDERS.get(name)
    return (provider, model) if provider else None


def known_providers() -> frozenset[str]:
    """Every provider that some name leads to."""
    return frozenset(_PROVIDERS.values())
