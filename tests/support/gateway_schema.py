"""What released clients take of a gateway: the published schemas of release 4, and the closed objects of release 3.

The schemas are those of the npm package `@openclaw/gateway-protocol`, which `make setup-npm` installs. Of events and
results for which it has a definition the payload is checked too.
"""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, cast

import fastjsonschema

Frame = dict[str, Any]

_PACKAGE = Path(__file__).with_name("npm") / "node_modules/@openclaw/gateway-protocol"
_SCHEMA = _PACKAGE / "protocol.schema.json"
PROTOCOL_PACKAGE_MISSING = "no published gateway protocol (tools/setup_npm.sh)"

EVENTS = {
    "tick": "TickEvent",
    "shutdown": "ShutdownEvent",
    "chat": "ChatEvent",
    "agent": "AgentEvent",
    "device.pair.requested": "DevicePairRequestedEvent",
    "device.pair.resolved": "DevicePairResolvedEvent",
    "node.invoke.request": "NodeInvokeRequestEvent",
}
RESULTS = {
    "connect": "HelloOk",
    "agents.list": "AgentsListResult",
    "channels.status": "ChannelsStatusResult",
    "exec.approvals.get": "ExecApprovalsSnapshot",
    "logs.tail": "LogsTailResult",
    "models.list": "ModelsListResult",
    "node.event": "NodeEventResult",
    "sessions.delete": "SessionsDeleteResult",
    "sessions.resolve": "SessionsResolveResult",
    "skills.bins": "SkillsBinsResult",
}
# What the released gateways send beside the fields that their own package knows, as recorded.
_UNDECLARED = {"agent": frozenset({"agentId", "sessionKey", "sessionId"})}
# What we tell clients of ours only, that ask for it with these capabilities.
OWN_CAPABILITIES = frozenset({"run-names", "cursor"})
_OWN = frozenset({"run", "errorCode", "cursor", "resume"})

# Release 3 drops a frame with any other field, without a word; it has no public package.
_OLD_FRAMES = {
    "event": {"type", "event", "payload", "seq", "stateVersion"},
    "res": {"type", "id", "ok", "payload", "error"},
}
_OLD_ERROR = {"code", "message", "details", "retryable", "retryAfterMs"}
_OLD_HELLO = {
    "": {"type", "protocol", "server", "features", "snapshot", "canvasHostUrl", "auth", "policy"},
    "server": {"version", "commit", "host", "connId"},
    "features": {"methods", "events"},
    "snapshot": {
        "presence",
        "health",
        "stateVersion",
        "uptimeMs",
        "configPath",
        "stateDir",
        "sessionDefaults",
    },
    "policy": {"maxPayload", "maxBufferedBytes", "tickIntervalMs"},
    "auth": {"deviceToken", "role", "scopes", "issuedAtMs"},
}


def has_protocol_package() -> bool:
    """Whether the published schemas are installed."""
    return _SCHEMA.exists()


def definitions() -> set[str]:
    """The names of what the package defines."""
    return set(_schemas()["definitions"])


def problem_of(
    frame: Frame, *, method: str | None = None, protocol: int = 4, is_ours: bool = False
) -> str | None:
    """What a client of ``protocol`` would find wrong with ``frame``, an answer to ``method`` or an event; or None.

    ``is_ours``: the client asked for what we tell beyond the protocol.
    """
    if is_ours:
        frame = _without(frame, _OWN)
    payload = frame.get("payload")
    is_hello = isinstance(payload, dict) and cast("Frame", payload).get("type") == "hello-ok"
    if protocol < 4 and (problem := _old_problem(frame, is_hello=is_hello)):
        return problem
    if not has_protocol_package():
        return None
    problem = _problem("ResponseFrame" if frame.get("type") == "res" else "EventFrame", frame)
    is_event = frame["type"] == "event"
    name = EVENTS.get(frame["event"]) if is_event else RESULTS.get(method or "")
    if problem or name is None or not frame.get("ok", True) or (protocol < 4 and not is_event):
        return problem
    undeclared = _UNDECLARED.get(frame["event"], frozenset()) if is_event else frozenset[str]()
    return _problem(name, _without(frame, undeclared)["payload"])


def _without(frame: Frame, fields: frozenset[str]) -> Frame:
    """``frame`` without fields of these names, in itself and at the top of its payload."""
    kept = {name: value for name, value in frame.items() if name not in fields}
    if isinstance(payload := kept.get("payload"), dict):
        kept["payload"] = {k: v for k, v in cast("Frame", payload).items() if k not in fields}
    return kept


def _old_problem(frame: Frame, *, is_hello: bool) -> str | None:
    closed = [(frame, _OLD_FRAMES[frame["type"]]), (frame.get("error") or {}, _OLD_ERROR)]
    if is_hello:
        hello: Frame = frame["payload"]
        closed += [(hello if not part else hello.get(part, {}), known) for part, known in _OLD_HELLO.items()]
    unknown = [f"{sorted(set(found) - known)} in {found}" for found, known in closed if set(found) - known]
    return f"unknown to release 3: {unknown}" if unknown else None


def _problem(definition: str, value: Any) -> str | None:
    try:
        _validator(definition)(value)
    except fastjsonschema.JsonSchemaException as error:
        return f"no {definition}: {error}: {json.dumps(value)[:2000]}"
    return None


@cache
def _validator(definition: str) -> Callable[[Any], Any]:
    schemas = _schemas()
    schema = {"$schema": schemas["$schema"], **schemas["definitions"][definition]}
    return cast("Callable[[Any], Any]", fastjsonschema.compile(schema, use_default=False))


@cache
def _schemas() -> Frame:
    return json.loads(_SCHEMA.read_text(encoding="utf-8"))
