"""Providers and models as they travel."""

from typing import Annotated, Literal

from pydantic import Field

from openclaw.domains.agents.schemas import RunError
from openclaw.infra.wire import Items, ProviderId, Wire, WireInput

ProviderKind = Literal["openai", "anthropic", "google"]
Price = Annotated[int, Field(ge=0, le=1_000_000_000_000)]


class CreateProvider(WireInput):
    """Access to a model for the workspace.

    The prices are millionths of a US dollar for a million tokens, both or none: where no price list knows the model.
    """

    kind: ProviderKind
    name: Annotated[str, Field(min_length=1, max_length=100)]
    base_url: Annotated[str, Field(max_length=500, pattern=r"^https?://[^\s]+$")] | None = None
    api_key: Annotated[str, Field(max_length=500, pattern=r"^[\x21-\x7e]*$")] | None = None
    model: Annotated[str, Field(min_length=1, max_length=200)]
    context_window: Annotated[int, Field(ge=1000, le=10_000_000)] | None = None
    input_price_micros: Price | None = None
    output_price_micros: Price | None = None
    is_default: bool = True


class UpdateProvider(WireInput):
    """Change a provider; fields left out stay."""

    name: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    base_url: Annotated[str, Field(max_length=500, pattern=r"^https?://[^\s]+$")] | None = None
    api_key: Annotated[str, Field(max_length=500, pattern=r"^[\x21-\x7e]*$")] | None = None
    model: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    context_window: Annotated[int, Field(ge=1000, le=10_000_000)] | None = None
    input_price_micros: Price | None = None
    output_price_micros: Price | None = None
    is_default: bool | None = None


class Provider(Wire):
    """A provider. Its key is never shown again, only how it ends."""

    id: ProviderId
    kind: ProviderKind
    name: str
    base_url: str | None
    model: str
    context_window: int | None
    input_price_micros: int | None
    output_price_micros: int | None
    is_default: bool
    key_hint: str | None


class Providers(Items):
    """The workspace's providers."""

    items: list[Provider]


class ProviderTest(Wire):
    """What a provider answered to a very short question."""

    ok: bool
    latency_ms: int
    error: RunError | None


class Model(Wire):
    """A model that the workspace can use."""

    id: str
    name: str
    provider: str
    demo: bool


class Models(Items):
    """Models, the default first."""

    items: list[Model]
