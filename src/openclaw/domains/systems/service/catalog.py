"""Systems: made, looked at, changed, shown to others, put away."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from openclaw.domains.systems import profile as profiles
from openclaw.domains.systems import repository
from openclaw.domains.systems.errors import (
    DeviceNeededError,
    KeptOnDeviceError,
    NotArchivedError,
    NotYoursError,
    RemoteLaunchError,
    SyncModeFixedError,
    SystemArchivedError,
    SystemChangedError,
    SystemNotFoundError,
    TooManySystemsError,
)
from openclaw.domains.systems.events import SYSTEM_ARCHIVED
from openclaw.domains.systems.models import SystemRow
from openclaw.domains.systems.policy import check_can_decide, check_can_edit
from openclaw.domains.systems.schemas import (
    CreateSystem,
    MadeBy,
    PublicSystem,
    SharedSystem,
    System,
    SystemDetail,
    UpdateSystem,
)
from openclaw.domains.systems.service import documents, snapshots, views
from openclaw.domains.systems.templates import Template, find_template
from openclaw.infra.db import Database
from openclaw.infra.keys import lock_key
from openclaw.infra.outbox import record
from openclaw.infra.scope import Scope
from openclaw.infra.secrets import digest, new_token
from openclaw.kit import ids
from openclaw.kit.pagination import Page, cursor_of, position_of

MAX_SYSTEMS = 1_000
_LINK = "oclink"


async def access_system(scope: Scope, system_id: UUID, *, lock: bool = False) -> SystemRow:
    """A system of the workspace that the actor may see. Raises SystemNotFoundError."""
    row = await repository.find_system(scope, system_id, lock=lock)
    if row is None:
        raise SystemNotFoundError
    return row


async def list_names(scope: Scope, system_ids: Sequence[UUID]) -> dict[UUID, str]:
    """What those of the systems are called that the actor may see."""
    return await repository.list_names(scope, system_ids)


def check_can_launch(row: SystemRow, *, remotely: bool) -> None:
    """Raise SystemArchivedError, or RemoteLaunchError when a machine is to be made to work from elsewhere."""
    if row.status == "archived":
        raise SystemArchivedError
    if remotely and not row.allows_remote_launch:
        raise RemoteLaunchError(name=row.name)


async def list_systems(
    scope: Scope,
    *,
    status: str | None,
    made_by: MadeBy | None,
    words: str | None,
    cursor: str | None,
    limit: int,
) -> Page[System]:
    """A page of the systems that the actor may see. Raises InvalidInputError."""
    rows = await repository.list_systems(
        scope, status=status, made_by=made_by, words=words, before=position_of(cursor), limit=limit + 1
    )
    return Page(await views.list_view(scope, rows[:limit]), _following(rows, limit))


async def get_system(scope: Scope, system_id: UUID) -> SystemDetail:
    """A system. Raises SystemNotFoundError."""
    return await views.detail_view(scope, await access_system(scope, system_id))


async def find_made(scope: Scope, key: str | None) -> SystemRow | None:
    """The system that the actor has made under an idempotency key."""
    if not key:
        return None
    await lock_key(scope, "system", key)
    return await repository.find_by_key(scope, key)


async def create_system(scope: Scope, data: CreateSystem) -> SystemRow:
    """A new system whose content the server keeps, with its baseline. Raises InvalidProfileError, NotAllowedError,
    TooManySystemsError.
    """
    template = find_template(data.template, scope.who.language)
    chosen = template.profile() if data.profile is None else data.profile
    raw = profiles.parse(chosen, scope.who.language, form_fields(template))
    row = await new_row(scope, data, template, profile=raw, document_digest="")
    row.digest = documents.digest_of(documents.document_of(row))
    await repository.add(scope, row)
    await note_created(scope, row)
    row.baseline_snapshot_id = (await snapshots.keep(scope, row, kind="baseline", label="")).id
    return row


async def new_row(
    scope: Scope,
    data: CreateSystem,
    template: Template,
    *,
    profile: dict[str, Any] | None,
    document_digest: str,
) -> SystemRow:
    """A system's row as it begins, not added yet. Raises NotAllowedError, TooManySystemsError, DeviceNeededError."""
    check_can_edit(scope.who)
    if await repository.count_systems(scope) >= MAX_SYSTEMS:
        raise TooManySystemsError(limit=MAX_SYSTEMS)
    is_local = data.sync_mode == "local_only"
    if is_local != (data.device_id is not None):
        raise DeviceNeededError
    return SystemRow(
        id=ids.new_id(),
        workspace_id=scope.workspace_id,
        name=data.name or template.name,
        description=template.description if data.description is None else data.description,
        template_id=template.id,
        status=data.status,
        visibility=data.visibility,
        sync_mode=data.sync_mode,
        is_local=is_local,
        allows_remote_launch=data.allows_remote_launch,
        profile=profile,
        digest=document_digest,
        version=1,
        device_id=data.device_id,
        baseline_snapshot_id=None,
        active_snapshot_id=None,
        current_branch_id=None,
        share_hash=None,
        idempotency_key=data.idempotency_key,
        created_by_user_id=scope.user_id,
        last_updated_by_user_id=scope.user_id,
        created_at=scope.now(),
        updated_at=scope.now(),
    )


