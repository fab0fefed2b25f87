"""Packages in the workspace's own registry and the public one: published, looked for, reviewed, yanked, deprecated."""

import asyncio
import hashlib
from uuid import UUID

from openclaw.domains.audit import service as audit
from openclaw.domains.identity.service import accounts
from openclaw.domains.plugins.errors import (
    NotOperatorError,
    PackageExistsError,
    PackageNotOwnError,
    PluginNotFoundError,
    PublisherChangedError,
    TooManyPackagesError,
)
from openclaw.domains.plugins.models import PluginPackageRow, PluginPublisherRow
from openclaw.domains.plugins.repository import registry as repository
from openclaw.domains.plugins.service import builtin
from openclaw.domains.plugins.service.blocks import check_not_blocked
from openclaw.domains.plugins.service.packages import package_row
from openclaw.domains.workspaces.policy import check_role
from openclaw.infra.blobs import BlobStore
from openclaw.infra.scope import Actor, Role, Scope
from openclaw.kit.errors import InvalidInputError
from openclaw.kit.ids import new_id
from openclaw.protocol.packages.package import Package, read_package

MAX_PACKAGES = 500
MAX_BYTES = 2 << 30  # of a workspace's packages


async def is_operator(scope: Scope) -> bool:
    """Whether the actor is the owner of this installation."""
    return (await accounts.get_me(scope)).role == "owner"


async def check_operator(scope: Scope) -> None:
    """Raise NotOperatorError for all but the owner of this installation."""
    if not await is_operator(scope):
        raise NotOperatorError


async def read(archive: bytes) -> Package:
    """A package that is sound. Raises PackageRefusedError; nothing is stored before it is read."""
    return await asyncio.to_thread(read_package, archive)


async def publish(
    scope: Scope, actor: Actor, archive: bytes, package: Package, blobs: BlobStore, *, visibility: str
) -> PluginPackageRow:
    """Keep a version. The very same archive again is the version that is there.

    ``scope`` is a system one for the public registry, whose names are everybody's. Raises NotAllowedError,
    PackageExistsError, PublisherChangedError, PluginBlockedError, TooManyPackagesError, InvalidInputError.
    """
    check_role(actor, Role.ADMIN)
    manifest = package.manifest
    if manifest.name in builtin.names():
        raise InvalidInputError(field="name", reason=f"{manifest.name} is the name of a built-in plugin")
    if package.signer == builtin.SIGNER:
        raise InvalidInputError(field="signature", reason="its key is one that everybody knows")
    digest = hashlib.sha256(archive).hexdigest()
    await repository.lock_name(scope, actor.workspace_id, visibility, manifest.name)
    known = await repository.find_version(
        scope, actor.workspace_id, visibility, manifest.name, manifest.version
    )
    if known is not None:
        if known.digest == digest and known.workspace_id == actor.workspace_id:
            return known
        raise PackageExistsError(name=manifest.name, version=manifest.version)
    count, used = await repository.count_packages(scope, actor.workspace_id)
    if count >= MAX_PACKAGES or used + len(archive) > MAX_BYTES:
        raise TooManyPackagesError(limit=MAX_PACKAGES, bytes=MAX_BYTES)
    await _check_publisher(scope, actor, visibility, manifest.name, package.signer)
    await check_not_blocked(
        scope,
        actor.workspace_id,
        name=manifest.name,
        version=manifest.version,
        publisher_key=package.signer,
    )
    row = package_row(package, digest, len(archive))
    row.id, row.workspace_id, row.published_by_user_id = new_id(), actor.workspace_id, actor.user_id
    row.visibility, row.created_at = visibility, scope.now()
    row.review_state = "pending" if visibility == "public" else "approved"
    await repository.add(scope, row)
    await blobs.put_content(digest, archive)
    await _note(scope, actor, "plugins.published", row)
    return row


