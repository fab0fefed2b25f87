"""Configurations and clients: what is built, what is refused, what stays open."""

import subprocess
import sys
from typing import Any

import pytest

from openclaw.runtime.errors import ProviderAuthError, ProviderError, ProviderNotFoundError
from openclaw.runtime.models import ModelClients, ModelConfig


@pytest.mark.parametrize(
    ("config", "window"),
    [
        (ModelConfig("openai", "gpt-4o"), 128_000),
        (ModelConfig("openai", "gpt-4o", context_window=9_000), 9_000),
        (ModelConfig("openai", "gpt-4o", "http://127.0.0.1:1/v1"), 32_768),  # only its name is the same
        (ModelConfig("openai", "no-such-model"), 32_768),
        (ModelConfig("anthropic", "no-such-model"), 200_000),
        (ModelConfig.demo(), 128_000),
    ],
)
def test_the_window(config: ModelConfig, window: int) -> None:
    assert config.window() == window


def test_a_key_is_not_shown() -> None:
    assert "secret" not in repr(ModelConfig("openai", "m", api_key="secret"))


@pytest.mark.parametrize(
    ("kind", "library", "address"),
    [
        ("openai", "OpenAIChatModel", "https://api.openai.com/v1/"),
        ("anthropic", "AnthropicModel", "https://api.anthropic.com"),
        ("google", "GoogleModel", "https://generativelanguage.googleapis.com"),
    ],
)
async def test_every_kind_is_built(kind: Any, library: str, address: str) -> None:
    clients = ModelClients()
    model: Any = await clients.get(ModelConfig(kind, "some-model", api_key="k-123"))
    assert (type(model).__name__, model.model_name) == (library, "some-model")
    assert str(model.base_url).rstrip("/") == address.rstrip("/")
    await clients.aclose()


@pytest.mark.parametrize("kind", ["openai", "anthropic", "google"])
async def test_the_servers_environment_gives_nothing_away(kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "OPENAI_API_KEY",
        "OPENAI_ORG_ID",
        "OPENAI_PROJECT_ID",
        "ANTHROPIC_API_KEY",
        "GOOGLE_API_KEY",
    ):
        monkeypatch.setenv(name, "from-the-environment")
    monkeypatch.setenv("ANTHROPIC_AUTH_TOKEN", "from-the-environment")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/elsewhere")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:9/elsewhere")
    clients = ModelClients()
    model: Any = await clients.get(ModelConfig(kind, "m", "http://127.0.0.1:1/v1", ""))
    client = model.client
    held = [getattr(client, name, None) for name in ("api_key", "organization", "project", "auth_token")]
    assert "from-the-environment" not in held
    assert "elsewhere" not in str(model.base_url)
    await clients.aclose()
    with pytest.raises(ProviderAuthError):
        await clients.get(ModelConfig(kind, "m"))


@pytest.mark.parametrize(
    "address", ["ftp://x", "localhost:11434", "http://[::1", "http://x:port", "/v1", " "]
)
async def test_addresses_that_are_none(address: str) -> None:
    with pytest.raises(ProviderNotFoundError):
        await ModelClients().get(ModelConfig("openai", "m", address))


async def test_a_client_is_kept_until_it_is_forgotten_or_crowded_out() -> None:
    clients = ModelClients(limit=2)
    first, second, third = (ModelConfig("openai", f"m{n}", "http://127.0.0.1:1/v1") for n in range(3))
    model = await clients.get(first)
    assert await clients.get(ModelConfig("openai", "m0", "http://127.0.0.1:1/v1")) is model
    await clients.get(second)
    await clients.get(first)  # used again: the second is now the oldest
    await clients.get(third)
    assert await clients.get(first) is model
    await clients.forget(first)
    assert await clients.get(first) is not model
    await clients.aclose()


async def test_closing_twice_is_fine() -> None:
    clients = ModelClients()
    await clients.get(ModelConfig("openai", "m", "http://127.0.0.1:1/v1"))
    await clients.aclose()
    await clients.aclose()


def test_importing_the_runtime_loads_no_provider_library() -> None:
    program = (
        "import sys; import openclaw.runtime.streaming, openclaw.runtime.toolset, openclaw.runtime.context;"
        "print([name for name in ('pydantic_ai', 'openai', 'anthropic', 'google.genai') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_provider_errors_are_of_one_family() -> None:
    kinds = {error.code for error in ProviderError.__subclasses__()}
    assert kinds == {
        "runtime.provider_auth",
        "runtime.provider_rate_limited",
        "runtime.provider_unavailable",
        "runtime.provider_bad_request",
        "runtime.provider_context_exceeded",
        "runtime.provider_not_found",
        "runtime.provider_bad_answer",
    }
