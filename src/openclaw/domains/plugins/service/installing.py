"""What a workspace has installed: put in, changed, brought to another version, taken out. All of it or nothing."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.exc import IntegrityError

from openclaw.domains.audit import service as audit
from openclaw.domains.plugins.errors import (
    PackageUnusableError,
    PermissionsNotGrantedError,
    PluginFailedError,
    PluginHookError,
    PluginInstalledError,
    PluginNotFoundError,
    PluginSettingsError,
    PublisherChangedError,
)
from openclaw.domains.plugins.events import STOPPED_TOPIC
from openclaw.domains.plugins.models import PluginPackageRow, PluginRow
from openclaw.domains.plugins.repository import installed as repository
from openclaw.domains.plugins.schemas import ChangePlugin
from openclaw.domains.plugins.service import builtin
from openclaw.domains.plugins.service.blocks import check_not_blocked
from openclaw.domains.plugins.service.registry import access_package
from openclaw.domains.plugins.service.running import installed_of, seal_secrets
from openclaw.domains.plugins.service.runtime import PluginRuntime
from openclaw.domains.plugins.service.views import granted_in, manifest_in
from openclaw.domains.workspaces.policy import check_role
from openclaw.infra.blobs import BlobStore
from openclaw.infra.bus import publish
from openclaw.infra.json_schema import data_errors
from openclaw.infra.jsonb import checked
from openclaw.infra.scope import Role, Scope
from openclaw.infra.secrets import KeyRing
from openclaw.kit.errors import InvalidInputError, OpenClawError
from openclaw.kit.ids import new_id
from openclaw.protocol.packages.manifest import Manifest
from openclaw.protocol.packages.permissions import Permissions, compare, permission_problem
from openclaw.sandbox.errors import SandboxUnavailableError

_VALIDATE = "validate_config"


async def access_plugin(scope: Scope, plugin_id: UUID, *, lock: bool = False) -> PluginRow:
    """An installation of the workspace. Raises PluginNotFoundError."""
    row = await repository.find(scope, plugin_id, lock=lock)
    if row is None:
        raise PluginNotFoundError
    return row


async def list_plugins(scope: Scope) -> list[PluginRow]:
    """What the workspace has installed, by name."""
    return await repository.list_all(scope)


async def find_usable(scope: Scope, package_id: UUID, blobs: BlobStore) -> PluginPackageRow:
    """A package that can be installed, its archive where the loader finds it.

    Raises PluginNotFoundError, PackageUnusableError, PluginBlockedError, NotAllowedError.
    """
    row = await access_package(scope, package_id)
    check_role(scope.who, Role.ADMIN)
    if row.visibility == "builtin":
        await blobs.put_content(row.digest, builtin.archive_of(row.id))
    reason = {"pending": "no operator has approved it yet", "rejected": "an operator has rejected it"}.get(
        row.review_state
    )
    if row.yanked_at is not None:
        reason = f"it was withdrawn: {row.yank_reason or 'no reason was given'}"
    if reason is not None:
        raise PackageUnusableError(name=row.name, version=row.version, reason=reason)
    await check_not_blocked(
        scope, scope.workspace_id, name=row.name, version=row.version, publisher_key=row.publisher_key
    )
    return row


async def install(
    scope: Scope,
    package: PluginPackageRow,
    runtime: PluginRuntime,
    keys: KeyRing,
    *,
    permissions: Mapping[str, Any],
    secrets: Mapping[str, str],
    settings: Mapping[str, Any],
) -> PluginRow:
    """Install a package that may be used and whose code is there. One transaction, the hooks in it.

    Raises PluginInstalledError, PermissionsNotGrantedError, PluginSettingsError, PluginHookError, SecurityViolation.
    """
    manifest = manifest_in(package)
    row = PluginRow(
        id=new_id(),
        workspace_id=scope.workspace_id,
        source=package.visibility,
        name=package.name,
        settings=checked_settings(manifest, settings),
        permissions=_granted(manifest, permissions),
        is_enabled=True,
        installed_by_user_id=scope.user_id,
        created_at=scope.now(),
        updated_at=scope.now(),
    )
    _set_package(row, package)
    seal_secrets(row, _checked_secrets(manifest, secrets), keys)
    if (known := await repository.find_by_name(scope, row.name)) is not None:
        raise PluginInstalledError(name=row.name, version=known.version, source=known.source)
    try:
        await repository.add(scope, row)
    except IntegrityError:
        raise PluginInstalledError(name=row.name, version="?", source="?") from None
    await _run_hooks(scope, row, runtime, keys, (_VALIDATE, "on_install", "on_enable"))
    await _note(scope, row, "plugins.installed")
    return row


async def update(
    scope: Scope,
    row: PluginRow,
    package: PluginPackageRow,
    runtime: PluginRuntime,
    keys: KeyRing,
    *,
    permissions: Mapping[str, Any] | None = None,
    settings: Mapping[str, Any] | None = None,
    accept_publisher: bool = False,
) -> None:
    """Go to another version of the same plugin. What it asks for more has to be granted.

    Raises PackageUnusableError, PublisherChangedError, PermissionsNotGrantedError, PluginSettingsError,
    PluginHookError, SecurityViolation.
    """
    before, after = manifest_in(row), manifest_in(package)
    if (package.name, package.visibility) != (row.name, row.source):
        reason = f"{row.name} of the {row.source} registry is installed; uninstall it first"
        raise PackageUnusableError(name=package.name, version=package.version, reason=reason)
    is_other = package.publisher_key != row.publisher_key
    if is_other and not accept_publisher:
        raise PublisherChangedError(name=row.name, known=row.publisher_key, found=package.publisher_key)
    if permissions is not None:
        granted = _granted(after, permissions)
    else:
        more = [change for change in compare(before.permissions, after.permissions) if change.needs_consent]
        if more:
            words = [change.words(scope.who.language) for change in more]
            raise PermissionsNotGrantedError(
                name=row.name, permissions=[change.permission for change in more], listed="; ".join(words)
            )
        granted = _kept(granted_in(row), after.permissions)
    row.settings = checked_settings(after, row.settings if settings is None else settings)
    row.permissions = granted
    _set_package(row, package)
    row.updated_at = scope.now()
    await _run_hooks(scope, row, runtime, keys, (_VALIDATE,))
    await _note(scope, row, "plugins.updated", before=before.version)
    await _stop(scope, row, f"it was updated to {row.version}", version=before.version)


async def change(
    scope: Scope, row: PluginRow, data: ChangePlugin, runtime: PluginRuntime, keys: KeyRing
) -> None:
    """Change settings, secrets, permissions, or whether it is enabled.

    Raises PermissionsNotGrantedError, PluginSettingsError, PluginHookError, SecurityViolation.
    """
    manifest = manifest_in(row)
    hooks: list[str] = []
    if data.settings is not None:
        row.settings = checked_settings(manifest, data.settings)
        hooks.append(_VALIDATE)
    if data.secrets is not None:
        kept = {
            name: value
            for name, value in installed_of(row, keys).secrets.items()
            if _asks_for(manifest, name)
        }
        seal_secrets(row, kept | dict(_checked_secrets(manifest, data.secrets)), keys)
    if data.permissions is not None:
        row.permissions = _granted(manifest, data.permissions)
    if data.enabled is not None and data.enabled != row.is_enabled:
        row.is_enabled = data.enabled
        hooks.append("on_enable" if data.enabled else "on_disable")
    row.updated_at = scope.now()
    if hooks:
        await runtime.code.prepare(row.digest)
        await _run_hooks(scope, row, runtime, keys, hooks, may_fail=not row.is_enabled)
    await _note(scope, row, "plugins.changed")
    if not row.is_enabled:
        await _stop(scope, row, "it was disabled")


async def uninstall(scope: Scope, row: PluginRow, runtime: PluginRuntime, keys: KeyRing) -> str | None:
    """Take it out, with what it kept. It cannot refuse: how its own hook failed is returned, and in the audit."""
    failed = await _run_hooks(scope, row, runtime, keys, ("on_disable", "on_uninstall"), may_fail=True)
    await _note(scope, row, "plugins.uninstalled", hook_failed=failed)
    await _stop(scope, row, "it was uninstalled")
    await repository.remove(scope, row)
    return failed


def checked_settings(manifest: Manifest, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings that fit the manifest. Raises PluginSettingsError."""
    try:
        found = checked(dict(settings))
    except ValueError as error:
        raise PluginSettingsError(path="$", reason=str(error)) from None
    for path, reason in data_errors(manifest.config, found):
        raise PluginSettingsError(path=path, reason=reason)
    return found


