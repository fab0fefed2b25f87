"""Rows as they travel: manifests in the reader's language."""

from collections.abc import Sequence
from typing import Any

import msgspec

from openclaw.domains.plugins.models import PluginBlockRow, PluginPackageRow, PluginRow
from openclaw.domains.plugins.schemas import (
    Permission,
    PermissionChange,
    Plugin,
    PluginAction,
    PluginBlock,
    PluginPackage,
    PluginPackageDetail,
)
from openclaw.domains.plugins.service.blocks import find_reason
from openclaw.domains.plugins.service.packages import README
from openclaw.infra.scope import Scope
from openclaw.protocol.packages.manifest import Manifest
from openclaw.protocol.packages.permissions import Permissions, compare, describe


def manifest_in(row: PluginPackageRow | PluginRow) -> Manifest:
    """The manifest of a row. It was checked when it was stored."""
    return msgspec.convert(row.manifest, Manifest)


def granted_in(row: PluginRow) -> Permissions:
    """What a plugin may do."""
    return msgspec.convert(row.permissions, Permissions)


def package_view(row: PluginPackageRow, scope: Scope, installed: PluginRow | None) -> PluginPackage:
    """A version in a list."""
    return PluginPackage(**_package_fields(row, scope, installed))


def package_detail(row: PluginPackageRow, scope: Scope, installed: PluginRow | None) -> PluginPackageDetail:
    """A version with what can be known of it."""
    manifest, language = manifest_in(row), scope.who.language
    limits = manifest.limits
    return PluginPackageDetail(
        **_package_fields(row, scope, installed),
        homepage=manifest.homepage,
        license=manifest.license,
        actions=actions_of(manifest, language),
        settings_schema=manifest.config,
        limits={name: getattr(limits, name) for name in limits.__struct_fields__},
        dependencies=[f"{each.name} {each.version}" for each in manifest.dependencies],
        changes=changes_of(manifest_in(installed), manifest, language) if installed else [],
        publisher_changed=installed is not None and installed.publisher_key != row.publisher_key,
        has_readme=README in manifest.files,
    )


def plugin_view(row: PluginRow, blocks: Sequence[PluginBlockRow], language: str) -> Plugin:
    """An installation."""
    manifest = manifest_in(row)
    return Plugin(
        id=row.id,
        package_id=row.package_id,
        source=row.source,  # type: ignore[arg-type]
        name=row.name,
        version=row.version,
        title=manifest.title.text(language),
        description=manifest.description.text(language),
        category=manifest.category,
        publisher_key=row.publisher_key,
        enabled=row.is_enabled,
        blocked=find_reason(blocks, name=row.name, version=row.version, publisher_key=row.publisher_key),
        settings=row.settings,
        settings_schema=manifest.config,
        secrets=row.secret_names,
        permissions=permissions_of(granted_in(row), language),
        asked=permissions_of(manifest.permissions, language),
        actions=actions_of(manifest, language),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def block_view(row: PluginBlockRow) -> PluginBlock:
    """A kill switch."""
    return PluginBlock(
        id=row.id,
        name=row.name,
        version=row.version,
        publisher_key=row.publisher_key,
        reason=row.reason,
        everywhere=row.workspace_id is None,
        created_at=row.created_at,
    )


def actions_of(manifest: Manifest, language: str) -> list[PluginAction]:
    """What a plugin can be asked to do."""
    return [
        PluginAction(
            name=name,
            title=action.title.text(language),
            description=action.description.text(language),
            effect=action.effect,
            input=action.input,
            output=action.output,
        )
        for name, action in manifest.actions.items()
    ]


def permissions_of(permissions: Permissions, language: str) -> list[Permission]:
    """Each permission and what it means."""
    return [
        Permission(name=name, items=list(_items(getattr(permissions, name))), words=words)
        for name, words in describe(permissions, language).items()
    ]


def changes_of(before: Manifest, after: Manifest, language: str) -> list[PermissionChange]:
    """How what is asked for differs."""
    return [
        PermissionChange(
            name=change.permission,
            kind=change.kind.value,
            items=list(change.items),
            words=change.words(language),
            needs_consent=change.needs_consent,
        )
        for change in compare(before.permissions, after.permissions)
    ]


def _items(permission: Any) -> tuple[str, ...]:
    fields = permission.__struct_fields__
    return getattr(permission, fields[0]) if fields else ()


def _package_fields(row: PluginPackageRow, scope: Scope, installed: PluginRow | None) -> dict[str, Any]:
    manifest, language = manifest_in(row), scope.who.language
    return {
        "id": row.id,
        "source": row.visibility,
        "name": row.name,
        "version": row.version,
        "title": manifest.title.text(language),
        "description": manifest.description.text(language),
        "author": manifest.author,
        "category": manifest.category,
        "tags": list(manifest.tags),
        "permissions": permissions_of(manifest.permissions, language),
        "publisher_key": row.publisher_key,
        "digest": row.digest,
        "archive_bytes": row.archive_bytes,
        "review_state": row.review_state,
        "review_note": row.review_note,
        "yanked": row.yanked_at is not None,
        "yank_reason": row.yank_reason,
        "deprecated": row.deprecated,
        "own": row.workspace_id == scope.workspace_id,
        "installed_version": installed.version if installed else None,
        "created_at": row.created_at,
    }