async def note_created(scope: Scope, row: SystemRow) -> None:
    """What the log has of a system's making."""
    detail = {"name": row.name, "template": row.template_id, "syncMode": row.sync_mode}
    await documents.note(scope, row, "systems.created", **detail)


async def update_system(
    scope: Scope, system_id: UUID, data: UpdateSystem, *, expected: int | None
) -> SystemRow:
    """Change a system; what it was is kept as a checkpoint when its content changes.

    Raises SystemNotFoundError, SystemChangedError, SystemArchivedError, InvalidProfileError, KeptOnDeviceError,
    SyncModeFixedError, NotAllowedError, NotYoursError.
    """
    row = await access_system(scope, system_id, lock=True)
    check_can_edit(scope.who)
    if expected is not None and expected != row.version:
        raise SystemChangedError(version=row.version)
    if row.status == "archived" and data.status in (None, "archived"):
        raise SystemArchivedError
    decided = _decide(scope, row, data)
    document = documents.document_of(row)
    wanted = dict(document)
    if data.name is not None:
        wanted["name"] = data.name
    if data.description is not None:
        wanted["description"] = data.description
    if data.profile is not None:
        if row.is_local:
            raise KeptOnDeviceError
        template = find_template(row.template_id, scope.who.language)
        wanted = {**wanted, **profiles.parse(data.profile, scope.who.language, form_fields(template))}
    if wanted != document:
        if not row.is_local:
            await snapshots.keep(scope, row, kind="auto_checkpoint", label="")
        documents.apply(scope, row, wanted)
        await documents.note(scope, row, "systems.changed", version=row.version)
    elif decided:
        documents.touch(scope, row)
    if decided:
        await documents.note(scope, row, "systems.decided", **decided)
    if decided.get("status") == "archived":
        await record(scope, SYSTEM_ARCHIVED, documents.fact_of(scope, row))
    return row


def _decide(scope: Scope, row: SystemRow, data: UpdateSystem) -> dict[str, Any]:
    """Take over what only its maker and admins decide; what of it is another than before."""
    asked = {
        "status": data.status,
        "visibility": data.visibility,
        "sync_mode": data.sync_mode,
        "allows_remote_launch": data.allows_remote_launch,
    }
    changed = {name: value for name, value in asked.items() if value not in (None, getattr(row, name))}
    if not changed:
        return changed
    check_can_decide(scope.who, row.created_by_user_id)
    if "sync_mode" in changed and "local_only" in (row.sync_mode, data.sync_mode):
        raise SyncModeFixedError
    if data.visibility == "public" and row.is_local:
        raise KeptOnDeviceError
    if data.visibility == "private" and row.created_by_user_id != scope.user_id:
        raise NotYoursError  # it would be hidden from the one who hides it
    for name, value in changed.items():
        setattr(row, name, value)
    if "visibility" in changed:
        row.share_hash = None
    return changed


