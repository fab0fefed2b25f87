"""The vault of a system: here, or on the machine that keeps a local-only one."""

import contextlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from openclaw.domains.devices.errors import DeviceNotFoundError
from openclaw.domains.systems import profile as profiles
from openclaw.domains.systems import repository
from openclaw.domains.systems.errors import (
    InvalidProfileError,
    SnapshotNotFoundError,
    SystemArchivedError,
    SystemChangedError,
)
from openclaw.domains.systems.events import SYSTEM_RESTORED
from openclaw.domains.systems.models import SystemRow, SystemSnapshotRow
from openclaw.domains.systems.policy import check_can_edit
from openclaw.domains.systems.schemas import (
    CloneSystem,
    CompareSnapshots,
    ConfirmRestore,
    CreateSystem,
    CreateSystemBranch,
    FieldCount,
    PlanRestore,
    Restored,
    RestorePlan,
    SaveSystemSnapshot,
    SystemBranch,
    SystemComparison,
    SystemDetail,
    SystemSnapshot,
    SystemSnapshotDetail,
)
from openclaw.domains.systems.service import catalog, documents, plans, snapshots, views, words
from openclaw.domains.systems.service.device_vault import VaultDesk, access_keeper, take_over
from openclaw.domains.systems.service.plans import Plan
from openclaw.domains.systems.templates import find_template
from openclaw.infra.bus import EventBus
from openclaw.infra.db import Database
from openclaw.infra.outbox import record
from openclaw.infra.scope import Actor, Scope
from openclaw.infra.secrets import KeyRing
from openclaw.kit import ids
from openclaw.kit.errors import InvalidInputError
from openclaw.protocol import vault as protocol
from openclaw.protocol.vault import PRESETS, VaultState

_PLAN_TIME = timedelta(minutes=10)


