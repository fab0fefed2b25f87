"""Questions put to a chat, and the answers that come from it: judged by the same service as the console's."""

from datetime import datetime
from uuid import UUID

from openclaw.domains.agents.errors import (
    AnswerNeededError,
    ApprovalDecidedError,
    ApprovalNotFoundError,
    ConfirmationNeededError,
)
from openclaw.domains.agents.schemas import Decide
from openclaw.domains.agents.service import approvals
from openclaw.domains.audit import service as audit
from openclaw.domains.channels import repository
from openclaw.domains.channels.models import ChannelRow
from openclaw.domains.channels.policy.codes import new_question_code
from openclaw.domains.channels.policy.commands import AnswerTo
from openclaw.domains.channels.policy.words import say
from openclaw.domains.channels.service.registry import Channels
from openclaw.domains.channels.service.sending import queue_message
from openclaw.domains.notifications.models import NotificationRow
from openclaw.infra.scope import Scope
from openclaw.kit import ids

_LONGEST_SUMMARY = 1_500
_ALLOW, _DENY = "allow", "deny"


async def ask(
    scope: Scope,
    channels: Channels,
    row: ChannelRow,
    notice: NotificationRow,
    approval_id: UUID,
    *,
    chat_id: str,
    language: str,
    start_at: datetime | None = None,
) -> None:
    """Put a question to a chat, once. What a push does not offer to allow is not offered here either."""
    data = notice.data
    can_allow = any(each["name"] == _ALLOW for each in notice.actions)
    code = new_question_code()
    device = say("on_device", language, name=data["device"]) if data.get("device") else ""
    text = say(
        "question" if can_allow else "question_in_console",
        language,
        asker=data.get("asker", "OpenClaw"),
        tool=data.get("tool", ""),
        device=device,
        summary=str(data.get("summary", ""))[:_LONGEST_SUMMARY],
        code=code,
        link=f"{channels.origin}/approvals/{ids.to_wire('appr', approval_id)}",
    )
    offered = (_ALLOW, _DENY) if can_allow else (_DENY,)
    await queue_message(
        scope,
        channels,
        row,
        chat_id=chat_id,
        text=text,
        key=f"approval:{approval_id.hex}",
        code=code,
        approval_id=approval_id,
        buttons=[{"label": say(f"{name}_button", language), "data": f"{name}:{code}"} for name in offered],
        start_at=start_at,
    )


async def answer(scope: Scope, channels: Channels, row: ChannelRow, given: AnswerTo, *, language: str) -> str:
    """Answer the question of that code as the channel's user, whom ``scope`` is of; what became of it, in words."""
    asked = await repository.find_question(scope, row.id, given.code)
    if asked is None or asked.approval_id is None:
        return say("no_question", language)
    decision = Decide(decision="allow_once" if given.is_allowed else "deny")
    subject = ids.to_wire("appr", asked.approval_id)
    try:
        await approvals.decide(scope, asked.approval_id, decision)
    except ApprovalNotFoundError:
        return say("no_question", language)
    except (ConfirmationNeededError, AnswerNeededError):
        return say("look_closer", language, link=f"{channels.origin}/approvals/{subject}")
    except ApprovalDecidedError as error:
        return error.words(language)
    detail = {"channel": ids.to_wire("chan", row.id), "kind": row.kind, "decision": decision.decision}
    await audit.append(scope, "channels.answered", subject=subject, detail=detail)
    return say("allowed" if given.is_allowed else "denied", language)


def pressed(data: str) -> AnswerTo | None:
    """The answer that a button stands for."""
    name, _, code = data.partition(":")
    return AnswerTo(code, name == _ALLOW) if code and name in (_ALLOW, _DENY) else None
