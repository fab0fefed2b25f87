"""Which model to ask and how to reach it: configurations, and the clients that are kept open for them."""

import asyncio
import importlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import httpx2

from openclaw.kit.tasks import spawn
from openclaw.runtime.errors import ProviderAuthError, ProviderNotFoundError

if TYPE_CHECKING:
    from pydantic_ai.models import Model

ModelKind = Literal["openai", "anthropic", "google", "demo"]

DEMO_MODEL = "demo"
_OFFICIAL = {
    "openai": "https://api.openai.com/v1",
    "anthropic": "https://api.anthropic.com",
    "google": "https://generativelanguage.googleapis.com",
    "demo": "",
}
# Where nobody says, and no price list knows: what local servers offer by default, and what the big ones offer at least.
_ASSUMED_WINDOW = {"openai": 32_768, "anthropic": 200_000, "google": 1_000_000, "demo": 128_000}
_CONNECT_SECONDS = 10.0
_READ_SECONDS = 300.0  # between two chunks: local models may think long before the first
_NO_KEY = "no-key"  # the client libraries insist on one; servers without keys ignore it


@dataclass(frozen=True)
class ModelConfig:
    """How to reach one model. ``base_url`` None is the provider's own; ``context_window`` is in tokens.

    The prices are millionths of a US dollar for a million tokens; both None: as the price list knows them, if it does.
    """

    kind: ModelKind
    model: str
    base_url: str | None = None
    api_key: str = field(default="", repr=False)
    context_window: int | None = None
    input_price_micros: int | None = None
    output_price_micros: int | None = None

    @classmethod
    def demo(cls) -> "ModelConfig":
        """The demo model, which needs no provider."""
        return cls("demo", DEMO_MODEL)

    @property
    def is_demo(self) -> bool:
        """Whether answers come from the built-in rules."""
        return self.kind == "demo"

    @property
    def address(self) -> str:
        """The base URL that requests go to; "" for the demo model."""
        return (self.base_url or _OFFICIAL[self.kind]).rstrip("/")

    def window(self) -> int:
        """The context window in tokens: as configured, else as the price list knows it, else a safe assumption."""
        return self.context_window or self._listed_window() or _ASSUMED_WINDOW[self.kind]

    def _listed_window(self) -> int | None:
        if self.is_demo or self.base_url is not None:
            return None
        from genai_prices.data_snapshot import get_snapshot

        try:
            _, found = get_snapshot().find_provider_model(
                self.model, provider=None, provider_id=self.kind, provider_api_url=None
            )
        except LookupError:
            return None
        return found.context_window


@dataclass
class _Client:
    """One open client: the HTTP connections and the model that speaks over them."""

    http: httpx2.AsyncClient
    model: "Model"


class ModelClients:
    """Built models by configuration, each with its own kept-alive connections.

    The least recently used are closed beyond ``limit``. Not shared between event loops.
    """

    def __init__(self, *, limit: int = 64) -> None:
        self._limit = limit
        self._clients: dict[ModelConfig, _Client] = {}
        self._closing: set[asyncio.Task[None]] = set()

    async def get(self, config: ModelConfig) -> "Model":
        """The model for ``config`` (not the demo model), built on first use.

        Raises ProviderAuthError when the provider's own address is to be asked without a key, and
        ProviderNotFoundError when the address is none.
        """
        if config not in self._clients:
            _check(config)
            await asyncio.to_thread(
                _load, config.kind
            )  # a second of imports: not on the loop that serves others
        client = self._clients.pop(config, None) or _build(config)
        self._clients[config] = client  # the newest stands last
        if len(self._clients) > self._limit:
            oldest = next(iter(self._clients))
            self._close_later(self._clients.pop(oldest))
        return client.model

    async def forget(self, config: ModelConfig) -> None:
        """Close the connections of a configuration that was changed or deleted."""
        if client := self._clients.pop(config, None):
            await client.http.aclose()

    async def aclose(self) -> None:
        """Close every connection."""
        clients, self._clients = list(self._clients.values()), {}
        for client in clients:
            await client.http.aclose()
        await asyncio.gather(*self._closing)

    def _close_later(self, client: _Client) -> None:
        task = spawn(client.http.aclose(), name="close model client")
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


def _check(config: ModelConfig) -> None:
    if not config.address.startswith(("http://", "https://")):
        raise ProviderNotFoundError(
            model=config.model, said="the address must start with http:// or https://"
        )
    if not config.api_key and config.base_url is None:
        raise ProviderAuthError(model=config.model, said="no API key is set")
    try:
        httpx2.URL(config.address)
    except httpx2.InvalidURL as error:
        raise ProviderNotFoundError(model=config.model, said=str(error)) from None


def _load(kind: str) -> None:
    for name in ("models", "providers"):
        importlib.import_module(f"pydantic_ai.{name}.{kind}")


def _build(config: ModelConfig) -> _Client:
    # One proxy setting for all providers, from the environment as HTTP clients do; redirects could leak the key.
    http = httpx2.AsyncClient(
        timeout=httpx2.Timeout(_READ_SECONDS, connect=_CONNECT_SECONDS),
        limits=httpx2.Limits(max_connections=200, max_keepalive_connections=20, keepalive_expiry=60),
        follow_redirects=False,
    )
    builders: dict[str, Callable[[ModelConfig, httpx2.AsyncClient], Model]] = {
        "openai": _openai,
        "anthropic": _anthropic,
        "google": _google,
    }
    return _Client(http, builders[config.kind](config, http))


def _openai(config: ModelConfig, http: httpx2.AsyncClient) -> "Model":
    from openai import AsyncOpenAI
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider

    client = AsyncOpenAI(
        api_key=config.api_key or _NO_KEY, base_url=config.address, http_client=http, max_retries=0
    )
    # The library fills these from the server's environment, which is no business of a workspace's provider.
    client.organization = client.project = None
    return OpenAIChatModel(config.model, provider=OpenAIProvider(openai_client=client))


def _anthropic(config: ModelConfig, http: httpx2.AsyncClient) -> "Model":
    from anthropic import AsyncAnthropic
    from pydantic_ai.models.anthropic import AnthropicModel
    from pydantic_ai.providers.anthropic import AnthropicProvider

    client = AsyncAnthropic(
        api_key=config.api_key or _NO_KEY, base_url=config.address, http_client=http, max_retries=0
    )
    client.auth_token = None  # the library would take the server's own from the environment
    return AnthropicModel(config.model, provider=AnthropicProvider(anthropic_client=client))


def _google(config: ModelConfig, http: httpx2.AsyncClient) -> "Model":
    from pydantic_ai.models.google import GoogleModel
    from pydantic_ai.providers.google import GoogleProvider

    provider = GoogleProvider(api_key=config.api_key or _NO_KEY, base_url=config.address, http_client=http)
    return GoogleModel(config.model, provider=provider)