class Vault:
    """What routes ask of vaults. Each method raises SystemNotFoundError, and what `VaultDesk` does for machines."""

    def __init__(self, database: Database, bus: EventBus, keys: KeyRing) -> None:
        self._database = database
        self._keys = keys
        self._desk = VaultDesk(database, bus)

    async def create(self, actor: Actor, data: CreateSystem) -> SystemDetail:
        """A new system with its baseline. Raises what `catalog.create_system` does, and DeviceNotFoundError."""
        async with self._database.transaction(actor) as scope:
            if data.device_id is not None:
                await access_keeper(scope, data.device_id)
            row = await catalog.find_made(scope, data.idempotency_key)
            if row is None and data.sync_mode != "local_only":
                row = await catalog.create_system(scope, data)
            if row is not None:
                return await views.detail_view(scope, row)
            template = find_template(data.template, actor.language)
            draft = await catalog.new_row(scope, data, template, profile=None, document_digest="")
        if data.profile is not None:
            # It would have come through here: a local-only profile is written on its machine.
            raise InvalidInputError(field="profile", reason="is written on the machine that keeps the system")
        device_id = data.device_id
        assert device_id is not None, "a local-only system has a machine"
        document = {"name": draft.name, "description": draft.description, **template.profile()}
        command = protocol.Create(draft.id.hex, document, baseline=ids.new_id().hex)
        state = await self._desk.ask(actor, device_id, command, VaultState)
        async with self._database.transaction(actor) as scope:
            return await self._add_local(scope, draft, state)

    async def _add_local(self, scope: Scope, draft: SystemRow, state: VaultState) -> SystemDetail:
        known = await catalog.find_made(scope, draft.idempotency_key)
        if known is not None:
            return await views.detail_view(scope, known)
        draft.digest = state.digest
        await repository.add(scope, draft)
        await take_over(scope, draft, state)
        baseline = next((each for each in state.snapshots if each.kind == "baseline"), None)
        draft.baseline_snapshot_id = UUID(hex=baseline.id) if baseline else None
        await catalog.note_created(scope, draft)
        return await views.detail_view(scope, draft)

    async def delete(self, actor: Actor, system_id: UUID) -> None:
        """Delete an archived system, here and on its machine. Raises NotArchivedError, NotYoursError."""
        async with self._database.transaction(actor) as scope:
            row = await catalog.access_system(scope, system_id)
            if not row.is_local:
                await catalog.delete_system(scope, system_id)
                return
            catalog.check_can_delete(scope, row)
        # A machine that is the actor's no more, or never was, cannot be asked; its owner still has what it keeps.
        with contextlib.suppress(DeviceNotFoundError):
            await self._desk.ask(actor, _keeper(row), protocol.Forget(row.id.hex), dict[str, Any])
        async with self._database.transaction(actor) as scope:
            await catalog.delete_system(scope, system_id)

    async def save(self, actor: Actor, system_id: UUID, data: SaveSystemSnapshot) -> SystemSnapshot:
        """Keep what a system is now. Raises NotAllowedError, SystemArchivedError, TooManySystemsError."""
        scopes = list(data.scopes or PRESETS[data.preset])
        async with self._database.transaction(actor) as scope:
            row = await self._access_for_change(scope, system_id)
            if not row.is_local:
                saved = await snapshots.keep(scope, row, kind=data.kind, label=data.label, scopes=scopes)
                await _note(scope, row, "systems.snapshot_saved", saved.id, kind=data.kind)
                return views.snapshot_view(saved)
        snapshot_id = ids.new_id()
        command = protocol.Save(row.id.hex, snapshot_id.hex, data.kind, data.label, scopes)  # type: ignore[arg-type]
        state = await self._desk.ask(actor, _keeper(row), command, VaultState)
        async with self._database.transaction(actor) as scope:
            row = await catalog.access_system(scope, system_id, lock=True)
            await take_over(scope, row, state)
            await _note(scope, row, "systems.snapshot_saved", snapshot_id, kind=data.kind)
            return views.snapshot_view(await snapshots.access_snapshot(scope, row, snapshot_id))

    async def refresh(self, actor: Actor, system_id: UUID) -> None:
        """Ask the machine of a local-only system what it keeps; of another there is nothing to ask."""
        async with self._database.transaction(actor) as scope:
            row = await catalog.access_system(scope, system_id)
        if row.is_local:
            command = protocol.ListSnapshots(row.id.hex)
            state = await self._desk.ask(actor, _keeper(row), command, VaultState)
            async with self._database.transaction(actor) as scope:
                await take_over(scope, await catalog.access_system(scope, system_id, lock=True), state)

    async def compare(self, actor: Actor, system_id: UUID, data: CompareSnapshots) -> SystemComparison:
        """What differs between two snapshots, or one and now. Raises SnapshotNotFoundError."""
        async with self._database.transaction(actor) as scope:
            row = await catalog.access_system(scope, system_id)
            before = await snapshots.access_snapshot(scope, row, data.before)
            after = await snapshots.access_snapshot(scope, row, data.after) if data.after else None
            scopes = [s for s in before.scopes if after is None or s in after.scopes]
            if not row.is_local:
                now = documents.document_of(row) if after is None else _content(after)
                return _compared(_content(before), now, scopes, scope.who.language)
        if not scopes:
            return SystemComparison(changes=[], counts=[])
        return (await self._compare_there(actor, row, before.id, data.after, scopes))[0]

    async def _compare_there(
        self, actor: Actor, row: SystemRow, before: UUID, after: UUID | None, scopes: Sequence[str]
    ) -> tuple[SystemComparison, str]:
        """The counts that the machine tells, and the digest of what the system is now."""
        command = protocol.Compare(row.id.hex, before.hex, list(scopes), after.hex if after else None)  # type: ignore[arg-type]
        told = await self._desk.ask(actor, _keeper(row), command, protocol.Comparison)
        counts = [
            FieldCount(field=each.field, added=each.added, removed=each.removed, changed=each.changed)
            for each in told.fields
            if each.field in _KNOWN_FIELDS
        ]
        return SystemComparison(changes=[], counts=counts), told.digest

    async def plan(self, actor: Actor, system_id: UUID, data: PlanRestore) -> RestorePlan:
        """What a restore would change, and the token that confirms it.

        Raises SnapshotNotFoundError, SystemArchivedError, NotAllowedError, InvalidProfileError.
        """
        async with self._database.transaction(actor) as scope:
            row = await self._access_for_change(scope, system_id)
            snapshot = await self._target(scope, row, data)
            scopes = [s for s in data.scopes or snapshot.scopes if s in snapshot.scopes]
            if not scopes:
                raise InvalidInputError(field="scopes", reason="the snapshot holds none of them")
            digest, compared = row.digest, None
            if not row.is_local:
                document = documents.document_of(row)
                wanted = protocol.restored(document, _content(snapshot), scopes)
                _check_whole(row, wanted, scope.who.language)
                compared = _compared(document, wanted, scopes, scope.who.language)
            now = scope.now()
        if compared is None:
            compared, digest = await self._compare_there(actor, row, snapshot.id, None, scopes)
        expires_at = now + _PLAN_TIME
        branch = data.branch_id or snapshot.branch_id
        plan = Plan(
            row.id.hex,
            snapshot.id.hex,
            branch.hex if branch else None,
            scopes,
            row.version,
            digest,
            actor.workspace_id.hex,
            actor.user_id.hex,
            expires_at.timestamp(),
        )
        return RestorePlan(
            changes=compared.changes,
            counts=compared.counts,
            token=plans.seal(self._keys, plan),
            expires_at=expires_at,
            snapshot=views.snapshot_view(snapshot),
            scopes=scopes,  # type: ignore[arg-type]
        )

    async def _target(self, scope: Scope, row: SystemRow, data: PlanRestore) -> SystemSnapshotRow:
        snapshot = await snapshots.access_snapshot(scope, row, data.snapshot_id) if data.snapshot_id else None
        branch = await snapshots.access_branch(scope, row, data.branch_id) if data.branch_id else None
        if (snapshot is None) == (branch is None):
            raise InvalidInputError(field="snapshotId", reason="give either a snapshot or a branch")
        if branch is not None:
            snapshot = await repository.find_head(scope, branch)
        if snapshot is None:
            raise SnapshotNotFoundError
        return snapshot

    async def restore(self, actor: Actor, system_id: UUID, data: ConfirmRestore) -> Restored:
        """Do what was planned; what the system was is kept as a checkpoint, so that it can be undone.

        Raises PlanExpiredError, SystemChangedError, SnapshotNotFoundError, SystemArchivedError, NotAllowedError.
        """
        async with self._database.transaction(actor) as scope:
            row = await self._access_for_change(scope, system_id)
            plan = plans.open_plan(self._keys, scope, row, data.token)
            snapshot = await snapshots.access_snapshot(scope, row, UUID(hex=plan.snapshot))
            if plan.version != row.version:
                raise SystemChangedError(version=row.version)
            if not row.is_local:
                document = documents.document_of(row)
                wanted = protocol.restored(document, _content(snapshot), plan.scopes)
                _check_whole(row, wanted, scope.who.language)
                checkpoint = await snapshots.keep(scope, row, kind="auto_checkpoint", label="")
                documents.apply(scope, row, wanted)
                return await self._restored(scope, row, plan, checkpoint)
            # Noted before it is done: whatever becomes of this process, that it was asked for stays.
            await _note(scope, row, "systems.restore_requested", snapshot.id, scopes=plan.scopes)
        checkpoint_id = ids.new_id()
        command = protocol.Restore(
            row.id.hex,
            plan.snapshot,
            plan.scopes,  # type: ignore[arg-type]
            expected=plan.digest,
            checkpoint=checkpoint_id.hex,
        )
        state = await self._desk.ask(actor, _keeper(row), command, VaultState, version=row.version)
        async with self._database.transaction(actor) as scope:
            row = await catalog.access_system(scope, system_id, lock=True)
            await take_over(scope, row, state)
            documents.touch(scope, row)
            checkpoint = await snapshots.access_snapshot(scope, row, checkpoint_id)
            return await self._restored(scope, row, plan, checkpoint)

    async def _restored(
        self, scope: Scope, row: SystemRow, plan: Plan, checkpoint: SystemSnapshotRow
    ) -> Restored:
        snapshot_id = UUID(hex=plan.snapshot)
        row.active_snapshot_id = snapshot_id
        row.current_branch_id = UUID(hex=plan.branch) if plan.branch else None
        await _note(
            scope,
            row,
            "systems.restored",
            snapshot_id,
            scopes=plan.scopes,
            checkpoint=ids.to_wire("snap", checkpoint.id),
        )
        fact = documents.fact_of(scope, row) | {
            "snapshotId": snapshot_id.hex,
            "checkpointId": checkpoint.id.hex,
        }
        await record(scope, SYSTEM_RESTORED, fact)
        return Restored(
            system=await views.detail_view(scope, row), checkpoint=views.snapshot_view(checkpoint)
        )

    async def clone(self, actor: Actor, system_id: UUID, data: CloneSystem) -> SystemDetail:
        """Another system from a snapshot or from now. It is its maker's alone at first, and has no history.

        Raises SnapshotNotFoundError, NotAllowedError, TooManySystemsError.
        """
        async with self._database.transaction(actor) as scope:
            row = await catalog.access_system(scope, system_id)
            check_can_edit(scope.who)
            snapshot = (
                await snapshots.access_snapshot(scope, row, data.snapshot_id) if data.snapshot_id else None
            )
            document = {} if row.is_local else documents.document_of(row)
            if snapshot is not None and not row.is_local:
                document = protocol.restored(document, _content(snapshot), snapshot.scopes)
            description = str(document.pop("description", row.description))
            document.pop("name", None)
            wanted = CreateSystem.model_construct(
                name=data.name,
                description=description,
                template=row.template_id,
                profile=document or None,
                sync_mode=row.sync_mode,
                device_id=row.device_id,
            )
            if not row.is_local:
                made = await catalog.create_system(scope, wanted)
                await _note(scope, made, "systems.cloned", data.snapshot_id, origin=documents.subject_of(row))
                return await views.detail_view(scope, made)
            template = find_template(row.template_id, actor.language)
            draft = await catalog.new_row(scope, wanted, template, profile=None, document_digest="")
        command = protocol.Clone(
            row.id.hex, draft.id.hex, ids.new_id().hex, data.snapshot_id.hex if data.snapshot_id else None
        )
        state = await self._desk.ask(actor, _keeper(row), command, VaultState)
        async with self._database.transaction(actor) as scope:
            return await self._add_local(scope, draft, state)

    async def branch(self, actor: Actor, system_id: UUID, data: CreateSystemBranch) -> SystemBranch:
        """A line that begins at a snapshot; without one, at what the system is now, which is then kept as a milestone.

        Raises SnapshotNotFoundError, BranchExistsError, TooManySystemsError, SystemArchivedError, NotAllowedError.
        """
        parent_id = data.snapshot_id
        if parent_id is None:
            await self._check_branch(actor, system_id, data)
            milestone = SaveSystemSnapshot.model_construct(
                kind="milestone", label=data.name, preset="full", scopes=None
            )
            parent_id = (await self.save(actor, system_id, milestone)).id
        async with self._database.transaction(actor) as scope:
            row = await self._access_for_change(scope, system_id)
            parent = await snapshots.access_snapshot(scope, row, parent_id)
            made = await snapshots.add_branch(scope, row, data, parent.id)
            await _note(scope, row, "systems.branched", parent.id, name=data.name)
            return made

    async def _check_branch(self, actor: Actor, system_id: UUID, data: CreateSystemBranch) -> None:
        """Before anything is saved for a branch: can there be one of that name?"""
        async with self._database.transaction(actor) as scope:
            row = await self._access_for_change(scope, system_id)
            await snapshots.check_branch_name(scope, row, data.name)

    async def _access_for_change(self, scope: Scope, system_id: UUID) -> SystemRow:
        row = await catalog.access_system(scope, system_id, lock=True)
        check_can_edit(scope.who)
        if row.status == "archived":
            raise SystemArchivedError
        return row


