"""What people are notified of: a task that did not end well, or to no avail, or could not go where they sent it."""

from uuid import uuid5

from openclaw.domains.agents.service import leading
from openclaw.domains.notifications.service import notices
from openclaw.domains.tasks.models import TaskRunRow
from openclaw.domains.tasks.policy import STATES_OF
from openclaw.domains.tasks.schemas import State
from openclaw.domains.tasks.service.places import place_of
from openclaw.infra.jsonb import storable
from openclaw.infra.scope import Scope
from openclaw.kit import ids
from openclaw.kit.errors import OpenClawError


async def tell_ended(scope: Scope, run: TaskRunRow, state: State) -> None:
    """A run has ended in ``state``: its owner is told when it failed, was lost or took too long.

    Where a machine's words are not kept, nor are its reasons.
    """
    if state not in STATES_OF["failed"]:
        return
    keeps_words = state != "failed" or place_of(run.target).sync_mode == "full"
    data = {"title": run.title, "error": run.error if keeps_words and run.error else ""}
    notice = notices.Notice("task.failed", data, _link(run))
    await notices.notify(scope, run.user_id, notice, notification_id=uuid5(run.id, "failed"))


async def tell_not_moved(scope: Scope, run: TaskRunRow, error: OpenClawError, *, key: str) -> None:
    """The move ``key`` of a run, which its owner has asked for, is not possible any more."""
    notice = notices.Notice(
        "task.not_moved", {"title": run.title, "error": storable(error.to_wire())}, _link(run)
    )
    await notices.notify(scope, run.user_id, notice, notification_id=uuid5(run.id, f"not moved {key}"))


async def tell_outcome(scope: Scope, run: TaskRunRow) -> None:
    """The agent has come to its end by itself. That nothing of what it tried worked is noted, and its owner told."""
    assert run.conversation_id is not None
    failed = await leading.failed_calls(scope, run.conversation_id, run.id)
    if failed is None:
        return
    run.outcome = "nothing_worked"
    notice = notices.Notice("task.nothing_worked", {"title": run.title, "count": failed}, _link(run))
    await notices.notify(scope, run.user_id, notice, notification_id=uuid5(run.id, "nothing worked"))


def _link(run: TaskRunRow) -> str:
    return f"/task-runs/{ids.to_wire('trun', run.id)}"