async def access_package(scope: Scope, package_id: UUID) -> PluginPackageRow:
    """A package that the workspace may see. Raises PluginNotFoundError."""
    row = builtin.find(package_id) or await repository.find_package(scope, package_id)
    if row is None:
        raise PluginNotFoundError
    return row


async def access_own(scope: Scope, package_id: UUID) -> PluginPackageRow:
    """A package that the workspace has published. Raises PluginNotFoundError, NotAllowedError."""
    row = await access_package(scope, package_id)
    check_role(scope.who, Role.ADMIN)
    if row.workspace_id != scope.workspace_id:
        raise PackageNotOwnError(name=row.name)
    return row


async def list_pending(scope: Scope) -> list[PluginPackageRow]:
    """Public packages to be looked at, the oldest first. Needs a system scope: for operators."""
    return await repository.list_pending(scope, limit=200)


async def access_public(scope: Scope, package_id: UUID) -> PluginPackageRow:
    """A public package in whatever state. Needs a system scope: for operators. Raises PluginNotFoundError."""
    row = await repository.find_any_public(scope, package_id)
    if row is None:
        raise PluginNotFoundError
    return row


async def review(scope: Scope, actor: Actor, row: PluginPackageRow, *, is_approved: bool, note: str) -> None:
    """An operator's word on a public package."""
    row.review_state = "approved" if is_approved else "rejected"
    row.review_note, row.reviewed_at = note, scope.now()
    await _note(scope, actor, f"plugins.{row.review_state}", row)


async def yank(scope: Scope, actor: Actor, row: PluginPackageRow, *, is_yanked: bool, reason: str) -> None:
    """Take a version out of what can be installed anew. Where it is installed it stays."""
    row.yanked_at = scope.now() if is_yanked else None
    row.yank_reason = reason if is_yanked else ""
    await _note(scope, actor, "plugins.yanked" if is_yanked else "plugins.unyanked", row)


async def deprecate(scope: Scope, actor: Actor, row: PluginPackageRow, message: str | None) -> None:
    """Say what to use instead."""
    row.deprecated = message
    await _note(scope, actor, "plugins.deprecated", row)


async def accept_publisher(scope: Scope, actor: Actor, *, visibility: str, name: str, key: str) -> None:
    """From now on the name's packages are signed with ``key``. Raises PluginNotFoundError, NotAllowedError.

    ``scope`` is a system one for the public registry, which an operator's request opened.
    """
    if visibility == "private":
        check_role(actor, Role.OWNER)
    row = await repository.find_publisher(scope, actor.workspace_id, visibility, name)
    if row is None:
        raise PluginNotFoundError
    before, row.key = row.key, key
    row.accepted_by_user_id, row.accepted_at = actor.user_id, scope.now()
    await audit.append_for(
        scope,
        workspace_id=actor.workspace_id,
        user_id=actor.user_id,
        action="plugins.publisher_accepted",
        subject=name,
        detail={"visibility": visibility, "before": before, "after": key},
    )


async def _check_publisher(scope: Scope, actor: Actor, visibility: str, name: str, key: str) -> None:
    known = await repository.find_publisher(scope, actor.workspace_id, visibility, name)
    if known is None:
        await repository.add(
            scope,
            PluginPublisherRow(
                id=new_id(),
                workspace_id=actor.workspace_id,
                visibility=visibility,
                name=name,
                key=key,
                accepted_by_user_id=actor.user_id,
                accepted_at=scope.now(),
            ),
        )
    elif known.key != key:
        raise PublisherChangedError(name=name, known=known.key, found=key)


async def _note(scope: Scope, actor: Actor, action: str, row: PluginPackageRow) -> None:
    await audit.append_for(
        scope,
        workspace_id=actor.workspace_id,
        user_id=actor.user_id,
        action=action,
        subject=row.name,
        detail={
            "version": row.version,
            "visibility": row.visibility,
            "digest": row.digest,
            "publisherKey": row.publisher_key,
            "note": row.review_note or row.yank_reason or row.deprecated or "",
        },
    )
