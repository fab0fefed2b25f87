"""Facts of lower slices: questions and notices that go to a chat, tasks that have ended, and who leaves."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from openclaw.domains.agents.service.telling import approval_in
from openclaw.domains.channels import repository
from openclaw.domains.channels.models import ChannelRow
from openclaw.domains.channels.policy.words import say, state_in
from openclaw.domains.channels.service import asking
from openclaw.domains.channels.service import channels as catalog
from openclaw.domains.channels.service.registry import Channels
from openclaw.domains.channels.service.sending import queue_message
from openclaw.domains.identity.service import accounts as identity
from openclaw.domains.notifications.events import GIVEN
from openclaw.domains.notifications.models import NotificationRow
from openclaw.domains.notifications.policy.kinds import KINDS, words_of
from openclaw.domains.notifications.policy.plans import quiet_until
from openclaw.domains.notifications.service.reaching import wishes_in
from openclaw.domains.tasks.errors import TaskNotFoundError
from openclaw.domains.tasks.events import TASK_ENDED
from openclaw.domains.tasks.service import runs as task_runs
from openclaw.domains.workspaces.events import MEMBER_REMOVED
from openclaw.infra.outbox import Subscriber
from openclaw.infra.scope import Actor, Role, Scope
from openclaw.kit import ids

_ENDS_OF_TASKS = frozenset({"task.failed", "task.nothing_worked"})


def subscribers(channels: Channels) -> Mapping[str, Sequence[Subscriber]]:
    """By fact."""

    async def pass_on(scope: Scope, body: dict[str, Any]) -> None:
        notice = await repository.find_notice(scope, UUID(hex=body["id"]))
        if notice is not None and notice.settled_at is None:
            await _pass_on(_as(scope, notice.user_id, notice.workspace_id), channels, notice)

    async def tell_ended(scope: Scope, body: dict[str, Any]) -> None:
        owner = _as(scope, UUID(hex=body["userId"]), UUID(hex=body["workspaceId"]))
        await _tell_ended(owner, channels, UUID(hex=body["runId"]))

    return {GIVEN: (pass_on,), TASK_ENDED: (tell_ended,), MEMBER_REMOVED: (_forget_all,)}


async def _tell_ended(scope: Scope, channels: Channels, run_id: UUID) -> None:
    """A task's run has come to its end."""
    telling = [row for row in await repository.list_telling(scope) if row.tells == "everything"]
    user = await identity.find_user(scope, scope.user_id) if telling else None
    if user is None or not user.is_active:
        return
    try:
        run = await task_runs.access_run(scope, run_id)
    except TaskNotFoundError:  # forgotten in between
        return
    link = f"{channels.origin}/task-runs/{ids.to_wire('trun', run_id)}"
    text = say(
        "task_ended",
        user.language,
        title=run.title,
        state=state_in(user.language, run.outcome or run.state),
        link=link,
    )
    start_at = await _after_quiet(scope, scope.user_id)
    for row in telling:
        if row.chat_id is not None:
            await queue_message(
                scope,
                channels,
                row,
                chat_id=row.chat_id,
                text=text,
                key=f"task:{run_id.hex}",
                start_at=start_at,
            )


async def _pass_on(scope: Scope, channels: Channels, notice: NotificationRow) -> None:
    """A question of a chat's own conversation goes to that chat, the rest where the person wants to be told."""
    approval_id = approval_in(notice.subject) if notice.subject else None
    user = await identity.find_user(scope, notice.user_id)
    if user is None or not user.is_active:
        return
    if approval_id is not None and await _ask_in_chat(scope, channels, notice, approval_id, user.language):
        return
    telling = await repository.list_telling(scope)
    if not telling or await _is_said_there(scope, notice):
        return
    known = KINDS.get(notice.kind)
    is_question = known is not None and known.escalates
    start_at = await _after_quiet(scope, notice.user_id)
    for row in telling:
        if row.chat_id is None or (row.tells == "questions" and not is_question):
            continue
        if notice.kind in _ENDS_OF_TASKS:  # who is told everything is told each of them, see `_tell_ended`
            continue
        if approval_id is not None:
            await asking.ask(
                scope,
                channels,
                row,
                notice,
                approval_id,
                chat_id=row.chat_id,
                language=user.language,
                start_at=start_at,
            )
        else:
            await _tell(scope, channels, row, notice, row.chat_id, user.language, start_at)


async def _ask_in_chat(
    scope: Scope, channels: Channels, notice: NotificationRow, approval_id: UUID, language: str
) -> bool:
    chat = await repository.find_update_of_approval(scope, approval_id)
    chat = chat or await repository.find_chat_of_approval(scope, approval_id)
    row = await repository.find(scope, chat.channel_id) if chat else None
    if chat is None or row is None or row.state != "connected" or row.is_paused:
        return False
    await asking.ask(scope, channels, row, notice, approval_id, chat_id=chat.chat_id, language=language)
    return True


async def _is_said_there(scope: Scope, notice: NotificationRow) -> bool:
    """A failed run of a chat's own conversation: its answer is that it failed."""
    _, _, name = (notice.link or "").rpartition("/c/")
    if notice.kind != "run.failed" or not name:
        return False
    return await repository.find_chat_of(scope, ids.from_wire("conv", name)) is not None


async def _tell(
    scope: Scope,
    channels: Channels,
    row: ChannelRow,
    notice: NotificationRow,
    chat_id: str,
    language: str,
    start_at: datetime | None,
) -> None:
    title, body = words_of(notice.kind, notice.data, language)
    link = f"{channels.origin}{notice.link}" if notice.link else ""
    text = "\n".join(part for part in (title, body, link) if part)
    await queue_message(
        scope, channels, row, chat_id=chat_id, text=text, key=f"notice:{notice.id.hex}", start_at=start_at
    )


async def _after_quiet(scope: Scope, user_id: UUID) -> datetime | None:
    return quiet_until(wishes_in(await repository.find_settings(scope, user_id)), scope.now())


async def _forget_all(scope: Scope, body: dict[str, Any]) -> None:
    """Who leaves a workspace leaves nothing behind that listens for them in it."""
    owner = _as(scope, UUID(hex=body["memberId"]), UUID(hex=body["workspaceId"]))
    for row in await repository.list_all_of(owner):
        await catalog.forget(owner, row)


def _as(scope: Scope, user_id: UUID, workspace_id: UUID) -> Scope:
    return replace(scope, actor=Actor(user_id, workspace_id, Role.MEMBER))