def _set_package(row: PluginRow, package: PluginPackageRow) -> None:
    row.package_id, row.version, row.digest = package.id, package.version, package.digest
    row.publisher_key, row.manifest = package.publisher_key, package.manifest


def _granted(manifest: Manifest, raw: Mapping[str, Any]) -> dict[str, Any]:
    """What is granted, if it is no more than what is asked for. Raises InvalidInputError."""
    try:
        granted = msgspec.convert(raw, Permissions)
    except (msgspec.ValidationError, RecursionError) as error:
        raise InvalidInputError(field="permissions", reason=str(error)[:200]) from None
    if (problem := permission_problem(granted)) is not None:
        raise InvalidInputError(field=f"permissions.{problem[0]}", reason=problem[1])
    more = [each.permission for each in compare(manifest.permissions, granted) if each.needs_consent]
    if more:
        raise InvalidInputError(field=f"permissions.{more[0]}", reason="is more than the plugin asks for")
    return msgspec.to_builtins(granted)


def _kept(granted: Permissions, asked: Permissions) -> dict[str, Any]:
    """Of what was granted, what is still asked for."""
    less = {
        (change.permission, item)
        for change in compare(asked, granted)
        if change.needs_consent
        for item in change.items or ("",)
    }
    kept: dict[str, Any] = {}
    for name, said in msgspec.to_builtins(granted).items():
        left = {field: [item for item in items if (name, item) not in less] for field, items in said.items()}
        if (name, "") not in less and all(left.values()):
            kept[name] = left
    return kept


