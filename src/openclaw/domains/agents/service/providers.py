"""Model providers of a workspace: keys sealed at rest, never shown again."""

from dataclasses import replace
from uuid import UUID

from openclaw.domains.agents import repository
from openclaw.domains.agents.errors import (
    PrivateAddressError,
    ProviderKeyUnreadableError,
    ProviderNotFoundError,
)
from openclaw.domains.agents.models import ModelProviderRow
from openclaw.domains.agents.schemas.providers import CreateProvider, Model, Provider, UpdateProvider
from openclaw.domains.audit import service as audit
from openclaw.domains.identity.service import accounts as identity
from openclaw.domains.workspaces.policy import check_role
from openclaw.infra.addresses import is_public
from openclaw.infra.config import Config
from openclaw.infra.scope import Role, Scope
from openclaw.infra.secrets import KeyRing
from openclaw.kit import ids
from openclaw.kit.clock import Clock
from openclaw.kit.errors import OpenClawError
from openclaw.runtime.errors import ProviderError
from openclaw.runtime.models import ModelConfig
from openclaw.runtime.streaming import Models

_KEY_COLUMN = "model_providers.sealed_key"
DEMO = ModelConfig.demo()


async def list_providers(scope: Scope) -> list[Provider]:
    """The workspace's providers, the default first."""
    return [Provider.model_validate(row) for row in await repository.list_providers(scope)]


async def list_models(scope: Scope) -> list[Model]:
    """What the workspace can use: its providers' models, or the demo model when there is none."""
    rows = await repository.list_providers(scope)
    if not rows:
        return [Model(id="demo", name="Demo model", provider="demo", demo=True)]
    return [
        Model(id=ids.to_wire("prov", row.id), name=row.model, provider=row.name, demo=False) for row in rows
    ]


async def create_provider(scope: Scope, data: CreateProvider, keys: KeyRing, *, is_private: bool) -> Provider:
    """Add a provider; the first one is the default. Raises NotAllowedError below admin, PrivateAddressError."""
    check_role(scope.who, Role.ADMIN)
    await _check_address(scope, is_private=is_private)
    is_default = data.is_default or not await repository.list_providers(scope)
    if is_default:
        await repository.clear_default(scope)
    row = ModelProviderRow(
        id=ids.new_id(),
        workspace_id=scope.workspace_id,
        kind=data.kind,
        name=data.name,
        base_url=data.base_url,
        model=data.model,
        context_window=data.context_window,
        input_price_micros=data.input_price_micros,
        output_price_micros=data.output_price_micros,
        is_default=is_default,
        sealed_key=None,
        key_hint=None,
        created_by_user_id=scope.user_id,
        last_updated_by_user_id=scope.user_id,
        created_at=scope.now(),
        updated_at=scope.now(),
    )
    _seal(row, data.api_key, keys)
    await repository.add(scope, row)
    await audit.append(
        scope, "agents.provider_added", subject=ids.to_wire("prov", row.id), detail={"name": row.name}
    )
    return Provider.model_validate(row)


async def update_provider(
    scope: Scope, provider_id: UUID, data: UpdateProvider, keys: KeyRing, *, is_private: bool
) -> Provider:
    """Change a provider. Raises ProviderNotFoundError, NotAllowedError, PrivateAddressError."""
    row = await _access(scope, provider_id)
    await _check_address(scope, is_private=is_private)
    if data.is_default:
        await repository.clear_default(scope)
    # A new address gets a new key or none: the old key must not be sent to a host that its owner did not name.
    if data.base_url is not None and data.base_url != row.base_url and data.api_key is None:
        row.sealed_key = row.key_hint = None
    for field, value in data.model_dump(exclude_unset=True, exclude={"api_key"}).items():
        if value is not None:
            setattr(row, field, value)
    if data.api_key is not None:
        _seal(row, data.api_key, keys)
    row.last_updated_by_user_id, row.updated_at = scope.user_id, scope.now()
    await audit.append(
        scope, "agents.provider_changed", subject=ids.to_wire("prov", row.id), detail={"name": row.name}
    )
    return Provider.model_validate(row)


