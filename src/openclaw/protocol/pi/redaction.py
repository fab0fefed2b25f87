"""What may leave the machine: answers built anew from lists of members, never copied and trimmed.

Left out are provider addresses and headers (0.58 sends API keys in them), system prompts, session files, paths of
logs, tool ``details`` and whatever a later version adds. In texts, what looks like a credential is masked.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias, cast

Members: TypeAlias = dict[str, Any]

MASK = "[redacted]"
MAX_DEPTH = 32

_MODEL = ("id", "name", "api", "provider", "reasoning", "contextWindow", "maxTokens")
_COST = ("input", "output", "cacheRead", "cacheWrite", "total")
_USAGE = ("input", "output", "cacheRead", "cacheWrite", "totalTokens")
_STATE = (
    "thinkingLevel",
    "isStreaming",
    "isCompacting",
    "steeringMode",
    "followUpMode",
    "sessionId",
    "sessionName",
    "autoCompactionEnabled",
    "messageCount",
    "pendingMessageCount",
)
_STATS = (
    "sessionId",
    "userMessages",
    "assistantMessages",
    "toolCalls",
    "toolResults",
    "totalMessages",
    "cost",
)
_TOKENS = ("input", "output", "cacheRead", "cacheWrite", "total")
_CONTEXT = ("tokens", "contextWindow", "percent")
# By role; `system` is missing on purpose, and so is every role that a later version may add.
_MESSAGE: dict[str, tuple[str, ...]] = {
    "user": ("role", "timestamp"),
    "assistant": ("role", "api", "provider", "model", "stopReason", "errorMessage", "timestamp"),
    "toolResult": ("role", "toolCallId", "toolName", "isError", "timestamp"),
    "bashExecution": ("role", "command", "output", "exitCode", "cancelled", "truncated", "timestamp"),
    "custom": ("role", "customType", "display", "timestamp"),
    "branchSummary": ("role", "summary", "timestamp"),
    "compactionSummary": ("role", "summary", "tokensBefore", "timestamp"),
}

_SECRETS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|\b(?:sk|pk|rk)-[A-Za-z0-9_-]{12,}"
    r"|\bgh[opusr]_[A-Za-z0-9]{20,}|\bgithub_pat_[A-Za-z0-9_]{20,}"
    r"|\bxox[abprs]-[A-Za-z0-9-]{10,}"
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"
    r"|\bAIza[A-Za-z0-9_-]{30,}"
    r"|\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"
    r"|(?<=Bearer )[A-Za-z0-9._~+/=-]{8,}|(?<=bearer )[A-Za-z0-9._~+/=-]{8,}",
    re.DOTALL,
)
_HINTS = ("-----BEGIN", "sk-", "pk-", "rk-", "gh", "xox", "AKIA", "ASIA", "AIza", "eyJ", "earer ")
_ABSOLUTE_PATH = re.compile(r"""(?:file://|(?<![\w/.:]))(?:~?/|[A-Za-z]:[\\/])[^\s"'`<>|:;,()]{2,}""")


def model_of(data: Any) -> Members | None:
    """A model without its address, headers and switches; None when there is none (or npm's placeholder for none)."""
    model = _members(data)
    if model is None or model.get("provider") in {None, "unknown"}:
        return None
    shown = _picked(model, _MODEL)
    shown["input"] = [kind for kind in _items(model.get("input")) if isinstance(kind, str)]
    if (cost := _members(model.get("cost"))) is not None:
        shown["cost"] = _numbers(cost, _COST)
    return shown


def models_of(data: Any) -> list[Members]:
    """``get_available_models``, without placeholders."""
    listed = _items((_members(data) or {}).get("models"))
    return [model for entry in listed if (model := model_of(entry)) is not None]


def state_of(data: Any) -> Members:
    """``get_state``: ``model`` is None when nothing can be prompted."""
    state = _members(data) or {}
    return {"model": model_of(state.get("model")), **_picked(state, _STATE)}


def stats_of(data: Any) -> Members:
    """``get_session_stats``; ``contextUsage`` where the runtime has it, its numbers None right after a compaction."""
    stats = _members(data) or {}
    shown = _picked(stats, _STATS)
    shown["tokens"] = _numbers(_members(stats.get("tokens")) or {}, _TOKENS)
    if (context := _members(stats.get("contextUsage"))) is not None:
        shown["contextUsage"] = {key: _number(context.get(key)) for key in _CONTEXT}
    return shown


def messages_of(data: Any, *, last: int | None = None) -> Members:
    """``get_messages``: those that a person may see, only the ``last`` so many when given."""
    listed = _items((_members(data) or {}).get("messages"))
    shown: list[Members] = []
    for entry in reversed(listed):
        if last is not None and len(shown) >= last:
            break
        if (message := message_of(entry)) is not None:
            shown.append(message)
    return {"messages": shown[::-1]}


def message_of(data: Any) -> Members | None:
    """One message; None for system prompts and for roles that are not known."""
    message = _members(data)
    kept = _MESSAGE.get(str(message.get("role"))) if message is not None else None
    if message is None or kept is None or message.get("display") is False:
        return None
    shown = _picked(message, kept)
    if isinstance(reason := shown.get("errorMessage"), str):
        shown["errorMessage"] = safe_reason(reason)
    if "content" in message:
        shown["content"] = content_of(message["content"])
    if (usage := _members(message.get("usage"))) is not None:
        shown["usage"] = _numbers(usage, _USAGE)
        if (cost := _members(usage.get("cost"))) is not None:
            shown["usage"]["cost"] = _numbers(cost, _COST)
    return shown


def content_of(data: Any) -> str | list[Members]:
    """Text, thinking and tool calls; of a picture its kind only."""
    if isinstance(data, str):
        return masked(data)
    blocks: list[Members] = []
    for entry in _items(data):
        block = _members(entry) or {}
        kind = block.get("type")
        if kind in {"text", "thinking"} and isinstance(block.get(kind), str):
            blocks.append({"type": kind, kind: masked(block[kind])})
        elif kind == "toolCall":
            blocks.append({"type": kind, **_picked(block, ("id", "name")), **_arguments(block)})
        elif kind == "image":
            blocks.append({"type": kind, **_picked(block, ("mimeType",))})
    return blocks


def plain_value(value: Any, depth: int = 0) -> Any:
    """A value of a model's making (a tool's arguments), its texts masked; None below MAX_DEPTH levels."""
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, dict | list) and depth >= MAX_DEPTH:
        return None
    if isinstance(value, dict):
        entries = cast("Members", value).items()
        return {masked(str(key)): plain_value(item, depth + 1) for key, item in entries}
    if isinstance(value, list):
        return [plain_value(item, depth + 1) for item in cast("list[Any]", value)]
    return value


def masked(text: str) -> str:
    """``text`` with what looks like a credential replaced by MASK."""
    if not any(hint in text for hint in _HINTS):  # most texts hold none, and histories are long
        return text
    return _SECRETS.sub(MASK, text)


def safe_reason(text: str) -> str:
    """A runtime's own sentence for an error: its first lines, without credentials and without paths of this machine."""
    return _ABSOLUTE_PATH.sub("[path]", masked(text.strip()))[:1000]


def _picked(members: Mapping[str, Any], keys: Sequence[str]) -> Members:
    """The members that are there and plain; null is how Rust says that one is not."""
    return {
        key: masked(value) if isinstance(value, str) else value
        for key in keys
        if isinstance(value := members.get(key), str | int | float | bool)
    }


def _arguments(block: Members) -> Members:
    return {"arguments": plain_value(block.get("arguments"))}


def _numbers(members: Mapping[str, Any], keys: Sequence[str]) -> Members:
    return {key: number for key in keys if (number := _number(members.get(key))) is not None}


def _number(value: Any) -> int | float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _members(value: Any) -> Members | None:
    return cast("Members", value) if isinstance(value, dict) else None


def _items(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else []