async def get_snapshot(scope: Scope, system_id: UUID, snapshot_id: UUID) -> SystemSnapshotDetail:
    """A snapshot with what it holds. Raises SystemNotFoundError, SnapshotNotFoundError."""
    row = await catalog.access_system(scope, system_id)
    found = await snapshots.access_snapshot(scope, row, snapshot_id)
    return SystemSnapshotDetail.model_validate(views.snapshot_fields(found) | {"content": found.content})


_KNOWN_FIELDS = {name for names in protocol.FIELDS.values() for name in names}


def _keeper(row: SystemRow) -> UUID:
    assert row.device_id is not None, "a local-only system has a machine"
    return row.device_id


def _content(snapshot: SystemSnapshotRow) -> dict[str, Any]:
    assert snapshot.content is not None, "the server keeps what is not local"
    return snapshot.content


def _check_whole(row: SystemRow, document: dict[str, Any], language: str) -> None:
    """A snapshot of parts may not fit what the rest has become meanwhile. Raises InvalidProfileError."""
    profile = {name: value for name, value in document.items() if name not in ("name", "description")}
    fields = catalog.form_fields(find_template(row.template_id, "en"))
    problems = profiles.find_problems(profile, language, fields)
    if problems:
        first = f"{problems[0]['path']}: {problems[0]['message']}"
        raise InvalidProfileError(count=len(problems), first=first, problems=problems)


def _compared(
    before: dict[str, Any], after: dict[str, Any], scopes: Sequence[str], language: str
) -> SystemComparison:
    found = list(protocol.changes_of(before, after, scopes))
    counts = [FieldCount.model_validate(each) for each in protocol.count_changes(found)]
    return SystemComparison(changes=words.describe(found, language, after, before), counts=counts)


async def _note(scope: Scope, row: SystemRow, action: str, snapshot_id: UUID | None, **detail: Any) -> None:
    named = {"snapshot": ids.to_wire("snap", snapshot_id)} if snapshot_id else {}
    await documents.note(scope, row, action, **named, **detail)
