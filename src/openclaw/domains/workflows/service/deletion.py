"""Runs and workflows deleted: rows, jobs, large bodies and files, but never what another run still shares.

A run that was repeated keeps what the later one has taken over: its row stays, emptied and shown to nobody, until that
one goes too. What object storage holds goes when the recorded fact is carried, also after a crash in between.
"""

import contextlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from openclaw.domains.audit import service as audit
from openclaw.domains.plugins.service import calls as plugin_calls
from openclaw.domains.workflows import events
from openclaw.domains.workflows.errors import PartOfAnotherRunError, WorkflowNotFoundError, WrongStateError
from openclaw.domains.workflows.repository import DELETED
from openclaw.domains.workflows.repository import deletion as repository
from openclaw.domains.workflows.service.bodies import folder_of
from openclaw.domains.workflows.service.definitions import access_workflow
from openclaw.domains.workflows.service.files import place_of
from openclaw.domains.workflows.service.runs import access_run, tell_changed
from openclaw.domains.workspaces.policy import check_role
from openclaw.durable import jobs
from openclaw.infra.blobs import BlobStore
from openclaw.infra.outbox import record
from openclaw.infra.scope import Actor, Role, Scope
from openclaw.kit import ids

_AT_ONCE = 200


async def delete_run(scope: Scope, run_id: UUID) -> None:
    """Delete a run of the user that has ended, with those that it started.

    Raises WorkflowNotFoundError, WrongStateError, PartOfAnotherRunError, NotAllowedError.
    """
    check_role(scope.who, Role.MEMBER)
    await repository.lock(scope, scope.workspace_id)
    run = await access_run(scope, run_id, lock=True)
    if run.finished_at is None:
        raise WrongStateError(state=run.state)
    if run.parent_run_id is not None:
        raise PartOfAnotherRunError
    detail = {"workflow": ids.to_wire("wf", run.workflow_id), "state": run.state}
    await _delete(scope, scope.workspace_id, [run_id])
    await tell_changed(scope, run_id, DELETED)
    await audit.append(scope, "workflows.run_deleted", subject=ids.to_wire("wrun", run_id), detail=detail)


async def check_deletable(scope: Scope, workflow_id: UUID) -> str:
    """The name of a workflow that its owner or an admin may delete.

    Raises WorkflowNotFoundError, NotAllowedError.
    """
    row = await access_workflow(scope, workflow_id)
    check_role(scope.who, Role.MEMBER if row.owner_id == scope.user_id else Role.ADMIN)
    return row.name


async def delete_workflow(scope: Scope, actor: Actor, workflow_id: UUID, name: str) -> None:
    """Delete a workflow with its versions and everybody's runs of it, in a system scope; see `check_deletable`.

    Raises WrongStateError while a run of it goes on, WorkflowNotFoundError.
    """
    await repository.lock(scope, actor.workspace_id)
    if not await repository.lock_workflow(scope, workflow_id):
        raise WorkflowNotFoundError
    if (state := await repository.find_open(scope, workflow_id)) is not None:
        raise WrongStateError(state=state)
    roots = await repository.list_roots(scope, workflow_id)
    for start in range(0, len(roots), _AT_ONCE):
        await _delete(scope, actor.workspace_id, roots[start : start + _AT_ONCE])
    await repository.delete_workflow(scope, workflow_id)
    await audit.append_for(
        scope,
        workspace_id=actor.workspace_id,
        user_id=actor.user_id,
        action="workflows.deleted",
        subject=ids.to_wire("wf", workflow_id),
        detail={"name": name, "runs": len(roots)},
    )


async def forget_old(scope: Scope, days: int | None) -> None:
    """A chore: delete runs that ended so many days ago (None: none), and workflows that wait for that.

    Needs a system scope.
    """
    if days is not None:
        by_workspace: dict[UUID, list[UUID]] = {}
        before = scope.now() - timedelta(days=days)
        for run_id, workspace_id in await repository.list_old(scope, before=before, limit=_AT_ONCE * 10):
            by_workspace.setdefault(workspace_id, []).append(run_id)
        for workspace_id, run_ids in sorted(by_workspace.items()):
            await repository.lock(scope, workspace_id)
            for run_id in run_ids:
                with contextlib.suppress(WrongStateError):  # what it has started goes on: another time
                    await _delete(scope, workspace_id, [run_id])
    await repository.delete_hidden_workflows(scope)


async def forget_objects(blobs: BlobStore, body: dict[str, Any]) -> None:
    """Delete what object storage holds of deleted runs, by the recorded fact. Raises UnavailableError."""
    workspace_id = UUID(hex=body["workspace"])
    for run_id, kept in body["runs"]:
        await blobs.forget(workspace_id, folder_of(UUID(hex=run_id)), kept=kept)


async def _delete(scope: Scope, workspace_id: UUID, run_ids: Sequence[UUID]) -> None:
    """Delete ended runs that no run has started, with all below them. Raises WrongStateError when one still ends."""
    tree = await repository.list_tree(scope, run_ids)
    if None in tree.values():
        raise WrongStateError(state="running")
    await repository.empty_runs(scope, list(tree))
    await plugin_calls.forget(scope, list(tree))
    await jobs.forget(scope, list(tree))
    gone = await repository.delete_unneeded(scope, workspace_id)
    kept = {run_id: await _kept_of(scope, run_id, run_id in run_ids) for run_id in tree.keys() - gone}
    forgotten = [[run_id.hex, kept.get(run_id, [])] for run_id in sorted(gone | tree.keys())]
    await record(scope, events.RUNS_DELETED, {"workspace": workspace_id.hex, "runs": forgotten})


async def _kept_of(scope: Scope, run_id: UUID, is_root: bool) -> list[str]:
    """Names of the objects that later runs share with a deleted one; of a run that it started, every file."""
    taken = await repository.find_taken(scope, run_id)
    files = await repository.keep_files(scope, run_id, taken.paths if is_root else None)
    folder = f"{folder_of(run_id)}/"
    bodies = [name for name in taken.bodies if name.startswith(folder)]
    return sorted([*bodies, *(place_of(run_id, file_id) for file_id in files)])
