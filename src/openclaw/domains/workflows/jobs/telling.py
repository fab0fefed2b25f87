"""Of what runs write down, what their user is notified of: that one failed, that one waits for an answer."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid5

from openclaw.domains.notifications.service import notices
from openclaw.domains.workflows.repository.heads import list_heads
from openclaw.infra.scope import Scope
from openclaw.kit import ids

_LONGEST_MESSAGE = 500


async def tell_failed(scope: Scope, failed: dict[UUID, dict[str, Any]]) -> None:
    """Runs have failed, with errors as they are stored. Parts of other runs and dry runs are nobody's concern."""
    if not failed:
        return
    heads = await list_heads(scope, list(failed))
    for run_id, error in failed.items():
        if (head := heads.get(run_id)) is not None and head.is_own:
            notice = notices.Notice("workflow.failed", {"title": head.name, "error": error}, _link(run_id))
            await notices.notify(scope, scope.user_id, notice, notification_id=uuid5(run_id, "failed"))


async def tell_questions(scope: Scope, steps: Iterable[dict[str, Any]]) -> None:
    """Approval steps, as rows, have begun to wait or have ended."""
    asked = {(step["run_id"], step["path"]): step for step in steps if step["type"] == "approval"}
    waiting = {key: step for key, step in asked.items() if step["finished_at"] is None}
    for run_id, path in asked.keys() - waiting.keys():
        await notices.settle(scope, _subject(run_id, path))
    if not waiting:
        return
    heads = await list_heads(scope, [run_id for run_id, _ in waiting])
    for (run_id, path), step in waiting.items():
        if run_id not in heads:
            continue
        asks = (step["input"] or {}).get("value")
        message = str(asks.get("message") or "")[:_LONGEST_MESSAGE] if isinstance(asks, dict) else ""
        notice = notices.Notice(
            "workflow.waiting",
            {"title": heads[run_id].name, "message": message},
            _link(run_id),
            subject=_subject(run_id, path),
        )
        await notices.notify(scope, scope.user_id, notice, notification_id=uuid5(run_id, f"asks:{path}"))


def _subject(run_id: UUID, path: str) -> str:
    return f"workflow-question:{uuid5(run_id, path).hex}"


def _link(run_id: UUID) -> str:
    return f"/workflow-runs/{ids.to_wire('wrun', run_id)}"