async def delete_provider(scope: Scope, provider_id: UUID) -> None:
    """Remove a provider and its key. Raises ProviderNotFoundError, NotAllowedError."""
    row = await _access(scope, provider_id)
    await audit.append(
        scope, "agents.provider_removed", subject=ids.to_wire("prov", row.id), detail={"name": row.name}
    )
    await repository.delete_provider(scope, row)


async def get_config(scope: Scope, provider_id: UUID, keys: KeyRing) -> ModelConfig:
    """How to reach a provider, with its key in the clear.

    Raises ProviderNotFoundError, NotAllowedError, ProviderKeyUnreadableError.
    """
    return _config(await _access(scope, provider_id), keys)


async def default_config(scope: Scope, keys: KeyRing) -> ModelConfig:
    """How to reach the workspace's default model; the demo model when no provider is set up.

    Raises ProviderKeyUnreadableError.
    """
    rows = await repository.list_providers(scope)
    return _config(rows[0], keys) if rows else DEMO


async def chosen_config(
    scope: Scope, keys: KeyRing, *, provider: str | None, model: str | None
) -> ModelConfig:
    """The model of a system that names a provider (``prov_…``), a model, or both; else the workspace's default.

    Raises ProviderNotFoundError, ProviderKeyUnreadableError.
    """
    if provider is None:
        config = await default_config(scope, keys)
    else:
        row = await repository.find_provider(scope, _id_of(provider))
        if row is None:
            raise ProviderNotFoundError
        config = _config(row, keys)
    if model is None or model == config.model or config.is_demo:
        return config
    # What is known of the provider's own model is not known of another one.
    return replace(
        config, model=model, context_window=None, input_price_micros=None, output_price_micros=None
    )


def _id_of(provider: str) -> UUID:
    try:
        return ids.from_wire("prov", provider)
    except ValueError:
        raise ProviderNotFoundError from None


async def test_provider(config: ModelConfig, clock: Clock) -> tuple[OpenClawError | None, int]:
    """Ask a very short question; what went wrong (None: nothing), and how long it took in milliseconds."""
    models = Models(clock)
    started = clock.now()
    try:
        await models.check(config)
        error: OpenClawError | None = None
    except ProviderError as failure:
        error = failure
    finally:
        await models.aclose()
    return error, int((clock.now() - started).total_seconds() * 1000)


async def is_private_address(base_url: str | None, config: Config) -> bool:
    """Whether a provider's address lies inside the network of a server that others reach. Asks the name server."""
    return config.is_exposed and base_url is not None and not await is_public(base_url)


async def _check_address(scope: Scope, *, is_private: bool) -> None:
    """On a server that others reach, a tenant must not use it to knock at doors inside its network."""
    if is_private and (await identity.get_me(scope)).role != "owner":
        raise PrivateAddressError


async def _access(scope: Scope, provider_id: UUID) -> ModelProviderRow:
    row = await repository.find_provider(scope, provider_id)
    if row is None:
        raise ProviderNotFoundError
    check_role(scope.who, Role.ADMIN)
    return row


def _seal(row: ModelProviderRow, api_key: str | None, keys: KeyRing) -> None:
    if not api_key:
        row.sealed_key = row.key_hint = None
        return
    row.sealed_key = keys.encrypt(api_key, workspace_id=row.workspace_id, column=_KEY_COLUMN)
    row.key_hint = f"…{api_key[-4:]}" if len(api_key) >= 12 else "…"


def _config(row: ModelProviderRow, keys: KeyRing) -> ModelConfig:
    try:
        key = (
            keys.decrypt(row.sealed_key, workspace_id=row.workspace_id, column=_KEY_COLUMN)
            if row.sealed_key
            else ""
        )
    except ValueError:  # this installation's secret key is not the one that it was sealed with
        raise ProviderKeyUnreadableError(name=row.name) from None
    return ModelConfig(
        kind=row.kind,  # pyright: ignore[reportArgumentType]
        model=row.model,
        base_url=row.base_url,
        api_key=key,
        context_window=row.context_window,
        input_price_micros=row.input_price_micros,
        output_price_micros=row.output_price_micros,
    )
