"""A runtime's events in the one form that the rest of OpenClaw sees, whichever version sent them.

Built from lists like the answers (see ``redaction``). Snapshots are left out: text comes as deltas, and the message as
it stands is in ``message_end``.
"""

from collections.abc import Callable
from typing import Any, TypeAlias, cast

from openclaw.protocol.pi.records import Event
from openclaw.protocol.pi.redaction import content_of, masked, message_of, plain_value, safe_reason

Members: TypeAlias = dict[str, Any]

_RENAMED = {"auto_compaction_start": "compaction_start", "auto_compaction_end": "compaction_end"}


def public_event(event: Event) -> Event | None:
    """``event`` as others may see it; None when it is not for them (system prompts, what is not known)."""
    kind = _RENAMED.get(event.type, event.type)
    build = _BUILDERS.get(kind)
    members = None if build is None else build(event.members)
    return None if members is None else Event(kind, members)


def _nothing(_: Members) -> Members:
    return {}


def _message(members: Members) -> Members | None:
    message = message_of(members.get("message"))
    return None if message is None else {"message": message}


def _update(members: Members) -> Members | None:
    inner = members.get("assistantMessageEvent")
    if not isinstance(inner, dict):
        return None
    shown = _plain(
        cast("Members", inner), "type", "contentIndex", "delta", "content", "id", "toolName", "toolCall"
    )
    return {"assistantMessageEvent": shown}


def _agent_end(members: Members) -> Members:
    shown: Members = {"willRetry": members.get("willRetry") is True}
    if isinstance(error := members.get("error"), str) and error:
        shown["error"] = safe_reason(error)
    return shown


def _tool(members: Members) -> Members:
    shown = _plain(members, "toolCallId", "toolName", "args", "isError")
    for key in ("partialResult", "result"):
        if isinstance(result := members.get(key), dict):
            shown[key] = {"content": content_of(cast("Members", result).get("content"))}
    return shown


def _queue(members: Members) -> Members:
    return {key: _texts(members.get(key)) for key in ("steering", "followUp")}


def _compaction(members: Members) -> Members:
    return _with_reason(members, "reason", "aborted", "willRetry")


def _retry(members: Members) -> Members:
    return _with_reason(members, "attempt", "maxAttempts", "delayMs", "success")


def _session_info(members: Members) -> Members:
    return _plain(members, "name")


def _thinking(members: Members) -> Members:
    return _plain(members, "level")


def _failure(members: Members) -> Members:
    return _with_reason(members, "event", "code")


def _note(members: Members) -> Members:
    return _plain(members, "id", "method", "message", "notifyType", "statusKey", "statusText", "title")


def _with_reason(members: Members, *keys: str) -> Members:
    shown = _plain(members, *keys)
    for key in ("errorMessage", "finalError", "error", "message"):
        if isinstance(reason := members.get(key), str):
            shown[key] = safe_reason(reason)
    return shown


def _plain(members: Members, *keys: str) -> Members:
    return {key: plain_value(members[key]) for key in keys if members.get(key) is not None}


def _texts(value: Any) -> list[str]:
    if not isinstance(value, list):
        return []
    return [masked(item) for item in cast("list[Any]", value) if isinstance(item, str)]


_BUILDERS: dict[str, Callable[[Members], Members | None]] = {
    "agent_start": _nothing,
    "agent_end": _agent_end,
    "agent_settled": _nothing,
    "turn_start": _nothing,
    "turn_end": _nothing,
    "message_start": _message,
    "message_update": _update,
    "message_end": _message,
    "tool_execution_start": _tool,
    "tool_execution_update": _tool,
    "tool_execution_end": _tool,
    "queue_update": _queue,
    "compaction_start": _compaction,
    "compaction_end": _compaction,
    "auto_retry_start": _retry,
    "auto_retry_end": _retry,
    "session_info_changed": _session_info,
    "thinking_level_changed": _thinking,
    "extension_error": _failure,
    "extension_ui_request": _note,
    "error": _failure,
}
