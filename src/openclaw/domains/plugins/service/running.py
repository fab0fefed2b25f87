"""What is run of a plugin, and what came of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson

from openclaw.domains.plugins.models import PluginPackageRow, PluginRow
from openclaw.domains.plugins.service.views import granted_in, manifest_in
from openclaw.infra.scope import Actor
from openclaw.infra.secrets import KeyRing
from openclaw.kit.ids import new_id
from openclaw.protocol.packages.manifest import Manifest
from openclaw.protocol.packages.permissions import Permissions

_SECRETS_COLUMN = "plugins.sealed_secrets"


@dataclass(frozen=True)
class Installed:
    """An installation as a call sees it."""

    id: UUID
    workspace_id: UUID
    source: str
    name: str
    version: str
    digest: str
    publisher_key: str
    manifest: Manifest
    settings: dict[str, Any]
    permissions: Permissions
    secrets: Mapping[str, str]


def _not_read(_line: str) -> None:
    """Nobody wants to know."""


@dataclass(frozen=True, kw_only=True)
class ActionCall:
    """Ask a plugin for ``action``. ``key`` is the same whenever the same work is tried again, ``id`` for each try.

    ``masked`` are secrets in the inputs, by name, which logs must not show; ``log`` is told each line that was printed.
    """

    actor: Actor
    plugin: str
    action: str
    inputs: Any
    key: str
    seconds: float
    id: UUID = field(default_factory=new_id)
    run_id: UUID | None = None
    path: str | None = None
    masked: Mapping[str, str] = field(default_factory=dict[str, str])
    log: Callable[[str], None] = _not_read


@dataclass(frozen=True)
class PluginFile:
    """A file that the plugin's code gave back."""

    name: str
    type: str
    body: bytes


@dataclass(frozen=True)
class Done:
    """What came of a call: JSON and files."""

    output: Any
    files: tuple[PluginFile, ...]


def installed_of(row: PluginRow, keys: KeyRing) -> Installed:
    """An installation with its secrets."""
    sealed = row.sealed_secrets
    opened = (
        keys.decrypt(sealed, workspace_id=row.workspace_id, column=f"{_SECRETS_COLUMN}:{row.id.hex}")
        if sealed
        else "{}"
    )
    return Installed(
        id=row.id,
        workspace_id=row.workspace_id,
        source=row.source,
        name=row.name,
        version=row.version,
        digest=row.digest,
        publisher_key=row.publisher_key,
        manifest=manifest_in(row),
        settings=row.settings,
        permissions=granted_in(row),
        secrets=orjson.loads(opened),
    )


def uninstalled(package: PluginPackageRow, workspace_id: UUID) -> Installed:
    """A built-in plugin as every workspace may run it: without settings, and with no permission at all."""
    return Installed(
        id=package.id,
        workspace_id=workspace_id,
        source=package.visibility,
        name=package.name,
        version=package.version,
        digest=package.digest,
        publisher_key=package.publisher_key,
        manifest=manifest_in(package),
        settings={},
        permissions=Permissions(),
        secrets={},
    )


def seal_secrets(row: PluginRow, secrets: Mapping[str, str], keys: KeyRing) -> None:
    """Keep an installation's secrets, in place of those before."""
    plain = orjson.dumps(dict(secrets)).decode()
    row.sealed_secrets = keys.encrypt(
        plain, workspace_id=row.workspace_id, column=f"{_SECRETS_COLUMN}:{row.id.hex}"
    )
    row.secret_names = sorted(secrets)


def without(text: str, secrets: Mapping[str, str]) -> str:
    """``text`` with the name of each secret in its place."""
    for name, value in secrets.items():
        if value:
            text = text.replace(value, f"[{name}]")
    return text