def _checked_secrets(manifest: Manifest, secrets: Mapping[str, str]) -> Mapping[str, str]:
    for name in secrets:
        if not _asks_for(manifest, name):
            raise InvalidInputError(field=f"secrets.{name}", reason="the plugin asks for no such secret")
    return secrets


def _asks_for(manifest: Manifest, secret: str) -> bool:
    asked = manifest.permissions.secrets
    return asked is not None and secret in asked.names


async def _run_hooks(
    scope: Scope,
    row: PluginRow,
    runtime: PluginRuntime,
    keys: KeyRing,
    hooks: Sequence[str],
    *,
    may_fail: bool = False,
) -> str | None:
    """Run hooks, one after another; how one failed, if they may. Raises PluginSettingsError, PluginHookError."""
    plugin = installed_of(row, keys)
    for hook in hooks:
        try:
            answer = await runtime.run_hook(scope, plugin, hook)
        except OpenClawError as error:
            if may_fail:
                return f"{hook}: {error.words()}"
            if isinstance(error, SandboxUnavailableError):
                raise
            reason = error.reason if isinstance(error, PluginFailedError) else error.words(scope.who.language)
            raise PluginHookError(name=row.name, hook=hook, reason=reason) from error
        if hook == _VALIDATE and answer is False:
            raise PluginSettingsError(path="$", reason="the plugin does not work with them")
    return None


async def _note(scope: Scope, row: PluginRow, action: str, **more: Any) -> None:
    detail = {
        "version": row.version,
        "source": row.source,
        "digest": row.digest,
        "permissions": row.permissions,
        "enabled": row.is_enabled,
    }
    detail |= {key: value for key, value in more.items() if value is not None}
    await audit.append(scope, action, subject=row.name, detail=detail)


async def _stop(scope: Scope, row: PluginRow, reason: str, *, version: str | None = None) -> None:
    """Running calls end on every worker once this is committed."""
    body = {
        "workspaceId": row.workspace_id.hex,
        "name": row.name,
        "version": version,
        "publisherKey": None,
        "reason": reason,
    }
    await publish(scope, STOPPED_TOPIC, body)
