"""Events: who may see which, and what may be left out for a client that reads slowly."""

from collections.abc import Collection
from typing import Any, NamedTuple, TypeAlias

from openclaw.protocol.gateway.scopes import APPROVALS, PAIRING, READ, Role, can

Payload: TypeAlias = dict[str, Any]

NEWEST = 4


class EventRule(NamedTuple):
    """Who may receive an event.

    ``scope`` is needed of operators (None: none). ``caps``: a client of release 4 must have announced one of
    these. ``nodes``: a node receives it; such an event is aimed, so it carries no sequence number, except the
    ungated ones that everybody gets.
    """

    scope: str | None = None
    caps: frozenset[str] = frozenset()
    operators: bool = True
    nodes: bool = False


_APPROVAL_CAPS = frozenset({"approvals", "exec-approvals"})
_NODE_ONLY = EventRule(operators=False, nodes=True)
_WHOLE = frozenset({"tick", "presence", "health"})  # each tells all that the ones before it told

EVENTS: dict[str, EventRule] = {
    "connect.challenge": EventRule(nodes=True),
    "tick": EventRule(nodes=True),
    "shutdown": EventRule(nodes=True),
    "health": EventRule(),
    "presence": EventRule(READ),
    "chat": EventRule(READ),
    "agent": EventRule(READ),
    "sessions.changed": EventRule(READ),
    "session.message": EventRule(READ),  # to those who follow the conversation
    "device.changed": EventRule(READ),
    "host.changed": EventRule(READ),  # ours
    "workflow.changed": EventRule(READ),
    "notifications.changed": EventRule(READ),
    "task.changed": EventRule(READ),
    "artifact.changed": EventRule(READ),
    "system.changed": EventRule(READ),
    "automation.changed": EventRule(READ),
    "channel.changed": EventRule(READ),
    "exec.approval.requested": EventRule(APPROVALS, _APPROVAL_CAPS),
    "exec.approval.resolved": EventRule(APPROVALS, _APPROVAL_CAPS),
    "device.pair.requested": EventRule(PAIRING),
    "device.pair.resolved": EventRule(PAIRING),
    "node.invoke.request": _NODE_ONLY,
    "node.invoke.prepare": _NODE_ONLY,  # ours: what a call rests on that its owner is being asked about
    "node.invoke.cancel": _NODE_ONLY,
}

TOOL_EVENTS = "tool-events"
CURSOR = "cursor"
"""The capability of our own clients to come back and be told what they have missed. No released client has it."""
RUN_NAMES = "run-names"
"""The capability of clients that read our own fields: the protocol's chat and agent events are closed objects."""
_OWN_FIELDS = {"chat": frozenset({"run", "errorCode"}), "agent": frozenset({"run"})}


def can_receive(
    event: str,
    payload: Payload,
    *,
    role: Role,
    scopes: Collection[str],
    caps: Collection[str],
    protocol: int,
    scope: str | None = None,
) -> bool:
    """Whether a connection may receive ``event``; ``scope`` is needed besides what the event itself needs.

    KeyError for an event that is not in the table: an event nobody has thought about is seen by nobody.
    """
    rule = EVENTS[event]
    if role is Role.NODE:
        return rule.nodes
    if not rule.operators:
        return False
    if any(needed is not None and not can(scopes, needed) for needed in (rule.scope, scope)):
        return False
    if event == "agent" and payload.get("stream") == "tool":
        return TOOL_EVENTS in caps
    return protocol < NEWEST or not rule.caps or not rule.caps.isdisjoint(caps)


def payload_for(event: str, payload: Payload, caps: Collection[str]) -> Payload:
    """``payload`` as a client with ``caps`` knows it; the same object when nothing has to go."""
    own = _OWN_FIELDS.get(event)
    if own is None or RUN_NAMES in caps or own.isdisjoint(payload):
        return payload
    return {name: value for name, value in payload.items() if name not in own}


def sendable(*, role: Role, scopes: Collection[str], caps: Collection[str], protocol: int) -> list[str]:
    """The events that a connection may ever receive."""
    return [
        event
        for event in EVENTS
        if can_receive(event, {}, role=role, scopes=scopes, caps=caps, protocol=protocol)
    ]


def is_sequenced(event: str) -> bool:
    """Whether the event counts in the sequence of its connection."""
    return EVENTS[event] is not _NODE_ONLY


def topic_of(event: str, payload: Payload) -> str | None:
    """What the event tells in full, so that an unsent earlier one of the same topic is needless.

    None for the end of a run by error or abort: it does not repeat the text that came before.
    """
    if event in _WHOLE:
        return event
    if event == "chat" and payload.get("state") in ("delta", "final"):
        return f"chat:{payload.get('runId')}"
    return None


def is_droppable(event: str, payload: Payload) -> bool:
    """Whether a client that reads slowly may miss this one, since the next of its topic tells it all."""
    if event == "chat":
        return payload.get("state") == "delta"
    return event in _WHOLE


def restated(event: str, payload: Payload) -> Payload:
    """``payload`` for a client that missed earlier events of the topic.

    ``message`` of a chat delta is the whole text so far, ``deltaText`` only what is new: to one who missed
    some of it the whole text is sent as the delta, marked as a replacement.
    """
    if event != "chat" or "deltaText" not in payload or "message" not in payload:
        return payload
    parts: list[dict[str, Any]] = payload["message"]["content"]
    return {**payload, "deltaText": "".join(part.get("text", "") for part in parts), "replace": True}
