"""What people are notified of: questions that wait for them, and runs that failed."""

from uuid import UUID, uuid5

from openclaw.domains.agents.models import ApprovalRow
from openclaw.domains.notifications.service import notices
from openclaw.infra.scope import Scope
from openclaw.kit import ids
from openclaw.kit.errors import OpenClawError

_LONGEST_SUMMARY = 500
_PREFIX = "approval:"


async def tell_asked(scope: Scope, row: ApprovalRow, summary: str) -> None:
    """A question waits. What a machine's own runtime wants to do is not repeated: it may not be kept for ever."""
    approval_id = ids.to_wire("appr", row.id)
    of_runtime = row.question is not None
    needs_text = of_runtime and row.question is not None and row.question["method"] not in ("gate", "confirm")
    actions = [_action(approval_id, "deny", "deny")]
    if row.grade != "high" and not needs_text:  # else it takes a look, and a second step
        actions.insert(0, _action(approval_id, "allow", "allow_once"))
    notice = notices.Notice(
        "approval.asked",
        {
            "asker": row.asked_by or "OpenClaw",
            "tool": row.tool,
            "device": row.device_name,
            "summary": "" if of_runtime else summary[:_LONGEST_SUMMARY],
        },
        f"/approvals/{approval_id}",
        actions=tuple(actions),
        subject=f"{_PREFIX}{row.id.hex}",
    )
    await notices.notify(
        scope,
        row.user_id,
        notice,
        workspace_id=row.workspace_id,
        notification_id=uuid5(row.id, "asked"),
    )


async def settle(scope: Scope, row: ApprovalRow) -> None:
    """The question is over."""
    await notices.settle(scope, f"{_PREFIX}{row.id.hex}", by=row.decided_by_user_id)


async def tell_failed(
    scope: Scope, *, run_id: UUID, conversation_id: UUID, error: OpenClawError, keeps_words: bool
) -> None:
    """A run failed. Where a machine's words are not kept, nor are its reasons."""
    data = {"error": error.to_wire()} if keeps_words else {}
    link = f"/c/{ids.to_wire('conv', conversation_id)}"
    await notices.notify(
        scope,
        scope.user_id,
        notices.Notice("run.failed", data, link),
        notification_id=uuid5(run_id, "failed"),
    )


def approval_in(subject: str) -> UUID | None:
    """The approval that a notification is about; None for any other."""
    return UUID(hex=subject.removeprefix(_PREFIX)) if subject.startswith(_PREFIX) else None


def _action(approval_id: str, name: str, decision: str) -> notices.Action:
    return notices.Action(name, f"/approvals/{approval_id}/decision", {"decision": decision})