async def delete_system(scope: Scope, system_id: UUID) -> SystemRow:
    """Delete an archived system with its vault. Raises SystemNotFoundError, NotArchivedError, NotYoursError."""
    row = await access_system(scope, system_id, lock=True)
    check_can_delete(scope, row)
    await documents.note(scope, row, "systems.deleted", name=row.name)
    await repository.delete_system(scope, row.id)
    return row


def check_can_delete(scope: Scope, row: SystemRow) -> None:
    """Raise NotAllowedError, NotYoursError or NotArchivedError."""
    check_can_decide(scope.who, row.created_by_user_id)
    if row.status != "archived":
        raise NotArchivedError


# Shown to others


async def share(scope: Scope, system_id: UUID) -> str:
    """A new link to read the system by; one that was there ends. Its secret, which is told once.

    Raises SystemNotFoundError, SystemArchivedError, KeptOnDeviceError, NotAllowedError, NotYoursError.
    """
    row = await access_system(scope, system_id, lock=True)
    check_can_decide(scope.who, row.created_by_user_id)
    if row.is_local:
        raise KeptOnDeviceError
    if row.status == "archived":
        raise SystemArchivedError
    token = new_token(_LINK)
    row.share_hash, row.visibility = digest(token), "link"
    documents.touch(scope, row)
    await documents.note(scope, row, "systems.shared")
    return token


async def unshare(scope: Scope, system_id: UUID) -> None:
    """End the link: only the workspace sees the system. Raises SystemNotFoundError, NotAllowedError, NotYoursError."""
    row = await access_system(scope, system_id, lock=True)
    check_can_decide(scope.who, row.created_by_user_id)
    if row.visibility == "link":
        row.share_hash, row.visibility = None, "workspace"
        documents.touch(scope, row)
        await documents.note(scope, row, "systems.unshared")


async def open_shared(database: Database, token: str, language: str) -> SharedSystem:
    """What the link with that secret shows. Raises SystemNotFoundError."""
    async with database.system(is_quiet=True) as scope:
        row = await repository.find_shared(scope, digest(token))
        if row is None:
            raise SystemNotFoundError
        return views.shared_view(row, language)


async def list_public(
    scope: Scope, *, words: str | None, cursor: str | None, limit: int
) -> Page[PublicSystem]:
    """A page of the systems that are public on this server. Raises InvalidInputError."""
    rows = await repository.list_public(scope, words=words, before=position_of(cursor), limit=limit + 1)
    shown = [views.public_view(each, scope.who.language) for each in rows[:limit]]
    return Page(shown, _following(rows, limit))


async def open_public(scope: Scope, system_id: UUID) -> SharedSystem:
    """A public system as everybody sees it. Raises SystemNotFoundError."""
    row = await repository.find_public(scope, system_id)
    if row is None:
        raise SystemNotFoundError
    return views.shared_view(row, scope.who.language)


async def copy_public(scope: Scope, system_id: UUID, name: str | None) -> SystemRow:
    """A system of one's own from a public one. Raises SystemNotFoundError, NotAllowedError, TooManySystemsError."""
    shown = await open_public(scope, system_id)
    data = CreateSystem.model_construct(
        name=name or shown.name, description=shown.description, template=shown.template, profile=shown.profile
    )
    return await create_system(scope, data)


# Parts


def _following(rows: Sequence[repository.Listed], limit: int) -> str | None:
    """The cursor to the next page, when ``rows`` are more than a page."""
    last = rows[limit - 1].row if len(rows) > limit else None
    return cursor_of(last.updated_at, last.id) if last else None


def form_fields(template: Template) -> set[str]:
    """The fields of a template's form."""
    return set(template.intake["schema"]["properties"])
