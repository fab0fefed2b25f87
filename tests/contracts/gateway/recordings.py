"""What was recorded of two released gateways and their clients, and how an answer of ours compares with it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

_RECORDED: dict[str, Any] = json.loads(Path(__file__).with_name("recorded.json").read_text(encoding="utf-8"))
RELEASES: dict[str, Any] = _RECORDED["releases"]
ANSWERS: dict[str, Any] = _RECORDED["answers"]
EVENTS: dict[str, Any] = _RECORDED["events"]

# Fields of recorded answers and events that ours have not, and why nobody misses them.
OMITTED = {
    "agent final.result.meta.agentMeta.usage.cacheRead": "what a model's cache did is not counted apart",
    "agent final.result.meta.agentMeta.usage.cacheWrite": "what a model's cache did is not counted apart",
    "agent.identity.get.avatar": "the assistant has no picture",
    "chat.history.messages.[].__openclaw": "the recorded gateway's own notes",
    "chat.history.messages.[].idempotencyKey": "the recorded gateway's own notes",
    "config.get.raw": "there is no file to show: null",
    "connect node.auth": "machines have no tokens of their own",
    "connect node.snapshot.presence": "a machine is not told who else is there",
    "device.pair.approve.device.tokens.[]": "machines have no tokens of their own",
    "device.pair.list.paired.[].tokens.[]": "machines have no tokens of their own",
    "exec.approval.get.agentId": "main, where the recorded question was nobody's",
    "exec.approvals.get.file.socket": "a local socket of the recorded gateway's machine",
    "exec.approvals.node.get.file.socket": "the machine's own",
    "exec.approval.list.[].request": "see exec.approval.requested",
    "health.agents.[].heartbeat": "there are no heartbeats",
    "models.list.models.[].contextWindow": "what is not known of a model is not told",
    "models.list.models.[].reasoning": "what is not known of a model is not told",
    "node.pair.approve.node.deviceFamily": "not kept of a machine that is not there",
    "node.pair.approve.node.lastSeenAtMs": "it has not come back yet",
    "node.pair.approve.node.lastSeenReason": "it has not come back yet",
    "node.describe.pathEnv": "the PATH of a machine is nobody's business",
    "node.list.nodes.[].pathEnv": "the PATH of a machine is nobody's business",
    "sessions.list.sessions.[].totalTokens": "not counted by conversation",
    "sessions.list.defaults.contextTokens": "what is not known of a model is null",
    "sessions.reset.entry.inputTokens": "not counted by conversation",
    "sessions.reset.entry.outputTokens": "not counted by conversation",
    "sessions.reset.entry.totalTokens": "not counted by conversation",
    "status.heartbeat.agents.[]": "there are no heartbeats",
    "status.sessions.recent.[].contextTokens": "not counted by conversation",
    "status.sessions.recent.[].percentUsed": "not counted by conversation",
    "status.sessions.recent.[].remainingTokens": "not counted by conversation",
    "status.sessions.recent.[].totalTokens": "not counted by conversation",
    "status.sessions.byAgent": "there is one agent",
    "agent tool result.data.meta": "the recorded gateway's own notes",
}


def differences(name: str, expected: Any, found: Any) -> list[str]:
    """Where ``found`` has not what every recorded answer (or event) of that name had, or has it in another type."""
    return _differences(name, expected, found)


def _differences(path: str, expected: Any, found: Any) -> list[str]:
    if path in OMITTED:
        return []
    if isinstance(expected, dict):
        if not isinstance(found, dict):
            return [f"{path}: {found!r:.80} is no object"]
        ours = cast("Mapping[str, Any]", found)
        wrong: list[str] = []
        for key, wanted in cast("Mapping[str, Any]", expected).items():
            if key in ours:
                wrong += _differences(f"{path}.{key}", wanted, ours[key])
            elif f"{path}.{key}" not in OMITTED:
                wrong.append(f"{path}.{key} is missing")
        return wrong
    if isinstance(expected, list):
        if not isinstance(found, list):
            return [f"{path}: {found!r:.80} is no list"]
        wanted = cast("list[Any]", expected)
        items = cast("list[Any]", found)
        return (
            [line for item in items for line in _differences(f"{path}.[]", wanted[0], item)] if wanted else []
        )
    kinds = str(expected).split("|")
    return [] if _kind(found) in kinds or "null" in kinds else [f"{path}: {found!r:.80} is no {expected}"]


def _kind(value: Any) -> str:
    match value:
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case None:
            return "null"
        case list():
            return "array"
        case _:
            return "object"
